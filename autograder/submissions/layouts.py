"""How a class lies in folders where no LMS is: Microsoft Teams, VPL, nbgrader, a repository a student.

    Submitted files/STUDENT/ASSIGNMENT/Version 2/…     Microsoft Teams, beside "Working files"
    STUDENT/2026-11-30-10-22-33/…                      VPL, beside results in 2026-11-30-10-22-33.ceg
    submitted/STUDENT/ASSIGNMENT/…                     nbgrader, with a timestamp.txt
    ASSIGNMENT-STUDENT/…                               clones of repositories

Students choose what lies below their own folder. What they name there moves nobody else's files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from autograder.lms.model import MemberPath
from autograder.submissions.attempt_folders import in_attempts
from autograder.submissions.spots import Spot, stem_key, students_by_folder, version_of
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
    found |= in_attempts(rest, set(handed_in), notebook)
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
        number = version_of(below[at]) if at < len(below) - 1 and root in SUBMITTED else None
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
    students = students_by_folder(found)
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
