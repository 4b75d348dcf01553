# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    return (1 - hidden[-1] ** 2) * grad_h[-1]
