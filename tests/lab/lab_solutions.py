"""Right solutions in several styles, as text, for the tests of the questions."""

from __future__ import annotations

CELLS = {
    "imports": """
import random
import numpy as np
import torch
from torch import Tensor
from torch.distributions import Normal
""",
    "split": """
num_train_samples = int(len(dataset) / 24 * 0.8) * 24
data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]
""",
    "standardize": """
means = data_train.mean(dim=0)
stds = data_train.std(dim=0)
data_train = (data_train - means) / stds
data_test = (data_test - means) / stds
""",
    "random_day": """
def get_random_day(data):
    start_idx = torch.randint(0, len(data) - 24, (1,))
    x = data[start_idx: start_idx + 24]
    y = data[start_idx + 24, 1]
    return x, y
""",
    "init": """
class RNN:
    def __init__(self, hidden_state_size: int = 10, num_features: int = 6) -> None:
        self.hidden_state_size = hidden_state_size
        self.num_features = num_features
        init_distribution = Normal(0, 0.001)
        self.u = init_distribution.sample((hidden_state_size, num_features))
        self.w = init_distribution.sample((hidden_state_size, hidden_state_size))
        self.v = init_distribution.sample((hidden_state_size,))
        self.b = torch.zeros(hidden_state_size)
        self.c = torch.zeros(1)
""",
    "forward": """
    def forward(self, x):
        h = torch.zeros((len(x) + 1, self.hidden_state_size))
        for i in range(len(x)):
            h[i + 1] = torch.tanh(self.w @ h[i] + self.u @ x[i] + self.b)
        y = self.v @ h[-1] + self.c
        return h[1:], y

    def __call__(self, x):
        return self.forward(x)
""",
    "grad_h": """
    def _compute_grad_h(self, y_true, y_pred, hidden):
        grad_h = torch.zeros_like(hidden)
        grad_h[-1] = 2 * (y_pred - y_true) * self.v
        for i in reversed(range(len(hidden) - 1)):
            grad_h[i] = self.w.T @ torch.diag(1 - hidden[i + 1] ** 2) @ grad_h[i + 1]
        return grad_h
""",
    "grad_c": """
    def _compute_grad_c(self, y_true, y_pred):
        return 2 * (y_pred - y_true)
""",
    "grad_b": """
    def _compute_grad_b(self, hidden, grad_h):
        grad_b = torch.zeros_like(self.b)
        for i in range(len(hidden)):
            grad_b += (1 - hidden[i] ** 2) * grad_h[i]
        return grad_b
""",
    "grad_v": """
    def _compute_grad_v(self, y_true, y_pred, hidden):
        return 2 * (y_pred - y_true) * hidden[-1]
""",
    "grad_w": """
    def _compute_grad_w(self, hidden, grad_h):
        grad_w = torch.zeros_like(self.w)
        for i in range(1, len(hidden)):
            grad_w += torch.outer((1 - hidden[i] ** 2) * grad_h[i], hidden[i - 1])
        return grad_w
""",
    "grad_u": """
    def _compute_grad_u(self, hidden, grad_h, x):
        grad_u = torch.zeros_like(self.u)
        for i in range(len(hidden)):
            grad_u += torch.outer((1 - hidden[i] ** 2) * grad_h[i], x[i])
        return grad_u
""",
    "get_gradients": """
    def get_gradients(self, x, y_true, y_pred, hidden):
        grad_h = self._compute_grad_h(y_true, y_pred, hidden)
        return {
            "grad_c": self._compute_grad_c(y_true, y_pred),
            "grad_b": self._compute_grad_b(hidden, grad_h),
            "grad_v": self._compute_grad_v(y_true, y_pred, hidden),
            "grad_w": self._compute_grad_w(hidden, grad_h),
            "grad_u": self._compute_grad_u(hidden, grad_h, x),
        }
""",
    "loss": """
def mse_loss_func(y_true, y_pred):
    return (y_pred - y_true) ** 2
""",
    "training_step": """
def do_training_step(rnn, data_train, batch_size, lr):
    total_loss = 0
    collected = {"c": [], "b": [], "v": [], "w": [], "u": []}
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        h, y_hat = rnn(x)
        loss = mse_loss_func(y, y_hat)
        total_loss += float(loss) / batch_size
        grads = rnn.get_gradients(x, y, y_hat, h)
        for name, values in collected.items():
            values.append(grads["grad_" + name])
    rnn.c -= lr * sum(collected["c"]) / batch_size
    rnn.b -= lr * sum(collected["b"]) / batch_size
    rnn.v -= lr * sum(collected["v"]) / batch_size
    rnn.w -= lr * sum(collected["w"]) / batch_size
    rnn.u -= lr * sum(collected["u"]) / batch_size
    return total_loss
""",
    "training_loop": """
def train_rnn(data_train, num_steps):
    losses = []
    rnn = RNN()
    for _ in range(num_steps):
        loss = do_training_step(rnn, data_train, batch_size=4, lr=0.05)
        losses.append(loss)
    return rnn, losses
""",
    "run": """
torch.manual_seed(0)
rnn, losses = train_rnn(data_train, num_steps=500)
""",
}
"""A right solution, close to the template."""

