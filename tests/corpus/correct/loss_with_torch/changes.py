# %% loss
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return torch.nn.functional.mse_loss(y_pred, y_true)
