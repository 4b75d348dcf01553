# %% rnn.get_gradients
def get_gradients(self, x, y_true, y_pred, hidden):
    grad_h = self._compute_grad_h(y_true, y_pred, hidden)
    error, delta = self._error_and_delta(y_true, y_pred, hidden, grad_h)
    before = torch.cat([torch.zeros(1, self.hidden_state_size), hidden[:-1]])
    return dict(
        grad_c=error,
        grad_b=delta.sum(dim=0),
        grad_v=error * hidden[-1],
        grad_w=delta.T @ before,
        grad_u=delta.T @ x,
    )

@staticmethod
def _error_and_delta(y_true, y_pred, hidden, grad_h):
    return 2 * (y_pred - y_true), (1 - hidden.pow(2)) * grad_h
