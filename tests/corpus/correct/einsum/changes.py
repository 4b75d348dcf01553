# %% rnn.forward
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    inputs = torch.einsum('hf,tf->th', self.u, x) + self.b
    state = torch.zeros(self.hidden_state_size)
    states = []
    for row in inputs:
        state = torch.tanh(torch.einsum('hk,k->h', self.w, state) + row)
        states.append(state)
    hidden = torch.stack(states)
    return hidden, torch.einsum('h,h->', self.v, hidden[-1]) + self.c

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    steps = torch.einsum('kh,tk->thk', self.w, 1 - hidden ** 2)  # the transposed Jacobians
    grads = [2 * (y_pred - y_true) * self.v]
    for jacobian in steps[1:].flip(0):
        grads.insert(0, torch.einsum('hk,k->h', jacobian, grads[0]))
    return torch.stack(grads)

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    return torch.einsum('th,th->h', 1 - hidden.square(), grad_h)

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    return torch.einsum('ti,ti,tj->ij', 1 - hidden[1:].square(), grad_h[1:], hidden[:-1])

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
    return torch.einsum('ti,ti,tj->ij', 1 - hidden.square(), grad_h, x)
