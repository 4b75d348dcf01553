"""``index.html``: the TA's view of the class, one self-contained page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from autograder.files.atomic import file_stem
from autograder.files.visible import number
from autograder.model import Entry, QuestionEntry, Status
from autograder.report.class_summary import ClassSummary, mark
from autograder.report.grades import changes, remarks
from autograder.report.pages import pieces

MOST_REMARKS = 8
MOST_REFUSED = 200
"""Submissions at the head of the page that could not be graded; all of them are in the table."""


@dataclass(frozen=True)
class Mark:
    """One cell of the big table: the text and the class of its look."""

    text: str
    look: str


def course_page(
    entries: Iterable[Entry],
    summary: ClassSummary,
    lab_title: str,
    question_names: Sequence[str],
    manual_names: Sequence[str],
    executed: Collection[str] = (),
) -> Iterator[str]:
    """The TA's page as pieces of HTML, rows in the order of ``entries``, which are gone through twice.

    Args:
        executed: ids of the submissions whose notebook is kept as it ran.
    """
    refused = (entry for entry in entries if entry.status is not Status.GRADED)
    return pieces(
        "index.html",
        lab_title=lab_title,
        summary=summary,
        tallest=max(summary.histogram) or 1,
        question_names=question_names,
        manual_names=manual_names,
        executed=executed,
        rows=(_row(entry, question_names, manual_names) for entry in entries),
        refused=(_row(entry, question_names, manual_names) for entry in islice(refused, MOST_REFUSED)),
        more_refused=max(0, summary.not_gradable - MOST_REFUSED),
    )


def _row(entry: Entry, question_names: Sequence[str], manual_names: Sequence[str]) -> dict[str, object]:
    results = {question.name: question for question in entry.questions}
    by_hand = {one.name: number(one.points, 2) for one in entry.manual if one.points is not None}
    graded = entry.status is Status.GRADED
    said = [*(f"changed by the course team: {one}" for one in changes(entry)), *remarks(entry)]
    return {
        "entry": entry,
        "graded": graded,
        "stem": file_stem(entry.submission.id),
        "marks": [_mark(results.get(name) if graded else None) for name in question_names],
        "manual": [by_hand.get(name, "") for name in manual_names],
        "remarks": said[:MOST_REMARKS],
        "more": max(0, len(said) - MOST_REMARKS),
    }


def _mark(question: QuestionEntry | None) -> Mark:
    if question is None:
        return Mark("", "none")
    look = mark(question)
    return Mark("?" if look == "open" else number(question.points, 2), look)
