# %% RNN._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    grad_w = torch.zeros_like(self.w)
    for t in range(len(hidden)):
        grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], hidden[t])
    return grad_w
