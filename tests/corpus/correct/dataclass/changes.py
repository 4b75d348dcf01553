# %% more_imports after imports
from dataclasses import dataclass, field

# %% rnn
@dataclass(eq=False)
class RNN:
    hidden_state_size: int = 10
    num_features: int = 6
    u: Tensor = field(init=False, repr=False)
    w: Tensor = field(init=False, repr=False)
    v: Tensor = field(init=False, repr=False)
    b: Tensor = field(init=False, repr=False)
    c: Tensor = field(init=False, repr=False)

    def __post_init__(self) -> None:
        small = Normal(0, 0.001)
        self.u = small.sample((self.hidden_state_size, self.num_features))
        self.w = small.sample((self.hidden_state_size, self.hidden_state_size))
        self.v = small.sample((self.hidden_state_size,))
        self.b, self.c = torch.zeros(self.hidden_state_size), torch.zeros(1)

    def __call__(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.forward(x)

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        projected = x @ self.u.T + self.b
        hidden = torch.empty_like(projected)
        h = torch.zeros(self.hidden_state_size)
        for t, p in enumerate(projected):
            hidden[t] = h = torch.tanh(self.w @ h + p)
        return hidden, self.v @ h + self.c

    def _delta(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        return (1 - hidden ** 2) * grad_h

    def _compute_grad_h(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
        grad_h = torch.empty_like(hidden)
        grad = self._compute_grad_c(y_true, y_pred) * self.v
        for t in range(len(hidden) - 1, -1, -1):
            grad_h[t] = grad
            grad = self.w.T @ self._delta(hidden[t], grad)
        return grad_h

    def _compute_grad_c(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return 2 * (y_pred - y_true)

    def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        return self._delta(hidden, grad_h).sum(0)

    def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
        return self._compute_grad_c(y_true, y_pred) * hidden[-1]

    def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        return self._delta(hidden, grad_h)[1:].T @ hidden[:-1]

    def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
        return self._delta(hidden, grad_h).T @ x

    def get_gradients(self, x: Tensor, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Dict[str, Tensor]:
        grad_h = self._compute_grad_h(y_true, y_pred, hidden)
        return {
            "grad_c": self._compute_grad_c(y_true, y_pred),
            "grad_b": self._compute_grad_b(hidden, grad_h),
            "grad_v": self._compute_grad_v(y_true, y_pred, hidden),
            "grad_w": self._compute_grad_w(hidden, grad_h),
            "grad_u": self._compute_grad_u(hidden, grad_h, x),
        }
