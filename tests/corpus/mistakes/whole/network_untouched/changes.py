# %% rnn.forward
def forward(self, x: Tensor) -> Tuple[Tensor, Tensor]:
    """Pass a timeseries through the RNN."""
    h_dims = (
# TODO: Compute the shape of the hidden state matrix
# Hint: Add an additional state for the initialization
    )
    h = torch.zeros(h_dims)
# TODO: Compute and save all hidden states
    y = (
# TODO: Compute the output of the RNN
    )
    return h[1:], y

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    """Compute the gradient w.r.t. h"""
    grad_h = (
# TODO: Initialize the hidden gradient matrix with zeros
    )
    return grad_h

# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Compute the gradient w.r.t. c. (The bias of the output layer)"""
# TODO: Compute the gradient w.r.t. c and return it

# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    """Compute the gradient w.r.t. b. (The bias of the recurrent layer)"""
    grad_b = torch.zeros_like(self.b)
# TODO: Compute the gradient w.r.t. b
    return grad_b

# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    """Compute the gradient w.r.t. v. (The bias of the output weights)"""
# TODO: Compute the gradient w.r.t. v and return it

# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    """Compute the gradient w.r.t. w. (The hidden-to-hidden weights)"""
    grad_w = torch.zeros_like(self.w)
# TODO: Compute the gradient w.r.t. w
    return grad_w

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden: Tensor, grad_h: Tensor, x: Tensor) -> Tensor:
    """Compute the gradient w.r.t. u. (The input-to-hidden weights)"""
    grad_w = torch.zeros_like(self.u)
# TODO: Compute the gradient w.r.t. u
    return grad_w
