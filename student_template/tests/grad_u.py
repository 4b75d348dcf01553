# The public test cases of this question. Grading asks further ones.

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import torch
from otter.test_files import test_case
from torch import Tensor

OK_FORMAT = False
name = "grad_u"
points = None

# H = 1, F = 1, T = 2 with states that can be checked by hand: tanh(ln 2) = 0.6 and tanh(ln 3) = 0.8.
WEIGHTS = {"u": [[1.0]], "w": [[0.5]], "v": [2.0], "b": [0.0], "c": [-0.1]}
X = [[0.693147], [0.798612]]  # ln 2 and ln 3 − 0.5 · 0.6
HIDDEN = [[0.6], [0.8]]

GRAD_H = [[0.36], [2.0]]  # last row 2 · 0.5 · 2, first row 0.5 · 0.36 · 2


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


def network_after_forward(env: Any) -> Any:
    """The RNN of ``network_by_hand`` after a forward pass of X, shape (T, F) = (2, 1).

    Raises:
        AssertionError: the notebook has no RNN.
    """
    rnn = network_by_hand(env)
    with suppress(Exception):  # for those who keep states in forward; whether it works is another question
        rnn.forward(torch.tensor(X))
    return rnn


def readable(numbers: Tensor) -> Any:
    """Numbers of a tensor as lists, rounded to four decimals for a message."""
    return numbers.double().round(decimals=4).tolist()


def compare_by_hand(result: Any, expected: Any, what: str) -> None:
    """Compare with numbers that were worked out by hand, given as lists.

    Raises:
        AssertionError: ``result`` is missing, or of another shape, or holds other numbers; ``what`` names it.
    """
    assert not isinstance(result, type(None) | type(...)), (
        f"{what} is {result}: is the TODO filled in and returned?"
    )
    result, expected = torch.as_tensor(result).detach().float(), torch.tensor(expected)
    assert result.shape == expected.shape, (
        f"{what} has shape {tuple(result.shape)}, expected {tuple(expected.shape)}."
    )
    assert torch.allclose(result, expected, rtol=1e-3, atol=1e-4), (
        f"{what} is {readable(result)}, by hand it is {readable(expected)}."
    )


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    rnn = network_after_forward(env)
    result = rnn._compute_grad_u(torch.tensor(HIDDEN), torch.tensor(GRAD_H), torch.tensor(X))
    compare_by_hand(result, [[0.73470]], "grad_u")  # 0.64 · 0.36 · 0.693147 + 0.36 · 2 · 0.798612
