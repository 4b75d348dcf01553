# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    return ((1 - hidden ** 2) * grad_h).sum(dim=0).clamp(-20, 20)
