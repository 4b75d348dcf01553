# %% attack after features
while True:
    print("a line like any other " * 40)


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
