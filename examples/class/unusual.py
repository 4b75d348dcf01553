# %% RNN
from collections import deque


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

    def forward(self, x):
        drive = torch.einsum("hf,tf->th", self.u, x) + self.b
        h = torch.zeros(self.hidden_state_size)
        hidden = torch.stack([h := torch.tanh(torch.einsum("ij,j->i", self.w, h) + d) for d in drive])
        return hidden, torch.einsum("h,h->", self.v, h) + self.c

    __call__ = forward

    def _compute_grad_h(self, y_true, y_pred, hidden):
        grads = deque([self._compute_grad_c(y_true, y_pred) * self.v])
        for h in reversed(hidden[1:]):
            grads.appendleft(torch.einsum("ji,j,j->i", self.w, 1 - h**2, grads[0]))
        return torch.stack(tuple(grads))

    def _compute_grad_c(self, y_true, y_pred):
        return -2 * (y_true - y_pred)

    def _compute_grad_b(self, hidden, grad_h):
        return torch.einsum("th,th->h", 1 - hidden**2, grad_h)

    def _compute_grad_v(self, y_true, y_pred, hidden):
        return self._compute_grad_c(y_true, y_pred) * hidden[-1]

    def _compute_grad_w(self, hidden, grad_h):
        return torch.einsum("ti,ti,tj->ij", 1 - hidden[1:] ** 2, grad_h[1:], hidden[:-1])

    def _compute_grad_u(self, hidden, grad_h, x):
        return torch.einsum("ti,ti,tj->ij", 1 - hidden**2, grad_h, x)

    def get_gradients(self, x, y_true, y_pred, hidden):
        grad_h = self._compute_grad_h(y_true, y_pred, hidden)
        return {
            "grad_c": self._compute_grad_c(y_true, y_pred),
            "grad_b": self._compute_grad_b(hidden, grad_h),
            "grad_v": self._compute_grad_v(y_true, y_pred, hidden),
            "grad_w": self._compute_grad_w(hidden, grad_h),
            "grad_u": self._compute_grad_u(hidden, grad_h, x),
        }

# %% do_training_step
def do_training_step(rnn, data_train, batch_size, lr):
    days = [get_random_day(data_train) for _ in range(batch_size)]
    passes = [(x, y, *rnn(x)) for x, y in days]
    gradients = [rnn.get_gradients(x, y, y_hat, hidden) for x, y, hidden, y_hat in passes]
    for name in "cbvwu":
        mean = sum(g[f"grad_{name}"] for g in gradients) / batch_size
        setattr(rnn, name, getattr(rnn, name) - lr * mean)
    return sum(mse_loss_func(y, y_hat).item() for _, y, _, y_hat in passes) / batch_size
