"""Random inputs on which every term of every formula shows.

The case number of a class gives the cases, the same ones for every submission. A draw is thrown away
until a 1 % error in any one entry of any expected tensor exceeds the tolerance of the comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from autograder.gradients.cases import every_entry_counts
from autograder.grading.case_number import derived_seed, once_for_each_number
from reference.draws import (
    AT_ONCE,
    FIRST_STEP,
    LEAST_CHANGE,
    SATURATION,
    Draws,
    as_float32,
    draw,
)
from reference.oracle import WINDOW, Gradients, Weights, forward, gradients

LAB_SIZE = (WINDOW, 10, 6)
"""(T, H, F) of the lab: points are decided here."""

OTHER_SIZES = ((1, 1, 1), (2, 1, 1), (1, 3, 2), (4, 3, 5), (7, 4, 2))
"""(T, H, F), small ones first: a failure is explained on the smallest case that shows it."""

ONE_OTHER_SIZE = {
    f"{WINDOW} hours": (9, 10, 6),
    f"{LAB_SIZE[1]} hidden units": (WINDOW, 5, 6),
    f"{LAB_SIZE[2]} columns": (WINDOW, 10, 3),
}
"""(T, H, F) by what of the lab they do not have: code that fails here alone relies on that."""

DRAWS = 20_000
"""Tries for one case; the lab's size needs about 250."""

DISTANCE = (0.4, 2.5)
"""Of ŷ from y: neither lost in rounding nor so large that it is no residual of this lab."""


LEAST_OUTPUT = 0.2
"""Smallest |ŷ|: nearer to zero tanh(ŷ) would be ŷ."""


@dataclass(frozen=True)
class Case:
    """One sequence, a network, and all that the oracle says about them. Everything is float64.

    The inputs are float32 numbers, so that handing them to a student's code rounds nothing.

    Attributes:
        weights: of sizes H and F.
        x: (T, F).
        y_true: (1,).
        hidden: (T, H), rounded to float32.
        y_pred: (1,), rounded to float32.
        gradients: of the squared error.
    """

    weights: Weights
    x: Tensor
    y_true: Tensor
    hidden: Tensor
    y_pred: Tensor
    gradients: Gradients

    @property
    def steps(self) -> int:
        """T."""
        return self.x.shape[0]

    @property
    def axes(self) -> dict[str, int]:
        """The length of each axis by its letter: T, H, F."""
        hidden_size, features = self.weights.sizes
        return {"T": self.steps, "H": hidden_size, "F": features}

    @property
    def inputs(self) -> dict[str, Tensor]:
        """What functions are given, by name: x (T, F), y_true, y_pred (1,), hidden, grad_h (T, H)."""
        return {
            "x": self.x,
            "y_true": self.y_true,
            "y_pred": self.y_pred,
            "hidden": self.hidden,
            "grad_h": self.gradients.h,
        }

    @property
    def setting(self) -> str:
        """The sizes, for a message."""
        return ", ".join(f"{letter}={length}" for letter, length in self.axes.items())


def _case(draws: Draws, number: int, distance: float) -> Case:
    weights, x = draws.weights(number), draws.x[number]
    hidden, y_pred = forward(weights, x)
    y_true = as_float32(y_pred - distance)
    return Case(weights, x, y_true, as_float32(hidden), as_float32(y_pred), gradients(weights, x, y_true))


def _every_entry_counts(tensor: Tensor) -> bool:
    return bool(every_entry_counts(tensor, tensor.dim()))


def is_telling(case: Case) -> bool:
    """Whether every mistake in one entry can be seen in ``case``."""
    found, hidden = case.gradients, case.hidden
    if float(hidden.abs().max()) > SATURATION or float(case.y_pred.abs()) < LEAST_OUTPUT:
        return False
    if case.steps > 1:
        if float((hidden[1:] - hidden[:-1]).abs().amax(dim=1).min()) < LEAST_CHANGE:
            return False
        if float(found.h.abs().amax(dim=1).min()) < FIRST_STEP * float(found.h.abs().max()):
            return False
        if not _every_entry_counts(found.w):  # at T = 1 it is zero, rightly
            return False
    rows = (*found.h, found.b, found.v, found.u, hidden, case.weights.u, case.weights.w, case.weights.v)
    return all(map(_every_entry_counts, (*rows, case.weights.b)))


def sequences() -> tuple[Case, ...]:
    """Every case that a question may ask for, small ones first."""
    return (*of_other_sizes(), *of_the_lab())


@once_for_each_number
def of_other_sizes() -> tuple[Case, ...]:
    """One telling case for each of :data:`OTHER_SIZES`."""
    return tuple(case_of(*size, name="other size") for size in OTHER_SIZES)


