# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    slope = 1 - hidden ** 2
    grad_h = hidden
    grad_h[-1] = 2 * (y_pred - y_true) * self.v
    for i in reversed(range(len(hidden) - 1)):
        grad_h[i] = self.w.T @ (slope[i + 1] * grad_h[i + 1])
    return grad_h
