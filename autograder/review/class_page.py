"""The first page: every student, what waits for a person, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from autograder.marks import unscored
from autograder.review.site import Site


def routes(site: Site) -> Sequence[BaseRoute]:
    """The page's addresses."""

    def show(request: Request) -> Response:
        now = site.open_desk.now()
        waiting = {
            one.name: sum(one.name in {q.name for q in unscored(grade)} for grade in now.grades.values())
            for one in now.config.manual
        }
        return site.page(request, "class.html", grades=now.grades, waiting=waiting)

    return [Route("/", show)]
