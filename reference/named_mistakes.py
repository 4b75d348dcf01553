"""Mistakes with names and codes in sums over time, which three gradients share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from autograder.gradients import usual_slips
from autograder.grading.slips import Slip, Slips, slips_about
from reference import formula
from reference.formula import previous, tanh_slope
from reference.language import lab as _
from reference.language import later

Mistakes = Mapping[str, Tensor]

Shift = Callable[[Tensor], Tensor]
"""Rows (T, K) in other places of time."""

MISSING = torch.ones_like
"""Takes the place of a slope or a factor that is left out."""


def as_it_is(rows: Tensor) -> Tensor:
    """``rows`` (T, K), each at its own step."""
    return rows


def following(rows: Tensor) -> Tensor:
    """The row of the step after, (T, K); zeros at the last one."""
    return torch.cat([rows[1:], torch.zeros_like(rows[:1])])


def wrapped(rows: Tensor) -> Tensor:
    """The row of the step before, (T, K); the last one at the first step, as index −1 has it."""
    return rows.roll(1, 0)


def times_gradient(slope: Shift) -> Callable[[Tensor, Tensor], Tensor]:
    """∇a[t] of states and their gradients, both (T, H), with another factor than 1 − h[t]²."""
    return lambda hidden, grad_h: slope(hidden) * grad_h


@dataclass(frozen=True)
class SumOverTime:
    """Σ over t of diag(1 − h[t]²) ∇h[t] ⊗ other[t], the form that ∇b, ∇W and ∇U share.

    Attributes:
        hidden: (T, H), ``grad_h``: (T, H), ``other``: (T, K).
        start: (H, K), the weight that the gradient is for.
    """

    hidden: Tensor
    grad_h: Tensor
    other: Tensor
    start: Tensor

    def total(
        self,
        *,
        rows: Callable[[Tensor, Tensor], Tensor] = formula.grad_sums,
        gradient: Shift = as_it_is,
        paired: Shift = as_it_is,
        steps: slice = slice(None),
        product: str = "th,tk->hk",
        scale: float = 1.0,
        mean: bool = False,
        start: float = 0.0,
        from_weight: bool = False,
    ) -> Tensor:
        """The sum, (H, K), with other parts where they are given."""
        left = rows(self.hidden, gradient(self.grad_h))[steps]
        found = scale * torch.einsum(product, left, paired(self.other)[steps])
        found = (found / len(self.hidden) if mean else found).expand_as(self.start)
        return found + start + (self.start if from_weight else 0)

    def mistakes(self, name: str, *special: Slip) -> Slips:
        """Mistakes in the sum; ``name`` is that of the gradient, ``special`` slips come first."""
        return Slips(partial(self.total), [*special, *sum_slips(name, self.hidden.shape[1])])


def sum_slips(name: str, units: int) -> list[Slip]:
    """The slips that every such sum shares; ``name`` is that of the gradient, ``units`` H."""
    slip = slips_about(name=name, weight=name.removeprefix("grad_"))
    return [
        *slope_slips(name),
        *([] if name == "grad_b" else [_factor_missing(name)]),
        *([] if name == "grad_b" else [slip("sums_multiplied", _(SUMS_MULTIPLIED), product="th,sk->hk")]),
        slip("sign_flipped", _("{name} has the wrong sign."), scale=-1.0),
        slip("mean_over_time", _("{name} is the mean over the time steps instead of their sum."), mean=True),
        slip("first_step_left_out", _("{name} leaves out the first time step."), steps=slice(1, None)),
        slip("last_step_left_out", _("{name} leaves out the last time step."), steps=slice(-1)),
        slip("every_second_step", _("{name} takes every second time step only."), steps=slice(None, None, 2)),
        slip(
            "as_many_steps_as_units",
            _("{name} sums as many time steps as there are hidden units, not all of them."),
            steps=slice(units),
        ),
        slip(
            "only_the_first_step",
            _(
                "{name} holds the first time step only: the sum over time is missing, or `return` "
                "stands inside the loop."
            ),
            steps=slice(1),
        ),
        slip(
            "only_the_last_step",
            _("{name} holds the last time step only: the sum over time is missing."),
            steps=slice(-1, None),
        ),
        slip(
            "twice_the_gradient",
            _(
                "{name} is twice the gradient: is each step added twice, or the factor 2 there "
                "again, which is in ∇h already?"
            ),
            scale=2.0,
        ),
        slip("three_times_the_gradient", _("{name} is three times the gradient."), scale=3.0),
        slip("half_the_gradient", _("{name} is half the gradient: no factor ½ belongs here."), scale=0.5),
        slip("starts_with_ones", _("The sum for {name} starts with ones instead of zeros."), start=1.0),
        slip(
            "starts_at_the_weight",
            _("The sum for {name} starts at self.{weight}, the weight itself, instead of zeros."),
            from_weight=True,
        ),
        slip(
            "gradient_of_the_step_before",
            _("{name} pairs step t with ∇h[t−1] instead of ∇h[t]."),
            gradient=previous,
        ),
        slip(
            "gradient_of_the_step_before_wrapped",
            _(
                "{name} pairs step t with ∇h[t−1] instead of ∇h[t]; at the first step index −1 takes "
                "the last row."
            ),
            gradient=wrapped,
        ),
        slip(
            "gradient_of_the_step_after",
            _("{name} pairs step t with ∇h[t+1] instead of ∇h[t]."),
            gradient=following,
        ),
        replace(slip("still_zero", _("{name} is still zero."), scale=0.0), joins=False),
    ]


SUMS_MULTIPLIED = later("{name} multiplies sums over time: multiply at each time step, then sum.")


def _factor_missing(name: str) -> Slip:
    """The slip of leaving out what ∇a[t] is multiplied with."""
    slip = slips_about(name=name, other={"grad_w": "h[t−1]ᵀ", "grad_u": "x[t]ᵀ"}[name])
    return slip("other_factor_missing", _("{name} lacks the factor {other}."), paired=MISSING)


def slope_slips(name: str) -> list[Slip]:
    """Slips in ∇a[t] = diag(1 − h[t]²) ∇h[t]."""

    slip = slips_about(name=name)

    def slope(code: str, sentence: str, other: Shift) -> Slip:
        return slip(code, sentence, rows=times_gradient(other))

    return [
        slope("slope_missing", _("{name} lacks diag(1 − h[t]²)."), MISSING),
        *usual_slips.slope_slips(name, "h[t]", part="rows", within=times_gradient),
        slope(
            "slope_of_the_step_before",
            _("{name} has h[t−1] instead of h[t] in diag(1 − h[t]²)."),
            lambda h: tanh_slope(previous(h)),
        ),
        slope(
            "slope_of_the_step_before_wrapped",
            _(
                "{name} has h[t−1] instead of h[t] in diag(1 − h[t]²); at the first step index −1 "
                "takes the last row."
            ),
            lambda h: tanh_slope(wrapped(h)),
        ),
        slope(
            "slope_of_the_step_after",
            _("{name} has h[t+1] instead of h[t] in diag(1 − h[t]²)."),
            lambda h: tanh_slope(following(h)),
        ),
        slip(
            "slope_brackets_missing",
            _("{name} has 1 − h[t]²·∇h[t]: the brackets in (1 − h[t]²)·∇h[t] are missing."),
            rows=lambda hidden, grad_h: 1 - hidden.square() * grad_h,
        ),
        slip(
            "slope_added",
            _("{name} adds 1 − h[t]² and ∇h[t] instead of multiplying them."),
            rows=lambda hidden, grad_h: tanh_slope(hidden) + grad_h,
        ),
        slip(
            "slope_of_the_gradient",
            _("{name} has 1 − (∇h[t])² instead of 1 − h[t]²."),
            rows=lambda hidden, grad_h: tanh_slope(grad_h) * grad_h,
        ),
        slip(
            "slopes_summed_first",
            _(SUMS_MULTIPLIED),
            rows=lambda hidden, grad_h: (tanh_slope(hidden).sum(0) * grad_h.mean(0)).expand_as(hidden),
        ),
        slip(
            "slope_of_the_product",
            _("{name} has 1 − (h[t]·∇h[t])² instead of (1 − h[t]²)·∇h[t]."),
            rows=lambda hidden, grad_h: tanh_slope(hidden * grad_h),
        ),
        slip(
            "dot_product",
            _(
                "{name} has the dot product of 1 − h[t]² and ∇h[t], one number, in the place of their "
                "entries: multiply with * instead of @, and sum over time only."
            ),
            rows=lambda hidden, grad_h: (tanh_slope(hidden) * grad_h).sum(1, keepdim=True).expand_as(hidden),
        ),
        slip("gradient_missing", _("{name} lacks ∇h[t]."), rows=lambda hidden, grad_h: tanh_slope(hidden)),
        slip(
            "state_for_the_gradient",
            _("{name} has h[t] in the place of ∇h[t]."),
            rows=lambda hidden, grad_h: tanh_slope(hidden) * hidden,
        ),
    ]
