# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    return torch.clamp(2 * (y_pred - y_true) * hidden[-1], -10, 10)
