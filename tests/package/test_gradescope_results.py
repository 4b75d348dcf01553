"""A grade in Gradescope's words: whose points are where, and who sees what when."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from autograder.config.schema import Rounding
from autograder.model import (
    CaseResult,
    CellRun,
    Ending,
    Grade,
    ManualQuestion,
    Outcome,
    QuestionResult,
    Status,
    Submission,
)
from autograder.package.gradescope_results import no_mark, results
from autograder.package.gradescope_run import for_the_team
from autograder.package.options import VISIBILITIES
from tests.package.gradescope_schema import CONTROL, problems, shape, texts

SECRET = "expected h[t-1] there"
HOSTILE = "<script>alert(1)</script>\x1b[2J\u202eevil\x00 **md** \x9b31m"


def case(name, outcome, points, possible, hidden, message=""):
    return CaseResult(
        name, outcome, points, possible, hidden, message=message, evidence=HOSTILE if message else ""
    )


def grade(**changes):
    """Two questions: one passed, one whose hidden check failed."""
    right = QuestionResult(
        "split", "Split the days",
        (case("public one", Outcome.PASSED, 0, 0, False), case("hidden one", Outcome.PASSED, 1, 1, True)),
    )  # fmt: skip
    wrong = QuestionResult(
        "grad_w", "Gradient of W",
        (
            case("shape", Outcome.PASSED, 0, 0, False),
            case("small sizes", Outcome.PASSED, 1, 1, True),
            case("large sizes", Outcome.FAILED, 0, 2, True, SECRET),
        ),
        notes=("a remark",),
    )  # fmt: skip
    made = Grade(
        Submission("id", "lab.ipynb", "", notes=("opened a zip",), late_seconds=90000.0, late=True),
        Status.GRADED, questions=(right, wrong), manual=(ManualQuestion("why", "Why", 4.0),),
        cells=(CellRun(0, Ending.FINISHED, 1.0), CellRun(1, Ending.RAISED, 0.1, f"ValueError: {HOSTILE}")),
        flags=("reads files",), limits_hit=("cell_seconds: 90",), seconds=3.14159, seed=5, fingerprint="f" * 64,
    )  # fmt: skip
    return replace(made, **changes)


def told(visibility="visible", **changes):
    return results(grade(**changes), Rounding(), visibility)


def total(found):
    """What Gradescope makes of it."""
    return found.get("score", sum(test["score"] for test in found["tests"]))


def seen(found, *, late):
    """What a student reads before or after the due date (and publishing)."""
    visible = ("visible", "after_due_date", "after_published") if late else ("visible",)
    tests = [test for test in found["tests"] if test.get("visibility", "visible") in visible]
    return "\n".join([found["output"], *(test["name"] + test["output"] for test in tests)])


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_the_results_are_as_documented_and_sum_up(visibility):
    found = told(visibility)
    assert not problems(found)
    assert total(found) == 2
    assert sum(test["max_score"] for test in found["tests"]) == 4
    json.dumps(found, allow_nan=False)


def test_by_default_there_is_one_visible_test_for_each_question_with_what_the_feedback_page_says():
    found = told()
    assert [(test["name"], test["score"], test["max_score"], test["status"]) for test in found["tests"]] == [
        ("Split the days", 1, 1, "passed"),
        ("Gradient of W", 1, 3, "failed"),
    ]
    assert "visibility" not in json.dumps(found["tests"]), "a hidden test would hide the total"
    assert "visibility" not in found
    assert SECRET in seen(found, late=False)
    assert "2 of 3 checks passed." in found["tests"][1]["output"]
    assert "a remark" in found["tests"][1]["output"]
    assert "2 of 4 points" in found["output"]
    assert "4 points more are scored by a person" in found["output"]


@pytest.mark.parametrize("visibility", ["after_due_date", "after_published"])
def test_until_then_nothing_tells_the_outcome_of_hidden_checks(visibility):
    right = grade().questions[0]
    found = told(visibility)
    all_right = told(
        visibility, questions=(right, replace(grade().questions[1], cases=grade().questions[1].cases[:2]))
    )
    # A submission with another outcome of hidden checks looks the same.
    assert seen(found, late=False) == seen(all_right, late=False)
    shown = [test for test in found["tests"] if "visibility" not in test]
    assert [(test["score"], test["max_score"], test["status"]) for test in shown] == [(0, 0, "passed")] * 2
    later = [test for test in found["tests"] if "visibility" in test]
    assert {test["visibility"] for test in later} == {visibility}
    assert [test["score"] for test in later] == [1, 1]
    assert SECRET in seen(found, late=True)


def test_hidden_keeps_points_and_total_and_hides_only_what_hidden_checks_say():
    found = told("hidden")
    assert SECRET not in seen(found, late=True)
    assert "large sizes" not in seen(found, late=True)
    shown = [test for test in found["tests"] if "visibility" not in test]
    assert [(test["score"], test["max_score"], test["status"]) for test in shown] == [
        (1, 1, "passed"),
        (1, 3, "failed"),
    ]
    unseen = [test for test in found["tests"] if "visibility" in test]
    assert all(test["visibility"] == "hidden" and test["max_score"] == 0 for test in unseen)
    assert SECRET in unseen[1]["output"], "the course team reads it"


def test_a_question_without_hidden_checks_is_whole_whatever_is_hidden():
    public = QuestionResult("loss", "Loss", (case("all of it", Outcome.PASSED, 2, 2, False),))
    [test] = told("hidden", questions=(public,))["tests"]
    assert (test["score"], test["max_score"], "visibility" in test) == (2, 2, False)


@pytest.mark.parametrize("visibility", VISIBILITIES)
def test_what_a_student_wrote_stays_text(visibility):
    found = told(visibility)
    assert {found[key] for key in ("output_format", "test_output_format", "test_name_format")} == {"text"}
    shown = texts(found)
    assert not [text for text in shown if CONTROL.search(text)]
    assert any("<script>" in text for text in shown), "escaping is Gradescope's, once: here nothing is lost"


def test_flags_are_for_the_course_team_only():
    assert "reads files" not in json.dumps(told())
    assert told()["stdout_visibility"] == "hidden"


def test_the_case_number_is_for_the_course_team_only():
    number = 1_234_567_890_123_456_789
    assert str(number) not in json.dumps(told(case_number=number))
    assert f"case number: {number}" in for_the_team(grade(case_number=number))


def test_lateness_is_gradescopes_matter():
    assert total(told()) == 2


def test_the_total_is_rounded_as_configured():
    found = results(grade(), Rounding(step=1.5), "visible")
    assert found["score"] == 1.5
    assert "score" not in told()


def test_trouble_of_ours_is_no_zero():
    for found in (
        no_mark(),
        no_mark("no sandbox"),
        told(status=Status.NOT_GRADABLE, trouble=True, reason=SECRET),
    ):
        assert not shape(found)
        assert "score" not in found
        assert "tests" not in found
        assert "not a mark" in found["output"]
        assert SECRET not in found["output"], "the reason may quote a hidden test"


def test_nothing_to_grade_is_a_zero_that_says_what_to_do():
    found = told(
        status=Status.NOT_GRADABLE, questions=(), reason=f"no notebook was handed in, only {HOSTILE}"
    )
    assert not problems(found)
    assert total(found) == 0
    assert "no notebook was handed in" in found["output"]
    assert ".ipynb" in found["output"]
    assert not CONTROL.search(found["output"])


def test_cells_that_did_not_finish_are_told_and_those_left_out_are_not():
    found = told(cells=(*grade().cells, CellRun(2, Ending.LEFT_OUT, 0.0), CellRun(3, Ending.TIMED_OUT, 90.0)))
    assert "Code cell 2: raised – ValueError" in found["output"]
    assert "Code cell 4: timed out" in found["output"]
    assert "left out" not in found["output"]


def test_the_results_do_not_grow_with_what_a_student_writes():
    long = grade(
        cells=tuple(CellRun(i, Ending.RAISED, 0.0, f"Error: {i} {'x' * 10_000}") for i in range(500)),
        notes=tuple(f"{i}{'y' * 10_000}" for i in range(20)),
    )
    assert len(json.dumps(results(long, Rounding(), "visible"))) < 50_000


def test_the_first_cause_is_told_where_everything_is():
    cause = f"code cell 1 stopped: {HOSTILE}; 2 questions depend on what follows it"
    seen = told(first_causes=(cause,))["output"]
    assert "Look at this first: code cell 1 stopped" in seen
    assert "depend on what follows" not in told("after_published", first_causes=(cause,))["output"]
