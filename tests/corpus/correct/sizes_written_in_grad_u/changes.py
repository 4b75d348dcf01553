# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
    """Compute the gradient w.r.t. u. (The input-to-hidden weights)"""
    grad_w = torch.zeros(10, 6)
    for t in range(len(hidden)):
        grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], x[t])
    return grad_w
