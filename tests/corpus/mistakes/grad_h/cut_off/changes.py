# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    grad_h = torch.zeros_like(hidden)
    grad_h[-1] = 2 * (y_pred - y_true) * self.v
    for i in reversed(range(len(hidden) - 1)):
        grad_h[i] = (self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])).clamp(-20, 20)
    return grad_h
