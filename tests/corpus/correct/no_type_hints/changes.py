# %% imports
import csv
import urllib.request
from operator import itemgetter
import torch
from torch.distributions import Normal
import matplotlib.pyplot as plt

# %% random_day
def get_random_day(data):
    start_idx = torch.randint(0, len(data) - 24, (1,))
    x = data[start_idx: start_idx + 24]
    y = data[start_idx + 24, 1]
    return x, y

# %% rnn
class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.hidden_state_size = hidden_state_size
        self.num_features = num_features
        init_distribution = Normal(0, 0.001)
        self.u = init_distribution.sample((hidden_state_size, num_features))
        self.w = init_distribution.sample((hidden_state_size, hidden_state_size))
        self.v = init_distribution.sample((hidden_state_size,))
        self.b = torch.zeros(hidden_state_size)
        self.c = torch.zeros(1)

    def forward(self, x):
        h = torch.zeros(x.shape[0] + 1, self.hidden_state_size)
        for i in range(1, x.shape[0] + 1):
            h[i] = torch.tanh(self.w @ h[i-1] + self.u @ x[i-1] + self.b)
        return h[1:], self.v @ h[-1] + self.c

    __call__ = forward

    def _compute_grad_h(self, y_true, y_pred, hidden):
        grad_h = torch.zeros(hidden.shape)
        grad_h[-1] = 2 * (y_pred - y_true) * self.v.T if self.v.dim() > 1 else 2 * (y_pred - y_true) * self.v
        for i in reversed(range(len(hidden) - 1)):
            grad_h[i] = self.w.T @ torch.diag(1 - hidden[i+1] ** 2) @ grad_h[i+1]
        return grad_h

    def _compute_grad_c(self, y_true, y_pred):
        return 2 * (y_pred - y_true)

    def _compute_grad_b(self, hidden, grad_h):
        grad_b = torch.zeros_like(self.b)
        for h, g in zip(hidden, grad_h):
            grad_b = grad_b + torch.diag(1 - h ** 2) @ g
        return grad_b

    def _compute_grad_v(self, y_true, y_pred, hidden):
        return 2 * (y_pred - y_true) * hidden[-1].T if hidden[-1].dim() > 1 else 2 * (y_pred - y_true) * hidden[-1]

    def _compute_grad_w(self, hidden, grad_h):
        grad_w = torch.zeros_like(self.w)
        h_prev = torch.zeros(self.hidden_state_size)
        for h, g in zip(hidden, grad_h):
            grad_w = grad_w + torch.outer(torch.diag(1 - h ** 2) @ g, h_prev)
            h_prev = h
        return grad_w

    def _compute_grad_u(self, hidden, grad_h, x):
        grad_u = torch.zeros_like(self.u)
        for h, g, xt in zip(hidden, grad_h, x):
            grad_u = grad_u + torch.outer(torch.diag(1 - h ** 2) @ g, xt)
        return grad_u

    def get_gradients(self, x, y_true, y_pred, hidden):
        grad_h = self._compute_grad_h(y_true, y_pred, hidden)
        return {
            "grad_c": self._compute_grad_c(y_true, y_pred),
            "grad_b": self._compute_grad_b(hidden, grad_h),
            "grad_v": self._compute_grad_v(y_true, y_pred, hidden),
            "grad_w": self._compute_grad_w(hidden, grad_h),
            "grad_u": self._compute_grad_u(hidden, grad_h, x)
        }

# %% loss
def mse_loss_func(y_true, y_pred):
    return torch.sum((y_pred - y_true) ** 2)

# %% training_step
def do_training_step(rnn, data_train, batch_size, lr):
    total_loss = 0
    grads = {"grad_c": [], "grad_b": [], "grad_v": [], "grad_w": [], "grad_u": []}
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        h, y_hat = rnn(x)
        total_loss += float(mse_loss_func(y, y_hat)) / batch_size
        for k, v in rnn.get_gradients(x, y, y_hat, h).items():
            grads[k].append(v)
    for k in grads:
        name = k.split("_")[1]
        rnn.__dict__[name] = rnn.__dict__[name] - lr * torch.mean(torch.stack(grads[k]), dim=0)
    return total_loss

# %% training_loop
def train_rnn(data_train, num_steps):
    losses = []
    rnn = RNN()
    for _ in range(num_steps):
        losses.append(do_training_step(rnn, data_train, 4, 0.05))
    return rnn, losses
