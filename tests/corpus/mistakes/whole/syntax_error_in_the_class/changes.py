# %% rnn
class RNN:
    def __init__(self, hidden_state_size: int = 10, num_features: int = 6) -> None:
        self.hidden_state_size = hidden_state_size
        self.num_features = num_features

        init_distribution = Normal(0, 0.001)
        self.u = init_distribution.sample((hidden_state_size, num_features))
        self.w = init_distribution.sample((hidden_state_size, hidden_state_size))
        self.v = init_distribution.sample((hidden_state_size,))
        self.b = torch.zeros(hidden_state_size
        self.c = torch.zeros(1)

    # We will now define a function for the forward propagation,
    # which will return the prediction of the network as well as all intermediate hidden states
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        """Pass a timeseries through the RNN."""
        h_dims = (len(x) + 1, self.hidden_state_size)
        h = torch.zeros(h_dims)
        for t in range(len(x)):
            h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
        y = self.v @ h[-1] + self.c
        return h[1:], y

    def __call__(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.forward(x)

    # We now define functions computing the gradient for each parameter of the network
    def _compute_grad_h(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
        """Compute the gradient w.r.t. h"""
        grad_h = torch.zeros_like(hidden)
        grad_h[-1] = 2 * (y_pred - y_true) * self.v
        for i in reversed(range(len(hidden) - 1)):
            grad_h[i] = self.w.T @ ((1 - hidden[i + 1] ** 2) * grad_h[i + 1])
        return grad_h

    def _compute_grad_c(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        """Compute the gradient w.r.t. c. (The bias of the output layer)"""
        return 2 * (y_pred - y_true)

    def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        """Compute the gradient w.r.t. b. (The bias of the recurrent layer)"""
        grad_b = torch.zeros_like(self.b)
        for t in range(len(hidden)):
            grad_b += (1 - hidden[t] ** 2) * grad_h[t]
        return grad_b

    def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
        """Compute the gradient w.r.t. v. (The bias of the output weights)"""
        return 2 * (y_pred - y_true) * hidden[-1]

    def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        """Compute the gradient w.r.t. w. (The hidden-to-hidden weights)"""
        grad_w = torch.zeros_like(self.w)
        for t in range(1, len(hidden)):  # h[0] is zero and adds nothing
            grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], hidden[t - 1])
        return grad_w

    def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
        """Compute the gradient w.r.t. u. (The input-to-hidden weights)"""
        grad_w = torch.zeros_like(self.u)
        for t in range(len(hidden)):
            grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], x[t])
        return grad_w

    def get_gradients(
        self, x: Tensor, y_true: Tensor, y_pred: Tensor, hidden: Tensor
    ) -> Dict[str, Tensor]:
        """Obtain all gradients for a prediction."""
        grad_h = self._compute_grad_h(y_true, y_pred, hidden)

        return {
            "grad_c": self._compute_grad_c(y_true, y_pred),
            "grad_b": self._compute_grad_b(hidden, grad_h),
            "grad_v": self._compute_grad_v(y_true, y_pred, hidden),
            "grad_w": self._compute_grad_w(hidden, grad_h),
            "grad_u": self._compute_grad_u(hidden, grad_h, x)
        }
