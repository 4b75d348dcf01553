"""``index.html``: the TA's view of the class, one self-contained page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from autograder.model import Grade, QuestionResult, Status
from autograder.report.class_summary import mark, spread, summarise
from autograder.report.files import file_stem
from autograder.report.grades import remarks
from autograder.report.pages import render
from autograder.report.text import number

MOST_REMARKS = 8


@dataclass(frozen=True)
class Mark:
    """One cell of the big table: the text and the class of its look."""

    text: str
    look: str


def course_page(
    grades: Sequence[Grade], lab_title: str, question_names: Sequence[str], manual_names: Sequence[str]
) -> str:
    """The TA's page as HTML, rows in the order of ``grades``."""
    summary = summarise(grades, question_names)
    return render(
        "index.html",
        lab_title=lab_title,
        summary=summary,
        tallest=max(summary.histogram) or 1,
        question_names=question_names,
        manual_names=manual_names,
        rows=[_row(grade, question_names) for grade in grades],
        unsafe=[one for one in grades if one.status is Status.GRADED and not one.sandbox_layers],
        fine_print=[
            (label, spread(grades, value))
            for label, value in (
                ("Sandbox layers", lambda one: ", ".join(one.sandbox_layers)),
                ("Versions", lambda one: ", ".join(f"{k} {v}" for k, v in sorted(one.versions.items()))),
                ("Seed", lambda one: str(one.seed)),
                ("Grader fingerprint", lambda one: one.fingerprint),
            )
        ],
        total=len(grades),
    )


def _row(grade: Grade, question_names: Sequence[str]) -> dict[str, object]:
    results = {question.name: question for question in grade.questions}
    graded = grade.status is Status.GRADED
    said = remarks(grade)
    return {
        "grade": grade,
        "graded": graded,
        "stem": file_stem(grade.submission.id),
        "marks": [_mark(results.get(name) if graded else None) for name in question_names],
        "remarks": said[:MOST_REMARKS],
        "more": max(0, len(said) - MOST_REMARKS),
    }


def _mark(question: QuestionResult | None) -> Mark:
    if question is None:
        return Mark("", "none")
    look = mark(question)
    return Mark("?" if look == "open" else number(question.points, 2), look)
