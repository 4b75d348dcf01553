"""Folders of one student that are called after a time or a number: VPL, parts of Teams' exports."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from autograder.lms.model import MemberPath
from autograder.lms.names import moment
from autograder.submissions.spots import Spot, stem_key, student_of, students_by_folder, version_of
from autograder.submissions.student import student_level
from autograder.uploads import names
from autograder.uploads.aside import DEEPEST, Folder

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d)(\.ceg)?", re.IGNORECASE)
_MOMENT_FORM = "%Y-%m-%d-%H-%M-%S"


def in_attempts(
    paths: Sequence[MemberPath], handed_in: set[MemberPath], notebook: str
) -> dict[MemberPath, Spot]:
    """Where files lie that are in folders for attempts, where a folder holds nothing but such folders.

    Args:
        paths: of all files, and of folders without files.
        handed_in: of those that are, or should have been, notebooks.
        notebook: the name that the lab gave its notebook.
    """
    inside: dict[Folder, set[str]] = defaultdict(set)
    for path in paths:
        for level in range(min(len(path) - 1, DEEPEST)):
            inside[path[:level]].add(path[level])
    of_attempts = {
        folder
        for folder, parts in inside.items()
        if all(map(_moment, parts)) or (folder and all(version_of(part) is not None for part in parts))
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
    level, own = student_level([*units, *beside]), students_by_folder(units, beside)
    result = {}
    for folder, files in units.items():
        if any(_moment(path[at]) for path, at in files):
            result[folder] = folder, own[folder]
        else:
            whole = folder if len(folder) == 1 else folder[:-1]
            student = folder[: level + 1] if level is not None else whole
            result[folder] = student, student_of(student)
    labs: dict[Folder, set[str]] = defaultdict(set)
    for folder in with_usual:
        labs[result[folder][0]].add(names.same_name_key("/".join(folder)))
    if any(len(several) > 1 for several in labs.values()):  # nobody may be lost, whoever these are
        return {folder: (folder, "/".join(folder)) for folder in units}
    return result


def _attempt(path: MemberPath, level: int, folder: Folder, student: str) -> Spot:
    assignment = path[level - 1] if len(folder) < level else ""
    found = _MOMENT.fullmatch(path[level])
    if found is None:
        return Spot(folder, student, path[level + 1 :], version_of(path[level]) or 0, assignment=assignment)
    attempt = -1 if found[2] else int(found[1].replace("-", ""))
    return Spot(folder, student, path[level + 1 :], attempt, moment(found[1], _MOMENT_FORM), assignment)


def _moment(part: str) -> bool:
    return _MOMENT.fullmatch(part) is not None
