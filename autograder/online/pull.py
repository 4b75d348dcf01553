"""Fetch what was handed in, laid out as the LMS's own export, with the list of the class beside it.

Nothing of it is opened here, and no name that a student chose becomes a file of this machine: all of it goes
into one archive, which ``autograder grade`` reads with the same care as any other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.atomic import replace_file, replacing
from autograder.files.visible import number, plain, storable
from autograder.files.zips import write_zip
from autograder.lms.model import Person
from autograder.lms.moodle import NO_TEAM, folder_of
from autograder.lms.moodle_worksheet import worksheet_of
from autograder.online.service import HandedIn, HandedInFile, LmsService, OnlineAssignment, Participant

SUBMISSIONS = "submissions.zip"
WORKSHEET = "worksheet.csv"
ASSIGNMENT = "assignment.json"
"""Where it came from, so that ``push`` knows where it goes."""

_LONGEST_NAME = 200
"""Characters of one component of a path; what is cut keeps its ending."""


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
    names = {one.team: one.team_name for one in people} | {"": NO_TEAM}
    pulled = [one for one in sources if _has_work(one.handed_in)]
    fetched: list[str] = []

    def members() -> Iterator[tuple[str, bytes]]:
        for one in pulled:
            name = names.get(one.team, "") if assignment.teams else one.name
            tell(plain(name, 60))
            for file in one.handed_in.files if one.handed_in else ():
                path = "/".join((folder_of(name, next(iter(one.numbers), "")), *_path(file)))
                fetched.append(path)
                yield path, service.fetch(file)

    try:
        out.mkdir(parents=True, exist_ok=True)
        with replacing(out / SUBMISSIONS) as temporary:
            write_zip(temporary, members())
        listed = worksheet_of(
            [_person(one, assignment) for one in people], assignment.maximum,
            hidden=assignment.blind, comments=assignment.comments,
        )  # fmt: skip
        replace_file(out / WORKSHEET, listed)
        replace_file(out / ASSIGNMENT, json.dumps({"assignment": assignment.key}) + "\n")
    except OSError as reason:
        raise UsageError(f"{out}: cannot be written to: {reason.strerror}") from None
    drafts = tuple(plain(one.name, 60) for one in people if one.handed_in and one.handed_in.status == "draft")
    # Nobody has a number before they have handed in or somebody has looked at the list in the browser.
    unnumbered = not assignment.teams and any(not one.numbered for one in pulled)
    return Pulled(len(pulled), len(fetched), len(people), drafts, unnumbered)


def assignment_beside(worksheet: Path) -> str:
    """The assignment that a list of the class was pulled from; empty where it was not pulled."""
    try:
        found = json.loads((worksheet.parent / ASSIGNMENT).read_text(encoding="utf-8"))["assignment"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""
    return found if isinstance(found, str) else ""


def _has_work(handed_in: HandedIn | None) -> bool:
    return handed_in is not None and handed_in.status == "submitted" and bool(handed_in.files)


def _path(file: HandedInFile) -> Sequence[str]:
    """Where a file lies below its student's folder: no component leads anywhere else."""
    parts = [_component(part) for part in (*file.path.split("/"), file.name) if part]
    return [part for part in parts if part]


def _component(part: str) -> str:
    name = re.sub(r"[/\\\x00-\x1f:]", "_", storable(part))
    stem, dot, ending = name.rpartition(".")
    if len(name) > _LONGEST_NAME and dot and len(ending) < 20:
        return f"{stem[: _LONGEST_NAME - len(ending) - 1]}.{ending}"
    return "_" if not name.strip(".") else name[:_LONGEST_NAME]


def _person(one: Participant, assignment: OnlineAssignment) -> Person:
    handed_in = one.handed_in
    there = handed_in is not None and handed_in.status == "submitted"
    due = max(assignment.due, one.due)
    after = handed_in.when - due if there and handed_in and assignment.due else 0
    return Person(
        lms_id=one.numbers[0],
        name="" if assignment.blind else one.name,
        login="" if assignment.blind else one.email,
        group=one.team_name if one.team or not assignment.teams else NO_TEAM,
        mark="" if one.mark is None else number(one.mark, 5),
        submitted=datetime.fromtimestamp(handed_in.when) if there and handed_in else None,
        late_seconds=float(max(after, 0)),
        late=after > 0,
        handed_in=there,
    )
