# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    if not hasattr(self, 'total_w'):
        self.total_w = torch.zeros_like(self.w)
    self.total_w += ((1 - hidden[1:] ** 2) * grad_h[1:]).T @ hidden[:-1]
    return self.total_w.clone()
