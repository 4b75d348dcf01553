"""The page that publishes: what is missing, what is different from last time, and the files that go back."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from autograder.files.atomic import is_unfinished
from autograder.files.visible import listed
from autograder.files.zips import zip_bytes
from autograder.lms.mismatch import mismatches
from autograder.marks import unscored
from autograder.model import Status
from autograder.review.compared import UPLOAD, Kind, compared, is_to_write
from autograder.review.desk import ClassNow
from autograder.review.markdown import as_html
from autograder.review.publishing import Publishing
from autograder.review.push_offer import ADDRESS, push_offer
from autograder.review.site import Site, grader_of
from autograder.store.published import Publication, kept

GRADES = "grades.csv"
ALL = "what-goes-back.zip"
MOST_ROWS = 200
"""Students that are listed unless somebody asks for all; what is to be looked at comes first."""
_LONGEST_FORM = 10_000
"""Bytes of what a browser sends."""

KINDS = {
    Kind.CHANGED: "Changed",
    Kind.NEW: "New",
    Kind.HELD: "Held back",
    Kind.FEEDBACK: "Other feedback",
    Kind.SAME: "Unchanged",
    Kind.GONE: "Gone",
}
"""What the page calls them."""


@dataclass(frozen=True)
class Waiting:
    """A question that a person has not scored everywhere.

    Attributes:
        name, title: of the question.
        count: answers that wait.
    """

    name: str
    title: str
    count: int


def routes(site: Site) -> Sequence[BaseRoute]:
    """The page's addresses."""
    page = PublishPage(site)
    return [
        Route("/publish", page.show, methods=["GET"]),
        Route("/publish", page.write, methods=["POST"]),
        Route("/publish/state", page.state),
        Route(f"/publish/{ALL}", page.everything),
        Route("/publish/files/{name}", page.file),
    ]


class PublishPage:
    """The page of one server."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._publishing = Publishing()

    def show(self, request: Request) -> Response:
        """The page."""
        return self._page(request, self._site.open_desk.now())

    def state(self, request: Request) -> Response:
        """How far the writing is, for the page's script."""
        now = self._publishing.writing
        return JSONResponse({"underWay": now.under_way, "done": now.done, "submissions": now.submissions})

    async def write(self, request: Request) -> Response:
        """Begin to write."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > _LONGEST_FORM:
                raise HTTPException(413, "This is more than the page's form sends.")
        form = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        return await run_in_threadpool(self._begin, request, form)

    def _begin(self, request: Request, form: dict[str, str]) -> Response:
        desk = self._site.open_desk
        now, (last, _) = desk.now(), kept(desk.out)
        partial = form.get("partial") == "yes"
        seen = _number(form.get("seen", ""))
        if self._publishing.writing.under_way or form.get("written") != (last.when if last else ""):
            return RedirectResponse("/publish", status_code=303)  # a second click, or somebody was quicker
        if seen != now.state.last:
            return self._page(request, now, status=409, partial=partial, newer=_newer(now, seen))
        self._publishing.begin(desk, grader_of(request), partial=partial)
        self._publishing.wait(0.5)  # a small class is written by then
        return RedirectResponse("/publish?since=before", status_code=303)

    def file(self, request: Request) -> Response:
        """One of the files that go back."""
        self._check_whole()
        name, out = request.path_params["name"], self._site.open_desk.out
        found = {path.name: path for path in _files(out)}
        if name not in found:
            raise HTTPException(404, "There is no such file.")
        return FileResponse(found[name], filename=name)

    def everything(self, request: Request) -> Response:
        """All of them, in one archive; without an LMS with the students' pages."""
        self._check_whole()
        headers = {"content-disposition": f'attachment; filename="{ALL}"'}
        made = zip_bytes(_members(self._site.open_desk.out))
        return Response(made, media_type="application/zip", headers=headers)

    def _check_whole(self) -> None:
        if self._publishing.writing.under_way:
            raise HTTPException(409, "The files are being written: come back in a moment.")

    def _page(
        self,
        request: Request,
        now: ClassNow,
        *,
        status: int = 200,
        partial: bool | None = None,
        newer: str = "",
    ) -> Response:
        desk, query = self._site.open_desk, request.query_params
        last, before = kept(desk.out)
        if partial is None:
            partial = _is_partial(query.get("partial"), last, default=desk.run.partial)
        since_before = before is not None and query.get("since") == "before"
        against_last = compared(now, last, partial=partial)
        rows = against_last
        if since_before:
            rows = compared(now, before, partial=partial, written=last)
        asked = query.get("show", "")
        return self._site.page(
            request,
            "publish.html",
            status=status,
            seen=now.state.last,
            writing=self._publishing.writing,
            newer=newer,
            partial=partial,
            waiting=_waiting(now),
            refused=sum(one.status is not Status.GRADED for one in now.grades.values()),
            doubts=self._doubts(now),
            last=last,
            before=before,
            since_before=since_before,
            rows=[row for row in rows if asked in ("", row.kind)],
            counts=Counter(row.kind for row in rows),
            to_write=is_to_write(desk.out, against_last, last, partial=partial),
            kinds=KINDS,
            asked=asked,
            most_rows=len(rows) if query.get("all") == "yes" else MOST_ROWS,
            upload=_upload(desk.out),
            push=push_offer(desk.out, desk.run, last),
            address=ADDRESS,
            files=[path.name for path in _files(desk.out)],
            all_files=ALL,
            folder=str(desk.out.absolute()),
        )

    def _doubts(self, now: ClassNow) -> Sequence[str]:
        """What of the LMS's things does not fit together, as far as the uploads are open."""
        handed_in = self._site.handed_in
        found = handed_in.found if handed_in else None
        problem = [handed_in.problem] if handed_in and handed_in.problem else []
        if found is None or found.lms is None:
            return problem
        return [*problem, *mismatches(found.submissions, found.lms, found.worksheet, now.config)]


