"""How a class lies in folders where no LMS is: Microsoft Teams, VPL, nbgrader, a repository a student.

    Submitted files/STUDENT/ASSIGNMENT/Version 2/…     Microsoft Teams, beside "Working files"
    STUDENT/2026-11-30-10-22-33/…                      VPL, beside results in 2026-11-30-10-22-33.ceg
    submitted/STUDENT/ASSIGNMENT/…                     nbgrader, with a timestamp.txt
    ASSIGNMENT-STUDENT/…                               clones of repositories

Students choose what lies below their own folder. What they name there moves nobody else's files.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from autograder.lms.model import MemberPath
from autograder.lms.names import moment
from autograder.submissions.student import student_level
from autograder.uploads import names
from autograder.uploads.aside import DEEPEST, Folder

SUBMITTED = frozenset(
    ["submitted files", "eingereichte dateien", "fichiers envoyés", "archivos enviados", "file inviati",
     "ingediende bestanden"]
)  # fmt: skip
WORKING = frozenset(
    ["working files", "arbeitsdateien", "fichiers de travail", "archivos de trabajo", "file di lavoro",
     "werkbestanden"]
)  # fmt: skip
"""Folders of Teams, in lower case; the names in other languages than English and German are guesses."""

_NBGRADER = "submitted"
_NOT_HANDED_IN = frozenset(["source", "release", "autograded", "feedback"])
"""What nbgrader has beside ``submitted``: its own and given back."""

_TIMESTAMP = "timestamp.txt"
"""nbgrader's file with the time, beside the notebook."""

_VERSION = re.compile(r"(?:version\w{0,2}|versión|versão|versie|wersja|v)[ _.-]?(\d{1,6})", re.IGNORECASE)
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(\.ceg)?", re.IGNORECASE)
_MOMENT_FORM = "%Y-%m-%d-%H-%M-%S"


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


def is_root(name: str) -> bool:
    """Whether a folder is called as those around the students' of Teams and nbgrader."""
    return name.casefold() in {*SUBMITTED, *WORKING, _NBGRADER}


def is_timestamp(spot: Spot) -> bool:
    """Whether it is the file in which nbgrader wrote down the time, and not one of the student's."""
    return spot.root.casefold() == _NBGRADER and bool(spot.assignment) and spot.path == (_TIMESTAMP,)


def spots_of(
    paths: Sequence[MemberPath],
    handed_in: Sequence[MemberPath],
    repositories: Sequence[Folder],
    notebook: str,
) -> dict[MemberPath, Spot]:
    """Where files lie whose folders are laid out in one of these ways.

    Args:
        paths: of all files, and of folders without files.
        handed_in: of those that are, or should have been, notebooks; where nobody has one, all count.
        repositories: folders that are clones.
        notebook: the name that the lab gave its notebook.
    """
    handed_in = handed_in or [path for path in paths if path[-1]]
    found = dict(_below_root(paths, handed_in))
    rest = [path for path in paths if path not in found]
    found |= _in_attempts(rest, set(handed_in), notebook)
    left = [path for path in rest if path not in found]
    found |= _in_repositories(left, [path for path in handed_in if path not in found], repositories, notebook)
    return _of_assignment(found, handed_in, notebook)


# Teams and nbgrader: the student is named below a folder with a name of theirs


def _below_root(
    paths: Sequence[MemberPath], handed_in: Sequence[MemberPath]
) -> Iterator[tuple[MemberPath, Spot]]:
    """What lies below ``Submitted files`` and their like, where everything does."""
    deepest = max(handed_in, key=len, default=())[:-1][:DEEPEST]
    for level in range(len(deepest)):
        outer = deepest[:level]
        inner = [path for path in handed_in if len(path) > level + 1]
        if any(path[:level] != outer for path in inner):
            return  # somebody's own folder has that name
        spot_of = _reader(inner, deepest, level)
        if spot_of is not None:
            for path in paths:
                if path[:level] == outer and len(path) > level + 2 and (spot := spot_of(path, level)):
                    yield path, replace(spot, root=path[level])
            return


def _reader(
    inner: Sequence[MemberPath], deepest: Folder, level: int
) -> Callable[[MemberPath, int], Spot | None] | None:
    """How to read paths whose component at ``level`` is a folder of Teams or nbgrader; ``None``: none is."""
    if deepest[level].casefold() in SUBMITTED | WORKING:
        return _in_teams
    roots = {path[level].casefold() for path in inner}
    if _NBGRADER in roots and roots <= {_NBGRADER, *_NOT_HANDED_IN}:
        submitted = [path for path in inner if path[level].casefold() == _NBGRADER]
        return _in_nbgrader if all(len(path) > level + 3 for path in submitted) else None
    return None


