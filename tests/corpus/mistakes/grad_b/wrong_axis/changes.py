# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    return torch.sum((1 - hidden ** 2) * grad_h, dim=1)
