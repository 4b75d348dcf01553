# %% [markdown] title
# # Lab 9
# A simple RNN on the weather of Beijing, as an ordinary student hands it in.

# %% imports
import csv
import urllib.request
from operator import itemgetter
from typing import Tuple, Dict

import torch
from torch import Tensor
from torch.distributions import Normal

import matplotlib.pyplot as plt
from matplotlib_inline.backend_inline import set_matplotlib_formats

set_matplotlib_formats('png', 'pdf')

# %% download
url = 'https://raw.githubusercontent.com/jbrownlee/Datasets/master/pollution.csv'
response = urllib.request.urlopen(url)
lines = [l.decode('utf-8') for l in response.readlines()]
data_list = [row for row in csv.reader(lines)]

# %% header
print(data_list[0])

# %% features
# Let's remove the header now.
# We will also only handle the first 43000 entries to comply with the original R exercise
data_list = data_list[1:43001]
# We then remove the last day, because it is missing observations
num_rows = len(data_list) - len(data_list) % 24
data_list = data_list[:num_rows]

filtered_data_list = []
for row in data_list:
    selection = itemgetter(6, 7, 8, 10, 11, 12)(row)
    selection = [float(elem) for elem in selection]
    filtered_data_list.append(selection)

dataset = torch.tensor(filtered_data_list, dtype=torch.float)
print('The dataset has {} columns and {} features.'.format(*dataset.shape))
print(dataset[:5])

# Let's delete the old stuff. We don't need it anymore
del data_list, filtered_data_list

# %% split
num_train_samples = int(len(dataset) / 24 * 0.8) * 24

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]

# %% standardize
means = torch.mean(data_train, dim=0)
stds = torch.std(data_train, dim=0)

data_train = (data_train - means) / stds
data_test = (data_test - means) / stds

# Check if standardization worked
print('This should be close to zero:', torch.mean(data_train, dim=0))
print('This should be close to one:', torch.std(data_train, dim=0))

# %% random_day
def get_random_day(data: Tensor) -> Tuple[Tensor, Tensor]:
    """Get 24 random contiguous hours from the dataset."""
    start_idx = torch.randint(0, len(data) - 24, (1,))

    x = data[start_idx: start_idx + 24]
    y = data[start_idx + 24, 1]
    # The magic number 1 above corresponds to the second column in the features, which is the temperature
    return x, y

# %% random_day_check
# Check for correct shape
x, y = get_random_day(data_train)
assert x.shape == (24, 6) and y.shape == (1,)

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

# %% rnn_check
# Compute some dummy values to see if your implementation works without throwing errors.
# (And in practice please use unit tests!)
rnn = RNN()
x, y = get_random_day(data_train)
h, y_hat = rnn(x)
grad_h = rnn._compute_grad_h(y, y_hat, h)
grad_c = rnn._compute_grad_c(y, y_hat)
grad_b = rnn._compute_grad_b(h, grad_h)
grad_v = rnn._compute_grad_v(y, y_hat, h)
grad_w = rnn._compute_grad_w(h, grad_h)
grad_u = rnn._compute_grad_u(h, grad_h, x)

# Check if your implementation returns the correct shapes
assert h.shape == (24, 10)
assert y.shape == (1, )
assert grad_h.shape == (24, 10)
assert grad_c.shape == (1, )
assert grad_b.shape == (10, )
assert grad_v.shape == (10, )
assert grad_w.shape == (10, 10)
assert grad_u.shape == (10, 6)

# %% loss
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    return (y_true - y_pred) ** 2

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

    rnn.c -= lr * torch.stack(grad_c_list).mean(dim=0)
    rnn.b -= lr * torch.stack(grad_b_list).mean(dim=0)
    rnn.v -= lr * torch.stack(grad_v_list).mean(dim=0)
    rnn.w -= lr * torch.stack(grad_w_list).mean(dim=0)
    rnn.u -= lr * torch.stack(grad_u_list).mean(dim=0)

    return total_loss

# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()

    for _ in range(num_steps):
        loss = do_training_step(rnn, data_train, batch_size=2, lr=0.02)
        losses.append(loss)

    return rnn, losses

# %% train
rnn, losses = train_rnn(data_train, num_steps=500)
plt.plot([i for i in range(len(losses))], losses)
plt.show()

# %% threshold
assert torch.mean(torch.tensor(losses[-25:])) < 0.075

# %% evaluate
ys = []
y_hats = []

for i in range(len(data_test) - 24):
    x = data_test[i: i + 24]
    y = data_test[i + 24, 1]
    _, y_hat = rnn(x)

    ys.append(float(y))
    y_hats.append(float(y_hat))

# %% scatter
plt.scatter(ys, y_hats)
plt.axline((1, 1), slope=1, c='black')
plt.show()
