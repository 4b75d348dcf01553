# The public test cases of this question. Grading asks further ones.

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "forward"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    """U = 1, W = 0.5, V = 2, b = 0, c = −0.1: the states are tanh(ln 2) = 0.6 and tanh(ln 3) = 0.8."""
    assert env.get("RNN") not in (None, ...), "RNN is not defined: run the cell of the class first."
    rnn = env.get("RNN")(1, 1)
    weights = {"u": [[1.0]], "w": [[0.5]], "v": [2.0], "b": [0.0], "c": [-0.1]}
    for parameter, value in weights.items():
        try:
            setattr(rnn, parameter, torch.tensor(value))
        except TypeError:  # a torch.nn.Parameter takes new numbers only
            getattr(rnn, parameter).data = torch.tensor(value)
    hidden, y = rnn.forward(torch.tensor([[0.693147], [0.798612]]))  # ln 2 and ln 3 − 0.5 · 0.6
    hidden, y = torch.as_tensor(hidden).detach().float(), torch.as_tensor(y).detach().float()
    assert tuple(hidden.shape) == (2, 1), f"hidden has shape {tuple(hidden.shape)}, expected (T, H) = (2, 1)."
    assert torch.allclose(hidden, torch.tensor([[0.6], [0.8]]), atol=1e-4), (
        f"hidden is {hidden.double().round(decimals=4).tolist()}, by hand it is [[0.6], [0.8]]."
    )
    assert tuple(y.shape) == (1,), f"y has shape {tuple(y.shape)}, expected (1,)."
    assert torch.allclose(y, torch.tensor([1.5]), atol=1e-4), (
        f"y is {float(y):.4g}, by hand 2 · 0.8 − 0.1 = 1.5."
    )
