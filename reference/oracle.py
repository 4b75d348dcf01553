"""The forward pass in float64 and automatic differentiation of it, nothing else.

What the marks rest on: no hand-written gradient comes near this file. It is independent of the
reference solution, and checks it.

    h[t] = tanh(W h[t-1] + U x[t] + b),  h[0] = 0        y = V·h[T] + c        L = (y − y_true)²

Source: the lab text, exercises 1 and 2. ``hidden`` is always (T, H), h[1]..h[T] without h[0].
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

WINDOW = 24
"""Hours of one input sequence."""

TEMPERATURE = 1
"""Column of the value to predict."""

CHUNK = 8192
"""Windows evaluated at once: 24 steps of H = 10 take 16 MB, and a student's H = 500 still fits."""


@dataclass(frozen=True)
class Weights:
    """The five parameters, float64: ``u`` (H, F), ``w`` (H, H), ``v`` (H,), ``b`` (H,), ``c`` (1,)."""

    u: Tensor
    w: Tensor
    v: Tensor
    b: Tensor
    c: Tensor

    def tensors(self) -> dict[str, Tensor]:
        """The parameters by name, in the order of the lab's constructor."""
        return {"u": self.u, "w": self.w, "v": self.v, "b": self.b, "c": self.c}

    @property
    def sizes(self) -> tuple[int, int]:
        """(H, F)."""
        return self.u.shape[0], self.u.shape[1]


@dataclass(frozen=True)
class Gradients:
    """Total derivatives of the loss, float64: ``h`` (T, H), the others shaped like their parameter."""

    h: Tensor
    c: Tensor
    b: Tensor
    v: Tensor
    w: Tensor
    u: Tensor


def _step(weights: Weights, state: Tensor, x_t: Tensor) -> Tensor:
    """One time step for any number of leading dimensions: ``state`` (..., H), ``x_t`` (..., F)."""
    return torch.tanh(state @ weights.w.T + x_t @ weights.u.T + weights.b)


def _states(weights: Weights, x: Tensor) -> list[Tensor]:
    """h[1]..h[T], each (..., H), of ``x`` (..., T, F)."""
    state = torch.zeros(*x.shape[:-2], weights.b.shape[0], dtype=torch.float64)
    states = []
    for x_t in x.double().unbind(-2):
        state = _step(weights, state, x_t)
        states.append(state)
    return states


def forward(weights: Weights, x: Tensor) -> tuple[Tensor, Tensor]:
    """The network's states and output for one sequence.

    Args:
        x: (T, F), T from 1.

    Returns:
        hidden (T, H) and y (1,), float64.
    """
    states = _states(weights, x)
    return torch.stack(states), states[-1] @ weights.v + weights.c


def gradients(weights: Weights, x: Tensor, y_true: Tensor) -> Gradients:
    """Gradients of the squared error of one sequence, by autograd.

    The gradient of a hidden state is its total derivative: it includes every later step.

    Args:
        x: (T, F), T from 1.
        y_true: (1,).
    """
    leaves = _leaves(weights)
    states = _states(leaves, x)
    loss = (states[-1] @ leaves.v + leaves.c - y_true.double()).square().sum()
    wanted = (*states, leaves.c, leaves.b, leaves.v, leaves.w, leaves.u)
    found = torch.autograd.grad(loss, wanted)
    return Gradients(torch.stack(found[: len(states)]), *found[len(states) :])


def _leaves(weights: Weights) -> Weights:
    return Weights(
        **{name: value.detach().clone().requires_grad_() for name, value in weights.tensors().items()}
    )


def window_losses(weights: Weights, data: Tensor, every: int = 1) -> Tensor:
    """Squared error of every window of ``data``, or of every ``every``-th.

    Args:
        data: (N, F), N above 24; window i is rows i..i+23 and its target is the temperature of row i+24.
        every: distance between the windows that are evaluated.

    Returns:
        (ceil((N - 24) / every),) float64.
    """
    data = data.double()
    projected = data @ weights.u.T + weights.b  # each row is needed by 24 windows: computed once
    targets = data[WINDOW:, TEMPERATURE]
    losses = []
    with torch.no_grad():
        for first in range(0, len(targets), every * CHUNK):
            last = min(first + every * CHUNK, len(targets))
            state = torch.zeros(len(range(first, last, every)), weights.b.shape[0], dtype=torch.float64)
            for step in range(WINDOW):
                state = torch.tanh(state @ weights.w.T + projected[first + step : last + step : every])
            losses.append((state @ weights.v + weights.c - targets[first:last:every]).square())
    return torch.cat(losses)


def sgd_step(weights: Weights, x: Tensor, y_true: Tensor, lr: float) -> tuple[Weights, float]:
    """One plain gradient step on the mean loss of a minibatch: each parameter minus lr times its gradient.

    Source: lab text, exercise 3, training step.

    Args:
        x: (B, T, F).
        y_true: (B, 1) or (B,).
        lr: learning rate.

    Returns:
        the new weights, and the minibatch's mean loss at the old ones.
    """
    steps, loss = _mean_loss_and_gradients(weights, x, y_true)
    moved = {name: value - lr * steps[name] for name, value in weights.tensors().items()}
    return Weights(**moved), loss


def mean_gradients(weights: Weights, x: Tensor, y_true: Tensor) -> dict[str, Tensor]:
    """Gradients of the mean loss of a minibatch by parameter: x (B, T, F), y_true (B, 1) or (B,)."""
    return _mean_loss_and_gradients(weights, x, y_true)[0]


def _mean_loss_and_gradients(weights: Weights, x: Tensor, y_true: Tensor) -> tuple[dict[str, Tensor], float]:
    leaves = _leaves(weights)
    loss = _mean_loss(leaves, x, y_true)
    names = leaves.tensors()
    found = torch.autograd.grad(loss, list(names.values()))
    return dict(zip(names, found, strict=True)), float(loss.detach())


def mean_loss(weights: Weights, x: Tensor, y_true: Tensor) -> float:
    """Mean over a minibatch of the loss (ŷ - y)²: x (B, T, F), y_true (B, 1) or (B,)."""
    return float(_mean_loss(weights, x, y_true))


def _mean_loss(weights: Weights, x: Tensor, y_true: Tensor) -> Tensor:
    y = _states(weights, x)[-1] @ weights.v + weights.c
    return (y - y_true.double().reshape(-1)).square().mean()


def random_windows(data: Tensor, count: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """``count`` windows of ``data`` (N, F), drawn with replacement: x (count, 24, F) and y (count, 1)."""
    starts = torch.randint(len(data) - WINDOW, (count,), generator=generator)
    rows = starts[:, None] + torch.arange(WINDOW)
    return data[rows], data[starts + WINDOW, TEMPERATURE][:, None]
