# %% loss
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    print((y_true - y_pred) ** 2)
