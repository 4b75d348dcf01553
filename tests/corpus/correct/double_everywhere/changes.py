# %% precision after imports
torch.set_default_dtype(torch.float64)

# %% features_as_double after features
dataset = dataset.double()

# %% rnn.forward
def forward(self, x):
    x = x.to(self.w.dtype)
    h = torch.zeros(len(x) + 1, self.hidden_state_size, dtype=self.w.dtype)
    for t in range(len(x)):
        h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
    y = self.v @ h[-1] + self.c
    return h[1:], y

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    hidden = hidden.to(self.w.dtype)
    grad_h = torch.zeros_like(hidden)
    grad_h[-1] = 2 * (y_pred - y_true) * self.v
    for i in reversed(range(len(hidden) - 1)):
        grad_h[i] = self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])
    return grad_h
