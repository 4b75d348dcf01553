# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    """Compute the gradient w.r.t. b. (The bias of the recurrent layer)"""
    grad_b = torch.zeros_like(self.b)
    for t in range(24):
        grad_b += (1 - hidden[t] ** 2) * grad_h[t]
    return grad_b