def _in_teams(path: MemberPath, level: int) -> Spot | None:
    root = path[level].casefold()
    if root not in SUBMITTED | WORKING:
        return None
    folder, below = (*path[:level], path[level + 1]), path[level + 2 :]
    # Students and assignments may be called like a version themselves.
    for at in (1, 0):
        number = _version(below[at]) if at < len(below) - 1 and root in SUBMITTED else None
        if number is not None:
            return Spot(
                folder, path[level + 1], below[at + 1 :], number + 1, assignment=below[0] if at else ""
            )
    attempt, assignment = int(root in SUBMITTED), below[0] if len(below) > 1 else ""
    return Spot(folder, path[level + 1], below[bool(assignment) :], attempt, assignment=assignment)


def _in_nbgrader(path: MemberPath, level: int) -> Spot | None:
    attempt = 0 if path[level].casefold() == _NBGRADER else -1
    assignment = path[level + 2] if len(path) > level + 3 else ""
    return Spot(path[: level + 2], path[level + 1], path[level + 3 :], attempt, assignment=assignment)


# VPL, and Teams without its outermost folder: folders of one student that are called after a time or a number


def _in_attempts(
    paths: Sequence[MemberPath], handed_in: set[MemberPath], notebook: str
) -> dict[MemberPath, Spot]:
    """What lies in folders for attempts, where a folder holds nothing but such folders."""
    inside: dict[Folder, set[str]] = defaultdict(set)
    for path in paths:
        for level in range(min(len(path) - 1, DEEPEST)):
            inside[path[:level]].add(path[level])
    of_attempts = {
        folder
        for folder, parts in inside.items()
        if all(map(_moment, parts)) or (folder and all(_version(part) is not None for part in parts))
    }
    found: dict[Folder, list[tuple[MemberPath, int]]] = defaultdict(list)
    for path in paths:
        for level in range(min(len(path) - 1, DEEPEST)):
            if path[:level] in of_attempts:
                found[path[:level]].append((path, level))
                break
    units = {
        folder: files
        for folder, files in found.items()
        if _are_attempts([path for path, _ in files if path in handed_in], len(folder), len(found), notebook)
    }
    usual = stem_key(notebook)
    with_usual = {
        folder
        for folder, files in units.items()
        if any(path in handed_in and stem_key(path[-1]) == usual for path, _ in files)
    }
    of_units = {path for files in units.values() for path, _ in files}
    beside = [
        path[:-1][:DEEPEST] for path in paths if path in handed_in and path not in of_units and path[1:]
    ]
    students = _students_of_attempts(units, with_usual, beside)
    return {
        path: _attempt(path, level, *students[folder])
        for folder, files in units.items()
        for path, level in files
    }


def _are_attempts(paths: Sequence[MemberPath], level: int, folders: int, notebook: str) -> bool:
    """Whether folders are one student's attempts, and not a class's files sorted by time.

    Args:
        paths: what was handed in there; the component at ``level`` names the attempt.
        folders: how many such folders hold attempts.
    """
    attempts: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        attempts[path[level]].append(stem_key(path[-1]))
    if folders > 1:
        return True
    usual = stem_key(notebook)
    if any(len(stems) > 1 and usual not in stems for stems in attempts.values()):
        return False
    said = all(_moment(name) or name[1:2].isalpha() for name in attempts)  # a class may be called v1, v2
    return said and (len({stems[0] for stems in attempts.values()}) == 1 or len(attempts) == 1)


def _students_of_attempts(
    units: Mapping[Folder, Sequence[tuple[MemberPath, int]]],
    with_usual: set[Folder],
    beside: Sequence[Folder],
) -> dict[Folder, tuple[Folder, str]]:
    """The folder of a student, and the name, for each folder that holds attempts.

    Teams has a folder for the assignment between them, of which a student may have several; but two that hold
    the lab's notebook may be two students below a tutor.

    Args:
        with_usual: those that hold a notebook that is called as the lab's.
        beside: folders of other notebooks, which are other students'.
    """
    level, own = student_level([*units, *beside]), _named(units, beside)
    result = {}
    for folder, files in units.items():
        if any(_moment(path[at]) for path, at in files):
            result[folder] = folder, own[folder]
        else:
            whole = folder if len(folder) == 1 else folder[:-1]
            student = folder[: level + 1] if level is not None else whole
            result[folder] = student, _called(student)
    labs: dict[Folder, set[str]] = defaultdict(set)
    for folder in with_usual:
        labs[result[folder][0]].add(names.same_name_key("/".join(folder)))
    if any(len(several) > 1 for several in labs.values()):  # nobody may be lost, whoever these are
        return {folder: (folder, "/".join(folder)) for folder in units}
    return result


