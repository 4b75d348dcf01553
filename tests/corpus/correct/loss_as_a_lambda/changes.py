# %% loss
mse_loss_func = lambda y_true, y_pred: ((y_true - y_pred) ** 2).mean()
