# %% rnn
class RNN:
    def __init__(self, hidden_state_size: int = 10, num_features: int = 6) -> None:
        self.hidden_state_size = hidden_state_size
        self.num_features = num_features

        init_distribution = Normal(0, 0.001)
        self.u = init_distribution.sample((hidden_state_size, num_features)).requires_grad_()
        self.w = init_distribution.sample((hidden_state_size, hidden_state_size)).requires_grad_()
        self.v = init_distribution.sample((hidden_state_size,)).requires_grad_()
        self.b = torch.zeros(hidden_state_size, requires_grad=True)
        self.c = torch.zeros(1, requires_grad=True)

    # We will now define a function for the forward propagation,
    # which will return the prediction of the network as well as all intermediate hidden states
    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        """Pass a timeseries through the RNN."""
        h_dims = (len(x) + 1, self.hidden_state_size)
        h = torch.zeros(h_dims)
        with torch.no_grad():
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
        return torch.sum((1 - hidden ** 2) * grad_h, dim=0)

    def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
        """Compute the gradient w.r.t. v. (The bias of the output weights)"""
        return 2 * (y_pred - y_true) * hidden[-1]

    def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        """Compute the gradient w.r.t. w. (The hidden-to-hidden weights)"""
        # h[0] is zero, so the first step adds nothing
        return ((1 - hidden[1:] ** 2) * grad_h[1:]).T @ hidden[:-1]

    def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
        """Compute the gradient w.r.t. u. (The input-to-hidden weights)"""
        return ((1 - hidden ** 2) * grad_h).T @ x

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

# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    grad_c_list = []
    grad_b_list = []
    grad_v_list = []
    grad_w_list = []
    grad_u_list = []

    for _ in range(batch_size):
        x, y = get_random_day(data_train)
        hidden, y_hat = rnn(x)
        loss = mse_loss_func(y, y_hat)
        total_loss += float(loss) / batch_size

        grads = rnn.get_gradients(x, y, y_hat, hidden)
        grad_c_list.append(grads["grad_c"])
        grad_b_list.append(grads["grad_b"])
        grad_v_list.append(grads["grad_v"])
        grad_w_list.append(grads["grad_w"])
        grad_u_list.append(grads["grad_u"])

    with torch.no_grad():
        rnn.c -= lr * torch.stack(grad_c_list).mean(dim=0)
        rnn.b -= lr * torch.stack(grad_b_list).mean(dim=0)
        rnn.v -= lr * torch.stack(grad_v_list).mean(dim=0)
        rnn.w -= lr * torch.stack(grad_w_list).mean(dim=0)
        rnn.u -= lr * torch.stack(grad_u_list).mean(dim=0)

    return total_loss
