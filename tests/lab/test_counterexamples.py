"""The smallest public example on which a function is wrong: whoever pastes it sees the same numbers."""

from __future__ import annotations

import ast
import dataclasses

import pytest
import torch

from autograder.grading.checks import CheckFailed
from autograder.grading.namespace import PlainNamespace
from reference import cases, counterexamples, formula, oracle
from reference.results import Result
from reference.sizes import decide
from tests.corpus import in_one_process
from tests.corpus.cases import all_cases, cells

BY_NAME = {case.name: case for case in all_cases()}
WRONG = {
    "grad_w/transposed": (2, 1),
    "grad_w/state_of_the_same_step": (1, 1),
    "grad_b/first_step_left_out": (1, 1),
    "grad_h/w_not_transposed": (2, 1),
    "grad_h/wrong_sign": (1, 1),
    "grad_v/first_state": (1, 1),
    "grad_c/without_factor_two": (1, 1),
    "forward/without_b": (1, 1),
    "forward/output_without_c": (1, 1),
}
"""By mistake, hidden units and columns of the smallest network that shows it."""


def failure_of(name: str) -> tuple[CheckFailed, dict[str, object]]:
    """What the first hidden case of a mistake's question that fails raises, and the notebook's names."""
    env = in_one_process.run(cells(BY_NAME[f"mistakes/{name}"]), trained_already=True)
    for case in in_one_process.question(name.partition("/")[0]).test_cases:
        if case.hidden:
            try:
                case.body.call_func(env)
            except CheckFailed as failure:
                return failure, env.names
    raise AssertionError("no hidden case fails")


@pytest.mark.parametrize("name", WRONG)
def test_what_is_pasted_gives_the_students_own_wrong_numbers(name: str) -> None:
    failure, names = failure_of(name)
    lines = failure.repeat.split("\n")
    module = ast.parse(failure.repeat)
    last = ast.Expression(module.body.pop().value)
    exec(compile(module, "<pasted>", "exec"), names)  # noqa: S102  lines that the lab made
    given = eval(compile(last, "<pasted>", "eval"), names)  # noqa: S307  as above
    yours, right = (line.partition(": ")[2] for line in lines[-2:])
    assert lines[0] == f"rnn = RNN{WRONG[name]}"
    if name.startswith("grad_h"):  # it is judged by rows
        given = given[0] if name == "grad_h/w_not_transposed" else given[-1]
    if name.startswith("forward"):
        given = given["output" in name]
    assert torch.allclose(given.double(), torch.tensor(ast.literal_eval(yours)).double(), rtol=1e-3)
    assert not torch.allclose(given.double(), torch.tensor(ast.literal_eval(right)).double(), rtol=1e-3)


def test_right_numbers_of_the_examples_are_those_of_differentiation() -> None:
    for example in counterexamples.of_a_forward_pass():
        hidden, y_pred = oracle.forward(example.weights, example.x)
        found = oracle.gradients(example.weights, example.x, example.y_true)
        assert torch.allclose(example.hidden, hidden)
        assert torch.allclose(example.y_pred, y_pred)
        for name, right in dataclasses.asdict(found).items():
            assert torch.allclose(dataclasses.asdict(example.gradients)[name], right), name


def test_the_states_of_gradients_are_simple_and_their_sums_follow() -> None:
    for example in counterexamples.of_simple_states():
        assert torch.equal(example.hidden, (10 * example.hidden).round() / 10)
        sums = formula.grad_sums(example.hidden, example.gradients.h)
        assert torch.equal(example.gradients.w, formula.grad_w(sums, example.hidden))


def test_the_examples_are_no_hidden_cases_and_the_same_for_every_class() -> None:
    first = counterexamples.of_simple_states()[0]
    assert all(
        not torch.equal(first.x, case.x) for case in cases.sequences() if case.x.shape == first.x.shape
    )
    assert first is counterexamples.of_simple_states()[0]


def test_another_shape_is_shown_where_it_differs() -> None:
    failure, _ = failure_of("grad_u/transposed")
    assert failure.repeat.startswith("rnn = RNN(2, 3)\n")
    assert failure.repeat.endswith("in each other's place. yours: (3, 2), expected: (2, 3)")


@pytest.mark.parametrize(
    ("name", "alone", "shown"), [("grad_c", True, True), ("grad_c", False, False), ("z", True, False)]
)
def test_an_answer_behind_other_functions_or_of_an_unknown_one_is_not_shown(
    name: str, alone: bool, shown: bool
) -> None:
    def look(case: cases.Case) -> list[Result]:
        return [Result(2 * case.gradients.c, case.gradients.c, {}, case.setting)]

    with pytest.raises(CheckFailed) as raised:
        decide(PlainNamespace({}), name, "", look, alone=lambda: alone)
    assert bool(raised.value.repeat) == shown
