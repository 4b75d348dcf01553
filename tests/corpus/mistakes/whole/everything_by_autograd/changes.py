# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    pass

# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true, y_pred):
    pass

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    grad_b = torch.zeros_like(self.b)
    return grad_b

# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true, y_pred, hidden):
    pass

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    grad_w = torch.zeros_like(self.w)
    return grad_w

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    grad_w = torch.zeros_like(self.u)
    return grad_w

# %% rnn.get_gradients
def get_gradients(self, x, y_true, y_pred, hidden):
    names = ["c", "b", "v", "w", "u"]
    weights = {name: getattr(self, name) for name in names}
    for name in names:
        setattr(self, name, weights[name].detach().clone().requires_grad_())
    h = torch.zeros(self.hidden_state_size)
    for step in x:
        h = torch.tanh(self.w @ h + self.u @ step + self.b)
    loss = (self.v @ h + self.c - y_true) ** 2
    loss.backward()
    gradients = {"grad_" + name: getattr(self, name).grad for name in names}
    for name in names:
        setattr(self, name, weights[name])
    return gradients
