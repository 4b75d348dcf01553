"""What a student wrote for a question that a person scores, fit to stand in a page."""

from __future__ import annotations

from markupsafe import Markup

from autograder.model import Grade, ManualQuestion
from autograder.review.site import Site, fragment


def answer_html(site: Site, grade: Grade, question: ManualQuestion) -> Markup:
    """The answer as HTML: what the student wrote, cell by cell, with pictures in it and beside it.

    Nothing in it says whose it is, but for what the student wrote into it.

    Args:
        grade: whose answer it is.
    """
    files = site.handed_in.submission(grade.submission.id) if site.handed_in else None
    written = site.work.answer(site.open_desk.lab.path, files, grade, question)
    return fragment("answer.html", written=written, state=question.state)
