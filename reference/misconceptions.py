"""The lab's formulas with the mistakes that students make in them, and the words for each.

A wrong answer that one of these explains is answered with the mistake's name instead of "wrong values".
None of this decides about marks: the oracle and ``formula`` say what is right. Each function returns, for
each sentence, what that mistake would have computed (float64).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from reference.cases import Case
from reference.formula import grad_last_state, previous, residual, step_back, tanh_slope

Mistakes = Mapping[str, Tensor]


def last_state(case: Case) -> Mistakes:
    """Mistakes in ∇h[T] = 2(ŷ − y) Vᵀ, (H,)."""
    factor = residual(case.y_true, case.y_pred)
    right = grad_last_state(case.weights, factor)
    signless = right / 2
    return {
        "The last row lacks the factor 2 of the squared error's derivative.": signless,
        "The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ).": -right,
        "The last row is (y − ŷ)·V: the sign is flipped and the factor 2 is missing.": -signless,
        "The last row is V alone: it lacks the factor 2(ŷ − y).": case.weights.v,
        "The last row lacks V.": factor.expand_as(right),
        "The last row is multiplied with diag(1 − h²) already; ∇h[T] is the gradient of the state itself.": (
            right * tanh_slope(case.hidden[-1])
        ),
        "The last row of grad_h is still zero.": torch.zeros_like(right),
    }


def recursion_step(case: Case, step: int, grad_next: Tensor) -> Mistakes:
    """Mistakes in ∇h[t] = Wᵀ diag(1 − h[t+1]²) ∇h[t+1], (H,), given the student's own ∇h[t+1].

    Args:
        step: row of ``hidden``, from 0; below T - 1.
        grad_next: (H,), row ``step + 1`` of the student's result.
    """
    w, here, after = case.weights.w, case.hidden[step], case.hidden[step + 1]
    slope = tanh_slope(after)
    return {
        "The recursion multiplies with W instead of Wᵀ.": w @ (slope * grad_next),
        "The recursion takes h[t] instead of h[t+1] in diag(1 − h²).": w.T @ (tanh_slope(here) * grad_next),
        "The recursion lacks diag(1 − h[t+1]²).": w.T @ grad_next,
        "The recursion lacks diag(1 − h[t+1]²), and W is not transposed.": w @ grad_next,
        "The recursion has 1 − h instead of 1 − h².": w.T @ ((1 - after) * grad_next),
        "The recursion has h² instead of 1 − h².": w.T @ (after.square() * grad_next),
        "diag(1 − h²) stands on the wrong side of Wᵀ.": slope * (w.T @ grad_next),
        "diag(1 − h²) stands on the wrong side, and W is not transposed.": slope * (w @ grad_next),
        "The recursion lacks Wᵀ.": slope * grad_next,
        "The sign of the recursion is flipped.": -step_back(case.weights, after, grad_next),
        "Only the last row of grad_h is filled: the others are zero.": torch.zeros_like(grad_next),
        "Each row repeats the row after it: the recursion is missing.": grad_next,
    }


def grad_c(case: Case) -> Mistakes:
    """Mistakes in ∇c = 2(ŷ − y), (1,)."""
    right = residual(case.y_true, case.y_pred)
    return {
        "The factor 2 of the squared error's derivative is missing.": right / 2,
        "The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ).": -right,
        "This is y − ŷ: the sign is flipped and the factor 2 is missing.": -right / 2,
        "This is the loss, not its derivative.": (right / 2).square(),
        "grad_c is still zero.": torch.zeros_like(right),
    }


def grad_v(case: Case) -> Mistakes:
    """Mistakes in ∇V = 2(ŷ − y) h[T]ᵀ, (H,)."""
    factor, last = residual(case.y_true, case.y_pred), case.hidden[-1]
    right = factor * last
    return {
        "The factor 2 of the squared error's derivative is missing.": right / 2,
        "The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ).": -right,
        "This is (y − ŷ)·h[T]: the sign is flipped and the factor 2 is missing.": -right / 2,
        "This takes the first hidden state instead of the last.": factor * case.hidden[0],
        "This takes the last but one hidden state instead of the last.": factor * previous(case.hidden)[-1],
        "This sums over all hidden states, but only the last one reaches the output.": (
            factor * case.hidden.sum(0)
        ),
        "This averages all hidden states, but only the last one reaches the output.": (
            factor * case.hidden.mean(0)
        ),
        "This is the last hidden state alone: the factor 2(ŷ − y) is missing.": last,
        "This has V in the place of the last hidden state.": factor * case.weights.v,
        "grad_v is still zero.": torch.zeros_like(right),
    }


@dataclass(frozen=True)
class _Sum:
    """Σ over t of diag(1 − h[t]²) ∇h[t] ⊗ other[t], the form that ∇b, ∇W and ∇U share."""

    hidden: Tensor
    grad_h: Tensor
    other: Tensor

    def terms(self, slope: Tensor | None = None) -> Tensor:
        """The summands, (T, H, K); ``slope`` (T, H) stands in for 1 − h²."""
        slope = tanh_slope(self.hidden) if slope is None else slope
        return torch.einsum("th,tk->thk", slope * self.grad_h, self.other)

    def mistakes(self, name: str) -> dict[str, Tensor]:
        """Mistakes in the sum, (H, K); ``name`` is that of the gradient."""
        right, hidden = self.terms(), self.hidden
        shifted = torch.cat([tanh_slope(hidden)[1:], torch.ones_like(hidden[:1])])
        later = torch.einsum("th,tk->hk", (tanh_slope(hidden) * self.grad_h)[1:], self.other[1:])
        return {
            f"{name} lacks diag(1 − h[t]²).": self.terms(torch.ones_like(hidden)).sum(0),
            f"{name} has 1 − h[t] instead of 1 − h[t]².": self.terms(1 - hidden).sum(0),
            f"{name} has h[t]² instead of 1 − h[t]².": self.terms(hidden.square()).sum(0),
            f"{name} has (1 − h[t]²)² instead of 1 − h[t]².": self.terms(tanh_slope(hidden).square()).sum(0),
            f"{name} has h[t−1] instead of h[t] in diag(1 − h[t]²).": (
                self.terms(tanh_slope(previous(hidden))).sum(0)
            ),
            f"{name} has h[t+1] instead of h[t] in diag(1 − h[t]²).": self.terms(shifted).sum(0),
            f"{name} has the wrong sign.": -right.sum(0),
            f"{name} is the mean over the time steps instead of their sum.": right.mean(0),
            f"{name} leaves out the first time step.": later,
            f"{name} leaves out the last time step.": right[:-1].sum(0),
            f"{name} holds the first time step only: the sum over time is missing.": right[0],
            f"{name} holds the last time step only: the sum over time is missing.": right[-1],
            f"{name} is twice the gradient: the factor 2 is in ∇h already.": 2 * right.sum(0),
            f"{name} is still zero.": torch.zeros_like(right[0]),
        }


def grad_b(case: Case) -> Mistakes:
    """Mistakes in ∇b = Σ diag(1 − h[t]²) ∇h[t], (H, 1): one column, to be compared entry by entry."""
    ones = torch.ones(case.steps, 1, dtype=torch.float64)
    return _Sum(case.hidden, case.gradients.h, ones).mistakes("grad_b")


def grad_w(case: Case) -> Mistakes:
    """Mistakes in ∇W = Σ diag(1 − h[t]²) ∇h[t] h[t−1]ᵀ, (H, H)."""
    hidden, grad_h = case.hidden, case.gradients.h
    after = torch.cat([hidden[1:], torch.zeros_like(hidden[:1])])
    mistakes = _Sum(hidden, grad_h, previous(hidden)).mistakes("grad_w")
    for rightly in (
        "grad_w leaves out the first time step.",
        "grad_w holds the first time step only: the sum over time is missing.",
    ):
        del mistakes[rightly]  # h[0] is zero, and so is the first term
    same_step = _Sum(hidden, grad_h, hidden)
    return {
        "grad_w pairs step t with h[t] instead of h[t−1].": same_step.terms().sum(0),
        "grad_w pairs step t with h[t] instead of h[t−1], and leaves out the first step.": (
            same_step.terms()[1:].sum(0)
        ),
        "grad_w pairs step t with h[t+1] instead of h[t−1].": _Sum(hidden, grad_h, after).terms().sum(0),
        "grad_w takes h[T] for h[0]: index −1 is the last row. h[0] is zero.": (
            _Sum(hidden, grad_h, hidden.roll(1, 0)).terms().sum(0)
        ),
        "grad_w is transposed.": _Sum(hidden, grad_h, previous(hidden)).terms().sum(0).T,
    } | mistakes


def grad_u(case: Case) -> Mistakes:
    """Mistakes in ∇U = Σ diag(1 − h[t]²) ∇h[t] x[t]ᵀ, (H, F)."""
    hidden, grad_h, x = case.hidden, case.gradients.h, case.x
    return _Sum(hidden, grad_h, x).mistakes("grad_u") | {
        "grad_u pairs step t with x[t−1] instead of x[t].": _Sum(hidden, grad_h, previous(x)).terms().sum(0),
        "grad_u pairs step t with x[t+1] instead of x[t].": (
            _Sum(hidden[:-1], grad_h[:-1], x[1:]).terms().sum(0)
        ),
        "grad_u runs through time in the wrong direction.": _Sum(hidden, grad_h, x.flip(0)).terms().sum(0),
    }


def hidden_states(case: Case) -> Mistakes:
    """Mistakes in the states of the forward pass, h[t] = tanh(W h[t−1] + U x[t] + b), (T, H)."""
    u, w, b = case.weights.u, case.weights.w, case.weights.b

    def run(step: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        states = [torch.zeros_like(b)]
        for x_t in case.x:
            states.append(step(states[-1], x_t))
        return torch.stack(states[1:])

    return {
        "The states lack the bias b.": run(lambda h, x_t: torch.tanh(w @ h + u @ x_t)),
        "The states lack tanh.": run(lambda h, x_t: w @ h + u @ x_t + b),
        "The states multiply with Wᵀ instead of W.": run(lambda h, x_t: torch.tanh(w.T @ h + u @ x_t + b)),
        "The states ignore the state before: W·h[t−1] is missing.": run(
            lambda h, x_t: torch.tanh(u @ x_t + b)
        ),
        "The states ignore the input: U·x[t] is missing.": run(lambda h, x_t: torch.tanh(w @ h + b)),
        "The states have the sigmoid instead of tanh.": run(
            lambda h, x_t: torch.sigmoid(w @ h + u @ x_t + b)
        ),
        "The states have ReLU instead of tanh.": run(lambda h, x_t: torch.relu(w @ h + u @ x_t + b)),
        "hidden is shifted by one step: it holds h[0]..h[T−1].": previous(case.hidden),
        "The states subtract the bias b.": run(lambda h, x_t: torch.tanh(w @ h + u @ x_t - b)),
        "hidden is still zero.": torch.zeros_like(case.hidden),
    }


def output(case: Case, last: Tensor) -> Mistakes:
    """Mistakes in y = V·h[T] + c, (1,), given the student's own last state ``last`` (H,)."""
    v, c = case.weights.v, case.weights.c
    return {
        "y lacks the bias c.": (v @ last).reshape(1),
        "y lacks V·h[T].": c,
        "y is V·h[T] − c.": v @ last - c,
        "y goes through tanh; the lab's output has no activation.": torch.tanh(v @ last + c),
    }


def squared_error(y_true: float, y_pred: float) -> Mistakes:
    """Mistakes in the loss (ŷ − y)² of one prediction, ()."""
    difference = torch.tensor(y_pred - y_true, dtype=torch.float64)
    return {
        "This is the absolute error; the square is missing.": difference.abs(),
        "This is the difference; the square is missing.": difference,
        "This is the difference y − ŷ; the square is missing.": -difference,
        "This is half the squared error; the lab has no factor 1/2.": difference.square() / 2,
        "This is twice the squared error: a factor that belongs to its derivative.": 2 * difference.square(),
        "This is 2(ŷ − y), the derivative of the loss.": 2 * difference,
        "The sign of the squared error is flipped.": -difference.square(),
    }
