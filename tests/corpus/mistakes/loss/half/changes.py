# %% loss
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return 0.5 * (y_true - y_pred) ** 2
