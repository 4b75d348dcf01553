"""Whether a gradient comes from its formula, or from differentiating the network once more.

The formulas of ∇W, ∇U and ∇b contain hidden states and their gradients, no weights, and hold for any
numbers in them. So the answer for given states must not change with the weights, and states that no tanh
gives must not matter. What differentiates the forward pass or one step of it (by small differences, or
automatically behind the grader's back) answers for the new weights, or not at all. Honest habits that look
at the weights are accepted: ŷ from the last state, and the slope 1 − tanh² from the sums inside it where
x is handed over.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from reference.cases import Case
from reference.misconceptions import previous, residual, tanh_slope
from reference.oracle import Weights


def other_weights(weights: Weights) -> Weights:
    """Weights of the same sizes at which the network answers differently."""
    return Weights(0.6 * weights.u, 0.7 * weights.w, 1.3 * weights.v, weights.b + 0.2, weights.c + 0.3)


def with_impossible_states(case: Case) -> Case:
    """``case`` with hidden states beyond 1 and -1, still float32 numbers."""
    beyond = torch.where(case.hidden < 0, case.hidden - 1.1, case.hidden + 1.1)
    return replace(case, hidden=beyond.float().double())


def accepted(case: Case, weights: Weights) -> dict[str, tuple[Tensor, ...]]:
    """By question, the answers for the states of ``case`` when the network holds ``weights``.

    Returns:
        For each, first the formula with the numbers that are handed over, then with those that an honest
        solution may compute itself; float64, shaped like the parameter.
    """
    through = tanh_slope(case.hidden) * case.gradients.h
    inside = previous(case.hidden) @ weights.w.T + case.x @ weights.u.T + weights.b
    recomputed = tanh_slope(torch.tanh(inside)) * case.gradients.h
    y_pred = (case.hidden[-1] @ weights.v + weights.c).reshape(1)
    residuals = [residual(case.y_true, one) for one in (case.y_pred, y_pred)]
    return {
        "grad_c": tuple(residuals),
        "grad_b": (through.sum(0),),
        "grad_v": tuple(one * case.hidden[-1] for one in residuals),
        "grad_w": (through.T @ previous(case.hidden),),
        "grad_u": (through.T @ case.x, recomputed.T @ case.x),
    }
