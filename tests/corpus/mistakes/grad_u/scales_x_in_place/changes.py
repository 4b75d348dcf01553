# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    delta = (1 - hidden ** 2) * grad_h
    grad_u = torch.zeros_like(self.u)
    for j in range(len(self.u)):
        weighted = x.clone()
        weighted *= delta[:, j:j + 1]
        grad_u[j] = weighted.sum(0)
    x *= 0.99
    return grad_u
