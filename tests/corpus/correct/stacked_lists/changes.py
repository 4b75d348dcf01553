# %% rnn.forward
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    """Pass a timeseries through the RNN."""
    h = [torch.zeros(self.hidden_state_size)]
    for x_t in x:
        h.append(torch.tanh(self.w.matmul(h[-1]) + self.u.matmul(x_t) + self.b))
    y = torch.dot(self.v, h[-1]) + self.c
    return torch.stack(h[1:]), y

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grads = [2 * (y_pred - y_true) * self.v]
    for h_next in reversed(hidden[1:]):
        grads.append(grads[-1] @ torch.diag(1 - h_next ** 2) @ self.w)
    return torch.stack(grads[::-1])

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    return torch.stack([torch.diag(1 - h ** 2) @ g for h, g in zip(hidden, grad_h)]).sum(0)

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    previous = [torch.zeros(self.hidden_state_size)] + list(hidden[:-1])
    terms = [torch.diag(1 - h ** 2) @ g.unsqueeze(1) @ p.unsqueeze(0) for h, g, p in zip(hidden, grad_h, previous)]
    return torch.stack(terms).sum(0)

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    terms = [torch.diag(1 - h ** 2) @ g.unsqueeze(1) @ x_t.unsqueeze(0) for h, g, x_t in zip(hidden, grad_h, x)]
    return torch.stack(terms).sum(0)
