# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true, y_pred, hidden):
    last = hidden[-1]
    last *= 2 * (y_pred - y_true)
    return last
