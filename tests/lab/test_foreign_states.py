"""A gradient has to come from its formula: what differentiates the network again is told apart, honest habits are not."""

from __future__ import annotations

import pytest
import torch

from reference import foreign_states, oracle
from reference.cases import of_the_lab
from reference.formula import previous

CASE = of_the_lab()[0]
OTHER = foreign_states.other_weights(CASE.weights)
FOREIGN = foreign_states.with_foreign_states(CASE)
FOREIGN_GRADIENTS = foreign_states.with_foreign_gradients(CASE)


def test_with_the_networks_own_weights_every_formula_is_right():
    for name, answers in foreign_states.accepted(CASE, CASE.weights).items():
        last = name.startswith("the last row")
        right = CASE.gradients.h[-1] if last else getattr(CASE.gradients, name.removeprefix("grad_"))
        for answer in answers:
            torch.testing.assert_close(answer, right, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["grad_b", "grad_v", "grad_w", "grad_u"])
@pytest.mark.parametrize("case", [CASE, FOREIGN], ids=["own states", "foreign states"])
def test_differentiating_the_whole_network_again_gives_something_else(case, name):
    gradients = oracle.gradients(OTHER, case.x, case.y_true)
    again = getattr(gradients, name.removeprefix("grad_"))
    for answer in foreign_states.accepted(case, OTHER)[name]:
        assert not torch.allclose(again, answer, rtol=1e-2)


def test_foreign_states_are_none_of_the_network_and_still_between_the_bounds_of_tanh():
    assert bool((FOREIGN.hidden.abs() < 1).all())
    assert not torch.allclose(FOREIGN.hidden, CASE.hidden, atol=1e-2)
    assert torch.equal(FOREIGN.hidden, FOREIGN.hidden.float().double())  # handing them over rounds nothing


def test_states_from_sums_are_those_of_one_step_from_the_given_ones():
    found = foreign_states.with_states_from_sums(FOREIGN, OTHER).hidden
    before = previous(FOREIGN.hidden)
    for row, state in enumerate(found):
        expected = torch.tanh(OTHER.w @ before[row] + OTHER.u @ FOREIGN.x[row] + OTHER.b)
        torch.testing.assert_close(state, expected)


@pytest.mark.parametrize("name", ["grad_b", "grad_w", "grad_u"])
def test_differentiating_at_the_old_weights_gives_something_else_for_foreign_gradients(name):
    """With the states and the factor of a forward pass, as somebody has them who kept all of it."""
    again = getattr(CASE.gradients, name.removeprefix("grad_"))
    last = FOREIGN_GRADIENTS.gradients.h[-1]
    factor = (last / CASE.gradients.h[-1])[int(CASE.weights.v.abs().argmax())]
    for answer in foreign_states.accepted(FOREIGN_GRADIENTS, CASE.weights)[name]:
        for scale in (1, -1, factor):
            assert not torch.allclose(scale * again, answer, rtol=1e-2)


def test_numbers_are_larger_than_any_of_a_training_and_handing_them_over_rounds_nothing():
    large = foreign_states.with_large_numbers(CASE)
    assert float(large.gradients.h.abs().max()) > 40
    assert float((large.y_pred - large.y_true).abs()) > 60
    for answer in foreign_states.accepted(large, OTHER).values():
        assert all(float(one.abs().max()) > 20 for one in answer)
    assert torch.equal(large.gradients.h.float() / foreign_states.LARGE, CASE.gradients.h.float())
