"""The lab's formulas, written out: what is right where there is no forward pass for autograd to go back.

So it is where a question hands over states of its own choice, or judges a row by the student's own row after
it. A test compares each with the oracle. ``hidden`` is always (T, H): h[1]..h[T] without h[0].

With the sums a[t] = W h[t-1] + U x[t] + b, the states h[t] = tanh(a[t]), the output ŷ = V·h[T] + c and the
loss (ŷ - y)² (lab text, exercises 1 and 2), each formula is the chain rule along the edges of that graph.
"""

from __future__ import annotations

import torch
from torch import Tensor

from reference.oracle import Weights


def output(weights: Weights, last: Tensor) -> Tensor:
    """ŷ = V·h[T] + c, (1,), of the last state (H,). Source: lab text, exercise 2."""
    return weights.v @ last + weights.c


def tanh_slope(hidden: Tensor) -> Tensor:
    """The diagonal of ∂h[t]/∂a[t] = diag(1 - h[t]²) for each row of ``hidden`` (T, H): tanh' = 1 - tanh²."""
    return 1 - hidden.square()


def previous(hidden: Tensor) -> Tensor:
    """h[0]..h[T-1] of ``hidden`` (T, H), with h[0] = 0."""
    return torch.cat([torch.zeros_like(hidden[:1]), hidden[:-1]])


def residual(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """The derivative of the loss by ŷ, 2(ŷ - y), (1,). It is ∇c as well. Source: lab text, exercise 2."""
    return 2 * (y_pred - y_true)


def grad_last_state(weights: Weights, factor: Tensor) -> Tensor:
    """∇h[T] = 2(ŷ - y) Vᵀ, (H,). Source: lab text, exercise 2.

    Args:
        factor: (1,), the :func:`residual`.
    """
    return factor * weights.v


def step_back(weights: Weights, hidden_next: Tensor, grad_next: Tensor) -> Tensor:
    """∇h[t] = Wᵀ diag(1 - h[t+1]²) ∇h[t+1]; all (H,). Source: lab text, exercise 2."""
    return weights.w.T @ (tanh_slope(hidden_next) * grad_next)


def grad_h(weights: Weights, hidden: Tensor, factor: Tensor) -> Tensor:
    """∇h[1]..∇h[T], (T, H): :func:`grad_last_state`, then :func:`step_back` through time.

    Args:
        hidden: (T, H), T from 1.
        factor: (1,), the :func:`residual`.
    """
    rows = [grad_last_state(weights, factor)]
    for hidden_next in hidden[1:].flip(0):
        rows.insert(0, step_back(weights, hidden_next, rows[0]))
    return torch.stack(rows)


def grad_sums(hidden: Tensor, grad_h: Tensor) -> Tensor:
    """∇a[t] = diag(1 - h[t]²) ∇h[t], (T, H): the chain rule through tanh. ∇b, ∇W and ∇U consist of it."""
    return tanh_slope(hidden) * grad_h


def grad_b(grad_sums: Tensor) -> Tensor:
    """∇b = Σ ∇a[t], (H,), of ∇a (T, H). Source: lab text, exercise 1."""
    return grad_sums.sum(0)


def grad_v(hidden: Tensor, factor: Tensor) -> Tensor:
    """∇V = 2(ŷ - y) h[T]ᵀ, (H,). Source: lab text, exercise 2.

    Args:
        hidden: (T, H).
        factor: (1,), the :func:`residual`.
    """
    return factor * hidden[-1]


def grad_w(grad_sums: Tensor, hidden: Tensor) -> Tensor:
    """∇W = Σ ∇a[t] h[t-1]ᵀ with h[0] = 0, (H, H), of ∇a and the states, both (T, H). Source: exercise 1."""
    return grad_sums.T @ previous(hidden)


def grad_u(grad_sums: Tensor, x: Tensor) -> Tensor:
    """∇U = Σ ∇a[t] x[t]ᵀ, (H, F), of ∇a (T, H) and the inputs (T, F). Source: lab text, exercise 1."""
    return grad_sums.T @ x
