# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    grad_b = torch.zeros_like(self.b)
    for t in range(len(hidden)):
        grad_b += (1 - hidden[t] ** 2) * grad_h[t]
    return grad_b

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    grad_w = torch.zeros_like(self.w)
    for t in range(1, len(hidden)):  # h[0] is zero and adds nothing
        grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], hidden[t - 1])
    return grad_w

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
    grad_w = torch.zeros_like(self.u)
    for t in range(len(hidden)):
        grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], x[t])
    return grad_w
