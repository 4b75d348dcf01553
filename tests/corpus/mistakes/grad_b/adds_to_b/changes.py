# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    before = self.b.clone()
    total = self.b
    for t in range(len(hidden)):
        total += (1 - hidden[t] ** 2) * grad_h[t]
    return total - before
