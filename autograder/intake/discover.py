"""From the paths on the command line to submissions.

Every notebook is a submission, in a folder, in a zip, in a zip inside that zip. Whatever looks handed
in but cannot be used is a submission too, with its ``problem``: nobody disappears from the grades.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import NotGradable, UsageError
from autograder.intake import folder, names, student
from autograder.intake.archive import OTHER_ARCHIVE, Budget, Member, unpack
from autograder.model import Submission

if TYPE_CHECKING:  # reading a folder needs no pydantic
    from autograder.config_schema import Limits

_MB = 2**20
_NOTHING = "no notebook (.ipynb) in it"


@dataclass(frozen=True)
class _Found:
    """Something handed in: its path (components, as text) and its bytes, or why there are none."""

    path: tuple[str, ...]
    file: Path | None = None
    problem: str = ""


def discover(
    paths: Sequence[Path], spool: Path, limits: Limits, notebook: str = "notebook.ipynb"
) -> list[Submission]:
    """Finds the submissions in notebooks, folders and zip archives.

    Args:
        paths: what to grade; a path given twice counts once.
        spool: a private directory for what is unpacked; the caller removes it after grading.
        limits: ``notebook_mb``, ``archive_mb`` and ``archive_members`` (the last two for each path).
        notebook: the name that the lab gave its notebook; it cannot name a student.

    Returns:
        Submissions, path by path; sorted within a folder, in the archive's order within a zip.

    Raises:
        UsageError: a path does not exist, or is no notebook, folder or zip archive.
    """
    result: list[Submission] = []
    used: set[str] = set()
    described = []
    for path in dict.fromkeys(Path(os.path.abspath(path)) for path in paths):
        origin = names.file_name(path.name)
        found = _look_into(path, spool, limits)
        # A notebook given by itself: the folder around it may have to name the student.
        alone = path.is_file() and names.is_handed_in(origin) and not names.is_zip(origin)
        around = (names.file_name(path.parent.name),) if alone else ()
        described += [(origin, around, entry) for entry in found]
    students = student.names_of([(*around, *entry.path) for _, around, entry in described], notebook)
    for (origin, _, entry), name in zip(described, students, strict=True):
        source = "/".join(entry.path)
        identifier = unique = names.submission_id(source, origin)
        while unique in used:
            unique = f"{identifier}-{len(used)}"
        used.add(unique)
        notes = tuple(f"unpacked from {part}" for part in entry.path[:-1] if names.is_zip(part))
        result.append(Submission(unique, source, name, file=entry.file, problem=entry.problem, notes=notes))
    return result


def _look_into(path: Path, spool: Path, limits: Limits) -> list[_Found]:
    name = names.file_name(path.name)
    budget = Budget(limits.archive_mb * _MB, limits.archive_members)
    if path.is_dir():
        found = _in_folder(path, spool, limits, budget)
    elif not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    elif path.is_file() and names.is_zip(name):
        found = _in_zip((), path, spool, limits, budget)
    elif path.is_file() and names.is_handed_in(name):
        return [_notebook((name,), path, folder.unusable_because(path), limits)]
    else:
        raise UsageError(f"{path}: expected a notebook (.ipynb), a folder or a zip archive (.zip)")
    found = _without_copies(found)
    # A path of one component names the input itself.
    return [entry if entry.path else _Found((name,), problem=entry.problem) for entry in found] or [
        _Found((name,), problem=_NOTHING)
    ]


def _without_copies(found: list[_Found]) -> list[_Found]:
    """``found`` without renamed notebooks and packed files that lie in a folder beside a notebook.

    There the notebook is what was handed in. At the top of an upload, however, files of different
    students lie side by side, and one that comes as ``lab.ipynb.txt`` or ``lab.rar`` must not disappear.
    """
    folders = [entry.path[:-1] for entry in found if entry.path]
    first, last = min(folders, default=()), max(folders, default=())
    top = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
    with_notebook = {entry.path[:-1] for entry in found if entry.path and names.is_notebook(entry.path[-1])}
    return [
        entry
        for entry in found
        if len(entry.path) <= top + 1
        or entry.path[:-1] not in with_notebook
        or not (names.is_renamed_notebook(entry.path[-1]) or names.is_other_archive(entry.path[-1]))
    ]


def _in_folder(path: Path, spool: Path, limits: Limits, budget: Budget) -> list[_Found]:
    found: dict[tuple[str, ...], list[_Found]] = defaultdict(list)
    archives = []
    for entry in folder.walk(path):
        if names.is_zip(entry.path[-1]) and not entry.problem:
            archives.append(entry)
        else:
            found[entry.path].append(_notebook(entry.path, entry.file, entry.problem, limits))
    # Smallest first: an archive that uses up the budget starves only larger ones.
    for entry in sorted(archives, key=lambda entry: (entry.file.stat().st_size, entry.path)):
        inside = _in_zip(entry.path, entry.file, spool, limits, budget)
        found[entry.path] += inside or [_Found(entry.path, problem=_NOTHING)]
    return [one for key in sorted(found) for one in found[key]]


def _notebook(path: tuple[str, ...], file: Path, problem: str, limits: Limits) -> _Found:
    if not problem and names.is_other_archive(path[-1]):
        problem = OTHER_ARCHIVE
    if not problem and file.stat().st_size > limits.notebook_mb * _MB:
        problem = f"it is larger than {limits.notebook_mb} MB"
    return _Found(path, None if problem else file, problem)


def _in_zip(outer: tuple[str, ...], file: Path, spool: Path, limits: Limits, budget: Budget) -> list[_Found]:
    """The notebooks of an archive and its refused members, below the path ``outer``."""
    try:
        members = unpack(file, spool, budget, limits.notebook_mb * _MB)
    except NotGradable as error:
        return [_Found(outer, problem=str(error))]
    found = []
    lesser: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        if not member.problem and member.file is None:
            continue  # neither notebook nor archive
        if member.file or names.is_handed_in(member.name):
            path = (*outer, *names.components(member.name))
            found.append(_Found(path, member.file, member.problem))
        else:
            lesser[member.problem].append(member)
    # Listed, but not one by one: old programs write whole folders of names with backslashes.
    for problem, refused in lesser.items():
        more = f" (and {len(refused) - 1} more files)" if len(refused) > 1 else ""
        path = (*outer, *(names.components(refused[0].name) or ("(no name)",)))
        found.append(_Found(path, problem=problem + more))
    return found
