# %% helpers after random_day_check
def tanh_derivative(h):
    return 1.0 - h * h


def shifted(hidden):
    """h[0] .. h[T-1]"""
    return torch.cat((torch.zeros_like(hidden[:1]), hidden[:-1]), dim=0)


def error(y_true, y_pred):
    return 2.0 * (y_pred - y_true)


def delta(hidden, grad_h):
    return tanh_derivative(hidden) * grad_h

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grad_h = torch.zeros_like(hidden)
    grad_h[-1] = error(y_true, y_pred) * self.v
    for i in reversed(range(len(hidden) - 1)):
        grad_h[i] = delta(hidden[i + 1], grad_h[i + 1]) @ self.w
    return grad_h

# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true, y_pred):
    return error(y_true, y_pred)

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    return delta(hidden, grad_h).sum(dim=0)

# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true, y_pred, hidden):
    return error(y_true, y_pred) * hidden[-1]

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    return delta(hidden, grad_h).T @ shifted(hidden)

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    return delta(hidden, grad_h).T @ x