def _is_partial(asked: str | None, last: Publication | None, *, default: bool) -> bool:
    """Whether marks go back in part: as the address says, else as last time, else as the run was told."""
    if asked is not None:
        return asked == "yes"
    return last.partial if last else default


def _waiting(now: ClassNow) -> Sequence[Waiting]:
    """The questions that wait for a person, in the lab's order."""
    counts = Counter(one.name for grade in now.grades.values() for one in unscored(grade))
    return [Waiting(one.name, one.title, counts[one.name]) for one in now.config.manual if counts[one.name]]


def _number(text: str) -> int:
    """The number of a record in a form; -1 for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else -1


def _newer(now: ClassNow, seen: int) -> str:
    """What was decided since a page was loaded, as a sentence."""
    since = [record for record in now.state.records() if record.number > seen]
    people = dict.fromkeys(
        now.grades[one.subject.student].submission.student
        for one in since
        if one.subject.student in now.grades
    )
    who = listed(list(dict.fromkeys(one.who for one in since)))
    about = f" about {listed(list(people))}" if people else ""
    return f"{who} decided {len(since)} thing{'' if len(since) == 1 else 's'}{about}"


def _files(out: Path) -> Sequence[Path]:
    """The files that go back: those for the LMS, then the table of marks."""
    of_lms = sorted((out / "lms").glob("*")) if (out / "lms").is_dir() else []
    return [path for path in (*of_lms, out / GRADES) if path.is_file() and not is_unfinished(path)]


def _members(out: Path) -> Iterator[tuple[str, Path]]:
    """What the archive of everything holds: for the LMS what it takes, else the pages themselves."""
    files = _files(out)
    yield from ((path.name, path) for path in files)
    if not any(path.name == UPLOAD.name for path in files):
        pages = sorted((out / "feedback").glob("*.html"))
        yield from ((f"feedback/{path.name}", path) for path in pages)


def _upload(out: Path) -> Markup | None:
    """What to do with the files, as HTML below a heading of the second level; ``None`` without an LMS."""
    try:
        text = (out / UPLOAD).read_text(encoding="utf-8")
    except OSError:
        return None
    return as_html(re.sub(r"^#", "###", text, flags=re.MULTILINE))
