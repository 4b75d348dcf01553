# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    grad_u = torch.zeros_like(self.u)
    for i in range(len(hidden)):
        grad_u -= torch.outer((1 - hidden[i] ** 2) * grad_h[i], x[i])
    return grad_u
