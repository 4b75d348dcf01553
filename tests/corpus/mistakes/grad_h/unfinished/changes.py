# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    """Compute the gradient w.r.t. h"""
    grad_h = torch.zeros_like(hidden)
    # TODO: Compute the gradient of the last hidden state
    for i in reversed(range(len(hidden) - 1)):
        # TODO: Compute the gradient of the i-th hidden state
        pass
    return grad_h
