"""Mistakes with names and codes, and those in a sum over time, which three gradients share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from autograder.grading.checks import Mistake
from reference.formula import previous, tanh_slope

Mistakes = Mapping[str, Tensor]


def named(table: Mapping[str, tuple[str, Tensor]]) -> dict[str, Tensor]:
    """Mistakes from a table of their sentences and of what they compute, by code: each code is
    short and stable, for a course's ``partial_credit`` holds on to it."""
    return {Mistake(code, sentence): wrong for code, (sentence, wrong) in table.items()}


@dataclass(frozen=True)
class SumOverTime:
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
        return named(
            {
                "slope_missing": (
                    f"{name} lacks diag(1 − h[t]²).",
                    self.terms(torch.ones_like(hidden)).sum(0),
                ),
                "slope_1_minus_h": (
                    f"{name} has 1 − h[t] instead of 1 − h[t]².",
                    self.terms(1 - hidden).sum(0),
                ),
                "slope_h_squared": (
                    f"{name} has h[t]² instead of 1 − h[t]².",
                    self.terms(hidden.square()).sum(0),
                ),
                "slope_squared": (
                    f"{name} has (1 − h[t]²)² instead of 1 − h[t]².",
                    self.terms(tanh_slope(hidden).square()).sum(0),
                ),
                "slope_of_the_step_before": (
                    f"{name} has h[t−1] instead of h[t] in diag(1 − h[t]²).",
                    self.terms(tanh_slope(previous(hidden))).sum(0),
                ),
                "slope_of_the_step_after": (
                    f"{name} has h[t+1] instead of h[t] in diag(1 − h[t]²).",
                    self.terms(shifted).sum(0),
                ),
                "sign_flipped": (f"{name} has the wrong sign.", -right.sum(0)),
                "mean_over_time": (
                    f"{name} is the mean over the time steps instead of their sum.",
                    right.mean(0),
                ),
                "first_step_left_out": (f"{name} leaves out the first time step.", later),
                "last_step_left_out": (f"{name} leaves out the last time step.", right[:-1].sum(0)),
                "only_the_first_step": (
                    f"{name} holds the first time step only: the sum over time is missing.",
                    right[0],
                ),
                "only_the_last_step": (
                    f"{name} holds the last time step only: the sum over time is missing.",
                    right[-1],
                ),
                "twice_the_gradient": (
                    f"{name} is twice the gradient: the factor 2 is in ∇h already.",
                    2 * right.sum(0),
                ),
                "still_zero": (f"{name} is still zero.", torch.zeros_like(right[0])),
            }
        )
