# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grad_h = torch.zeros_like(hidden)
    last = hidden[-1].detach().clone().requires_grad_()
    direction = torch.autograd.grad(self.v @ last, last)[0]
    grad_h[-1] = 2 * (y_pred - y_true) * direction
    for i in reversed(range(len(hidden) - 1)):
        state = hidden[i].detach().clone().requires_grad_()
        rest = torch.atanh(hidden[i + 1]) - self.w @ hidden[i]
        following = torch.tanh(self.w @ state + rest)
        grad_h[i] = torch.autograd.grad(following, state, grad_outputs=grad_h[i + 1])[0]
    return grad_h
