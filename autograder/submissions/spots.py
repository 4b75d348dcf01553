"""Where a file of a class lies: whose it is, which attempt, by the folders around it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from autograder.lms.model import MemberPath
from autograder.submissions.student import student_level
from autograder.uploads import names
from autograder.uploads.aside import Folder

_VERSION = re.compile(r"(?:version\w{0,2}|versión|versão|versie|wersja|v)[ _.-]?(\d{1,6})", re.IGNORECASE)


@dataclass(frozen=True)
class Spot:
    """Where a file lies.

    Attributes:
        folder: of its student; keys everything. It may leave out folders that only tell attempts apart.
        student: the name.
        path: of the file in its attempt.
        attempt: as in :class:`~autograder.lms.model.Origin`; negative: nobody handed it in.
        submitted: when it was handed in, as a name tells.
        assignment: what the assignment is called there; empty where no folder tells.
        root: the folder of Teams or nbgrader around the students'; empty elsewhere.
    """

    folder: Folder
    student: str
    path: MemberPath
    attempt: int = 0
    submitted: datetime | None = None
    assignment: str = ""
    root: str = ""


def students_by_folder(folders: Collection[Folder], beside: Sequence[Folder] = ()) -> dict[Folder, str]:
    """The name of each student, by the own folder: at the level that tells all apart, else that folder's."""
    every = {*folders, *beside}
    level = student_level(sorted(every))
    if level is not None and len({one[: level + 1] for one in every}) == len(every):
        return {one: folder_called(one[min(level, len(one) - 1)]) for one in folders}
    return {one: student_of(one) for one in folders}


def stem_key(name: str) -> str:
    """Equal for two notebooks that are called the same."""
    return names.same_name_key(names.without_suffix(name))


def common_folder(folders: Sequence[Folder]) -> Folder:
    """The folder around all of these."""
    first, last = min(folders, default=()), max(folders, default=())
    return tuple(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def student_of(folder: Folder) -> str:
    """The name of the student whose own folder this is."""
    return folder_called(folder[-1]) if folder else ""


def folder_called(name: str) -> str:
    """The name of a folder; an archive counts as the folder that it unpacks to."""
    return names.without_suffix(name) if names.is_zip(name) else name


def version_of(part: str) -> int | None:
    """The number in a folder's name like "Version 2"; ``None`` where it has another."""
    found = _VERSION.fullmatch(folder_called(part))
    return int(found[1]) if found else None
