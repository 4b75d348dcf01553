# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    return ((1 - hidden ** 2) * grad_h).T @ hidden

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    return grad_h.T @ x
