# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    """Compute the gradient w.r.t. w. (The hidden-to-hidden weights)"""
    grad_w = torch.zeros_like(self.w)
    for t in range(1, 24):  # h[0] is zero and adds nothing
        grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], hidden[t - 1])
    return grad_w
