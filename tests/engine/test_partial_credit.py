"""Points that a course gives for known mistakes, by the codes that the lab's test files know."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import ClassVar

import pytest

from autograder.config.lab_values import LabValues
from autograder.config.load import load
from autograder.config.schema import Rounding
from autograder.errors import ConfigurationError
from autograder.grading.checks import CheckFailed, Mistake, close, fail, require
from autograder.grading.course import read_questions
from autograder.grading.namespace import PlainNamespace
from autograder.grading.questions import ask
from autograder.model import Ending, Grade, QuestionResult, Status, Submission
from autograder.package.gradescope_results import results
from autograder.report.student import feedback_page
from autograder.store.results import from_dict, to_dict

CONFIG = """\
assignment: {title: Toy, notebook: toy.ipynb}
tests: .
questions:
  - {name: sum, title: Sum, points: 3}
  - {name: other, title: Other, points: 1}
"""

SUM = """
from otter.test_files import test_case

OK_FORMAT = False
name = "sum"
points = None


def mistakes():
    from autograder.grading.checks import Mistake

    return [Mistake("sign", "The sign is wrong."), Mistake("half", "It is half of that.")]


def judge(value):
    from autograder.grading import checks

    named = {code.code: code for code in mistakes()}
    checks.require(value in ("right", *named), "It is wrong.")
    checks.require(value == "right", named.get(value, ""))


@test_case(name="public", points=0, hidden=False)
def public(env):
    assert env.get("first") == "right"


@test_case(name="first", points=1, hidden=True)
def first(env):
    judge(env.get("first"))


@test_case(name="second", points=2, hidden=True)
def second(env):
    judge(env.get("second"))
"""

OTHER = """
from otter.test_files import test_case

OK_FORMAT = False
name = "other"
points = None


@test_case(name="hidden", points=1, hidden=True)
def hidden(env):
    assert env.get("other")
"""


class Notebook(PlainNamespace):
    """Names that answer in this process."""

    missing: ClassVar[dict[str, None]] = {}

    doubles = False

    def begin_case(
        self, seed: int, *, forbid_autograd: bool, patience: float | None, writes_back: bool
    ) -> None:
        pass

    def names(self) -> Notebook:
        return self

    def ending(self) -> Ending:
        return Ending.FINISHED


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Questions of a lab whose configuration ends as said."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "sum.py").write_text(SUM)
    (tmp_path / "other.py").write_text(OTHER)

    def questions(more: str):
        file = tmp_path / "grading_config.yml"
        file.write_text(CONFIG + more)
        return read_questions(LabValues(load(file)))

    return questions


def result(lab, partial_credit: str, first: str, second: str) -> QuestionResult:
    question, _ = lab(f"partial_credit: {partial_credit}\n")
    return ask(question, Notebook({"first": first, "second": second}), 0)


@pytest.mark.parametrize(
    ("first", "second", "points"),
    [
        ("right", "right", 3),
        ("sign", "sign", 2.5),  # both name it, and the public case, which names nothing, carries no points
        ("right", "sign", 2.5),  # at least that much: the first case earns 1
        ("sign", "right", 2.5),
        ("half", "half", 0.5),
        ("right", "half", 1),  # the credit is less than what was earned
        ("sign", "half", 0),  # two mistakes
        ("sign", "other", 0),  # one of them has no name
        ("other", "other", 0),
    ],
)
def test_a_known_mistake_earns_what_the_course_gives_where_it_explains_everything(lab, first, second, points):
    found = result(lab, "{sum: {sign: 2.5, half: 0.5}}", first, second)
    assert found.points == points
    assert found.possible == 3
    assert (found.credit is not None) == (found.points > sum(case.points for case in found.cases))


def test_without_partial_credit_a_mistake_has_its_code_and_costs_what_it_costs(lab):
    question, other = lab("")
    assert question.mistakes == ("half", "sign")
    assert other.mistakes == ()
    found = ask(question, Notebook({"first": "right", "second": "sign"}), 0)
    assert [case.mistake for case in found.cases] == ["", "", "sign"]
    assert (found.points, found.credit) == (1, None)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("{sum: {sing: 1}}", "partial_credit.sum.sing: unknown mistake; did you mean 'sign'? allowed: half, sign"),
        ("{other: {sign: 1}}", "partial_credit.other.sign: unknown mistake; allowed: none"),
        ("{some: {sign: 1}}", "partial_credit.some: unknown question; allowed: sum, other"),
        ("{sum: {sign: 4}}", "partial_credit.sum.sign: expected at most 3, the points of sum; found 4"),
        ("{sum: {sign: 0}}", "found 0"),
        ("{sum: 2}", "partial_credit.sum: expected a mapping"),
    ],
)  # fmt: skip
def test_a_wrong_value_ends_it_with_file_and_line(lab, tmp_path, value, says):
    with pytest.raises(ConfigurationError) as caught:
        lab(f"partial_credit: {value}\n")
    assert str(caught.value).startswith(f"{tmp_path / 'grading_config.yml'}:6: ")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("credit", "says"),
    [("3", "it costs nothing in this course"), ("1.5", "earns 1.5 of 3 points in this course")],
)
def test_pages_say_what_the_course_gives(lab, credit, says):
    question = result(lab, f"{{sum: {{sign: {credit}}}}}", "sign", "sign")
    grade = Grade(Submission("a", "a.ipynb", "a"), Status.GRADED, questions=(question,), mark=question.points)
    assert says in feedback_page(grade, "Toy")
    assert from_dict(to_dict(grade)) == grade
    rounding = Rounding()
    for visibility in ("visible", "hidden", "after_due_date"):
        told = results(grade, rounding, visibility)["tests"]
        assert sum(test["score"] for test in told) == float(credit)
        assert any(says in test["output"] for test in told)


def test_a_failed_check_carries_the_code_of_the_mistake_that_it_names():
    import torch

    mistake = Mistake("sign", "The sign is wrong.")
    right = torch.ones(2, dtype=torch.float64)
    for check in (
        lambda: fail(mistake),
        lambda: require(False, mistake),
        lambda: close(-right, right, "it", mistakes={mistake: -right}),
    ):
        with pytest.raises(CheckFailed, match=r"The sign is wrong\.") as caught:
            check()
        assert caught.value.mistake == "sign"
    with pytest.raises(CheckFailed) as caught:
        fail("The sign is wrong.")
    assert caught.value.mistake == ""
