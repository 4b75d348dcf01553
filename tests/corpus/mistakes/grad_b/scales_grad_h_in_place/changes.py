# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    grad_h *= 1 - hidden ** 2
    return grad_h.sum(0)
