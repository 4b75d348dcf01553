"""A student's notebook as it was handed in and as it ran, side by side, both as files, and their pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Route

from autograder.review.found_pictures import PATH
from autograder.review.kinds import kind_of
from autograder.review.reader import Unread
from autograder.review.site import Site
from autograder.review.student_page import grade_of, neighbours
from autograder.review.student_work import Cells
from autograder.store.executed import executed_file

ALONE = "default-src 'none'; sandbox"
"""What a file of a student may do where somebody opens it by itself: nothing."""


def routes(site: Site) -> Sequence[BaseRoute]:
    """The page's addresses."""

    def show(request: Request) -> Response:
        now = site.open_desk.now()
        grade = grade_of(now, request)
        id, config = grade.submission.id, site.open_desk.lab.path
        one = site.handed_in.submission(id) if site.handed_in else None
        handed_in = site.work.handed_in(config, one)
        executed = site.work.executed(config, site.open_desk.out, id)
        before, after = neighbours(now, grade)
        return site.page(
            request,
            "notebook.html",
            grade=grade,
            before=before,
            after=after,
            handed_in=handed_in,
            executed=executed,
            other_file=bool(handed_in.digest) and handed_in.digest != grade.digest,
            rows=list(aligned(handed_in, executed)),
            more=max(handed_in.more, executed.more),
        )

    def handed_in(request: Request) -> Response:
        id = grade_of(site.open_desk.now(), request).submission.id
        one = site.handed_in.submission(id) if site.handed_in else None
        return _file(one.file if one else None, f"{id}.ipynb")

    def executed(request: Request) -> Response:
        id = grade_of(site.open_desk.now(), request).submission.id
        return _file(executed_file(site.open_desk.out, id), f"{id}-executed.ipynb")

    def picture(request: Request) -> Response:
        spool = site.handed_in.spool if site.handed_in else None
        try:
            data = site.work.picture(site.open_desk.lab.path, request.path_params["name"], spool)
        except Unread as reason:
            raise HTTPException(404, f"This picture cannot be shown: {reason}.") from None
        return _picture(data)

    return [
        Route("/student/{id}/notebook", show, methods=["GET"]),
        Route("/student/{id}/handed-in.ipynb", handed_in, methods=["GET"]),
        Route("/student/{id}/executed.ipynb", executed, methods=["GET"]),
        Route(PATH + "{name}", picture, methods=["GET"]),
    ]


def aligned(handed_in: Cells, executed: Cells) -> Iterator[Mapping[str, Any]]:
    """Each cell with what it showed before and here: ``saved``, ``ran``; ``ran_source`` where that differs.

    A notebook that ran has the cells of the one that was handed in, by their ids; where that one is another
    by now, cells that are in one of them only stand by themselves.
    """
    ran = {row["id"]: row for row in executed.rows}
    for row in handed_in.rows:
        other = ran.pop(row["id"], {})
        source = other.get("source", row["source"])
        yield {
            **row,
            "saved": row.get("outputs", []),
            "ran": other.get("outputs", []),
            "ending": other.get("ending", ""),
            "ran_source": source if source != row["source"] else None,
        }
    for row in ran.values():
        yield {**row, "saved": [], "ran": row.get("outputs", []), "ran_source": None} | {
            "ending": row.get("ending", "")
        }


def _file(path: Path | None, name: str) -> Response:
    """A file to be saved, never to be opened by a browser.

    Raises:
        HTTPException: there is none.
    """
    if path is None or not path.is_file():
        raise HTTPException(404, "There is no such file: it was not kept, or the uploads are not open (yet).")
    return FileResponse(
        path, media_type="application/octet-stream", filename=name, headers={"Content-Security-Policy": ALONE}
    )


def _picture(data: bytes) -> Response:
    """A picture by what its bytes say; anything else as a download."""
    kind = kind_of(data)
    how = "inline" if kind.is_shown else "attachment"
    return Response(
        data,
        media_type=kind.media_type or "application/octet-stream",
        headers={
            "Content-Disposition": f'{how}; filename="picture{kind.suffix}"',
            "Content-Security-Policy": ALONE,
        },
    )
