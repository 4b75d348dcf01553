"""Similar work: the pairs of a class to be looked at, and the own code of two side by side. Never a mark."""

from __future__ import annotations

import csv
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from autograder.class_run.similar import similar
from autograder.errors import AutograderError
from autograder.review.reader import Unread
from autograder.review.site import Site
from autograder.similar.write import CSV

MOST_PAIRS = 1_000


@dataclass(frozen=True)
class Pair:
    """Two submissions that share code, as ``similar.csv`` has them.

    Attributes:
        first, second: ids of the submissions.
        names: whose they are; untrusted text.
        share: how much of the unusual code of the one with less of it is in the other, from 0 to 1.
        wrong: whether they share wrong code.
        lost: questions in which both lost points.
        functions: that they share.
    """

    first: str
    second: str
    names: tuple[str, str]
    share: float
    wrong: bool
    lost: str
    functions: str

    def other(self, id: str) -> str:
        """The one beside this one."""
        return self.second if id == self.first else self.first

    def name(self, id: str) -> str:
        """Whose a submission is."""
        return self.names[0] if id == self.first else self.names[1]

    @property
    def said(self) -> str:
        """What they share, in a line."""
        what = "the same wrong code" if self.wrong else "unusual code"
        where = f" in {self.functions}" if self.functions else ""
        return f"{what}{where} ({round(100 * self.share)} % of what is unusual)"


class Search:
    """Looks for similar work in a thread, once at a time."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.problem = ""

    @property
    def is_running(self) -> bool:
        """Whether it is looking now."""
        return self._thread is not None and self._thread.is_alive()

    def begin(self, out: Path, config: Path) -> None:
        """Look, unless it is looking already."""
        with self._lock:
            if not self.is_running:
                self.problem = ""
                self._thread = threading.Thread(target=self._look, args=(out, config), daemon=True)
                self._thread.start()

    def _look(self, out: Path, config: Path) -> None:
        try:
            similar(out, (), config, lambda event: None)
        except AutograderError as reason:
            self.problem = str(reason)
        except OSError as reason:
            self.problem = f"{out}: cannot be written: {reason.strerror}"


def routes(site: Site) -> Sequence[BaseRoute]:
    """The pages' addresses."""
    search = Search()

    def show(request: Request) -> Response:
        file = site.open_desk.out / CSV
        looked = (
            datetime.fromtimestamp(file.stat().st_mtime).strftime("%d %b, %H:%M") if file.is_file() else ""
        )
        return site.page(
            request,
            "similar.html",
            pairs=read_pairs(site.open_desk.out),
            looked=looked,
            running=search.is_running,
            problem=search.problem,
        )

    def begin(request: Request) -> Response:
        search.begin(site.open_desk.out, site.open_desk.lab.path)
        return RedirectResponse("/similar", status_code=303)

    def pair(request: Request) -> Response:
        now = site.open_desk.now()
        ids = [request.path_params[name] for name in ("first", "second")]
        grades = [now.grades.get(id) for id in ids]
        if None in grades:
            raise HTTPException(404, "Nobody in this class has that id.")
        files = [_file(site, id) for id in ids]
        try:
            sides = site.work.common(site.open_desk.lab.path, files)
            problem = ""
        except Unread as reason:
            sides, problem = ((), ()), str(reason)
        known = [one for one in pairs_of_student(site.open_desk.out, ids[0]) if one.other(ids[0]) == ids[1]]
        return site.page(
            request, "similar_pair.html", grades=grades, sides=sides, problem=problem, known=known
        )

    return [
        Route("/similar", show, methods=["GET"]),
        Route("/similar", begin, methods=["POST"]),
        Route("/similar/{first}/{second}", pair, methods=["GET"]),
    ]


def read_pairs(out: Path) -> Sequence[Pair]:
    """The pairs that were found; none where nobody has looked, or the file is none of ours."""
    try:
        status = (out / CSV).stat()
    except OSError:
        return ()
    return _pairs(out / CSV, status.st_mtime_ns, status.st_size)


@lru_cache(2)
def _pairs(file: Path, changed: int, size: int) -> Sequence[Pair]:
    """The pairs in a file, as long as it is the same."""
    try:
        with file.open(encoding="utf-8", newline="") as opened:
            return [_pair(row) for _, row in zip(range(MOST_PAIRS), csv.DictReader(opened), strict=False)]
    except (OSError, ValueError, LookupError, TypeError, csv.Error):
        return ()


def pairs_of_student(out: Path, id: str) -> list[Pair]:
    """The pairs that a submission is in."""
    return [one for one in read_pairs(out) if id in (one.first, one.second)]


def _pair(row: dict[str, str]) -> Pair:
    """
    Raises:
        ValueError, LookupError, TypeError: the row is none of ours.
    """
    share = float(row["share"] or 0)
    if not 0 <= share <= 1:
        raise ValueError(share)
    return Pair(
        first=row["id_1"],
        second=row["id_2"],
        names=(row["student_1"], row["student_2"]),
        share=share,
        wrong=float(row["shared_wrong"] or 0) > 0,
        lost=row["lost_by_both"],
        functions=row["functions"],
    )


def _file(site: Site, id: str) -> Path:
    """A student's notebook.

    Raises:
        HTTPException: the uploads are not open.
    """
    one = site.handed_in.submission(id, 5.0) if site.handed_in else None
    if one is None or one.file is None:
        raise HTTPException(
            404, "The notebook is not there: the uploads are not open yet, or not where they were."
        )
    return one.file
