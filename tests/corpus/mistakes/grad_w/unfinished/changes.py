# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    """Compute the gradient w.r.t. w. (The hidden-to-hidden weights)"""
    grad_w = torch.zeros_like(self.w)
    # TODO: Compute the gradient w.r.t. w
    return grad_w
