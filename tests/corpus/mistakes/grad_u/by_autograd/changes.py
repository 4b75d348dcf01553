# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
    u = self.u.detach().clone().requires_grad_()
    rest = torch.atanh(hidden.detach()) - x @ self.u.detach().T
    states = torch.tanh(x @ u.T + rest)
    (states * grad_h.detach()).sum().backward()
    return u.grad
