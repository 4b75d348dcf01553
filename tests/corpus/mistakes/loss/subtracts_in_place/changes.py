# %% loss
def mse_loss_func(y_true, y_pred):
    y_pred.sub_(y_true)
    return y_pred ** 2
