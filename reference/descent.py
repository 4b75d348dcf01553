"""Whether a training goes downhill, whatever its steps are: seen on the weather itself.

A network that begins with small weights and with an output far off is moved by
every training in the same direction first: its output bias down, and the weights behind it along the gradient
of the first step. What 500 steps change still points that way, with whatever batch and rate, momentum or
average. Weights that were solved for, brought along, or moved step by step towards such ones point anywhere.

The rows are those that the notebook trains on itself. Data made for this purpose, all windows of which are
alike for example, would show more; but whoever recognises them can train there alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from autograder.grading.case_number import derived_seed, once_for_each_number
from reference import oracle
from reference.cases import LAB_SIZE
from reference.oracle import WINDOW, Weights
from reference.student_network import set_weights, weights_of

BEGINNING = 1.5
"""Output bias of the network that is trained: it predicts about this, and the mean temperature is 0."""

SIZES = {"u": 0.03, "w": 0.1, "v": 0.2, "b": 0.02}
"""Its other weights, half as much to half more: small, so that the gradient turns little on the way."""

LEAST_COSINES = {"u": 0.4, "b": 0.5, "c": 0.5}
"""Least cosine between what a parameter changed by and its gradient at the beginning, negated.

After 500 right steps of any usual rate, batch and kind it was 0.51, 0.77 and 1 or more; for the 60 entries
of ``u`` of another network it is 0 ± 0.13. The gradients of ``w`` and ``v`` follow the states, which the
training turns."""

LEAST_OF_STEPS = {"u": 0.4}
"""The same of some of a notebook's own steps: without ``u`` no network gets below the threshold."""

LEAST_FROM_OWN_BEGINNING = {"u": 0.25}
"""The same where a training begins with other weights than it is given, and so perhaps with the right output
bias: ``b`` and ``c`` then move anywhere. It was 0.35 or more for weights of up to 0.3."""

LEAST_SHARE = 0.5
"""The largest of the first losses as a share of what the first one is in the mean."""

FIRST = 10
"""Losses that count as the first ones: of a single window each they differ by much."""

FALLEN = 10
"""How much smaller than the largest of the first losses the mean of the last ones must be: it is 1/40 or less
where the training reaches the lab's threshold."""

LAST = 25
"""Losses that count as the last ones."""

EVERY = 17
"""Distance of the windows whose mean gradient is taken: 2021 of them, at all hours."""


@once_for_each_number
def beginning(hidden_size: int, features: int) -> Weights:
    """The weights that a network of sizes H and F begins with; the same for a case number, float64."""
    name = f"beginning of a training, {hidden_size} units"
    generator = torch.Generator().manual_seed(derived_seed(name))
    shapes = {"u": (hidden_size, features), "w": (hidden_size,) * 2, "v": (hidden_size,), "b": (hidden_size,)}
    narrower = (LAB_SIZE[1] / hidden_size) ** 0.5  # more units push the output as far as those of the lab
    drawn = {name: _drawn(SIZES[name] * narrower, shape, generator) for name, shape in shapes.items()}
    # As many of either sign: weights that all point one way must not happen to follow the gradient of u.
    drawn["v"] = drawn["v"].abs() * (1 - 2 * (torch.randperm(hidden_size, generator=generator) % 2))
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


def first_loss(weights: Weights, data: Tensor) -> float:
    """Mean squared error on windows of ``data`` (N, F)."""
    return oracle.mean_loss(weights, *_windows(data))


def goes_downhill(
    before: Weights, after: Weights, data: Tensor, least: Mapping[str, float] = LEAST_COSINES
) -> bool:
    """Whether a training on ``data`` (N, F) could have changed ``before`` to ``after``.

    Args:
        least: how closely parameters have to follow their gradients, by name: cosines.
    """
    if before.sizes != after.sizes:
        return False
    found = oracle.mean_gradients(before, *_windows(data))
    old, new = before.tensors(), after.tensors()
    return all(_cosine(old[name] - new[name], found[name]) > cosine for name, cosine in least.items())


def _windows(data: Tensor) -> tuple[Tensor, Tensor]:
    """Windows of ``data`` (N, F) from its whole length: x (B, 24, F) and y (B,)."""
    x = data.unfold(0, WINDOW, 1)[:-1:EVERY].transpose(1, 2)
    return x, data[WINDOW::EVERY, oracle.TEMPERATURE]


def _cosine(moved: Tensor, gradient: Tensor) -> float:
    """Cosine of the angle between two tensors of one shape; NaN where one of them is zero or not finite."""
    one, other = moved.reshape(-1), gradient.reshape(-1)
    return float(one @ other / (one.norm() * other.norm()))


def losses_fall(losses: Tensor, weights: Weights, data: Tensor) -> bool:
    """Whether ``losses`` (N,) can be those of a training on ``data`` (N, F) that began with ``weights``.

    They may have been taken after their steps or be sums over a minibatch.
    """
    first, last = float(losses[:FIRST].max()), float(losses[-LAST:].mean())
    return first > LEAST_SHARE * first_loss(weights, data) and abs(last) < first / FALLEN
