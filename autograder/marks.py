"""From points to the mark that goes back: what a person scored, lateness, rounding.

Nothing here changes what was graded. A report shows the raw score, what was taken off and why, and the
mark; another policy is another report, not another grading.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from autograder.files.visible import duration, number
from autograder.model import Entry, Grade, ManualQuestion, Status

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
        text = "late, by an unknown time: nothing was taken off" if late else ""
        return Penalty(0.0, text)
    if seconds <= 0:
        return Penalty(0.0)
    by = f"{duration(seconds)} late"
    if seconds <= policy.grace_minutes * 60:
        return Penalty(0.0, f"{by}, within the grace of {number(policy.grace_minutes)} min")
    days = math.ceil(seconds / _DAY)
    if policy.cut_off_days is not None and seconds > policy.cut_off_days * _DAY:
        return Penalty(score, f"{by}: after {number(policy.cut_off_days)} days nothing counts")
    percent = min(days * policy.percent_per_day, policy.most_percent)
    of = possible if policy.of == "maximum" else score
    points = min(of * percent / 100, score)
    what = "points that can be earned" if policy.of == "maximum" else "points earned"
    return Penalty(
        points, f"{by}: {number(percent)} % of the {what}, {days} day{'' if days == 1 else 's'} begun"
    )


def rounded(points: float, rounding: Rounding) -> float:
    """``points`` to the nearest multiple of the step, halves up; never below zero."""
    # A trifle is added, so that thirds that were summed do not end just below a half.
    return round(max(math.floor(points / rounding.step + 0.5 + 1e-9), 0) * rounding.step, 9)


def with_mark(
    grade: Grade, late: Late | None, rounding: Rounding, manual: Mapping[str, float] | None = None
) -> Grade:
    """``grade`` with the points that a person gave and the mark that follows.

    Args:
        late: the late policy; ``None``: nothing is taken off.
        manual: points by the name of the question; what is missing is not scored yet.
    """
    scored = {} if manual is None else manual
    grade = replace(grade, manual=tuple(replace(one, points=scored.get(one.name)) for one in grade.manual))
    if grade.status is not Status.GRADED:
        return replace(grade, mark=None, penalty="")
    taken = Penalty(0.0)
    if late is not None:
        one = grade.submission
        taken = penalty(grade.score, grade.max_score, one.late, one.late_seconds, late)
    return replace(grade, mark=rounded(grade.score - taken.points, rounding), penalty=taken.reason)


def unscored(grade: Grade | Entry) -> tuple[ManualQuestion, ...]:
    """The questions of a graded submission that wait for a person."""
    if grade.status is not Status.GRADED:
        return ()
    return tuple(question for question in grade.manual if question.points is None)
