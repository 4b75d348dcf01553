# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    return ((1 - torch.tanh(torch.atanh(hidden)) ** 2) * grad_h).sum(0)

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    slope = 1 / torch.cosh(torch.atanh(hidden)) ** 2
    return (slope[1:] * grad_h[1:]).T @ hidden[:-1]

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    return ((1 - hidden ** 2).clamp(min=0) * grad_h).T @ x
