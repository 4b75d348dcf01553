"""Slips that every lab of this kind meets: in the slope of tanh, and in the derivative of a squared error.

A formula takes the part in which the slip is; the sentences are written for each result:

    def grad_a(y_true, y_pred, v, hidden, *, slope=tanh_slope, **factor):
        return residual(y_true, y_pred, **factor)[:, None] * v * slope(hidden)

    slips = (*residual_slips("∇a"), *slope_slips("∇a"))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.grading.slips import Slip, slips_about
from autograder.language import judging as _

Slope = Callable[[Tensor], Tensor]
"""Of states h = tanh(a), what is taken for ∂h/∂a: numbers of the same shape."""


def tanh_slope(states: Tensor) -> Tensor:
    """1 − h², the slope of tanh where it gives h; of any shape.

    >>> tanh_slope(torch.tensor([0.0, 0.5]))
    tensor([1.0000, 0.7500])
    """
    return 1 - states.square()


def slope_slips(
    name: str, state: str = "h", *, part: str = "slope", within: Callable[[Slope], Any] = lambda slope: slope
) -> list[Slip]:
    """Other functions of h in the place of 1 − h².

    Args:
        name: of the result, which begins the sentences.
        state: what h is called there: "h[t]".
        part: of the formula, that takes the function.
        within: what the part takes instead, given the function.
    """
    named = slips_about(name=name, h=state, twice=f"2{state}" if len(state) == 1 else f"2·{state}")

    def slip(code: str, sentence: str, slope: Slope) -> Slip:
        return named(code, sentence, **{part: within(slope)})

    return [
        slip("slope_1_minus_h", _("{name} has 1 − {h} instead of 1 − {h}²."), lambda h: 1 - h),
        slip("slope_h_squared", _("{name} has {h}² instead of 1 − {h}²."), torch.square),
        slip(
            "slope_minus_h_squared",
            _("{name} has −{h}² instead of 1 − {h}²: the 1 is missing."),
            lambda h: -h.square(),
        ),
        slip("slope_1_plus_h_squared", _("{name} has 1 + {h}² instead of 1 − {h}²."), lambda h: 1 + h * h),
        slip("slope_1_minus_2h", _("{name} has 1 − {twice} instead of 1 − {h}²."), lambda h: 1 - 2 * h),
        slip(
            "slope_of_the_sigmoid",
            _("{name} has {h}·(1 − {h}), which is the slope of the sigmoid; that of tanh is 1 − {h}²."),
            lambda h: h * (1 - h),
        ),
        slip(
            "slope_1_minus_h_squared_outside",
            _("{name} has (1 − {h})² instead of 1 − {h}²."),
            lambda h: (1 - h).square(),
        ),
        slip(
            "slope_squared",
            _("{name} has (1 − {h}²)² instead of 1 − {h}²."),
            lambda h: tanh_slope(h).square(),
        ),
        slip(
            "slope_of_tanh_twice",
            _("{name} has 1 − tanh({h})²: {h} is the tanh already."),
            lambda h: tanh_slope(torch.tanh(h)),
        ),
    ]


def residual(
    y_true: Tensor, y_pred: Tensor, *, scale: float = 2.0, target: float = -1.0, of: str = "difference"
) -> Tensor:
    """2(ŷ − y), the derivative of (ŷ − y)² by ŷ, entry by entry; with other parts, what a slip makes of it.

    Args:
        of: "difference", its "amount", or "none" where it is left out.
    """
    difference = y_pred + target * y_true
    kinds = {"difference": difference, "amount": difference.abs(), "none": torch.ones_like(difference)}
    return scale * kinds[of]


def residual_slips(name: str, times: str = "") -> list[Slip]:
    """Slips in :func:`residual`, whose parts the formula takes.

    Args:
        name: of the result, which begins the sentences.
        times: what the result multiplies the residual by, for one of them: "·h".
    """
    slip = slips_about(name=name, times=times)
    both = _("{name} is (y − ŷ){times}: the sign is flipped and the factor 2 is missing.")
    flipped = _("The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ).")
    lacks = _("{name} lacks the factor 2 of the squared error's derivative.")
    return [
        slip("factor_2_missing", lacks, scale=1.0),
        slip("sign_flipped", flipped, scale=-2.0),
        slip("sign_flipped_and_factor_2_missing", both, scale=-1.0),
        slip("factor_4", _("{name} has the factor 2 twice."), scale=4.0),
        slip("factor_3", _("{name} has the factor 3 instead of 2."), scale=3.0),
        slip("sum_for_the_difference", _("{name} has ŷ + y instead of ŷ − y."), target=1.0),
        slip("target_missing", _("{name} has ŷ alone instead of ŷ − y."), target=0.0),
        slip("difference_missing", _("{name} lacks ŷ − y."), scale=2.0, of="none"),
        slip("amount_of_the_difference", _("{name} has the amount |ŷ − y| instead of ŷ − y."), of="amount"),
    ]
