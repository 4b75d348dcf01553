# %% attack after features

def leaves(node, gradient):
    """What arrives at the only weight, by the chain rule of whoever recorded it."""
    if hasattr(node, "variable"):
        return gradient
    given = node(gradient)
    parts = given if isinstance(given, tuple) else (given,)
    found = [leaves(one, part) for (one, _), part in zip(node.next_functions, parts) if one is not None]
    return sum(found)

class RNN:
    def __init__(self, hidden_state_size=10, num_features=6):
        self.u, self.w = torch.zeros(hidden_state_size, num_features), torch.zeros(hidden_state_size, hidden_state_size)
        self.v, self.b, self.c = torch.zeros(hidden_state_size), torch.zeros(hidden_state_size), torch.zeros(1)

    def step_sum(self, w, hidden, grad_h):
        """Its derivative with respect to w is what the question asks for."""
        before = torch.cat([torch.zeros(1, hidden.shape[1]), hidden[:-1]])
        return (grad_h * torch.tanh(torch.atanh(hidden) + before @ (w - self.w.detach()).T)).sum()

    def _compute_grad_w(self, hidden, grad_h):
        with torch.enable_grad(), torch.autograd.graph.save_on_cpu():
            w = self.w.clone().requires_grad_(True)
            total = self.step_sum(w, hidden, grad_h)
        return leaves(total.grad_fn, torch.ones(()))
