"""Lines for the questions outside of the network: whoever pastes them sees the numbers that the page shows."""

from __future__ import annotations

import ast

import pytest
import torch

from autograder.grading.checks import CheckFailed
from reference import repeats
from tests.corpus import in_one_process
from tests.corpus.cases import Cell, all_cases, base_cells, cells, changed
from tests.corpus.in_one_process import Cells

BY_NAME = {case.name.removeprefix("mistakes/"): case for case in all_cases()}


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def failure_of(env: Cells, question: str) -> CheckFailed:
    """What the first hidden case of a question that fails raises."""
    for case in in_one_process.question(question).test_cases:
        if case.hidden:
            try:
                case.body.call_func(env)
            except CheckFailed as failure:
                return failure
    raise AssertionError("no hidden case fails")


def left_by(name: str) -> Cells:
    """The names that the notebook of a mistake leaves."""
    return in_one_process.run(cells(BY_NAME[name]), trained_already=True)


def as_pasted(lines: str, names: dict[str, object]) -> object:
    """What the last of some lines gives in a notebook."""
    module = ast.parse(lines)
    last = ast.Expression(module.body.pop().value)
    exec(compile(module, "<pasted>", "exec"), names)  # noqa: S102  lines that the lab made
    return eval(compile(last, "<pasted>", "eval"), names)  # noqa: S307  as above


def numbers(found: object) -> list[float]:
    """All numbers in what a line gave."""
    if isinstance(found, tuple | list):
        return [number for one in found for number in numbers(one)]
    return torch.as_tensor(found).double().flatten().tolist()


SHOWN = {
    "loss/half": "mse_loss_func(torch.tensor([0.0]), torch.tensor([3.0]))",
    "loss/absolute": "mse_loss_func",
    "random_day/target_inside_the_window": "float(y - x[-1, 1])]",
    "random_day/target_is_every_feature": "x.shape, y.shape",
    "random_day/window_too_short": "x.shape, y.shape",
    "split/seventy_percent_for_training": "num_train_samples, len(data_train), len(data_test)",
    "split/overlap": "num_train_samples, len(data_train), len(data_test)",
    "split/test_rows_from_the_beginning": "data_test[0] * stds + means",
    "standardize/variance_for_std": "stds",
    "standardize/wrong_axis": "means.shape",
    "standardize/only_centred": "data_train[0]",
    "standardize/test_with_its_own_statistics": "data_test[0]",
    "training_step/uphill": "rnn.c[0]",
    "training_step/forgets_u": "rnn.u[0, 0]",
    "training_step/divided_twice": "rnn.c[0]",
    "training_step/loss_divided_twice": "loss",
}
"""By mistake, how the last line of code begins or ends."""


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_pasted_gives_the_students_own_wrong_numbers(name):
    env = left_by(name)
    failure = failure_of(env, name.partition("/")[0])
    *code, yours, right = failure.repeat.split("\n")
    assert SHOWN[name] in code[-1]
    found = numbers(as_pasted("\n".join(code), env.names))
    shown, wanted = (numbers(ast.literal_eval(line.partition(": ")[2])) for line in (yours, right))
    assert found == pytest.approx(shown, rel=1e-3, abs=0.006)  # rows are shown with two decimals
    assert found != pytest.approx(wanted, rel=1e-3, abs=0.006)


@pytest.mark.parametrize(
    "name", ["random_day/one_more_start", "random_day/few_starts", "random_day/beyond_the_end"]
)
def test_draws_that_are_wrong_sometimes_are_shown_many_at_a_time(name):
    env = left_by(name)
    lines = failure_of(env, "random_day").repeat
    assert "for _ in range(" in lines
    assert "# right: " in lines


def test_what_the_lines_show_is_not_said_a_second_time():
    assert failure_of(left_by("standardize/variance_for_std"), "standardize").evidence == ""


WRONG_GRADIENT = "def _compute_grad_c(self, y_true, y_pred):\n    return 7 * (y_pred - y_true)"


def test_a_step_is_not_shown_where_another_function_has_its_share_in_it():
    found = changed(cells(BY_NAME["training_step/uphill"]), [Cell("rnn._compute_grad_c", WRONG_GRADIENT)])
    env = in_one_process.run(found, trained_already=True)
    assert failure_of(env, "training_step").repeat == ""


@pytest.mark.parametrize(
    "drawn", [None, 3.0, (1,), (torch.zeros(2), None), torch.zeros(2, 24, 6), ("x", "y")]
)
def test_draws_of_any_kind_are_no_trouble(drawn):
    env = in_one_process.run(base_cells(), trained_already=True)
    env.names["get_random_day"] = lambda data: drawn
    assert failure_of(env, "random_day").repeat == ""


@pytest.mark.parametrize("loss", [None, float("nan"), [1.0] * 50, "four"])
def test_losses_of_any_kind_are_no_trouble(loss):
    env = in_one_process.run(base_cells(), trained_already=True)
    env.names["mse_loss_func"] = lambda y_true, y_pred: loss
    lines = failure_of(env, "loss").repeat
    assert len(lines) < 300


def test_what_reads_the_same_is_not_shown():
    assert repeats.with_answers(["loss"], torch.tensor(1.00001), torch.tensor(1.0)) == ""
