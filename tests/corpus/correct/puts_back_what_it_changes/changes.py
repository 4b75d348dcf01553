# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    hidden += 1
    result = ((2 - hidden) * hidden * grad_h).sum(0)
    hidden -= 1
    return result

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    grad_h.mul_(-1)
    result = ((hidden[1:] ** 2 - 1) * grad_h[1:]).T @ hidden[:-1]
    grad_h.neg_()
    return result
