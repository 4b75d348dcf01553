# %% loss
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return (y_true - y_pred) ** 2 / 24
