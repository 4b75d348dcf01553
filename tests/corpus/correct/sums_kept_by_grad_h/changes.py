# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grad_h = torch.zeros_like(hidden)
    self.dz = torch.zeros_like(hidden)
    grad_h[-1] = 2 * (y_pred - y_true) * self.v
    for i in reversed(range(len(hidden))):
        self.dz[i] = (1 - hidden[i] ** 2) * grad_h[i]
        if i > 0:
            grad_h[i - 1] = self.w.T @ self.dz[i]
    return grad_h

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    return self.dz.sum(dim=0)
