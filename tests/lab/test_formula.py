"""A gradient has to come from its formula: what differentiates the network again is told apart, honest habits are not."""

from __future__ import annotations

import pytest
import torch

from reference import formula
from reference.cases import sequences
from reference.misconceptions import previous

CASE = sequences()[3]
OTHER = formula.other_weights(CASE.weights)


def step_by_autograd(case, weights):
    """∇W as the derivative of one step at the given states: right for the states of a forward pass."""
    w = weights.w.clone().requires_grad_()
    inside = torch.atanh(case.hidden) + previous(case.hidden) @ (w - weights.w).T
    (found,) = torch.autograd.grad((case.gradients.h * torch.tanh(inside)).sum(), w)
    return found


def test_with_the_networks_own_weights_every_formula_is_right():
    for name, answers in formula.accepted(CASE, CASE.weights).items():
        right = getattr(CASE.gradients, name.removeprefix("grad_"))
        for answer in answers:
            torch.testing.assert_close(answer, right, rtol=1e-5, atol=1e-6)


def test_differentiating_a_step_is_right_for_states_of_a_forward_pass_alone():
    torch.testing.assert_close(step_by_autograd(CASE, CASE.weights), CASE.gradients.w, rtol=1e-5, atol=1e-6)
    impossible = formula.with_impossible_states(CASE)
    assert not bool(torch.isfinite(step_by_autograd(impossible, OTHER)).any())


def test_impossible_states_lie_beyond_every_tanh():
    beyond = formula.with_impossible_states(CASE).hidden
    assert bool((beyond.abs() > 1).all())
    assert torch.equal(beyond, beyond.float().double())


@pytest.mark.parametrize("name", ["grad_b", "grad_w", "grad_u"])
def test_the_formula_does_not_look_at_the_weights(name):
    first = formula.accepted(CASE, CASE.weights)[name][0]
    assert torch.equal(first, formula.accepted(CASE, OTHER)[name][0])
