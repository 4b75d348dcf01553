# %% rnn.forward
def forward(self, x):
    h = torch.zeros((x.shape[0] + 1, self.hidden_state_size, 1))
    for i in range(x.shape[0]):
        h[i + 1] = torch.tanh(torch.mm(self.w, h[i]) + torch.mm(self.u, x[i].view(-1, 1)) + self.b.view(-1, 1))
    y = torch.mm(self.v.view(1, -1), h[-1]).view(1) + self.c
    return h[1:].squeeze(-1), y

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grad_h = torch.zeros(*hidden.shape, 1)
    grad_h[-1] = 2 * (y_pred - y_true) * self.v.view(-1, 1)
    for i in reversed(range(len(hidden) - 1)):
        grad_h[i] = torch.mm(torch.mm(self.w.T, torch.diag(1 - torch.square(hidden[i + 1]))), grad_h[i + 1])
    return grad_h[:, :, 0]

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    grad_w = torch.zeros_like(self.w)
    for t in range(len(hidden)):
        h_before = hidden[t - 1] if t > 0 else torch.zeros(self.hidden_state_size)
        grad_w += torch.diag(1 - hidden[t] ** 2).mm(grad_h[t].view(-1, 1)).mm(h_before.view(1, -1))
    return grad_w
