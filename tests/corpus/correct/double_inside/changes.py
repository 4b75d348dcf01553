# %% rnn.forward
def forward(self, x):
    w, u, b = self.w.double(), self.u.double(), self.b.double()
    h = torch.zeros(len(x) + 1, self.hidden_state_size, dtype=torch.float64)
    for t, x_t in enumerate(x.double(), start=1):
        h[t] = torch.tanh(w @ h[t - 1] + u @ x_t + b)
    y = self.v.double() @ h[-1] + self.c
    return h[1:].float(), y.float()

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    hidden = hidden.double()
    grad_h = torch.zeros_like(hidden)
    grad_h[-1] = 2 * (y_pred.double() - y_true.double()) * self.v.double()
    w = self.w.double()
    for i in reversed(range(len(hidden) - 1)):
        grad_h[i] = w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])
    return grad_h.float()

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    return ((1 - hidden.double() ** 2) * grad_h.double()).sum(dim=0).float()
