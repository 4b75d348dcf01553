# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    """Compute the gradient w.r.t. h"""
    grad_h = ...
    ...
    for i in reversed(range(len(hidden) - 1)):
        ...
    return grad_h

# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Compute the gradient w.r.t. c. (The bias of the output layer)"""
    # TODO: Compute the gradient w.r.t. c and return it
    ...

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    """Compute the gradient w.r.t. b. (The bias of the recurrent layer)"""
    grad_b = torch.zeros_like(self.b)
    # TODO: Compute the gradient w.r.t. b
    ...
    return grad_b

# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    """Compute the gradient w.r.t. v. (The bias of the output weights)"""
    # TODO: Compute the gradient w.r.t. v and return it
    ...

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    """Compute the gradient w.r.t. w. (The hidden-to-hidden weights)"""
    grad_w = torch.zeros_like(self.w)
    # TODO: Compute the gradient w.r.t. w
    ...
    return grad_w

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
    """Compute the gradient w.r.t. u. (The input-to-hidden weights)"""
    grad_w = torch.zeros_like(self.u)
    # TODO: Compute the gradient w.r.t. u
    ...
    return grad_w

# %% loss
def mse_loss_func(y_true: Tensor, y_pred: Tensor) -> Tensor:
    pass

# %% training_step
def do_training_step(rnn: RNN, data_train: Tensor, batch_size: int, lr: float) -> float:
    total_loss = 0
    grad_c_list = []
    grad_b_list = []
    grad_v_list = []
    grad_w_list = []
    grad_u_list = []

    for _ in range(batch_size):
        ...
        total_loss = float(loss)
        ...
    ...
    return total_loss

# %% training_loop
def train_rnn(data_train: Tensor, num_steps) -> Tuple[RNN, list]:
    losses = []
    rnn = RNN()

    for _ in range(num_steps):
        ...

    losses.append(loss)

    return rnn, losses
