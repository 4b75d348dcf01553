# The public test cases of this question. Grading asks further ones.

from collections.abc import Mapping
from typing import Any

import torch
from otter.test_files import test_case
from torch import Tensor

OK_FORMAT = False
name = "forward"
points = None

# H = 1, F = 1, T = 2 with states that can be checked by hand: tanh(ln 2) = 0.6 and tanh(ln 3) = 0.8.
WEIGHTS = {"u": [[1.0]], "w": [[0.5]], "v": [2.0], "b": [0.0], "c": [-0.1]}
X = [[0.693147], [0.798612]]  # ln 2 and ln 3 − 0.5 · 0.6
HIDDEN = [[0.6], [0.8]]
Y_TRUE, Y_PRED = [1.0], [1.5]  # ŷ = 2 · 0.8 − 0.1


def set_parameters(rnn: Any, parameters: Mapping[str, Tensor]) -> None:
    """Give a network of the notebook these parameters, each of the shape that it has there."""
    for name, value in parameters.items():
        try:
            setattr(rnn, name, value)
        except TypeError:  # a torch.nn.Parameter takes new numbers only
            getattr(rnn, name).data = value


def network_by_hand(env: Any) -> Any:
    """An RNN of the notebook with H = 1, F = 1 and U = 1, W = 0.5, V = 2, b = 0, c = −0.1.

    Raises:
        AssertionError: the notebook has no RNN.
    """
    rnn_class = env.get("RNN")
    assert rnn_class not in (None, ...), "RNN is not defined: run the cell of the class first."
    rnn = rnn_class(1, 1)
    set_parameters(rnn, {name: torch.tensor(value) for name, value in WEIGHTS.items()})
    return rnn


def readable(numbers: Tensor) -> Any:
    """Numbers of a tensor as lists, rounded to four decimals for a message."""
    return numbers.double().round(decimals=4).tolist()


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    """U = 1, W = 0.5, V = 2, b = 0, c = −0.1: the states are tanh(ln 2) = 0.6 and tanh(ln 3) = 0.8."""
    rnn = network_by_hand(env)
    hidden, y = rnn.forward(torch.tensor(X))
    hidden, y = torch.as_tensor(hidden).detach().float(), torch.as_tensor(y).detach().float()
    assert tuple(hidden.shape) == (2, 1), f"hidden has shape {tuple(hidden.shape)}, expected (T, H) = (2, 1)."
    assert torch.allclose(hidden, torch.tensor(HIDDEN), atol=1e-4), (
        f"hidden is {readable(hidden)}, by hand it is [[0.6], [0.8]]."
    )
    assert tuple(y.shape) == (1,), f"y has shape {tuple(y.shape)}, expected (1,)."
    assert torch.allclose(y, torch.tensor(Y_PRED), atol=1e-4), (
        f"y is {float(y):.4g}, by hand 2 · 0.8 − 0.1 = 1.5."
    )
