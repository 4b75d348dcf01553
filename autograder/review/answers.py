"""What a student wrote for a question that a person scores, fit to stand in a page."""

from __future__ import annotations

from markupsafe import Markup

from autograder.model import Grade, ManualQuestion
from autograder.review.site import Site, fragment
from autograder.review.student_work import GONE, NOT_OPEN, Written


def written_by(site: Site, grade: Grade, question: ManualQuestion) -> Written:
    """What the student wrote, cell by cell, with pictures in it and beside it.

    Args:
        grade: whose answer it is.
    """
    handed_in = site.handed_in
    files = handed_in.submission(grade.submission.id) if handed_in else None
    missing = NOT_OPEN if handed_in and not handed_in.is_open else GONE
    return site.work.answer(site.open_desk.lab.path, files, grade, question, missing)


def answer_html(written: Written, question: ManualQuestion) -> Markup:
    """The answer as HTML. Nothing in it says whose it is, but for what the student wrote into it."""
    numbers = {item.code: number for number, item in enumerate(question.items, start=1)}
    return fragment("answer.html", written=written, state=question.state, numbers=numbers)
