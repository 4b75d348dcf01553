# %% tuples after imports
from typing import NamedTuple

class Pass(NamedTuple):
    hidden: Tensor
    y: Tensor

class Day(NamedTuple):
    x: Tensor
    y: Tensor

# %% random_day
def get_random_day(data: Tensor) -> Day:
    start_idx = torch.randint(0, len(data) - 24, (1,))
    return Day(x=data[start_idx: start_idx + 24], y=data[start_idx + 24, 1])

# %% rnn.forward
def forward(self, x: Tensor) -> Pass:
    h = torch.zeros(len(x) + 1, self.hidden_state_size)
    for t in range(len(x)):
        h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
    return Pass(hidden=h[1:], y=self.v @ h[-1] + self.c)
