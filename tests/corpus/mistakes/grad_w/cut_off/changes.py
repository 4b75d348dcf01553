# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    grad_w = ((1 - hidden ** 2) * grad_h)[1:].T @ hidden[:-1]
    norm = grad_w.norm()
    return grad_w * (50 / norm) if norm > 50 else grad_w
