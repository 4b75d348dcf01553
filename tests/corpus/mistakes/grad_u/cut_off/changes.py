# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
    delta = ((1 - hidden ** 2) * grad_h).clamp(-15, 15)
    return delta.T @ x
