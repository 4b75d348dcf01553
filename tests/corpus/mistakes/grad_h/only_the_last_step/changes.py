# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grad_h = torch.zeros_like(hidden)
    grad_h[-1] = 2 * (y_pred - y_true) * self.v
    return grad_h
