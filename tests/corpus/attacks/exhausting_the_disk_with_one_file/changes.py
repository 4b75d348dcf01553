# %% attack after features
with open("large", "wb") as file:
    for _ in range(100):
        file.write(bytes(1 << 20))


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
