"""What came out of the questions that tests judge."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from autograder.model.running import Ending


class Outcome(StrEnum):
    """What a test case came to. ``NOT_CHECKED`` is trouble on our side and never a zero."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class CaseResult:
    """One test case's outcome.

    Attributes:
        name: the case's name in the test file.
        outcome: passed, failed or not checked.
        points: points it earned; 0 unless passed.
        possible: points it can earn.
        hidden: whether the student's own copy of the tests lacks it.
        message: what is wrong, in the learner's words; empty when passed.
        help: what to look at; may be empty.
        evidence: the smallest numbers or traceback that show it; may be empty.
        repeat: lines of Python that show it once more in a cell of the student's notebook; may be empty.
        ending: how the student's side ended.
        seconds: wall time.
        missing: names that it needed and the notebook did not have.
        mistake: the lab's code of the known mistake that explains it; empty where none does.
        closest: of all comparisons of numbers the one that was closest to another outcome: its largest
            difference as a share of what is allowed; ``None`` where none was made, or each was exact.
    """

    name: str
    outcome: Outcome
    points: float
    possible: float
    hidden: bool
    message: str = ""
    help: str = ""
    evidence: str = ""
    ending: Ending = Ending.FINISHED
    seconds: float = 0.0
    missing: tuple[str, ...] = ()
    mistake: str = ""
    repeat: str = ""
    closest: float | None = None


@dataclass(frozen=True)
class PartialCredit:
    """Points that a course gives for a known mistake.

    Attributes:
        mistake: the lab's code of it.
        points: that a question earns at least when this mistake is all that it lost points for.
    """

    mistake: str
    points: float


@dataclass(frozen=True)
class Picture:
    """How densely points lie in the plane, as data: the report draws it.

    Attributes:
        title: what it shows, one sentence.
        x_label, y_label: what the axes are, with the unit.
        x_range, y_range: lowest and highest value of each axis.
        rows: from the highest y to the lowest, each from the lowest x to the highest: a digit for each
            field, 0 where no point lies, 9 where most do.
        diagonal: whether the line on which both values are equal belongs into it.
    """

    title: str
    x_label: str
    y_label: str
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    rows: tuple[str, ...]
    diagonal: bool = False


@dataclass(frozen=True)
class Curve:
    """How a positive number goes down or up, as data on a logarithmic axis: the report draws it.

    Attributes:
        title: what it shows, one sentence.
        x_label, y_label: what the axes are.
        steps: how many numbers it stands for.
        decades: exponents of ten at the lower and the upper end of the axis.
        heights: of equal parts of the steps, in order: from 0 at the lower to ``levels`` at the upper end;
            ``None`` where no number is.
        levels: how many heights are told apart.
        line: a number to compare with, and what it is called; ``None``: there is none.
    """

    title: str
    x_label: str
    y_label: str
    steps: int
    decades: tuple[int, int]
    heights: tuple[int | None, ...]
    levels: int
    line: tuple[float, str] | None = None


@dataclass(frozen=True)
class Override:
    """What the course team changed of a grade, and why.

    Attributes:
        points: that the question has from now on; ``None`` for lateness that is excused.
        reason: why, for the student.
        comment: more, for the student; may be empty.
        instead: the points that it would have otherwise; ``None`` where there are none.
    """

    points: float | None
    reason: str
    comment: str = ""
    instead: float | None = None


@dataclass(frozen=True)
class QuestionResult:
    """One auto-graded question: its cases, and remarks, pictures and curves that cost nothing.

    Attributes:
        credit: what the course gives for the mistake that was made; ``None`` where that is not more than the
            cases earned.
        override: what the course team decided instead of all that; ``None`` where it did not.
    """

    name: str
    title: str
    cases: tuple[CaseResult, ...]
    notes: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    credit: PartialCredit | None = None
    override: Override | None = None
    curves: tuple[Curve, ...] = ()

    @property
    def points(self) -> float:
        """Points that count: those that the course team gave, else those that were earned."""
        given = self.override.points if self.override else None
        return self.earned if given is None else given

    @property
    def earned(self) -> float:
        """Points that the checks gave, rounded to 9 digits so that thirds add up."""
        earned = sum(case.points for case in self.cases)
        return round(max(earned, self.credit.points) if self.credit else earned, 9)

    @property
    def possible(self) -> float:
        """Points that can be earned."""
        return round(sum(case.possible for case in self.cases), 9)

    @property
    def checked(self) -> bool:
        """Whether there is a verdict: the course team's, or one of every case."""
        return self.override is not None or all(
            case.outcome is not Outcome.NOT_CHECKED for case in self.cases
        )

    @property
    def failures(self) -> tuple[str, ...]:
        """Messages of the cases that failed, in their order; empty texts included."""
        return tuple(case.message for case in self.cases if case.outcome is Outcome.FAILED)
