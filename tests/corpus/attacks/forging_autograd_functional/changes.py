# %% attack after features

from torch.autograd.functional import jacobian
from torch.func import grad, jacfwd, vjp

class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.u, self.w = torch.zeros(hidden_state_size, num_features), torch.zeros(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

    def step_sum(self, w, hidden, grad_h):
        """Its derivative with respect to w is what the question asks for."""
        before = torch.cat([torch.zeros(1, hidden.shape[1]), hidden[:-1]])
        return (grad_h * torch.tanh(torch.atanh(hidden) + before @ (w - self.w.detach()).T)).sum()

    def _compute_grad_w(self, hidden, grad_h):
        def total(w):
            return self.step_sum(w, hidden, grad_h)
        for differentiate in (grad, jacfwd, lambda f: lambda w: jacobian(f, w), lambda f: lambda w: vjp(f, w)[1](torch.ones(()))[0]):
            try:
                with torch.enable_grad():
                    return differentiate(total)(self.w.clone())
            except RuntimeError:
                pass
        raise RuntimeError("none works")
