# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
    return torch.clamp(2 * (y_pred - y_true), -10, 10)
