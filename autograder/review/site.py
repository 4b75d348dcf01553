"""What every page has at hand: the class, how pages are made, who is asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from autograder.files.visible import duration, number, plain
from autograder.report.pages import TEMPLATES, visible
from autograder.review.markdown import as_html
from autograder.review.pile import Piles
from autograder.review.student_work import StudentWork

if TYPE_CHECKING:
    from autograder.config.schema import Config
    from autograder.review.desk import Desk
    from autograder.review.grading import Grading
    from autograder.review.handed_in import HandedIn
    from autograder.review.intake import Intake

HERE = Path(__file__).parent
STATIC = HERE / "static"
STYLE = TEMPLATES / "style.css"
"""Of the reports, which the pages share."""


@dataclass
class Site:
    """What every page has at hand.

    Attributes:
        desk: the class; ``None`` as long as there is none (``--new``).
        handed_in: the files of its students.
        work: what they wrote, fit for pages.
        graders: who came with a link of their own, in order.
        repeat: share of a grader's answers that come back to them unmarked, from 0 to 1.
        grading: the process that grades for the pages; ``None`` where they cannot ask for that.
        intake: where goes what they are given to grade; there where ``grading`` is.
    """

    desk: Desk | None = None
    handed_in: HandedIn | None = None
    work: StudentWork = field(default_factory=StudentWork)
    graders: Sequence[str] = ()
    repeat: float = 0.0
    grading: Grading | None = None
    intake: Intake | None = None
    _piles: tuple[Desk, Piles] | None = None

    @property
    def open_desk(self) -> Desk:
        """The class.

        Raises:
            NoClassYet: there is none.
        """
        if self.desk is None:
            raise NoClassYet
        return self.desk

    @property
    def piles(self) -> Piles:
        """The answers that people score.

        Raises:
            NoClassYet: there is no class.
        """
        desk = self.open_desk
        if self._piles is None or self._piles[0] is not desk:
            self._piles = desk, Piles(desk)
        return self._piles[1]

    def get_ready(self) -> None:
        """Read what the first pages of a class need, so that whoever opens them does not wait for it.

        Raises:
            AutograderError: the folder or the journal cannot be read any more.
        """
        if self.desk is not None:
            now = self.desk.now()
            for one in now.config.manual:
                self.piles.of(one.name, now)

    def page(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        """The page that a template makes of values, for who is asking."""
        made = _environment().get_template(template)
        lab = self.desk.lab.config if self.desk else None
        return HTMLResponse(
            made.render(
                title=lab.assignment.title if lab else "autograder",
                pages=_pages(lab),
                grader=grader_of(request),
                path=request.url.path,
                **values,
            ),
            status_code=status,
        )


def fragment(template: str, **values: Any) -> Markup:
    """A part of a page."""
    return Markup(_environment().get_template(template).render(**values))


def _pages(lab: Config | None) -> Sequence[tuple[str, str]]:
    """Addresses and names of the pages that are always at hand."""
    if lab is None:
        return (("/new", "New class"),)
    score = ((f"/score/{one.name}", one.title) for one in lab.manual)
    return (("/", "Class"), *score, ("/similar", "Similar work"), ("/publish", "Publish"))


class NoClassYet(Exception):
    """A page needs a class, and none is graded yet."""


def grader_of(request: Request) -> str:
    """Who is asking."""
    name: str = request.state.grader
    return name


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["line"] = plain
    environment.filters["points"] = lambda value: number(value, 2)
    environment.filters["duration"] = duration
    environment.filters["markdown"] = as_html
    return environment
