# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true, y_pred, hidden):
    y_pred -= y_true
    y_pred *= 2
    return y_pred * hidden[-1]

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    hidden.pow_(2).neg_().add_(1)
    grad_h *= hidden
    return grad_h.T @ x
