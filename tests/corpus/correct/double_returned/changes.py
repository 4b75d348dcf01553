# %% rnn
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
        h = torch.zeros(len(x) + 1, self.hidden_state_size, dtype=torch.double)
        for t in range(len(x)):
            h[t + 1] = torch.tanh(self.w.double() @ h[t] + self.u.double() @ x[t].double() + self.b)
        return h[1:], self.v.double() @ h[-1] + self.c

    def __call__(self, x):
        return self.forward(x)

    def _compute_grad_h(self, y_true, y_pred, hidden):
        grad_h = torch.zeros(hidden.shape, dtype=torch.double)
        grad_h[-1] = 2 * (y_pred - y_true) * self.v
        for i in reversed(range(len(hidden) - 1)):
            grad_h[i] = self.w.double().T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])
        return grad_h

    def _compute_grad_c(self, y_true, y_pred):
        return 2 * (y_pred - y_true)

    def _compute_grad_b(self, hidden, grad_h):
        return ((1 - hidden ** 2) * grad_h).sum(0)

    def _compute_grad_v(self, y_true, y_pred, hidden):
        return 2 * (y_pred - y_true) * hidden[-1]

    def _compute_grad_w(self, hidden, grad_h):
        delta = (1 - hidden.double() ** 2) * grad_h
        return delta[1:].T @ hidden[:-1].double()

    def _compute_grad_u(self, hidden, grad_h, x):
        delta = (1 - hidden.double() ** 2) * grad_h
        return delta.T @ x.double()

    def get_gradients(self, x, y_true, y_pred, hidden):
        grad_h = self._compute_grad_h(y_true, y_pred, hidden)
        return {
            "grad_c": self._compute_grad_c(y_true, y_pred),
            "grad_b": self._compute_grad_b(hidden, grad_h),
            "grad_v": self._compute_grad_v(y_true, y_pred, hidden),
            "grad_w": self._compute_grad_w(hidden, grad_h),
            "grad_u": self._compute_grad_u(hidden, grad_h, x)
        }
