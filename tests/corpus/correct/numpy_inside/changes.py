# %% more_imports after imports
import numpy as np

# %% rnn.forward
def forward(self, x):
    u, w, v, b, c = (p.numpy() for p in (self.u, self.w, self.v, self.b, self.c))
    h = np.zeros((len(x) + 1, self.hidden_state_size), dtype=np.float32)
    for t, row in enumerate(x.numpy()):
        h[t + 1] = np.tanh(w @ h[t] + u @ row + b)
    y = np.array([v @ h[-1] + c[0]], dtype=np.float32)
    return torch.from_numpy(h[1:]), torch.from_numpy(y)

# %% rnn._compute_grad_u
def _compute_grad_u(self, hidden, grad_h, x):
    h, g = hidden.numpy(), grad_h.numpy()
    return torch.from_numpy(((1 - h ** 2) * g).T @ x.numpy())
