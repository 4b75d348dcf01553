# %% more_imports after imports
from itertools import accumulate

# %% rnn.forward
def forward(self, x):
    h = torch.zeros(self.hidden_state_size)
    hidden = torch.stack([h := torch.tanh(self.w @ h + self.u @ x_t + self.b) for x_t in x])
    return hidden, self.v @ h + self.c

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    first = 2 * (y_pred - y_true) * self.v
    back = accumulate(hidden[1:].flip(0), lambda g, h: ((1 - h ** 2) * g) @ self.w, initial=first)
    return torch.stack(list(back)).flip(0)

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden, grad_h):
    return sum((1 - h ** 2) * g for h, g in zip(hidden, grad_h))

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden, grad_h):
    return sum(((1 - h ** 2) * g).outer(p) for h, g, p in zip(hidden, grad_h, [0 * hidden[0], *hidden]))

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    return sum(((1 - h ** 2) * g).outer(x_t) for h, g, x_t in zip(hidden, grad_h, x))

# %% training_step
def do_training_step(rnn, data_train, batch_size, lr):
    days = [get_random_day(data_train) for _ in range(batch_size)]
    passes = [(x, y, *rnn(x)) for x, y in days]
    grads = [rnn.get_gradients(x, y, y_hat, h) for x, y, h, y_hat in passes]
    for key in (names := grads[0]):
        setattr(rnn, p := key[-1], getattr(rnn, p) - lr * sum(g[key] for g in grads) / batch_size)
    return sum(mse_loss_func(y, y_hat).item() for _, y, _, y_hat in passes) / batch_size
