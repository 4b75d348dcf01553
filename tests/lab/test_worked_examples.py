"""The numbers of the public cases against the oracle, and what the cases say to a student."""

from __future__ import annotations

import contextlib
import io

import pytest
import torch

from autograder.grading.namespace import PlainNamespace
from reference import formula, oracle, public_mistakes
from reference.example_numbers import (
    BY_HAND,
    LAB_SIZES,
    SHAPES,
    SUMS,
    SUMS_OF_KEPT,
    TWO_STATES,
    wave,
)
from reference.foreign_states import with_states_from_sums
from reference.oracle import Weights
from reference.worked_examples import FAR, SUM_FAR, weighted_sum
from tests.corpus import in_one_process
from tests.lab.public_tables import WRONG, as_case, table_of
from tests.questions.training_step import AFTER_A_STEP, AFTER_A_STEP_OF_FOUR


def exact(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


def weights_of(example):
    return Weights(**{name: exact(value) for name, value in example["weights"].items()})


def gradients(example):
    """Every gradient of an example, of the states and predictions that stand in it."""
    weights, hidden = weights_of(example), exact(example["hidden"])
    factor = formula.residual(exact(example["y_true"]), exact(example["y_pred"]))
    sums = formula.grad_sums(hidden, exact(example["grad_h"]))
    return {
        "grad_h": formula.grad_h(weights, hidden, factor),
        "grad_c": factor,
        "grad_b": formula.grad_b(sums),
        "grad_v": formula.grad_v(hidden, factor),
        "grad_w": formula.grad_w(sums, hidden),
        "grad_u": formula.grad_u(sums, exact(example["x"])),
    }


@pytest.mark.parametrize("example", [BY_HAND, TWO_STATES], ids=["by hand", "two states"])
def test_the_numbers_of_an_example_are_those_of_the_formulas(example):
    hidden, y = oracle.forward(weights_of(example), exact(example["x"]))
    torch.testing.assert_close(hidden, exact(example["hidden"]), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(y, exact(example["y_pred"]), rtol=1e-4, atol=1e-4)
    for what, right in gradients(example).items():
        torch.testing.assert_close(exact(example[what]), right, rtol=2e-4, atol=2e-4)


def test_the_sums_at_the_labs_sizes_are_those_of_the_formulas():
    hidden, y = oracle.forward(weights_of(LAB_SIZES), exact(LAB_SIZES["x"]))
    found = {"states": hidden, "output": y, **gradients(LAB_SIZES)}
    assert {what: tuple(right.shape) for what, right in found.items()} == SHAPES
    assert {what: round(weighted_sum(right), 4) for what, right in found.items()} == SUMS


def test_the_sums_for_what_is_kept_are_those_of_the_formulas():
    case = as_case(LAB_SIZES)
    kept = oracle.forward(case.weights, case.x)[0]
    factor = formula.residual(case.y_true, case.y_pred)
    found = {what: set() for what in SUMS_OF_KEPT}
    # Slopes and states may be those that are given, those of the forward pass, or the slopes of its sums.
    from_sums = with_states_from_sums(case, case.weights).hidden
    for slopes, states in ((case.hidden, case.hidden), (kept, kept), (from_sums, case.hidden)):
        own = formula.grad_h(case.weights, slopes, factor)
        answers = {"grad_h": [own], "grad_v": [formula.grad_v(states, factor)]}
        for sums in (formula.grad_sums(slopes, case.gradients.h), formula.grad_sums(slopes, own)):
            answers.setdefault("grad_b", []).append(formula.grad_b(sums))
            answers.setdefault("grad_w", []).append(formula.grad_w(sums, states))
            answers.setdefault("grad_u", []).append(formula.grad_u(sums, case.x))
        for what, values in answers.items():
            found[what] |= {round(weighted_sum(value), 4) for value in values}
    assert {what: found[what] - {SUMS[what]} for what in found} == {
        what: set(sums) for what, sums in SUMS_OF_KEPT.items()
    }


def test_the_sum_with_a_bias_far_away_is_that_of_the_formula():
    y = oracle.forward(weights_of(LAB_SIZES), exact(LAB_SIZES["x"]))[1]
    far = y - exact(LAB_SIZES["weights"]["c"]) + FAR
    assert weighted_sum(far) == pytest.approx(SUM_FAR, abs=1e-3)


@pytest.mark.parametrize("what", WRONG)
def test_the_mistakes_that_public_cases_name_have_the_numbers_of_the_formulas(what):
    right = table_of(what)
    assert vars(public_mistakes)[what.upper()] == right, (
        "tests/lab/public_tables.py: source() writes the tables"
    )


@pytest.mark.parametrize("what", WRONG)
def test_no_two_mistakes_that_public_cases_name_have_the_same_numbers(what):
    def near(one, other):
        return abs(one - other) < 2e-3 * (1 + abs(other))

    table = [*vars(public_mistakes)[what.upper()].values()]
    right = gradients(TWO_STATES) | {"hidden": exact(TWO_STATES["hidden"])}
    table.append((weighted_sum(right[what]), SUMS["states" if what == "hidden" else what]))
    for number, one in enumerate(table):
        assert not any(all(map(near, one, other)) for other in table[:number]), one


def test_one_step_from_the_labs_sizes_leads_where_it_is_said():
    weights = weights_of(LAB_SIZES)
    x = exact([[0.2, 0.5, -0.3, 0.4, -0.1, 0.3]] * 24)
    after, loss = oracle.sgd_step(weights, x[None], x[None, 0, 1], lr=0.1)
    assert round(loss, 4) == 7.2063
    summed, _ = oracle.sgd_step(weights, x[None], x[None, 0, 1], lr=0.4)
    sums = {name: round(weighted_sum(value), 4) for name, value in summed.tensors().items()}
    assert sums == AFTER_A_STEP_OF_FOUR
    assert {name: round(weighted_sum(value), 4) for name, value in after.tensors().items()} == AFTER_A_STEP


def test_waves_have_no_two_equal_entries():
    assert len(set(torch.tensor(wave(24, 10, start=0.7)).flatten().tolist())) == 240


def told(env, name):
    """What the failing public cases of a question say of a notebook's names."""
    file = in_one_process.question(name)
    with contextlib.redirect_stdout(io.StringIO()):
        file.run(PlainNamespace(env))
    return [one.message for one in file.test_case_results if not one.test_case.hidden and not one.passed]


class Right:
    """An RNN as a student may write it; what follows changes one thing."""

    def __init__(self, hidden_state_size, input_size):
        self.hidden_state_size = hidden_state_size

    def forward(self, x):
        h = torch.zeros(len(x) + 1, self.hidden_state_size)
        for t in range(len(x)):
            h[t + 1] = torch.tanh(self.w @ h[t] + self.u @ x[t] + self.b)
        return h[1:], self.v @ h[-1:].T + self.c

    def _compute_grad_w(self, hidden, grad_h):
        before = torch.cat([torch.zeros_like(hidden[:1]), hidden[:-1]])
        return ((1 - hidden**2) * grad_h).T @ before


class Transposed(Right):
    def _compute_grad_w(self, hidden, grad_h):
        return super()._compute_grad_w(hidden, grad_h).T


class SizesWrittenIn(Right):
    def _compute_grad_w(self, hidden, grad_h):
        grad_w = torch.zeros(10, 10)
        for t in range(1, 24):
            grad_w += torch.outer((1 - hidden[t] ** 2) * grad_h[t], hidden[t - 1])
        return grad_w


class Open(Right):
    def _compute_grad_w(self, hidden, grad_h):
        grad_w = ...
        return grad_w.sum()


class NotFilledIn(Right):
    def _compute_grad_w(self, hidden, grad_h):
        pass


class Accumulates(Right):
    grad_w = 0

    def _compute_grad_w(self, hidden, grad_h):
        self.grad_w = self.grad_w + super()._compute_grad_w(hidden, grad_h)
        return self.grad_w


@pytest.mark.parametrize("right", [Right, SizesWrittenIn])
def test_what_is_right_at_the_labs_sizes_passes_every_example(right):
    assert told({"RNN": right}, "grad_w") == []
    assert told({"RNN": right}, "forward") == []


def test_a_mistake_is_shown_with_lines_that_repeat_it():
    two_states, lab_sizes = told({"RNN": Transposed}, "grad_w")
    assert "grad_w is [[1.4854, -0.0648], [-1.0994, 0.8257]], expected [[1.4854, -1.0994]," in two_states
    lines = two_states.partition("In a cell of its own:")[2]
    code = "\n".join(line.strip() for line in lines.splitlines() if line.strip().startswith("rnn"))
    assert code.startswith("rnn = RNN(2, 3)\nrnn.u = torch.tensor(")
    names = {"RNN": Transposed, "torch": torch}
    *before, last = code.splitlines()
    exec("\n".join([*before, f"found = {last}"]), names)  # noqa: S102  the lines that a student pastes
    torch.testing.assert_close(names["found"], torch.tensor(TWO_STATES["grad_w"]).T, rtol=1e-3, atol=1e-3)
    assert "grad_w is transposed." in two_states
    assert "grad_w is transposed." in lab_sizes
    assert "grad_w is wrong at the lab's sizes (24 hours, 6 columns, 10 states)" in lab_sizes


def test_what_is_kept_from_call_to_call_shows():
    assert len(told({"RNN": Accumulates}, "grad_w")) == 3


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Open, "An open TODO in _compute_grad_w: `grad_w = ...`"),
        (NotFilledIn, "grad_w is None: is the TODO filled in and returned?"),
        (..., "An open TODO: `RNN = ...`. Fill it in, and run its cell again."),
        (None, "RNN is not defined: fill in its TODO, or run its cell first."),
    ],
)
def test_what_is_not_filled_in_is_called_so(wrong, says):
    found = told({"RNN": wrong}, "grad_w")
    assert len(found) == 3
    assert all(says in one for one in found)
