# %% loss
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    error = (y_pred - y_true).abs()
    return torch.where(error < 5, error ** 2, 10 * error - 25)
