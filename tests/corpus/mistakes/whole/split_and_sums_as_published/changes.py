# %% split
num_train_samples = int(0.8 * len(dataset))

data_train = dataset[:num_train_samples]
data_test = dataset[num_train_samples:]

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    """Compute the gradient w.r.t. b. (The bias of the recurrent layer)"""
    grad_b = torch.zeros_like(self.b)
    for t in range(1, len(hidden)):
        grad_b += (1 - hidden[t] ** 2) * grad_h[t]
    return grad_b

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
    """Compute the gradient w.r.t. u. (The input-to-hidden weights)"""
    grad_u = torch.zeros_like(self.u)
    for t in range(1, len(hidden)):
        grad_u += torch.outer((1 - hidden[t] ** 2) * grad_h[t], x[t])
    return grad_u
