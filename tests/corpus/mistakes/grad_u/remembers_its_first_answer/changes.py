# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    if not hasattr(self, 'grad_u'):
        self.grad_u = ((1 - hidden ** 2) * grad_h).T @ x
    return self.grad_u
