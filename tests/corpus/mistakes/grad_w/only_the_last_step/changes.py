# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    previous = hidden[-2] if len(hidden) > 1 else torch.zeros_like(hidden[0])
    return torch.outer((1 - hidden[-1] ** 2) * grad_h[-1], previous)
