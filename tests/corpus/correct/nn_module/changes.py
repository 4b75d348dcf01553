# %% more_imports after imports
from torch import nn

# %% rnn
class RNN(nn.Module):
    def __init__(self, hidden_state_size: int = 10, num_features: int = 6) -> None:
        super().__init__()
        self.hidden_state_size = hidden_state_size
        self.num_features = num_features
        self.u = nn.Parameter(torch.randn(hidden_state_size, num_features) * 0.001)
        self.w = nn.Parameter(torch.randn(hidden_state_size, hidden_state_size) * 0.001)
        self.v = nn.Parameter(torch.randn(hidden_state_size) * 0.001)
        self.b = nn.Parameter(torch.zeros(hidden_state_size))
        self.c = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        h = [torch.zeros(self.hidden_state_size)]
        for x_t in x:
            h.append(torch.tanh(self.w @ h[-1] + self.u @ x_t + self.b))
        return torch.stack(h[1:]), self.v @ h[-1] + self.c

    @torch.no_grad()
    def _compute_grad_h(self, y_true, y_pred, hidden):
        grad_h = torch.zeros_like(hidden)
        grad_h[-1] = 2 * (y_pred - y_true) * self.v
        for i in reversed(range(len(hidden) - 1)):
            grad_h[i] = self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])
        return grad_h

    @torch.no_grad()
    def _compute_grad_c(self, y_true, y_pred):
        return 2 * (y_pred - y_true)

    @torch.no_grad()
    def _compute_grad_b(self, hidden, grad_h):
        return ((1 - hidden ** 2) * grad_h).sum(dim=0)

    @torch.no_grad()
    def _compute_grad_v(self, y_true, y_pred, hidden):
        return 2 * (y_pred - y_true) * hidden[-1]

    @torch.no_grad()
    def _compute_grad_w(self, hidden, grad_h):
        return ((1 - hidden ** 2) * grad_h)[1:].T @ hidden[:-1]

    @torch.no_grad()
    def _compute_grad_u(self, hidden, grad_h, x):
        return ((1 - hidden ** 2) * grad_h).T @ x

    def get_gradients(self, x, y_true, y_pred, hidden):
        grad_h = self._compute_grad_h(y_true, y_pred, hidden)
        return {
            "grad_c": self._compute_grad_c(y_true, y_pred),
            "grad_b": self._compute_grad_b(hidden, grad_h),
            "grad_v": self._compute_grad_v(y_true, y_pred, hidden),
            "grad_w": self._compute_grad_w(hidden, grad_h),
            "grad_u": self._compute_grad_u(hidden, grad_h, x)
        }

# %% training_step
def do_training_step(rnn, data_train, batch_size, lr):
    total_loss = 0
    totals = {}
    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        total_loss += mse_loss_func(y, y_hat).item() / batch_size
        for name, grad in rnn.get_gradients(x, y, y_hat, hidden).items():
            totals[name] = totals.get(name, 0) + grad / batch_size
    rnn.c.data -= lr * totals["grad_c"]
    rnn.b.data -= lr * totals["grad_b"]
    rnn.v.data -= lr * totals["grad_v"]
    rnn.w.data -= lr * totals["grad_w"]
    rnn.u.data -= lr * totals["grad_u"]
    return total_loss
