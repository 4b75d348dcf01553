"""``feedback/<submission id>.html``: what one student reads, one self-contained page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from autograder.files.visible import number
from autograder.model import CaseResult, CellRun, Ending, Grade, Outcome, QuestionResult, Status
from autograder.report.pages import render

MOST_CELL_ROWS = 40


@dataclass(frozen=True)
class QuestionView:
    """A question as the page tells it: first what went wrong, then the rest."""

    question: QuestionResult
    failed: tuple[CaseResult, ...]
    passed: tuple[CaseResult, ...]
    unchecked: tuple[CaseResult, ...]

    @property
    def open(self) -> bool:
        """Whether there is something to read beside the points."""
        return bool(not self.flawless or self.question.notes or self.question.pictures)

    @property
    def flawless(self) -> bool:
        """Whether every check passed."""
        return not (self.failed or self.unchecked)

    @property
    def credit(self) -> str:
        """What the course gives for the mistake, as a sentence; empty where it gives nothing."""
        return "" if self.question.override else credit_sentence(self.question)

    @property
    def verdict(self) -> str:
        """The question's state in a few words."""
        if self.question.override:
            return "changed by the course team"
        if self.unchecked:
            return "not checked"
        if self.failed:
            return f"{len(self.failed)} of {len(self.question.cases)} checks failed"
        return "all checks passed"


@dataclass(frozen=True)
class CellRow:
    """Neighbouring code cells that ended alike, numbered from 1 among the code cells."""

    first: int
    last: int
    ending: Ending
    error: str

    @property
    def label(self) -> str:
        """The cells' numbers, for a heading."""
        return f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"


def feedback_page(grade: Grade, lab_title: str, executed: str = "") -> str:
    """The student's page as HTML.

    Args:
        executed: address of the notebook as it ran; empty where the page does not lead to it.

    Flags are for the TA and stay out of it, and so does the text of a case that could not be
    checked: that is trouble on our side, and may quote a hidden test.
    """
    rows = cell_rows(grade.cells)
    return render(
        "feedback.html",
        grade=grade,
        graded=grade.status is Status.GRADED,
        lab_title=lab_title,
        executed=executed,
        views=[question_view(question) for question in grade.questions],
        changed=[
            *(one for one in grade.questions if one.override is not None),
            *(one for one in grade.manual if one.override is not None),
        ],
        manual_possible=sum(question.possible for question in grade.manual if question.points is None),
        scored_by_hand=any(question.points is not None for question in grade.manual),
        notes=list(dict.fromkeys([*grade.submission.notes, *grade.notes])),
        left_out=sum(cell.ending is Ending.LEFT_OUT for cell in grade.cells),
        finished=sum(cell.ending is Ending.FINISHED for cell in grade.cells),
        cell_rows=rows[:MOST_CELL_ROWS],
        more_cell_rows=max(0, len(rows) - MOST_CELL_ROWS),
        passed_over=[(n, what) for n, cell in enumerate(grade.cells, start=1) for what in cell.passed_over],
        case_endings=_CASE_ENDINGS,
    )


# A case that raised or took too long says so in its own message; these explain why there is no answer.
_CASE_ENDINGS = {
    ending: f"Your code did not finish: {ending.value}."
    for ending in Ending
    if ending not in (Ending.FINISHED, Ending.RAISED, Ending.AUTOGRAD, Ending.TIMED_OUT, Ending.TIME_USED_UP)
}


def cell_rows(cells: Sequence[CellRun]) -> list[CellRow]:
    """The code cells that did not finish, neighbours with one ending and error taken together."""
    numbered = enumerate(cells, start=1)
    rows = []
    for (ending, error), run in groupby(numbered, key=lambda entry: (entry[1].ending, entry[1].error)):
        positions = [position for position, _ in run]
        if ending not in (Ending.FINISHED, Ending.LEFT_OUT):
            rows.append(CellRow(positions[0], positions[-1], ending, error))
    return rows


def credit_sentence(question: QuestionResult) -> str:
    """What the course gives for the known mistake in a question; empty where it gives nothing."""
    if question.credit is None:
        return ""
    if question.points == question.possible:
        return "This is a mistake, but it costs nothing in this course."
    given = f"{number(question.points)} of {number(question.possible)}"
    return f"This is a mistake that earns {given} points in this course."


def question_view(question: QuestionResult) -> QuestionView:
    """A question as pages tell it."""

    def those(outcome: Outcome) -> tuple[CaseResult, ...]:
        return tuple(case for case in question.cases if case.outcome is outcome)

    return QuestionView(question, those(Outcome.FAILED), those(Outcome.PASSED), those(Outcome.NOT_CHECKED))
