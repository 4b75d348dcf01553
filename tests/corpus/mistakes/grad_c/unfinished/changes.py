# %% rnn._compute_grad_c
def _compute_grad_c(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Compute the gradient w.r.t. c. (The bias of the output layer)"""
    raise NotImplementedError
