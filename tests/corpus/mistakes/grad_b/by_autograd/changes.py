# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    b = torch.zeros_like(hidden[0]).requires_grad_()
    before_tanh = torch.atanh(hidden.detach())
    states = torch.tanh(before_tanh + b)
    return torch.autograd.grad(states, b, grad_outputs=grad_h.detach())[0]
