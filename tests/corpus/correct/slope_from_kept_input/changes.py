# %% rnn.forward
def forward(self, x):
    self.x = x
    h = torch.zeros(len(x) + 1, self.hidden_state_size)
    for t in range(len(x)):
        h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
    return h[1:], self.v @ h[-1] + self.c

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    before = torch.cat([torch.zeros(1, hidden.shape[1]), hidden[:-1]])
    inside = before @ self.w.T + self.x @ self.u.T + self.b
    return ((1 - torch.tanh(inside) ** 2) * grad_h).sum(0)