CLASS = ("init", "forward", "grad_h", "grad_c", "grad_b", "grad_v", "grad_w", "grad_u", "get_gradients")

STYLES: dict[str, dict[str, str]] = {
    "einsum, float64 inside, whole-data statistics, NumPy sampler": {
        "split": """
num_train_samples = 34392
data_train, data_test = dataset[:num_train_samples], dataset[num_train_samples:]
""",
        "standardize": """
means = dataset.numpy().mean(axis=0, keepdims=True)
stds = dataset.numpy().std(axis=0, keepdims=True)
data_train = (data_train - torch.tensor(means)) / torch.tensor(stds)
data_test = (data_test - torch.tensor(means)) / torch.tensor(stds)
""",
        "random_day": """
def get_random_day(data):
    start = np.random.choice(len(data) - 25)
    return data[start: start + 24].clone(), data[start + 24, 1:2]
""",
        "forward": """
    def forward(self, x):
        h, states = torch.zeros(self.w.shape[0]).double(), []
        for x_t in x.double():
            h = torch.tanh(torch.einsum("ij,j->i", self.w.double(), h) + self.u.double() @ x_t + self.b)
            states.append(h)
        return torch.stack(states), torch.dot(self.v.double(), h).reshape(1) + self.c

    __call__ = forward
""",
        "grad_h": """
    def _compute_grad_h(self, y_true, y_pred, hidden):
        rows = [2 * (y_pred.double() - y_true.double()) * self.v.double()]
        for h in hidden.double().flip(0)[:-1]:
            rows.insert(0, (rows[0] * (1 - h * h)) @ self.w.double())
        return torch.stack(rows)
""",
        "grad_b": """
    def _compute_grad_b(self, hidden, grad_h):
        return torch.einsum("ti,ti->i", 1 - hidden.square(), grad_h)
""",
        "grad_w": """
    def _compute_grad_w(self, hidden, grad_h):
        before = torch.cat([torch.zeros(1, hidden.shape[1], dtype=hidden.dtype), hidden[:-1]])
        return torch.einsum("ti,ti,tj->ij", 1 - hidden ** 2, grad_h, before)
""",
        "grad_u": """
    def _compute_grad_u(self, hidden, grad_h, x):
        return torch.einsum("ti,tj->ij", (1 - hidden ** 2) * grad_h, x.to(hidden.dtype))
""",
        "loss": """
def mse_loss_func(y_true, y_pred):
    return torch.mean((y_true - y_pred) ** 2)
""",
        "training_step": """
def do_training_step(rnn, data_train, batch_size, lr):
    losses, grads = [], []
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        h, y_hat = rnn.forward(x)
        losses.append(mse_loss_func(y, y_hat))
        grads.append(rnn.get_gradients(x, y, y_hat, h))
    for name in "cbvwu":
        step = torch.stack([g["grad_" + name] for g in grads]).mean(0).float()
        setattr(rnn, name, getattr(rnn, name) - lr * step)
    return torch.stack(losses).mean()
""",
    },
    "states kept in forward, sums, whole days, the last loss": {
        "random_day": """
def get_random_day(data):
    start = random.randint(0, (len(data) - 1) // 24 - 1) * 24
    return data[start: start + 24], data[start + 24, 1].reshape(1)
""",
        "forward": """
    def forward(self, x):
        self.h = [torch.zeros(self.hidden_state_size)]
        self.x = x
        for x_t in x:
            self.h.append(torch.tanh(self.w.matmul(self.h[-1]) + self.u.matmul(x_t) + self.b))
        self.h = torch.stack(self.h)
        return self.h[1:], (self.v * self.h[-1]).sum() + self.c

    def __call__(self, x):
        return self.forward(x)
""",
        "grad_b": """
    def _compute_grad_b(self, hidden, grad_h):
        return ((1 - self.h[1:] ** 2) * grad_h).sum(0)
""",
        "grad_w": """
    def _compute_grad_w(self, hidden, grad_h):
        return ((1 - self.h[1:] ** 2) * grad_h).T @ self.h[:-1]
""",
        "grad_u": """
    def _compute_grad_u(self, hidden, grad_h, x):
        return ((1 - self.h[1:] ** 2) * grad_h).T @ self.x
""",
        "training_step": """
def do_training_step(rnn, data_train, batch_size, lr):
    total = {}
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        h, y_hat = rnn(x)
        loss = float(mse_loss_func(y, y_hat))
        for name, value in rnn.get_gradients(x=x, y_true=y, y_pred=y_hat, hidden=h).items():
            total[name] = total.get(name, 0) + value
    rnn.c, rnn.b, rnn.v, rnn.w, rnn.u = (
        old - lr * total["grad_" + name]
        for name, old in (("c", rnn.c), ("b", rnn.b), ("v", rnn.v), ("w", rnn.w), ("u", rnn.u))
    )
    return loss
""",
        "training_loop": CELLS["training_loop"].replace("batch_size=4, lr=0.05", "4, 0.0125"),
    },
    "torch.nn.Module with parameters": {
        "init": """
class RNN(torch.nn.Module):
    def __init__(self, hidden_state_size: int = 10, num_features: int = 6) -> None:
        super().__init__()
        self.hidden_state_size = hidden_state_size
        self.num_features = num_features
        def parameter(*size):
            return torch.nn.Parameter(0.001 * torch.randn(*size))
        self.u = parameter(hidden_state_size, num_features)
        self.w = parameter(hidden_state_size, hidden_state_size)
        self.v = parameter(hidden_state_size)
        self.b = torch.nn.Parameter(torch.zeros(hidden_state_size))
        self.c = torch.nn.Parameter(torch.zeros(1))
""",
        "forward": CELLS["forward"]
        .replace("        h = torch", "        h = torch", 1)
        .replace(
            "h[i + 1] = torch.tanh(self.w @ h[i] + self.u @ x[i] + self.b)",
            "h[i + 1] = self.step(h[i].clone(), x[i])",
        )
        .replace(
            "    def __call__(self, x):\n        return self.forward(x)\n",
            "    def step(self, h, x):\n        return torch.tanh(self.w @ h + self.u @ x + self.b)\n",
        ),
        "training_step": CELLS["training_step"]
        .replace("rnn.c -=", "rnn.c.data -=")
        .replace("rnn.b -=", "rnn.b.data -=")
        .replace("rnn.v -=", "rnn.v.data -=")
        .replace("rnn.w -=", "rnn.w.data -=")
        .replace("rnn.u -=", "rnn.u.data -="),
    },
    "weights that require gradients, a step under no_grad": {
        "init": CELLS["init"]
        + """
        for weight in (self.u, self.w, self.v, self.b, self.c):
            weight.requires_grad_(True)
""",
        "forward": """
    def forward(self, x):
        with torch.no_grad():
            h = torch.zeros((len(x) + 1, self.hidden_state_size))
            for i in range(len(x)):
                h[i + 1] = torch.tanh(self.w @ h[i] + self.u @ x[i] + self.b)
            return h[1:], self.v @ h[-1] + self.c

    def __call__(self, x):
        return self.forward(x)
""",
        "training_step": CELLS["training_step"].replace("    rnn.", "    with torch.no_grad(): rnn."),
        "training_loop": CELLS["training_loop"].replace(
            "losses.append(loss)", "losses.append(torch.tensor(loss))"
        ),
    },
    "gradients one by one, a step without helpers": {
        "training_step": """
def do_training_step(rnn, data_train, batch_size, lr):
    total_loss = 0
    grads = [0, 0, 0, 0, 0]
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        h, y_hat = rnn.forward(x)
        total_loss += (y - y_hat).item() ** 2
        grad_h = rnn._compute_grad_h(y, y_hat, h)
        grads[0] = grads[0] + rnn._compute_grad_c(y, y_hat)
        grads[1] = grads[1] + rnn._compute_grad_b(h, grad_h)
        grads[2] = grads[2] + rnn._compute_grad_v(y, y_hat, h)
        grads[3] = grads[3] + rnn._compute_grad_w(h, grad_h)
        grads[4] = grads[4] + rnn._compute_grad_u(h, grad_h, x)
    rnn.c = rnn.c - lr * grads[0] / batch_size
    rnn.b = rnn.b - lr * grads[1] / batch_size
    rnn.v = rnn.v - lr * grads[2] / batch_size
    rnn.w = rnn.w - lr * grads[3] / batch_size
    rnn.u = rnn.u - lr * grads[4] / batch_size
    return total_loss / batch_size
""",
        "training_loop": CELLS["training_loop"]
        .replace("loss = do", "losses.append(do")
        .replace("lr=0.05)\n        losses.append(loss)", "lr=0.05))"),
    },
    "own sampling inside the step": {
        "training_step": CELLS["training_step"].replace(
            "x, y = get_random_day(data_train)",
            "i = int(torch.randint(0, len(data_train) - 24, ()))\n"
            "        x, y = data_train[i:i + 24], data_train[i + 24, 1:2]",
        ),
    },
}
"""Other right solutions: the cells in which they differ from :data:`CELLS`."""

