"""From points to the mark: lateness, rounding, what a person scored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.config.schema import Late, Rounding
from autograder.lms.model import Person
from autograder.marks import Decided, penalty, rounded, with_mark
from autograder.model import (
    AnswerState,
    CaseResult,
    Grade,
    Outcome,
    Override,
    QuestionResult,
    Status,
    Submission,
)
from autograder.model import ManualQuestion as Answer
from autograder.submissions.lateness import with_lateness

DAY = 86_400.0
POLICY = Late(grace_minutes=15, percent_per_day=10, most_percent=50, cut_off_days=7)


def graded(points: float = 6.0, possible: float = 8.0, late_seconds: float | None = None) -> Grade:
    case = CaseResult("c", Outcome.PASSED, points, possible, hidden=True)
    submission = Submission("s", "s.ipynb", "S", late_seconds=late_seconds)
    return Grade(
        submission,
        Status.GRADED,
        questions=(QuestionResult("q", "Q", (case,)),),
        manual=(Answer("essay", "E", 2, state=AnswerState.PLACEHOLDER),),
    )


@pytest.mark.parametrize(
    ("seconds", "lost"),
    [
        (None, 0), (0, 0), (-60, 0), (900, 0),  # in time, or within the grace
        (901, 0.8), (DAY, 0.8), (DAY + 1, 1.6), (3 * DAY, 2.4),  # of the 8 points that can be earned
        (6 * DAY, 4.0), (7 * DAY, 4.0), (7 * DAY + 1, 6.0),  # no more than half; then nothing counts
    ],
)  # fmt: skip
def test_what_lateness_costs(seconds: float | None, lost: float) -> None:
    assert penalty(6.0, 8.0, None, seconds, POLICY).points == pytest.approx(lost)


def test_a_penalty_says_why() -> None:
    assert penalty(6, 8, None, 2 * DAY, POLICY).reason == (
        "2 d late: 20 % of the points that can be earned, 2 days begun"
    )
    assert penalty(6, 8, None, 60, POLICY).reason == "1 min late, within the grace of 15 min"
    assert penalty(6, 8, None, 8 * DAY, POLICY).reason == "8 d late: after 7 days nothing counts"
    assert penalty(6, 8, True, None, POLICY).reason == "late, by an unknown time: nothing was taken off"


def test_a_penalty_may_be_of_the_points_earned_and_never_exceeds_them() -> None:
    assert penalty(6, 8, None, DAY, Late(percent_per_day=50, of="score")).points == 3
    assert penalty(1, 8, None, DAY, Late(percent_per_day=50)).points == 1


@pytest.mark.parametrize(
    ("points", "step", "mark"),
    [
        (7.125, 0.25, 7.25),
        (7.12, 0.25, 7.0),
        (7.5, 1, 8),
        (2 / 3, 0.01, 0.67),
        (-1, 0.5, 0),
        (0.5 * 3, 0.5, 1.5),
    ],
)
def test_rounding_goes_to_the_nearest_step_and_halves_go_up(points: float, step: float, mark: float) -> None:
    assert rounded(points, Rounding(step=step)) == pytest.approx(mark)


def test_the_raw_score_stays_beside_the_mark() -> None:
    late = with_mark(graded(late_seconds=2 * DAY), POLICY, Rounding(step=0.5))
    assert (late.score, late.mark) == (6, 4.5)
    again = with_mark(late, None, Rounding())
    assert (again.score, again.mark, again.penalty) == (6, 6, "")


def test_what_a_person_scored_counts_from_then_on() -> None:
    before = with_mark(graded(), None, Rounding())
    assert (before.score, before.max_score, before.mark) == (6, 8, 6)
    after = with_mark(before, None, Rounding(), Decided(points={"essay": 1.5}))
    assert (after.score, after.max_score, after.mark) == (7.5, 10, 7.5)
    assert with_mark(after, None, Rounding()).score == 6


def test_what_could_not_be_graded_has_no_mark() -> None:
    refused = Grade(Submission("s", "s", "s", late_seconds=DAY), Status.NOT_GRADABLE, reason="no")
    assert with_mark(refused, POLICY, Rounding(), Decided(points={"essay": 2})).mark is None


def test_an_override_counts_instead_of_what_was_earned_or_scored_and_can_be_taken_back() -> None:
    decided = Decided(
        points={"essay": 1.5}, overrides={"q": Override(8.0, "right"), "essay": Override(0.0, "copied")}
    )
    after = with_mark(graded(), None, Rounding(), decided)
    assert (after.score, after.max_score, after.mark) == (8, 10, 8)
    assert (after.questions[0].points, after.questions[0].earned) == (8, 6)
    assert [one.override and one.override.instead for one in (*after.questions, *after.manual)] == [6, 1.5]
    again = with_mark(after, None, Rounding(), Decided(points={"essay": 1.5}))
    assert (again.score, again.mark) == (7.5, 7.5)
    assert (
        with_mark(graded(), None, Rounding(), Decided(overrides={"essay": Override(2.0, "seen")})).score == 8
    )


def test_lateness_that_is_excused_costs_nothing_and_says_why() -> None:
    decided = Decided(excused=Override(None, "ill"))
    late = with_mark(graded(late_seconds=2 * DAY), POLICY, Rounding(), decided)
    assert (late.mark, late.penalty) == (6, "2 d late, excused by the course team: ill")
    in_time = with_mark(graded(), POLICY, Rounding(), decided)
    assert (in_time.mark, in_time.penalty) == (6, "")
    assert with_mark(late, POLICY, Rounding()).mark < 6


def test_a_question_without_a_verdict_gets_one_from_the_course_team() -> None:
    unchecked = CaseResult("c", Outcome.NOT_CHECKED, 0.0, 8.0, hidden=True, message="ours")
    questions = (*graded().questions, QuestionResult("r", "R", (unchecked,)))
    grade = replace(graded(), questions=questions, status=Status.NOT_GRADABLE, reason="ours", trouble=True)
    decided = Decided(overrides={"r": Override(4.0, "looked at it")})
    after = with_mark(grade, None, Rounding(), decided)
    assert (after.status, after.reason, after.mark) == (Status.GRADED, "", 10)
    assert after.questions[1].override == Override(4.0, "looked at it", instead=None)
    assert with_mark(grade, None, Rounding(), Decided(overrides={"q": Override(4.0, "no")})).mark is None
    out_of_time = replace(grade, reason="ours; the time was not enough")
    assert with_mark(out_of_time, None, Rounding(), decided).mark is None


# When it came


@pytest.mark.parametrize(
    ("submitted", "seconds"),
    [
        ("2026-11-22T23:59:00", 0),  # Berlin, as configured
        ("2026-11-23T00:00:13", 73),
        ("2026-11-22T22:59:30+00:00", 30),
        ("2026-11-22T17:59:00-05:00", 0),
    ],
)
def test_times_have_zones(submitted: str, seconds: float) -> None:
    late = Late(deadline="2026-11-22T23:59:00+01:00", time_zone="Europe/Berlin")
    one = with_lateness(Submission("s", "s", "s", submitted=submitted), None, late)
    assert (one.late_seconds, one.late) == (seconds, seconds > 0)


def test_the_export_comes_before_the_worksheet_and_that_before_the_deadline() -> None:
    late = Late(deadline="2026-11-22T23:59:00+01:00")
    person = Person("1", "A", late_seconds=5.0, late=True)
    submitted = Submission("s", "s", "s", submitted="2026-11-22T23:59:00")
    assert with_lateness(Submission("s", "s", "s", late_seconds=7.0), person, late).late_seconds == 7
    assert with_lateness(submitted, person, late).late_seconds == 5
    assert with_lateness(submitted, Person("1", "A", late_seconds=None), None).late_seconds is None
