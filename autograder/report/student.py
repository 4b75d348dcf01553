"""``feedback/<submission id>.html``: what one student reads, one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from autograder.files.visible import in_words
from autograder.language import showing as _
from autograder.language.endings import words_for
from autograder.model import AnswerPicture, CaseResult, Ending, Grade, Outcome, QuestionResult, Status
from autograder.report.cells import MOST_ROWS, cell_rows, checking_cells
from autograder.report.curves import drawn
from autograder.report.findings import Cause, Finding, causes_of, findings_of
from autograder.report.pages import render


@dataclass(frozen=True)
class QuestionView:
    """A question as the page tells it: first what went wrong, then the rest.

    Attributes:
        failed: every check that did.
        findings: what failed, by what is wrong.
        also: more of that, where the findings say enough.
    """

    question: QuestionResult
    failed: tuple[CaseResult, ...]
    findings: tuple[Finding, ...]
    also: tuple[Finding, ...]
    passed: tuple[CaseResult, ...]
    unchecked: tuple[CaseResult, ...]

    @property
    def costs(self) -> bool:
        """Whether points were lost, or are open."""
        return bool(self.unchecked) or self.question.points < self.question.possible

    @property
    def flawless(self) -> bool:
        """Whether every check passed."""
        return not (self.failed or self.unchecked)

    @property
    def open(self) -> bool:
        """Whether there is something to read beside the points."""
        one = self.question
        return bool(not self.flawless or one.credit or one.notes or one.pictures or one.curves)

    @property
    def remarks(self) -> bool:
        """Whether there is something to read though no points were lost."""
        return self.open and not self.costs

    @property
    def public(self) -> int:
        """How many checks the student has."""
        return sum(not case.hidden for case in self.question.cases)

    @property
    def credit(self) -> str:
        """What the course gives for the mistake, as a sentence; empty where it gives nothing."""
        return "" if self.question.override else credit_sentence(self.question)

    @property
    def verdict(self) -> str:
        """The question's state in a few words."""
        if self.question.override:
            return _("changed by the course team")
        if self.unchecked:
            return _("not checked")
        if self.failed:
            failed = _.plural(
                "{failed} of {count} check failed",
                "{failed} of {count} checks failed",
                len(self.question.cases),
            )
            return failed.format(failed=len(self.failed), count=len(self.question.cases))
        return _("all checks passed")


def feedback_page(
    grade: Grade,
    lab_title: str,
    executed: str = "",
    pictures: Mapping[str, Sequence[AnswerPicture]] = MappingProxyType({}),
) -> str:
    """The student's page as HTML.

    Args:
        executed: address of the notebook as it ran; empty where the page does not lead to it.
        pictures: in the answers in words, by question.

    Flags are for the TA and stay out of it, and so does the text of a case that could not be
    checked: that is trouble on our side, and may quote a hidden test.
    """
    rows = cell_rows(grade.cells, grade.questions)
    shown = rows[:MOST_ROWS]
    causes = causes_of(grade)
    return render(
        "feedback.html",
        grade=grade,
        graded=grade.status is Status.GRADED,
        lab_title=lab_title,
        executed=executed,
        pictures=pictures,
        causes=causes,
        views=[question_view(question, causes) for question in grade.questions],
        changed=[
            *(one for one in grade.questions if one.override is not None),
            *(one for one in grade.manual if one.override is not None),
        ],
        manual_possible=sum(question.possible for question in grade.manual if question.points is None),
        scored_by_hand=any(question.points is not None for question in grade.manual),
        notes=list(dict.fromkeys([*grade.submission.notes, *grade.notes])),
        left_out=sum(cell.ending is Ending.LEFT_OUT for cell in grade.cells),
        finished=sum(cell.ending is Ending.FINISHED for cell in grade.cells),
        cell_rows=shown,
        checking=checking_cells(grade.cells),
        cells_shown={row.first for row in shown},
        more_cell_rows=len(rows) - len(shown),
        passed_over=[(n, what) for n, cell in enumerate(grade.cells, start=1) for what in cell.passed_over],
        case_endings=_case_endings(),
        drawn=drawn,
    )


_SAYS_SO = (Ending.FINISHED, Ending.RAISED, Ending.AUTOGRAD, Ending.TIMED_OUT, Ending.TIME_USED_UP)
"""A case that ended so says it in its own message."""


def _case_endings() -> dict[Ending, str]:
    """Why there is no answer, where a case does not say it itself."""
    text = _("Your code did not finish: {ending}.")
    return {ending: text.format(ending=words_for(ending)) for ending in Ending if ending not in _SAYS_SO}


def credit_sentence(question: QuestionResult) -> str:
    """What the course gives for the known mistake in a question; empty where it gives nothing."""
    if question.credit is None:
        return ""
    if question.points == question.possible:
        return _("This is a mistake, but it costs nothing in this course.")
    text = _("This is a mistake that earns {points} of {possible} points in this course.")
    return text.format(points=in_words(question.points), possible=in_words(question.possible))


def question_view(question: QuestionResult, causes: Sequence[Cause] = ()) -> QuestionView:
    """A question as pages tell it.

    Args:
        causes: what the page says at its top.
    """

    def those(outcome: Outcome) -> tuple[CaseResult, ...]:
        return tuple(case for case in question.cases if case.outcome is outcome)

    found = findings_of(question, causes)
    # What costs points leads; where it says enough, the examples that students have are there to unfold.
    enough = any(one.lost and one.says_enough for one in found)
    findings = tuple(one for one in found if one.lost or not enough)
    also = tuple(one for one in found if one not in findings)
    return QuestionView(
        question, those(Outcome.FAILED), findings, also, those(Outcome.PASSED), those(Outcome.NOT_CHECKED)
    )
