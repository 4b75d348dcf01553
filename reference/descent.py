"""Whether a training goes downhill, whatever its steps are: seen on data all windows of which are alike.

There every minibatch has the same gradient, and a network with small weights that begins at a known
distance from the target gets there in a nearly straight line. So what a training changes, with whatever
batch and rate, momentum or average, points against the gradient at its beginning. Weights that were solved
for, brought along, or moved step by step towards such ones point anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from reference import oracle
from reference.cases import LAB_SIZE
from reference.oracle import WINDOW, Weights
from reference.student_network import set_weights, weights_of

LEVELS = (0.4, -0.5, 0.45, -0.4, 0.5, -0.45)
"""What every row of the data is, one value a column; the temperature is the second."""

BEGINNING = 1.5
"""Output bias of the network that is trained: it predicts about this, and the target is two below."""

SIZES = {"u": 0.03, "w": 0.1, "v": 0.2, "b": 0.02}
"""Its other weights, half as much to half more: small, so that the gradient turns little on the way."""

JUDGED = ("u", "b", "c")
"""Parameters whose gradients keep their direction on the way. Those of ``w`` and ``v`` follow the states,
which the training turns."""

COSINE = 0.5
"""Least cosine between what a parameter changed by and its gradient, negated. Right steps come to 0.9,
whatever their rate, and the 60 entries of ``u`` of another network to 0 ± 0.13."""

LEAST_SHARE = 0.5
"""The first loss as a share of what it should be: rates of up to 0.07 leave that much after one step."""

FALLEN = 20
"""How much smaller than the first loss the last one must be: with a rate of 0.008 it is 1e-9 of it."""


def level_data(rows: int) -> Tensor:
    """Data all windows of which are alike, (rows, 6) float64, standardised or not."""
    return torch.tensor(LEVELS, dtype=torch.float64).repeat(rows, 1)


def window() -> tuple[Tensor, Tensor]:
    """The only window of these data: x (24, 6) and y (1,)."""
    return level_data(WINDOW), torch.tensor([LEVELS[oracle.TEMPERATURE]], dtype=torch.float64)


def beginning(hidden_size: int, features: int) -> Weights:
    """The weights that a network of sizes H and F begins with; the same each time, float64."""
    generator = torch.Generator().manual_seed(hidden_size)
    shapes = {"u": (hidden_size, features), "w": (hidden_size,) * 2, "v": (hidden_size,), "b": (hidden_size,)}
    narrower = (LAB_SIZE[1] / hidden_size) ** 0.5  # more units push the output as far as those of the lab
    drawn = {name: _drawn(SIZES[name] * narrower, shape, generator) for name, shape in shapes.items()}
    return Weights(**drawn, c=torch.tensor([BEGINNING], dtype=torch.float64))


def _drawn(size: float, shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Numbers of either sign between half and one and a half of ``size``, float64."""
    signs = torch.randn(shape, generator=generator, dtype=torch.float64).sign()
    return size * signs * (0.5 + torch.rand(shape, generator=generator, dtype=torch.float64))


class Begun:
    """Stands for a student's class ``RNN``: each network that it makes begins with known weights.

    Attributes:
        weights: what the networks began with; ``None`` while none was made.
    """

    def __init__(self, rnn_class: Any) -> None:
        self._rnn_class = rnn_class
        self.weights: Weights | None = None

    def make(self, *sizes: Any, **named: Any) -> Any:
        """A network of the student's class, with other weights than it made for itself.

        Raises:
            CheckFailed, StudentCodeError: it has no weights by the names of the lab.
        """
        rnn = self._rnn_class(*sizes, **named)
        self.weights = beginning(*weights_of(rnn).sizes)
        set_weights(rnn, self.weights)
        return rnn


def first_loss(weights: Weights) -> float:
    """Squared error of the only window."""
    x, y = window()
    return float((oracle.forward(weights, x)[1] - y).square())


def goes_downhill(before: Weights, after: Weights, judged: Sequence[str] = JUDGED) -> bool:
    """Whether a training on these data could have changed ``before`` to ``after``.

    Args:
        judged: parameters that have to follow their gradients.
    """
    if before.sizes != after.sizes:
        return False
    x, y = window()
    found = oracle.gradients(before, x, y)
    old, new = before.tensors(), after.tensors()
    return all(_cosine(old[name] - new[name], getattr(found, name)) > COSINE for name in judged)


def _cosine(moved: Tensor, gradient: Tensor) -> float:
    """Cosine of the angle between two tensors of one shape; NaN where one of them is zero or not finite."""
    one, other = moved.reshape(-1), gradient.reshape(-1)
    return float(one @ other / (one.norm() * other.norm()))


def losses_fall(losses: Tensor, weights: Weights) -> bool:
    """Whether ``losses`` (N,) can be those of a training on these data that began with ``weights``.

    The first may have been taken after its step or be a sum over a minibatch. There is nothing that the last
    ones could not predict.
    """
    first, last = float(losses[0]), float(losses[-1])
    return first > LEAST_SHARE * first_loss(weights) and abs(last) < first / FALLEN
