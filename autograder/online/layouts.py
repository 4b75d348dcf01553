"""How each LMS's own export names what was handed in, and what its list of the class looks like.

What is pulled looks the same, so that one adapter of :mod:`autograder.lms` reads both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from autograder.files.visible import number, storable
from autograder.lms.canvas_export import gradebook_of, member_of
from autograder.lms.model import Person
from autograder.lms.moodle_folders import folder_of
from autograder.lms.moodle_worksheet import worksheet_of
from autograder.online.service import HandedInFile, OnlineAssignment, Participant

_LONGEST_NAME = 200
"""Characters of one component of a path; what is cut keeps its ending."""


@dataclass(frozen=True)
class Layout:
    """An LMS's.

    Attributes:
        path: where a file lies in the archive, by the name of whose it is.
        worksheet: the list of a class, as the text of a file.
    """

    path: Callable[[str, Participant, HandedInFile], str]
    worksheet: Callable[[Sequence[Participant], OnlineAssignment], str]


def _moodle_path(name: str, one: Participant, file: HandedInFile) -> str:
    return "/".join((folder_of(name, next(iter(one.numbers), "")), *_below(file)))


def _moodle_worksheet(people: Sequence[Participant], assignment: OnlineAssignment) -> str:
    listed = [_person(one, assignment) for one in people]
    return worksheet_of(listed, assignment.maximum, hidden=assignment.blind, comments=assignment.comments)


def _canvas_path(name: str, one: Participant, file: HandedInFile) -> str:
    return member_of(name, one.numbers[0], file.number, _component(file.name), late=one.due > 0)


def _canvas_worksheet(people: Sequence[Participant], assignment: OnlineAssignment) -> str:
    heading = f"{assignment.title} ({assignment.key.rpartition('/')[2]})"
    # How late somebody is Canvas tells of each, whatever date holds for them.
    everybody = (_person(one, replace(assignment, due=one.due)) for one in people)
    return gradebook_of(everybody, heading, assignment.maximum)


def _below(file: HandedInFile) -> Sequence[str]:
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
        group=one.team_name,
        mark="" if one.mark is None else number(one.mark, 5),
        submitted=datetime.fromtimestamp(handed_in.when) if there and handed_in else None,
        late_seconds=float(max(after, 0)),
        late=after > 0,
        handed_in=there,
    )


LAYOUTS: Mapping[str, Layout] = {
    "moodle": Layout(_moodle_path, _moodle_worksheet),
    "canvas": Layout(_canvas_path, _canvas_worksheet),
}
"""By the name of the adapter."""
