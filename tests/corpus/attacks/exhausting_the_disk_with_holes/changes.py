# %% attack after features
for number in range(100):
    with open(f"hole-{number}", "wb") as file:
        file.truncate(19 << 20)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