@once_for_each_number
def of_the_lab() -> tuple[Case, ...]:
    """Two telling cases of :data:`LAB_SIZE`: in the first ŷ is too large, in the second too small.

    Two, so that no answer is right by chance, as the absolute value of a factor would be.
    """
    return case_of(*LAB_SIZE, name="too large", sign=1), case_of(*LAB_SIZE, name="too small", sign=-1)


@once_for_each_number
def without(size: str) -> Case:
    """A telling case that differs from those of the lab in one size, a key of :data:`ONE_OTHER_SIZE`."""
    return case_of(*ONE_OTHER_SIZE[size], name="one other size")


def case_of(steps: int, hidden_size: int, features: int, name: str, sign: int = 0) -> Case:
    """The first telling case of these sizes that the case number gives under this name.

    Args:
        sign: of ŷ - y, 1 or -1; 0 for either.

    Raises:
        RuntimeError: none of many draws is telling; the limits above contradict each other.
    """
    generator = generator_of(f"{name}, T={steps}, H={hidden_size}, F={features}")
    for _ in range(DRAWS // AT_ONCE):
        draws = draw(steps, hidden_size, features, generator)
        for number in draws.promising():
            case = _case(draws, number, _distance(generator, *DISTANCE, sign))
            if is_telling(case):
                return case
    raise RuntimeError(f"no telling case of T={steps}, H={hidden_size}, F={features} in {DRAWS} draws")


def _distance(generator: np.random.Generator, least: float, most: float, sign: int = 0) -> float:
    """A number whose amount lies between ``least`` and ``most``, of this sign; 0 for either."""
    return float((sign or generator.choice((1, -1))) * generator.uniform(least, most))


def generator_of(name: str) -> np.random.Generator:
    """A generator of what is drawn under this name; another case number gives another one."""
    return np.random.default_rng(derived_seed(name))


@dataclass(frozen=True)
class Minibatch:
    """A network, a short data set, and the windows that may be drawn from it. All float64.

    Attributes:
        weights: F = 6.
        data: (N, 6); window i is rows i..i+23, its target the temperature of row i+24.
        losses: squared error of each window, (N - 24,), all between 1 and 2.5: so no sum of eight losses
            can be taken for a mean.
    """

    weights: Weights
    data: Tensor
    losses: Tensor

    def window(self, number: int) -> tuple[Tensor, Tensor]:
        """x (24, 6) and y (1,) of window ``number``."""
        return self.data[number : number + WINDOW], self.data[number + WINDOW, 1:2]

    def windows(self) -> Iterator[tuple[Tensor, Tensor]]:
        """All windows in order."""
        return (self.window(number) for number in range(len(self.losses)))


@once_for_each_number
def minibatch(rows: int, hidden_size: int = LAB_SIZE[1]) -> Minibatch:
    """A data set of ``rows`` rows, more than 24, with ``rows - 24`` windows whose gradients differ clearly.

    c is positive, and each window's gradient moves it further up.

    Args:
        hidden_size: H of the network.

    Raises:
        RuntimeError: none of many draws has losses that can be told apart.
    """
    return _minibatch(rows, hidden_size, "minibatch")


@once_for_each_number
def another_minibatch(rows: int, hidden_size: int = LAB_SIZE[1]) -> Minibatch:
    """As :func:`minibatch`, with a negative c, which each window's gradient moves further down.

    So what is right for one sign alone shows in one of them.
    """
    return _minibatch(rows, hidden_size, "another minibatch", downwards=True)


def _minibatch(rows: int, hidden_size: int, name: str, *, downwards: bool = False) -> Minibatch:
    generator = generator_of(f"{name}, {rows} rows, H={hidden_size}")
    direction = -1 if downwards else 1
    for _ in range(DRAWS):
        draws = draw(rows, hidden_size, 6, generator, count=1)
        weights, data = draws.weights(0), draws.x[0]
        weights = replace(weights, c=-weights.c) if downwards else weights
        for number in range(rows - WINDOW):  # a target at a chosen distance from the prediction
            y_pred = forward(weights, data[number : number + WINDOW])[1]
            data[number + WINDOW, 1:2] = as_float32(y_pred + _distance(generator, 1.05, 1.55, direction))
        losses = torch.cat(
            [
                (forward(weights, x)[1] - y).square()
                for x, y in Minibatch(weights, data, data[WINDOW:, 0]).windows()
            ]
        )
        if float(torch.pdist(losses[:, None]).min()) > 0.02 and float(data.abs().max()) < 4:
            return Minibatch(weights, data, losses)
    raise RuntimeError(f"no telling minibatch of {rows} rows in {DRAWS} draws")
