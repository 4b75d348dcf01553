"""From the paths on the command line to submissions.

Every notebook is a submission, in a folder, in a zip, in a zip inside that zip; in an LMS's export every
student has one. Whatever looks handed
in but cannot be used is a submission too, with its ``problem``: nobody disappears from the grades.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import NotGradable, UsageError
from autograder.model import Submission
from autograder.submissions import student
from autograder.submissions.per_student import Chosen, Found, chosen, recognised
from autograder.uploads import folder, names
from autograder.uploads.archive import LARGEST_TEXT, OTHER_ARCHIVE, Budget, Member, unpack

if TYPE_CHECKING:  # reading a folder needs no pydantic
    from autograder.config.schema import Limits
    from autograder.lms.base import Lms
    from autograder.lms.model import Export

_MB = 2**20
_NOTHING = "no notebook (.ipynb) in it"
_NO_NAME = "(no name)"


Learn = Callable[["Lms", "Export"], "Export"]


@dataclass(frozen=True)
class _Described:
    """What is going to be a submission.

    Attributes:
        origin: name of the upload.
        found: the file.
        around: folders around it that are not in its path.
        chosen: what the LMS says of it; ``None`` where none does.
    """

    origin: str
    found: Found
    around: tuple[str, ...] = ()
    chosen: Chosen | None = None
    lms: str = ""


def discover(
    paths: Sequence[Path],
    spool: Path,
    limits: Limits,
    notebook: str = "notebook.ipynb",
    *,
    lms: Lms | None = None,
    known: Sequence[Lms] = (),
    learn: Learn = lambda lms, export: export,
) -> list[Submission]:
    """Finds the submissions in notebooks, folders and zip archives.

    In the export of an LMS every student has one submission, else every notebook is one.

    Args:
        paths: what to grade; a path given twice counts once.
        spool: a private directory for what is unpacked; the caller removes it after grading.
        limits: ``notebook_mb``, ``archive_mb`` and ``archive_members`` (the last two for each path).
        notebook: the name that the lab gave its notebook; it cannot name a student.
        lms: what folders and archives are exports of.
        known: what they may be exports of, where ``lms`` is not given.
        learn: is told of an export whose it is and what its own texts say; what it returns is used.

    Returns:
        Submissions, path by path; sorted within a folder, in the archive's order within a zip.

    Raises:
        UsageError: a path does not exist, or is no notebook, folder or zip archive.
    """
    described: list[_Described] = []
    for path in dict.fromkeys(Path(os.path.abspath(path)) for path in paths):
        upload = _look_into(path, spool, limits, [lms] if lms else known)
        described += _described(path, upload, lms, known, learn, notebook)
    plain = [entry for entry in described if entry.chosen is None]
    students = student.names_of([(*entry.around, *entry.found.path) for entry in plain], notebook)
    names_of_plain = {id(entry): name for entry, name in zip(plain, students, strict=True)}
    result: list[Submission] = []
    used: set[str] = set()
    for entry in described:
        submission = _submission(entry, names_of_plain.get(id(entry), ""))
        unique = submission.id
        while unique in used:
            unique = f"{submission.id}-{len(used)}"
        used.add(unique)
        result.append(replace(submission, id=unique))
    return result


def _described(
    path: Path,
    upload: list[Found],
    lms: Lms | None,
    known: Sequence[Lms],
    learn: Learn,
    notebook: str,
) -> list[_Described]:
    origin = names.file_name(path.name)
    # A notebook given by itself: the folder around it may have to name the student.
    alone = path.is_file() and names.is_handed_in(origin) and not names.is_zip(origin)
    cannot_be_opened = [found.path for found in upload] == [()]  # an archive that is none
    if not alone and upload and not cannot_be_opened:
        lms = lms or recognised([found.path for found in upload], known)
        if lms is not None:
            texts = {found.path: found.file.read_bytes() for found in upload if found.text and found.file}
            export = learn(lms, lms.export(texts))
            of_students, others = chosen(upload, lms, export, notebook)
            return [_Described(origin, one.found, chosen=one, lms=lms.name) for one in of_students] + [
                _Described(origin, found) for found in others
            ]
    around = (names.file_name(path.parent.name),) if alone else ()
    handed_in = _without_copies([found for found in upload if found.is_handed_in])
    if not handed_in:
        handed_in = [Found((origin,), problem=_NOTHING)]
    # A path of one component names the input itself.
    return [
        _Described(origin, found if found.path else Found((origin,), problem=found.problem), around)
        for found in handed_in
    ]


def _submission(entry: _Described, name: str) -> Submission:
    found = entry.found
    source = "/".join(found.path)
    notes = tuple(f"unpacked from {part}" for part in found.path[:-1] if names.is_zip(part))
    if entry.chosen is None:
        identifier = names.submission_id(source, entry.origin)
        return Submission(identifier, source, name, file=found.file, problem=found.problem, notes=notes)
    origin = entry.chosen.origin
    # By the LMS's identifier: the same student keeps the same files when the export is downloaded again.
    key = origin.lms_id or origin.place
    return Submission(
        id=names.submission_id(f"{origin.student}-{key}", entry.lms),
        source=source,
        student=origin.student,
        lms=entry.lms,
        lms_id=origin.lms_id,
        place=origin.place,
        own_path=origin.path,
        submitted=origin.submitted.isoformat() if origin.submitted else "",
        late=origin.late or None,
        file=found.file,
        problem=found.problem,
        notes=notes,
        set_aside=entry.chosen.set_aside,
    )


def _look_into(path: Path, spool: Path, limits: Limits, known: Sequence[Lms]) -> list[Found]:
    """The files of an upload; those that nobody handed in only where an LMS may have made it."""
    name = names.file_name(path.name)
    budget = Budget(limits.archive_mb * _MB, limits.archive_members)
    if path.is_dir():
        return _in_folder(path, spool, limits, budget, known)
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if path.is_file() and names.is_zip(name):
        return _in_zip((), path, spool, limits, budget, known)
    if path.is_file() and names.is_handed_in(name):
        return [_notebook((name,), path, folder.unusable_because(path), limits)]
    raise UsageError(f"{path}: expected a notebook (.ipynb), a folder or a zip archive (.zip)")


def _without_copies(found: list[Found]) -> list[Found]:
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


def _in_folder(path: Path, spool: Path, limits: Limits, budget: Budget, known: Sequence[Lms]) -> list[Found]:
    found: dict[tuple[str, ...], list[Found]] = defaultdict(list)
    archives = []
    for entry in folder.walk(path):
        if names.is_zip(entry.path[-1]) and not entry.problem:
            archives.append(entry)
        elif entry.problem or names.is_handed_in(entry.path[-1]):
            found[entry.path].append(_notebook(entry.path, entry.file, entry.problem, limits, entry.modified))
        else:
            text = any(lms.is_own_text(entry.path) for lms in known) and _is_small(entry.file)
            found[entry.path].append(Found(entry.path, entry.file if text else None, text=text))
    # Smallest first: an archive that uses up the budget starves only larger ones.
    for entry in sorted(archives, key=lambda entry: (entry.file.stat().st_size, entry.path)):
        inside = _in_zip(entry.path, entry.file, spool, limits, budget, ())
        handed_in = [one for one in inside if one.is_handed_in]
        found[entry.path] += handed_in or [Found(entry.path, problem=_NOTHING)]
    return [one for key in sorted(found) for one in found[key]]


def _is_small(file: Path) -> bool:
    return not folder.unusable_because(file) and file.stat().st_size <= LARGEST_TEXT


def _notebook(
    path: tuple[str, ...], file: Path, problem: str, limits: Limits, modified: datetime | None = None
) -> Found:
    if not problem and names.is_other_archive(path[-1]):
        problem = OTHER_ARCHIVE
    if not problem and file.stat().st_size > limits.notebook_mb * _MB:
        problem = f"it is larger than {limits.notebook_mb} MB"
    return Found(path, None if problem else file, problem, modified=modified)


def _in_zip(
    outer: tuple[str, ...], file: Path, spool: Path, limits: Limits, budget: Budget, known: Sequence[Lms]
) -> list[Found]:
    """The members of an archive below the path ``outer``, refused ones included."""

    def wanted(path: tuple[str, ...]) -> bool:
        return any(lms.is_own_text(path) for lms in known)

    try:
        members = unpack(file, spool, budget, limits.notebook_mb * _MB, wanted)
    except NotGradable as error:
        return [Found(outer, problem=str(error))]
    found = []
    lesser: dict[str, list[Member]] = defaultdict(list)
    for member in members:
        usual = not member.problem or names.is_handed_in(member.name)
        if usual or member.text:
            path = (*outer, *(names.components(member.name) or (_NO_NAME,)))
            found.append(Found(path, member.file, member.problem, member.text, member.modified))
        else:
            lesser[member.problem].append(member)
    # Listed, but not one by one: old programs write whole folders of names with backslashes.
    for problem, refused in lesser.items():
        more = f" (and {len(refused) - 1} more files)" if len(refused) > 1 else ""
        path = (*outer, *(names.components(refused[0].name) or (_NO_NAME,)))
        found.append(Found(path, problem=problem + more))
    return found
