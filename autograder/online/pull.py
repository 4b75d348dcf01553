"""Fetch what was handed in, laid out as the LMS's own export, with the list of the class beside it.

Nothing of it is opened here, and no name that a student chose becomes a file of this machine: all of it goes
into one archive, which ``autograder grade`` reads with the same care as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.atomic import replace_file, replacing
from autograder.files.visible import plain
from autograder.files.zips import write_zip
from autograder.online.layouts import LAYOUTS
from autograder.online.service import HandedIn, LmsService
from autograder.store.pulled import keep_assignment

SUBMISSIONS = "submissions.zip"
WORKSHEET = "worksheet.csv"


@dataclass(frozen=True)
class Pulled:
    """What came.

    Attributes:
        submissions: how many students or teams handed something in that was fetched.
        files: how many files that were.
        people: how many are on the list of the class.
        drafts: whose work is a draft that is not handed in yet, for people.
        unnumbered: whether participants go by numbers of this program's.
    """

    submissions: int
    files: int
    people: int
    drafts: tuple[str, ...]
    unnumbered: bool


def pull(service: LmsService, out: Path, tell: Callable[[str], None]) -> Pulled:
    """Fetch the submissions and the list of the class into a folder, each file whole or not at all.

    Args:
        tell: hears the name of each whose files are fetched.

    Raises:
        ServiceError: the LMS does not give it.
        UsageError: the folder cannot be written to.
    """
    assignment = service.assignment()
    people = service.participants()
    sources = service.teams() if assignment.teams else people
    names = {one.team: one.team_name for one in people}
    pulled = [one for one in sources if _has_work(one.handed_in)]
    fetched: list[str] = []
    layout = LAYOUTS[service.adapter]

    def members() -> Iterator[tuple[str, bytes]]:
        for one in pulled:
            name = names.get(one.team, "") if assignment.teams else one.name
            tell(plain(name, 60) or "those who are in no team")
            for file in one.handed_in.files if one.handed_in else ():
                path = layout.path(name, one, file)
                fetched.append(path)
                yield path, service.fetch(file)

    try:
        out.mkdir(parents=True, exist_ok=True)
        with replacing(out / SUBMISSIONS) as temporary:
            write_zip(temporary, members())
        replace_file(out / WORKSHEET, layout.worksheet(people, assignment))
        keep_assignment(out, assignment.key)
    except OSError as reason:
        raise UsageError(f"{out}: cannot be written to: {reason.strerror}") from None
    drafts = tuple(plain(one.name, 60) for one in people if one.handed_in and one.handed_in.status == "draft")
    # Nobody has a number before they have handed in or somebody has looked at the list in the browser.
    unnumbered = not assignment.teams and any(not one.numbered for one in pulled)
    return Pulled(len(pulled), len(fetched), len(people), drafts, unnumbered)


def _has_work(handed_in: HandedIn | None) -> bool:
    return handed_in is not None and handed_in.status == "submitted" and bool(handed_in.files)
