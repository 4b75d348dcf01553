# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grad_h = torch.zeros(24, self.hidden_state_size)
    grad_h[23] = 2 * (y_pred - y_true) * self.v
    for i in range(22, -1, -1):
        grad_h[i] = self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])
    return grad_h
