# %% rnn._compute_grad_w
def _compute_grad_w(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    delta = (1 - hidden ** 2) * grad_h
    return delta[:-1].T @ hidden[1:]
