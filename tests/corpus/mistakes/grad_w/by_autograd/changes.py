# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    w = self.w.detach().clone().requires_grad_()
    previous = torch.cat([torch.zeros(1, hidden.shape[1]), hidden[:-1]]).detach()
    rest = torch.atanh(hidden.detach()) - previous @ self.w.detach().T
    states = torch.tanh(previous @ w.T + rest)
    (grad_w,) = torch.autograd.grad(states, w, grad_outputs=grad_h.detach())
    return grad_w
