"""How often graders agree with themselves: answers that came back unmarked, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from autograder.model import Grade
from autograder.review.repeats import Agreement, agreements, graders
from autograder.review.site import Site


@dataclass(frozen=True)
class Row:
    """A grader and a question.

    Attributes:
        looks: answers that were scored a second time.
        same, items: items with the same points both times, and all of them.
        differing: the answers with an item that has other points, each with its student.
    """

    grader: str
    title: str
    looks: int
    same: int
    items: int
    differing: Sequence[tuple[Agreement, Grade]]


def routes(site: Site) -> Sequence[BaseRoute]:
    """The page's addresses."""

    def show(request: Request) -> Response:
        now = site.open_desk.now()
        rows = []
        for who in graders(now.state):
            for question in now.config.manual:
                found = agreements(question.name, who, now.state)
                if found:
                    same = sum(len(one.same) for one in found)
                    items = same + sum(len(one.different) for one in found)
                    differing = [
                        (one, now.grades[one.student])
                        for one in found
                        if one.different and one.student in now.grades
                    ]
                    rows.append(Row(who, question.title, len(found), same, items, differing))
        return site.page(request, "agreement.html", rows=rows, share=site.repeat)

    return [Route("/agreement", show)]
