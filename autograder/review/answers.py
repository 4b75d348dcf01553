"""What a student wrote for a question that a person scores, fit to stand in a page."""

from __future__ import annotations

from markupsafe import Markup

from autograder.model import Grade, ManualQuestion
from autograder.review.site import Site, fragment
from autograder.review.student_work import GONE, NOT_OPEN


def answer_html(site: Site, grade: Grade, question: ManualQuestion) -> Markup:
    """The answer as HTML: what the student wrote, cell by cell, with pictures in it and beside it.

    Nothing in it says whose it is, but for what the student wrote into it.

    Args:
        grade: whose answer it is.
    """
    handed_in = site.handed_in
    files = handed_in.submission(grade.submission.id) if handed_in else None
    missing = NOT_OPEN if handed_in and not handed_in.is_open else GONE
    written = site.work.answer(site.open_desk.lab.path, files, grade, question, missing)
    return fragment("answer.html", written=written, state=question.state)
