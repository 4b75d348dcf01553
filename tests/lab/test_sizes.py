"""What is right at the lab's sizes is right; `any_size` and `whole_days` make more of it count."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
import yaml

from autograder.config.lab_values import LabValues
from autograder.config.load import load
from autograder.grading import checks
from autograder.grading.lab_settings import handed_out
from reference import cases
from reference.settings import CONFIG
from tests.corpus.cases import all_cases, cells
from tests.corpus.in_one_process import ask, run

CASES = {case.name.removeprefix("correct/"): case for case in all_cases() if case.correct}


@contextmanager
def settings_with(folder, **values):
    config = yaml.safe_load(CONFIG.read_text("utf-8"))
    file = folder / "grading_config.yml"
    file.write_text(yaml.safe_dump({**config, "lab": config["lab"] | values}))
    with handed_out(LabValues(load(file))):
        yield


def asked(name, question):
    """Points, message and remarks of one question of a right style."""
    with checks.collected_notes() as notes:
        points, message = ask(run(cells(CASES[name]), trained_already=True), question)
    return points, message, notes


@pytest.mark.parametrize(
    ("name", "question", "points"),
    [
        ("states_of_25_by_10", "forward", 3),
        ("hours_written_in_grad_h", "grad_h", 3),
        ("sizes_written_in_grad_u", "grad_u", 2),
        ("sizes_written_in_the_step", "training_step", 3),
        ("eighty_percent_of_the_rows", "split", 1),
    ],
)
def test_what_a_remark_is_on_costs_points_where_the_course_says_so(tmp_path, name, question, points):
    found, _, notes = asked(name, question)
    assert found == points
    assert [CASES[name].remarks[question] in note for note in notes] == [True]
    with settings_with(tmp_path, any_size=True, whole_days=True):
        found, message, notes = asked(name, question)
    assert found < points
    assert message
    assert not notes


@pytest.mark.parametrize("question", ["split", "forward", "grad_h", "training_step"])
def test_plain_code_gets_no_remark_and_loses_nothing_either_way(tmp_path, question):
    expected = asked("plain", question)
    assert expected[1:] == ("", [])
    with settings_with(tmp_path, any_size=True, whole_days=True):
        assert asked("plain", question) == expected


def test_the_residuals_of_the_labs_cases_have_both_signs():
    first, second = cases.of_the_lab()
    assert (first.steps, *first.weights.sizes) == (second.steps, *second.weights.sizes) == cases.LAB_SIZE
    assert first.y_pred > first.y_true
    assert second.y_pred < second.y_true


@pytest.mark.parametrize("size", cases.ONE_OTHER_SIZE)
def test_one_size_differs_where_one_is_asked_about(size):
    case = cases.without(size)
    pairs = zip((case.steps, *case.weights.sizes), cases.LAB_SIZE, strict=True)
    assert sum(one != of_the_lab for one, of_the_lab in pairs) == 1
