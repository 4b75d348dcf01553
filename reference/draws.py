"""Random networks and sequences, many at a time, and which of them are worth a closer look.

About one draw of the lab's size in 250 shows every mistake. Most are thrown away for what can be computed for
many at once; what is left is judged by ``reference.cases``, with the oracle's gradients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from autograder.gradients.cases import every_entry_counts
from reference.oracle import Weights

SPECTRAL_RADIUS = 0.9
"""Of ``w``: near 1, so that the gradient of the first step has not vanished."""

SATURATION = 0.8
"""Largest |h|: beyond it 1 − h² is so small that mistakes in it hide."""

FIRST_STEP = 0.005
"""Smallest gradient of a time step as a share of the largest: so that leaving out a step shows."""

LEAST_CHANGE = 0.05
"""Smallest change between states: if they stood still, h[t] would do in the place of h[t-1]."""

AT_ONCE = 64
"""Draws that are computed together."""


@dataclass(frozen=True)
class Draws:
    """N networks of one size with a sequence each; float32 numbers as float64.

    Attributes:
        u, w, v, b, c: (N, H, F), (N, H, H), (N, H), (N, H), (N, 1).
        x: (N, T, F).
    """

    u: Tensor
    w: Tensor
    v: Tensor
    b: Tensor
    c: Tensor
    x: Tensor

    def weights(self, number: int) -> Weights:
        """The network of this number."""
        return Weights(self.u[number], self.w[number], self.v[number], self.b[number], self.c[number])

    def promising(self) -> Iterator[int]:
        """Numbers of the draws in which nothing hides, as far as it can be seen without the residual.

        ∇h is that of ŷ: the factor 2(ŷ − y) of the loss changes no share of a largest entry.
        """
        w, states, steps = self.w, [torch.zeros_like(self.b)], self.x.shape[1]
        for x_t in self.x.unbind(1):
            states.append(torch.tanh(_times(w, states[-1]) + _times(self.u, x_t) + self.b))
        hidden, rows = torch.stack(states[1:], 1), [self.v]
        for state in reversed(states[2:]):
            rows.append(_times(w.mT, (1 - state.square()) * rows[-1]))
        gradients = torch.stack(rows, 1)
        good = [hidden.abs().amax((1, 2)) <= SATURATION, every_entry_counts(gradients, 1).all(1)]
        good += [every_entry_counts(one, one.dim() - 1) for one in (hidden, self.u, w, self.v, self.b)]
        if steps > 1:
            largest = gradients.abs().amax(2)
            good.append(hidden.diff(dim=1).abs().amax(2).amin(1) >= LEAST_CHANGE)
            good.append(largest.amin(1) >= FIRST_STEP * largest.amax(1))
        return iter(torch.nonzero(torch.stack(good).all(0)).reshape(-1).tolist())


def _times(matrices: Tensor, vectors: Tensor) -> Tensor:
    """(N, A, B) times (N, B)."""
    return (matrices @ vectors.unsqueeze(-1)).squeeze(-1)


def as_float32(tensor: Tensor) -> Tensor:
    """Rounded to float32, as float64."""
    return tensor.float().double()


def normal(generator: np.random.Generator, *size: int) -> Tensor:
    """Numbers of a standard normal distribution, float64."""
    return torch.from_numpy(generator.standard_normal(size))


def draw(
    steps: int, hidden_size: int, features: int, generator: np.random.Generator, count: int = AT_ONCE
) -> Draws:
    """Networks that hardly saturate or forget, with sequences: ``b`` and ``c`` are not zero.

    Args:
        steps: T, ``hidden_size``: H, ``features``: F, ``count``: N.
    """
    w = normal(generator, count, hidden_size, hidden_size)
    w = w * (SPECTRAL_RADIUS / torch.linalg.eigvals(w).abs().amax(-1))[:, None, None]
    u = 0.25 * normal(generator, count, hidden_size, features) / features**0.5
    b, v = 0.15 * normal(generator, count, hidden_size), normal(generator, count, hidden_size)
    c, x = 0.3 + normal(generator, count, 1).abs(), normal(generator, count, steps, features)
    return Draws(*map(as_float32, (u, w, v, b, c, x)))
