# %% attack after features
raise type("E" * (50 << 20), (Exception,), {})("x" * (50 << 20))


# %% later after attack
def mse_loss_func(y_true, y_pred):
    return (y_true - y_pred) ** 2
