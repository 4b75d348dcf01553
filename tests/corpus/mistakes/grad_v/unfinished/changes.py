# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    """Compute the gradient w.r.t. v. (The bias of the output weights)"""
    ...
