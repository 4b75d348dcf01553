# %% loss
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
# TODO: Compute the loss