TEMPLATE = {
    "split": "num_train_samples = (\n)\ndata_train = dataset[:num_train_samples]\n",
    "standardize": "means = ()\nstds = ()\ndata_train = ()\ndata_test = ()\n",
    "random_day": CELLS["random_day"].replace("torch.randint(0, len(data) - 24, (1,))", "()"),
    "forward": CELLS["forward"]
    .replace("(len(x) + 1, self.hidden_state_size)", "()")
    .replace("torch.tanh(self.w @ h[i] + self.u @ x[i] + self.b)", "h[i + 1]")
    .replace("self.v @ h[-1] + self.c", "()"),
    "grad_h": "    def _compute_grad_h(self, y_true, y_pred, hidden):\n        grad_h = ()\n        return grad_h\n",
    "grad_c": "    def _compute_grad_c(self, y_true, y_pred):\n        pass\n",
    "grad_b": "    def _compute_grad_b(self, hidden, grad_h):\n        return torch.zeros_like(self.b)\n",
    "grad_v": "    def _compute_grad_v(self, y_true, y_pred, hidden):\n        ...\n",
    "grad_w": "    def _compute_grad_w(self, hidden, grad_h):\n        return torch.zeros_like(self.w)\n",
    "grad_u": "    def _compute_grad_u(self, hidden, grad_h, x):\n        return torch.zeros_like(self.u)\n",
    "loss": "def mse_loss_func(y_true, y_pred):\n    raise NotImplementedError\n",
    "training_step": """
def do_training_step(rnn, data_train, batch_size, lr):
    total_loss = 0
    for _ in range(batch_size):
        total_loss = float(loss)
    return total_loss
""",
    "training_loop": """
def train_rnn(data_train, num_steps):
    losses = []
    rnn = RNN()
    for _ in range(num_steps):
        pass
    losses.append(loss)
    return rnn, losses
""",
}
"""The lab's text with nothing filled in."""
