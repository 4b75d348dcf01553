"""Slips that come with the engine: each is found by its numbers in whatever formula takes the part."""

import pytest

from autograder.gradients import (
    Formula,
    Given,
    judge,
    ready,
    residual,
    residual_slips,
    slope_slips,
    tanh_slope,
)
from autograder.grading.case_number import cases_of
from autograder.grading.checks import CheckFailed
from autograder.language import speaking

SIZES = ({"N": 2, "H": 3}, {"N": 7, "H": 4})


def grad_a(y_true, y_pred, hidden, *, slope=tanh_slope, **factor):
    return residual(y_true, y_pred, **factor)[:, None] * slope(hidden)


GRAD_A = Formula(
    "grad_a", "∇a", "NH", (Given("y_true", "N"), Given("y_pred", "N"), Given("hidden", "NH", within=0.8)),
    grad_a, "∇a = 2(ŷ − y) (1 − h²).", SIZES, slips=(*residual_slips("∇a", "·(1 − h²)"), *slope_slips("∇a")),
)  # fmt: skip


def said(function):
    with pytest.raises(CheckFailed) as failure:
        judge({"grad_a": function}, GRAD_A)
    return failure.value


@pytest.mark.parametrize("slip", GRAD_A.slips, ids=lambda slip: slip.mistake.code)
def test_each_is_named(slip):
    failure = said(lambda *given: grad_a(*given, **slip.parts))
    assert (failure.mistake, failure.rationale) == (slip.mistake.code, slip.mistake)


def test_one_of_either_table_are_named_together():
    failure = said(lambda y, y_pred, h: 2 * (y - y_pred)[:, None] * (1 - h))
    assert failure.mistake == "sign_flipped_and_slope_1_minus_h"


def test_what_is_right_is_twice_the_difference_times_the_slope():
    judge({"grad_a": lambda y, y_pred, h: 2 * (y_pred - y)[:, None] * (1 - h * h)}, GRAD_A)


def test_states_have_the_name_that_the_lab_gives_them():
    sentences = {str(slip.mistake) for slip in slope_slips("∇W", "h[t]")}
    assert {"∇W has 1 − h[t] instead of 1 − h[t]².", "∇W has 1 − 2·h[t] instead of 1 − h[t]²."} <= sentences
    with speaking("de"):
        assert slope_slips("∇W", "h[t]")[0].mistake == "∇W hat 1 − h[t] statt 1 − h[t]²."


def test_where_a_slip_hides_by_chance_other_cases_are_drawn():
    """|ŷ − y| is ŷ − y in every second case of one number."""
    formula = Formula(
        "grad_c", "∇c", "", (Given("y_true", ""), Given("y_pred", "")), residual, "∇c = 2(ŷ − y).", ({},),
        slips=tuple(slip for slip in residual_slips("∇c") if slip.mistake.code == "amount_of_the_difference"),
    )  # fmt: skip
    for number in range(20):
        with cases_of(number):
            ready(formula)
