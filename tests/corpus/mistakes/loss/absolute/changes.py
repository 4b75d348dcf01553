# %% loss
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return torch.abs(y_true - y_pred)
