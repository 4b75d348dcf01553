# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    grad_w = torch.zeros_like(self.w)
    for t in range(1, len(hidden)):
        delta = grad_h[t]
        delta *= 1 - hidden[t] ** 2
        grad_w += torch.outer(delta, hidden[t - 1])
    return grad_w
