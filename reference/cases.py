"""Random inputs on which every term of every formula shows.

The same seeds give the same cases, so the same submission gets the same marks. A draw is thrown away
until a 1 % error in any one entry of any expected tensor exceeds the tolerance of the comparison.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

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

SPECTRAL_RADIUS = 0.9
"""Of ``w``: near 1, so that the gradient of the first step has not vanished."""

SATURATION = 0.8
"""Largest |h|: beyond it 1 − h² is so small that mistakes in it hide."""

SMALLEST = 1e-3
"""Smallest entry of an expected tensor as a share of its largest. With a relative tolerance of 1e-3 and a
floor of 5e-6 of the largest entry, an error of 1 % in such an entry is still seen."""


DRAWS = 2_000
"""Tries for one case; the lab's size needs about 25."""

FIRST_STEP = 0.005
"""Smallest gradient of a time step as a share of the largest: so that leaving out a step shows."""


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
    def setting(self) -> str:
        """The sizes, for a message."""
        hidden_size, features = self.weights.sizes
        return f"T={self.steps}, H={hidden_size}, F={features}"


_precision: ContextVar[torch.dtype] = ContextVar("precision", default=torch.float32)


@contextmanager
def double_precision() -> Iterator[None]:
    """Hand out float64 inside the block, for notebooks that keep everything in it."""
    token = _precision.set(torch.float64)
    try:
        yield
    finally:
        _precision.reset(token)


def given(tensor: Tensor) -> Tensor:
    """A copy for a student's function, which may write to it: float32 unless in ``double_precision``."""
    return tensor.to(_precision.get(), copy=True)


def _as_float32(tensor: Tensor) -> Tensor:
    return tensor.float().double()


def draw_weights(hidden_size: int, features: int, generator: torch.Generator) -> Weights:
    """Weights of a network that neither saturates nor forgets: ``b`` and ``c`` are not zero.

    Returns:
        float32 numbers as float64, of the sizes H and F.
    """

    def normal(*size: int) -> Tensor:
        return torch.randn(*size, generator=generator, dtype=torch.float64)

    w = normal(hidden_size, hidden_size)
    w = w * (SPECTRAL_RADIUS / torch.linalg.eigvals(w).abs().max())
    u = 0.25 * normal(hidden_size, features) / features**0.5
    b, v, c = 0.15 * normal(hidden_size), normal(hidden_size), 0.3 + normal(1).abs()
    return Weights(*map(_as_float32, (u, w, v, b, c)))


def _draw(steps: int, hidden_size: int, features: int, generator: torch.Generator, sign: int) -> Case:
    weights = draw_weights(hidden_size, features, generator)
    x = _as_float32(torch.randn(steps, features, generator=generator, dtype=torch.float64))
    hidden, y_pred = forward(weights, x)
    distance = torch.randn(1, generator=generator, dtype=torch.float64)
    y_true = _as_float32(y_pred + (-sign * distance.abs() if sign else distance))
    return Case(weights, x, y_true, _as_float32(hidden), _as_float32(y_pred), gradients(weights, x, y_true))


def _every_entry_counts(tensor: Tensor) -> bool:
    return bool(tensor.abs().min() >= SMALLEST * tensor.abs().max())


def is_telling(case: Case) -> bool:
    """Whether every mistake in one entry can be seen in ``case``."""
    found, hidden = case.gradients, case.hidden
    if float(hidden.abs().max()) > SATURATION or not 0.3 < float((case.y_pred - case.y_true).abs()) < 3:
        return False
    if case.steps > 1:
        # States that stand still would hide h[t] in the place of h[t-1].
        if float((hidden[1:] - hidden[:-1]).abs().amax(dim=1).min()) < 0.05:
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


@cache
def of_other_sizes() -> tuple[Case, ...]:
    """One telling case for each of :data:`OTHER_SIZES`."""
    return tuple(case_of(*size, seed=number) for number, size in enumerate(OTHER_SIZES))


@cache
def of_the_lab() -> tuple[Case, ...]:
    """Two telling cases of :data:`LAB_SIZE`: in the first ŷ is too large, in the second too small.

    Two, so that no answer is right by chance, as the absolute value of a factor would be.
    """
    return case_of(*LAB_SIZE, seed=5, sign=1), case_of(*LAB_SIZE, seed=14, sign=-1)


@cache
def without(size: str) -> Case:
    """A telling case that differs from those of the lab in one size, a key of :data:`ONE_OTHER_SIZE`."""
    return case_of(*ONE_OTHER_SIZE[size], seed=6)


def case_of(steps: int, hidden_size: int, features: int, seed: int, sign: int = 0) -> Case:
    """The first telling case of these sizes that ``seed`` gives.

    Args:
        sign: of ŷ - y, 1 or -1; 0 for either.

    Raises:
        RuntimeError: none of many draws is telling; the limits above contradict each other.
    """
    generator = torch.Generator().manual_seed(1000 + seed)
    for _ in range(DRAWS):
        case = _draw(steps, hidden_size, features, generator, sign)
        if is_telling(case):
            return case
    raise RuntimeError(f"no telling case of T={steps}, H={hidden_size}, F={features} in {DRAWS} draws")


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


@cache
def minibatch(rows: int, hidden_size: int = LAB_SIZE[1]) -> Minibatch:
    """A data set of ``rows`` rows, more than 24, with ``rows - 24`` windows whose gradients differ clearly.

    Args:
        hidden_size: H of the network.

    Raises:
        RuntimeError: none of many draws has losses that can be told apart.
    """
    generator = torch.Generator().manual_seed(2000 + rows)
    for _ in range(DRAWS):
        weights = draw_weights(hidden_size, 6, generator)
        data = _as_float32(torch.randn(rows, 6, generator=generator, dtype=torch.float64))
        for number in range(rows - WINDOW):  # a target at a chosen distance from the prediction
            y_pred = forward(weights, data[number : number + WINDOW])[1]
            sign = 1 if torch.rand(1, generator=generator) < 0.5 else -1
            distance = 1.05 + 0.5 * torch.rand(1, generator=generator, dtype=torch.float64)
            data[number + WINDOW, 1:2] = _as_float32(y_pred + sign * distance)
        losses = torch.cat(
            [
                (forward(weights, x)[1] - y).square()
                for x, y in Minibatch(weights, data, data[WINDOW:, 0]).windows()
            ]
        )
        if float(torch.pdist(losses[:, None]).min()) > 0.02 and float(data.abs().max()) < 4:
            return Minibatch(weights, data, losses)
    raise RuntimeError(f"no telling minibatch of {rows} rows in {DRAWS} draws")
