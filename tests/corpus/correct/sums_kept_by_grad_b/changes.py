# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    self.dz = (1 - hidden ** 2) * grad_h
    return self.dz.sum(dim=0)

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    return self.dz[1:].T @ hidden[:-1]

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    return self.dz.T @ x
