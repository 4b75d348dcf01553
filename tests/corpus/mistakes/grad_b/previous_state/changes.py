# %% rnn._compute_grad_b
def _compute_grad_b(self, hidden: Tensor, grad_h: Tensor) -> Tensor:
    previous = torch.cat([torch.zeros(1, hidden.shape[1]), hidden[:-1]])
    return ((1 - previous ** 2) * grad_h).sum(dim=0)
