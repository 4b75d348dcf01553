"""How far grading has come: a page that stays up to date, for as many tabs as are open.

The state is the server's, so a page that is loaded again shows all of it. With a script it is told of each
change by server-sent events; without one it loads itself again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from autograder.review.grading import Grading, Progress
from autograder.review.site import Site, fragment

_LOOK = 0.25
"""Seconds between two looks for a change."""

_TICK = 1.0
"""Seconds after which times that go by are shown anew."""


def routes(site: Site) -> list[Route]:
    """The page's routes."""

    def page(request: Request) -> Response:
        progress = site.grading.now() if site.grading else None
        if progress is None:
            return RedirectResponse("/", status_code=303)
        return site.page(request, "progress.html", progress=progress, is_open=site.desk is not None)

    async def events(request: Request) -> Response:
        _grading(site)  # what is wrong is said before the answer begins
        # Never in a thread of its own: as many as there are tabs would be all that the server has.
        no_delay = {"X-Accel-Buffering": "no"}  # for a reverse proxy
        return StreamingResponse(_events(site), media_type="text/event-stream", headers=no_delay)

    def stop(request: Request) -> Response:
        _grading(site).stop()
        return RedirectResponse("/progress", status_code=303)

    return [
        Route("/progress", page),
        Route("/progress/events", events),
        Route("/progress/stop", stop, methods=["POST"]),
    ]


def _grading(site: Site) -> Grading:
    """
    Raises:
        HTTPException: the pages cannot grade.
    """
    if site.grading is None:
        raise HTTPException(404, "This program was started without a way to grade.")
    return site.grading


async def _events(site: Site) -> AsyncIterator[str]:
    """Each change until the end, the state of now first."""
    shown, waited = -1, 0.0
    while (progress := _grading(site).now()) is not None:
        if progress.version != shown or (progress.running and waited >= _TICK):
            shown, waited = progress.version, 0.0
            yield f"data: {json.dumps(_change(site, progress))}\n\n"
        if not progress.running:
            return
        await asyncio.sleep(_LOOK)
        waited += _LOOK


def _change(site: Site, progress: Progress) -> dict[str, object]:
    """What the page's script has to know; texts of students stand in the HTML, escaped as in every page."""
    return {
        "html": fragment("progress_now.html", progress=progress, is_open=site.desk is not None),
        "title": _title(progress),
        "running": progress.running,
        "complete": progress.complete,
    }


def _title(progress: Progress) -> str:
    heard = progress.heard
    return "Reading" if heard.total is None else f"{heard.done} of {heard.total}"
