"""The application: the pages' routes, the files that they need, and what goes wrong as a page."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from autograder.errors import AutograderError
from autograder.files.visible import plain
from autograder.review import (
    agreement_page,
    class_page,
    new_page,
    notebook_page,
    progress_page,
    publish_page,
    rubric_page,
    score_page,
    similar_page,
    student_page,
)
from autograder.review.doors import Doors, Guard
from autograder.review.site import STATIC, STYLE, NoClassYet, Site


def application(site: Site, doors: Doors) -> ASGIApp:
    """The whole server as one ASGI application.

    Args:
        site: what the pages have at hand.
        doors: who may come in.
    """

    def problem(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        said = error.detail if isinstance(error, HTTPException) else str(error)
        return site.page(
            request, "problem.html", status=status, said=plain(said, 2000), has_class=site.desk is not None
        )

    def unexpected(request: Request, error: Exception) -> Response:
        said = "This was not foreseen. What is saved stays saved; the terminal says more."
        return site.page(request, "problem.html", status=500, said=said, has_class=site.desk is not None)

    def nothing_yet(request: Request, error: Exception) -> Response:
        return RedirectResponse("/new", status_code=303)

    app = Starlette(
        routes=[
            *class_page.routes(site),
            *rubric_page.routes(site),
            *agreement_page.routes(site),
            *score_page.routes(site),
            *publish_page.routes(site),
            *student_page.routes(site),
            *notebook_page.routes(site),
            *similar_page.routes(site),
            *new_page.routes(site),
            *progress_page.routes(site),
            Route("/style.css", lambda request: FileResponse(STYLE, media_type="text/css")),
            Mount("/static", StaticFiles(directory=STATIC), name="static"),
        ],
        exception_handlers={
            HTTPException: problem,
            AutograderError: problem,
            NoClassYet: nothing_yet,
            Exception: unexpected,  # and then the server prints it
        },
    )
    return Guard(app, doors)
