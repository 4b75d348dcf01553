"""Whether a gradient comes from its formula, or from differentiating the network once more.

The formulas contain hidden states and their gradients, and hold for any numbers in them. So a function is
asked once more with gradients of the states that belong to no loss, with states that no forward pass of the
network gave, and with other weights in it. What differentiates the forward pass (by small differences, or
automatically behind the grader's back) answers for other states and gradients, or not at all. Who keeps what
a forward pass computed gets the states of one, and the foreign gradients all the same: nobody needs to keep
those, and whoever keeps the weights as well would otherwise be right at the old ones. Honest habits that look
at the weights are accepted: ŷ from the last state, and the slope 1 − tanh² from the sums inside it. The
numbers are larger than those of a training, so that whoever cuts gradients off is seen.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from reference import formula
from reference.cases import Case
from reference.oracle import Weights


def other_weights(weights: Weights) -> Weights:
    """Weights of the same sizes at which the network answers differently."""
    return Weights(0.6 * weights.u, 0.7 * weights.w, 1.3 * weights.v, weights.b + 0.2, weights.c + 0.3)


def with_foreign_states(case: Case) -> Case:
    """``case`` with hidden states of no forward pass; between -1 and 1, as honest code may rely on."""
    return replace(case, hidden=-case.hidden.flip(0))


def with_foreign_gradients(case: Case) -> Case:
    """``case`` with gradients of the hidden states, (T, H), that no loss of any network has."""
    return replace(case, gradients=replace(case.gradients, h=-case.gradients.h.flip(0)))


def with_gradients_at(case: Case, weights: Weights) -> Case:
    """``case`` with the ∇h, (T, H), that the formula gives for its states at other weights."""
    factor = formula.residual(case.y_true, case.y_pred)
    return replace(case, gradients=replace(case.gradients, h=formula.grad_h(weights, case.hidden, factor)))


LARGE = 64
"""How many times as large as those of the case the gradients are, and how much further ŷ lies from y. As a
power of two it rounds nothing."""


def with_large_numbers(case: Case) -> Case:
    """``case`` with a target far away and large gradients of the hidden states, (T, H)."""
    gradients = replace(case.gradients, h=LARGE * case.gradients.h)
    return replace(case, y_true=case.y_true - LARGE, gradients=gradients)


def with_large_bias(case: Case) -> Case:
    """``case`` with an output bias that moves ŷ far beyond zero; its gradients do not fit any more."""
    far = case.weights.c - LARGE * case.y_pred.sign()
    return replace(case, weights=replace(case.weights, c=far))


def with_states_from_sums(case: Case, weights: Weights) -> Case:
    """``case`` with each state computed anew from the one before it: what ``1 − tanh²`` of the sums sees.

    h[t] = tanh(W h[t-1] + U x[t] + b) with the h[t-1] of ``case``. Source: lab text, exercise 1.
    """
    inside = formula.previous(case.hidden) @ weights.w.T + case.x @ weights.u.T + weights.b
    return replace(case, hidden=torch.tanh(inside))


def accepted(case: Case, weights: Weights) -> dict[str, tuple[Tensor, ...]]:
    """By question, the answers for the states of ``case`` when the network holds ``weights``.

    Returns:
        For each, first the formula with the numbers that are handed over, then with those that an honest
        solution may compute itself; float64, shaped like the parameter.
    """
    states = (case.hidden, with_states_from_sums(case, weights).hidden)
    sums = [formula.grad_sums(hidden, case.gradients.h) for hidden in states]
    outputs = (case.y_pred, formula.output(weights, case.hidden[-1]))
    residuals = [formula.residual(case.y_true, y_pred) for y_pred in outputs]
    return {
        "grad_c": tuple(residuals),
        "grad_b": tuple(formula.grad_b(one) for one in sums),
        "grad_v": tuple(formula.grad_v(case.hidden, factor) for factor in residuals),
        "grad_w": tuple(formula.grad_w(one, case.hidden) for one in sums),
        "grad_u": tuple(formula.grad_u(one, case.x) for one in sums),
        "the last row of grad_h": tuple(formula.grad_last_state(weights, factor) for factor in residuals),
    }
