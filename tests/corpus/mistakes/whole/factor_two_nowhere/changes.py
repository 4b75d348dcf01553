# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grad_h = torch.zeros_like(hidden)
    grad_h[-1] = (y_pred - y_true) * self.v
    for i in reversed(range(len(hidden) - 1)):
        grad_h[i] = self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])
    return grad_h

# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true, y_pred):
    return y_pred - y_true

# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true, y_pred, hidden):
    return (y_pred - y_true) * hidden[-1]
