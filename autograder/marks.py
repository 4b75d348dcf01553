"""From points to the mark that goes back: what people scored and changed, lateness, rounding.

Nothing here changes what was graded. A report shows the raw score, what was taken off and why, and the
mark; another policy is another report, not another grading.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from autograder.files.visible import duration, in_words
from autograder.language import showing as _
from autograder.model import Entry, Grade, ManualQuestion, Outcome, Override, QuestionResult, Status

if TYPE_CHECKING:  # a report needs no pydantic
    from autograder.config.schema import Late, Rounding

_DAY = 86_400.0


@dataclass(frozen=True)
class Penalty:
    """What lateness costs.

    Attributes:
        points: to be taken off, at most the score.
        reason: why, for the student and the TA; empty when nobody has to hear anything.
    """

    points: float
    reason: str = ""


def penalty(score: float, possible: float, late: bool | None, seconds: float | None, policy: Late) -> Penalty:
    """What a submission loses for being late.

    Args:
        score, possible: points earned, points that can be earned.
        late: whether it is late; ``None`` when unknown.
        seconds: seconds after the deadline; ``None`` when unknown.
    """
    if seconds is None:
        text = _("late, by an unknown time: nothing was taken off") if late else ""
        return Penalty(0.0, text)
    if seconds <= 0:
        return Penalty(0.0)
    by = _("{time} late").format(time=duration(seconds))
    if seconds <= policy.grace_minutes * 60:
        within = _("{late}, within the grace of {minutes} min")
        return Penalty(0.0, within.format(late=by, minutes=in_words(policy.grace_minutes)))
    days = math.ceil(seconds / _DAY)
    if policy.cut_off_days is not None and seconds > policy.cut_off_days * _DAY:
        nothing = _("{late}: after {days} days nothing counts")
        return Penalty(score, nothing.format(late=by, days=in_words(policy.cut_off_days)))
    percent = min(days * policy.percent_per_day, policy.most_percent)
    of = possible if policy.of == "maximum" else score
    points = min(of * percent / 100, score)
    what = _("points that can be earned") if policy.of == "maximum" else _("points earned")
    reason = _.plural(
        "{late}: {percent} % of the {points}, {days} day begun",
        "{late}: {percent} % of the {points}, {days} days begun",
        days,
    )
    return Penalty(points, reason.format(late=by, percent=in_words(percent), points=what, days=days))


def rounded(points: float, rounding: Rounding) -> float:
    """``points`` to the nearest multiple of the step, halves up; never below zero."""
    # A trifle is added, so that thirds that were summed do not end just below a half.
    return round(max(math.floor(points / rounding.step + 0.5 + 1e-9), 0) * rounding.step, 9)


@dataclass(frozen=True)
class Decided:
    """What people decided about one submission.

    Attributes:
        points: of the questions that a person has scored, by name; what is missing is not scored yet.
        items: points by code by question, as far as they are given.
        comments: for the student, by question.
        overrides: what the course team changed, by question.
        excused: why lateness costs nothing; ``None`` where it costs what the policy says.
        comment: for the student, about the submission as a whole; may be empty.
    """

    points: Mapping[str, float] = field(default_factory=dict)
    items: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    excused: Override | None = None
    comment: str = ""


NOTHING = Decided()
"""Nobody has decided anything."""


def with_mark(grade: Grade, late: Late | None, rounding: Rounding, decided: Decided = NOTHING) -> Grade:
    """``grade`` with what people decided and the mark that follows; what they decided earlier is forgotten.

    Args:
        late: the late policy; ``None``: nothing is taken off.
    """
    overrides = decided.overrides
    grade = replace(
        grade,
        questions=tuple(_overridden(one, overrides.get(one.name)) for one in grade.questions),
        manual=tuple(_scored(one, decided) for one in grade.manual),
        excused=decided.excused,
        comment=decided.comment,
    )
    grade = _with_every_verdict(grade)
    if grade.status is not Status.GRADED:
        return replace(grade, mark=None, penalty="")
    taken = Penalty(0.0)
    if late is not None:
        one = grade.submission
        taken = penalty(grade.score, grade.max_score, one.late, one.late_seconds, late)
        if decided.excused and taken.reason:
            time = one.late_seconds
            by = _("{time} late").format(time=duration(time)) if time else _("late")
            excused = _("{late}, excused by the course team: {reason}")
            taken = Penalty(0.0, excused.format(late=by, reason=decided.excused.reason))
    return replace(grade, mark=rounded(grade.score - taken.points, rounding), penalty=taken.reason)


def _overridden(question: QuestionResult, override: Override | None) -> QuestionResult:
    found = replace(question, override=None)
    instead = found.earned if found.checked else None
    return replace(found, override=override and replace(override, instead=instead))


def _scored(question: ManualQuestion, decided: Decided) -> ManualQuestion:
    points = decided.points.get(question.name)
    items = decided.items.get(question.name, {})
    override = decided.overrides.get(question.name)
    return replace(
        question,
        points=points if override is None else override.points,
        items=tuple(replace(one, points=items.get(one.code)) for one in question.items),
        comment=decided.comments.get(question.name, ""),
        override=override and replace(override, instead=points),
    )


def _with_every_verdict(grade: Grade) -> Grade:
    """A grade that lacked nothing but verdicts is one once the course team has decided about them."""
    missing = [case for one in grade.questions for case in one.cases if case.outcome is Outcome.NOT_CHECKED]
    only_these = missing and grade.reason == "; ".join(dict.fromkeys(case.message for case in missing))
    if grade.status is Status.NOT_GRADABLE and only_these and all(one.checked for one in grade.questions):
        return replace(grade, status=Status.GRADED, reason="")
    return grade


def unscored(grade: Grade | Entry) -> tuple[ManualQuestion, ...]:
    """The questions of a graded submission that wait for a person."""
    if grade.status is not Status.GRADED:
        return ()
    return tuple(question for question in grade.manual if question.points is None)
