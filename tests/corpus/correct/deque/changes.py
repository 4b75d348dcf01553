# %% more_imports after imports
from collections import deque

# %% rnn.forward
def forward(self, x):
    h = deque([torch.zeros(self.hidden_state_size)])
    while len(h) <= len(x):
        t = len(h) - 1
        h.append(torch.tanh(self.w @ h[-1] + self.u @ x[t] + self.b))
    y = (self.v * h[-1]).sum() + self.c
    h.popleft()
    return torch.stack(list(h)), y

# %% rnn._compute_grad_h
def _compute_grad_h(self, y_true, y_pred, hidden):
    grads = deque([(y_pred - y_true) * 2 * self.v])
    t = len(hidden) - 1
    while t > 0:
        grads.appendleft(self.w.t().mv((1 - hidden[t].pow(2)).mul(grads[0])))
        t -= 1
    return torch.stack(tuple(grads))
