# %% rnn._compute_grad_v
def _compute_grad_v(self, y_true: Tensor, y_pred: Tensor, hidden: Tensor) -> Tensor:
    v = self.v.detach().clone().requires_grad_()
    output = v @ hidden[-1].detach()
    output = output + (y_pred - output).detach()
    loss = ((output - y_true) ** 2).sum()
    loss.backward()
    return v.grad
