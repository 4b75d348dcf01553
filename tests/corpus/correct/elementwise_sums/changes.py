# %% rnn.forward
def forward(self, x):
    T, H = len(x), self.hidden_state_size
    h = torch.zeros(T + 1, H)
    for t in range(1, T + 1):
        h[t] = ((self.w * h[t - 1]).sum(dim=1) + (self.u * x[t - 1]).sum(dim=1) + self.b).tanh()
    y = (self.v * h[T]).sum().reshape(1) + self.c
    return h[1:], y

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    T, H = hidden.shape
    grad_h = torch.zeros(T, H)
    for j in range(H):
        grad_h[T - 1, j] = 2 * (y_pred[0] - y_true[0]) * self.v[j]
    for t in range(T - 2, -1, -1):
        d = (1 - hidden[t + 1] * hidden[t + 1]) * grad_h[t + 1]
        grad_h[t] = (self.w * d[:, None]).sum(dim=0)
    return grad_h

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    h_prev = torch.vstack([torch.zeros(1, hidden.shape[1]), hidden[:-1]])
    d = (1 - hidden * hidden) * grad_h
    return (d[:, :, None] * h_prev[:, None, :]).sum(dim=0)

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    d = (1 - hidden * hidden) * grad_h
    return (d[:, :, None] * x[:, None, :]).sum(dim=0)
