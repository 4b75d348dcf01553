# %% derivation_general
# Let $\mathbf{a}^{[t]} = \mathbf{W}\mathbf{h}^{[t-1]} + \mathbf{U}\mathbf{x}^{[t]} + \mathbf{b}$, so $\mathbf{h}^{[t]} = \tanh \mathbf{a}^{[t]}$ and $\partial \mathbf{h}^{[t]} / \partial \mathbf{a}^{[t]} = \operatorname{diag}(1 - (\mathbf{h}^{[t]})^2)$.
#
# 1. $\mathbf{h}^{[\tau]}$ reaches the loss only through $\mathbf{y}^{[\tau]} = \mathbf{V}\mathbf{h}^{[\tau]} + \mathbf{c}$, hence $\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} = \mathbf{V}^T \nabla_{\mathbf{y}^{[\tau]}} \mathcal{L}$.
# 2. $\mathbf{h}^{[t]}$ reaches it through $\mathbf{y}^{[t]}$ and through $\mathbf{a}^{[t+1]}$, whose Jacobian is $\mathbf{W}$; add both paths.
# 3. $\mathbf{c}$ enters every $\mathbf{y}^{[t]}$ with the identity as Jacobian: sum over $t$.
# 4. $\mathbf{b}$ enters every $\mathbf{a}^{[t]}$ with the identity: sum $\operatorname{diag}(1 - (\mathbf{h}^{[t]})^2) \nabla_{\mathbf{h}^{[t]}} \mathcal{L}$.
# 5. $\mathbf{V}$ is multiplied with $\mathbf{h}^{[t]}$, which gives the outer product with ${\mathbf{h}^{[t]}}^T$.
# 6. $\mathbf{W}$ is multiplied with $\mathbf{h}^{[t-1]}$ inside $\mathbf{a}^{[t]}$: as 4., times ${\mathbf{h}^{[t-1]}}^T$.
# 7. $\mathbf{U}$ is multiplied with $\mathbf{x}^{[t]}$: as 4., times ${\mathbf{x}^{[t]}}^T$.

# %% derivation_last_step
# Only $\hat{y}$ has a loss, $\nabla_{\hat{y}} \mathcal{L} = 2(\hat{y} - y)$, and all other $\nabla_{\mathbf{y}^{[t]}} \mathcal{L}$ are zero. Put this into the identities of exercise 1.

# %% num_train_samples
num_days = len(dataset) // 24
num_train_samples = round(num_days * 0.8) * 24

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]

# %% means
means = torch.mean(data_train, dim=0)
stds = torch.std(data_train, dim=0)

data_train = (data_train - means) / stds
data_test = (data_test - means) / stds

# Check if standardization worked
print("This should be close to zero:", torch.mean(data_train, dim=0))
print("This should be close to one:", torch.std(data_train, dim=0))

# %% get_random_day
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """Get 24 random contiguous hours from the dataset."""
    start_idx = torch.randint(0, len(data) - 24, (1,))

    x = data[start_idx : start_idx + 24]
    y = data[start_idx + 24, 1]
    return x, y


# Check for correct shape
x, y = get_random_day(data_train)
assert x.shape == (24, 6) and y.shape == (1,)

# %% RNN
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

    def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        """Pass a timeseries through the RNN."""
        h = torch.zeros(len(x) + 1, self.hidden_state_size)
        for t in range(len(x)):
            h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
        y = self.v @ h[-1] + self.c
        return h[1:], y

    def __call__(self, x: Tensor) -> Tuple[Tensor, Tensor]:
        return self.forward(x)

    def _compute_grad_h(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
        grad_h = torch.zeros_like(hidden)
        grad_h[-1] = 2 * (y_pred - y_true) * self.v
        for i in reversed(range(len(hidden) - 1)):
            grad_h[i] = self.w.T @ torch.diag(1 - hidden[i + 1] ** 2) @ grad_h[i + 1]
        return grad_h

    def _compute_grad_c(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        return 2 * (y_pred - y_true)

    def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        grad_b = torch.zeros_like(self.b)
        for t in range(len(hidden)):
            grad_b += (1 - hidden[t] ** 2) * grad_h[t]
        return grad_b

    def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
        return 2 * (y_pred - y_true) * hidden[-1]

    def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
        grad_w = torch.zeros_like(self.w)
        for t in range(1, len(hidden)):
            grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], hidden[t - 1])
        return grad_w

    def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
        grad_u = torch.zeros_like(self.u)
        for t in range(len(hidden)):
            grad_u += torch.outer((1 - hidden[t] ** 2) * grad_h[t], x[t])
        return grad_u

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
            "grad_u": self._compute_grad_u(hidden, grad_h, x),
        }

# %% mse_loss_func
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return (y_pred - y_true) ** 2

# %% do_training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0.0
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

    rnn.c -= lr * torch.stack(grad_c_list).mean(dim=0)
    rnn.b -= lr * torch.stack(grad_b_list).mean(dim=0)
    rnn.v -= lr * torch.stack(grad_v_list).mean(dim=0)
    rnn.w -= lr * torch.stack(grad_w_list).mean(dim=0)
    rnn.u -= lr * torch.stack(grad_u_list).mean(dim=0)

    return total_loss

# %% train_rnn
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()

    for _ in range(num_steps):
        loss = do_training_step(rnn, data_train, batch_size=4, lr=0.05)
        losses.append(loss)

    return rnn, losses