def _named(folders: Collection[Folder], beside: Sequence[Folder] = ()) -> dict[Folder, str]:
    """The name of each student, by the own folder: at the level that tells all apart, else that folder's."""
    every = {*folders, *beside}
    level = student_level(sorted(every))
    if level is not None and len({one[: level + 1] for one in every}) == len(every):
        return {one: folder_called(one[min(level, len(one) - 1)]) for one in folders}
    return {one: _called(one) for one in folders}


def _attempt(path: MemberPath, level: int, folder: Folder, student: str) -> Spot:
    assignment = path[level - 1] if len(folder) < level else ""
    found = _MOMENT.fullmatch(path[level])
    if found is None:
        return Spot(folder, student, path[level + 1 :], _version(path[level]) or 0, assignment=assignment)
    attempt = -1 if found[2] else int(found[1].replace("-", ""))
    return Spot(folder, student, path[level + 1 :], attempt, moment(found[1], _MOMENT_FORM), assignment)


# A repository a student


def _in_repositories(
    paths: Sequence[MemberPath],
    handed_in: Sequence[MemberPath],
    repositories: Sequence[Folder],
    notebook: str,
) -> dict[MemberPath, Spot]:
    """What lies in clones: each holds what one student handed in, whatever else is in it."""
    clones = {one for one in repositories if one and len(one) <= DEEPEST}
    if len(clones) > 2:  # the class may lie in a repository of the TA's
        clones -= {one for one in clones if all(path[: len(one)] == one for path in handed_in)}
    found: dict[Folder, list[MemberPath]] = defaultdict(list)
    for path in paths:
        for length in range(1, min(len(path), DEEPEST) + 1):
            if path[:length] in clones:
                found[path[:length]].append(path)
                break
    asked, usual = set(handed_in), stem_key(notebook)
    if len(found) == 1:
        (files,) = found.values()
        named = [path for path in files if path in asked and stem_key(path[-1]) == usual]
        if len(named) != 1:
            return {}
    students = _named(found)
    return {
        path: Spot(folder, students[folder], path[len(folder) :])
        for folder, files in found.items()
        for path in files
    }


# Several assignments of a student


def _of_assignment(
    spots: dict[MemberPath, Spot], handed_in: Iterable[MemberPath], notebook: str
) -> dict[MemberPath, Spot]:
    """The spots; nobody handed in for this lab what lies in the folder of another assignment.

    That is where a student has a notebook with the lab's name in one folder, and none in the other.
    """
    usual = stem_key(notebook)
    has_it: dict[Folder, dict[str, bool]] = defaultdict(dict)
    for path in handed_in:
        if (spot := spots.get(path)) and spot.attempt >= 0:
            one = names.same_name_key(spot.assignment)
            has_it[spot.folder][one] = has_it[spot.folder].get(one, False) or stem_key(path[-1]) == usual
    result = {}
    for path, spot in spots.items():
        known = has_it[spot.folder]
        of_another = any(known.values()) and not known.get(names.same_name_key(spot.assignment), True)
        result[path] = replace(spot, attempt=-1) if of_another else spot
    return result


def stem_key(name: str) -> str:
    """Equal for two notebooks that are called the same."""
    return names.same_name_key(names.without_suffix(name))


def common_folder(folders: Sequence[Folder]) -> Folder:
    """The folder around all of these."""
    first, last = min(folders, default=()), max(folders, default=())
    return tuple(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))


def _called(folder: Folder) -> str:
    return folder_called(folder[-1]) if folder else ""


def folder_called(name: str) -> str:
    """The name of a folder; an archive counts as the folder that it unpacks to."""
    return names.without_suffix(name) if names.is_zip(name) else name


def _version(part: str) -> int | None:
    found = _VERSION.fullmatch(folder_called(part))
    return int(found[1]) if found else None


def _moment(part: str) -> bool:
    return _MOMENT.fullmatch(part) is not None
