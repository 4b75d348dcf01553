"""What a student wrote for a question that a person scores, fit to stand in a page."""

from __future__ import annotations

from markupsafe import Markup

from autograder.model import Grade, ManualQuestion
from autograder.review.markdown import as_html
from autograder.review.site import Site


def answer_html(site: Site, grade: Grade, question: ManualQuestion) -> Markup:
    """The answer as HTML.

    Args:
        grade: whose answer it is.
    """
    return as_html(question.answer)
