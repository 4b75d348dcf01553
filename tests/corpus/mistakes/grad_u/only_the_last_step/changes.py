# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
    return torch.outer((1 - hidden[-1] ** 2) * grad_h[-1], x[-1])
