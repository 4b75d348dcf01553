"""From the uploads to submissions: whose export is it, and who handed in what.

In an LMS's export, and where folders tell students apart, every student has one submission; otherwise every
notebook is one, in a folder, in a zip, in a zip inside that zip. Whatever looks handed in but cannot be used
is a submission too, with its ``problem``: nobody disappears from the grades.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.config.packed import MB
from autograder.language import showing as _
from autograder.lms.model import Export
from autograder.model import Beside, Submission
from autograder.notebook.code import ReadingTime
from autograder.submissions import student
from autograder.submissions.crowds import without_crowds
from autograder.submissions.in_folders import in_folders
from autograder.submissions.per_student import Chosen, IsUntouched, chosen, named_pictures, recognised
from autograder.uploads import names
from autograder.uploads.upload import NOTHING, Upload, open_uploads
from autograder.uploads.uploaded import UploadedFile

if TYPE_CHECKING:  # reading a folder needs no pydantic
    from autograder.config.schema import Limits
    from autograder.lms.base import Lms
    from autograder.notebook.template import Template


@dataclass(frozen=True)
class Source:
    """An upload and whose export it is.

    Attributes:
        upload: what was opened.
        lms: the LMS that made it; ``None`` where none did.
        export: what is known about it.
    """

    upload: Upload
    lms: Lms | None = None
    export: Export = field(default_factory=Export)


def discover(
    paths: Sequence[Path],
    spool: Path,
    limits: Limits,
    notebook: str = "notebook.ipynb",
    *,
    lms: Lms | None = None,
    known: Sequence[Lms] = (),
    template: Template | None = None,
) -> list[Submission]:
    """Finds the submissions in notebooks, folders and zip archives, without a list of the class.

    Args:
        paths: what to grade; a path given twice counts once.
        spool: a private directory for what is unpacked; the caller removes it after grading.
        limits: ``notebook_mb``, ``archive_mb`` and ``archive_members`` (the last two for each path).
        notebook: the name that the lab gave its notebook; it cannot name a student.
        lms: what folders and archives are exports of.
        known: what they may be exports of, where ``lms`` is not given.
        template: what students get; it never wins over another notebook of the same student.

    Returns:
        As :func:`submissions_of`.

    Raises:
        UsageError: a path does not exist, or is no notebook, folder or zip archive.
    """
    uploads = open_uploads(paths, spool, limits)
    sources = [source_of(upload, lms, known) for upload in uploads]
    return submissions_of(sources, notebook, template, limits.notebook_mb)


def source_of(
    upload: Upload, lms: Lms | None, known: Sequence[Lms], broken: dict[str, str] | None = None
) -> Source:
    """Whose export an upload is, and what it tells about itself.

    Args:
        lms: the one that folders and archives are exports of.
        known: those that they may be exports of, where ``lms`` is not given.
        broken: as in :func:`~autograder.submissions.per_student.recognised`.
    """
    if upload.is_one_notebook or upload.is_broken or not upload.files:
        return Source(upload)
    found = lms or recognised([file.path for file in upload.files], known, broken)
    return Source(upload, found, found.export(upload.texts(found.is_own_text))) if found else Source(upload)


def submissions_of(
    sources: Sequence[Source], notebook: str, template: Template | None = None, notebook_mb: float = 0
) -> list[Submission]:
    """Who handed in what: one submission a student where an LMS or the folders tell, else one a notebook.

    Args:
        notebook: the name that the lab gave its notebook; it cannot name a student.
        template: what students get; it never wins over another notebook of the same student.
        notebook_mb: MB of the largest notebook that is read to see whether it is the template.

    Returns:
        Submissions, upload by upload; sorted within a folder, in the archive's order within a zip.
    """

    def is_untouched(file: UploadedFile, reading: ReadingTime) -> bool:
        if template is None or file.file is None:
            return False
        return template.is_untouched_file(file.file.read_bytes(), int(notebook_mb * MB), reading)

    found: list[Submission] = []
    keys: list[tuple[str, str]] = []
    # Who has no name of an LMS is named by the path, as it differs from those of all the others.
    nameless: dict[int, tuple[str, ...]] = {}
    in_own_folders: list[Chosen] = []
    for source in sources:
        of_students, others = _handed_in(source, notebook, is_untouched, alone=len(sources) == 1)
        found += [_of_student(one, source) for one in of_students]
        keys += [_key(one, source) for one in of_students]
        in_own_folders += of_students if source.lms is None else []
        rows = {one.found.path for one in of_students}
        pictures = _pictures_beside([one for one in source.upload.files if one.path not in rows])
        for file in others:
            nameless[len(found)] = (*_around(source.upload, len(sources)), *file.path)
            found.append(_with_pictures(_submission(file), source, pictures.get(file.path, {})))
            keys.append((file.name, source.upload.name))
    told = [(*one.origin.place.split("/"), notebook) for one in in_own_folders if one.origin.place]
    called = student.names_of([*nameless.values(), *told], notebook)[: len(nameless)]
    if len(sources) == len(found) == len(called) == 1 and names.is_zip(sources[0].upload.name):
        called = [student.owner_of(sources[0].upload.name, next(iter(nameless.values())), notebook)]
    for place, name in zip(nameless, called, strict=True):
        found[place] = replace(found[place], student=name)
    ids = names.submission_ids(keys)
    return [replace(one, id=own) for one, own in zip(found, ids, strict=True)]


def _handed_in(
    source: Source, notebook: str, is_untouched: IsUntouched, *, alone: bool
) -> tuple[list[Chosen], list[UploadedFile]]:
    """What each student handed in, and what belongs to no student of an LMS."""
    upload = source.upload
    if source.lms is not None:
        files = [*upload.files, *upload.left_out]
        return chosen(files, source.lms, source.export, notebook, is_untouched)
    of_students, others = in_folders(upload, notebook, is_untouched, alone=alone)
    files = without_crowds(_without_copies(others))
    # A path without components names the upload itself.
    named = [file if file.path else replace(file, path=(upload.name,)) for file in files]
    if not (named or of_students):
        named = [UploadedFile((upload.name,), problem=_(NOTHING))]
    return of_students, named


def _with_pictures(one: Submission, source: Source, pictures: Mapping[str, tuple[str, ...]]) -> Submission:
    """The submission with the pictures beside it: their paths in the upload by their names."""
    files = tuple(Beside(source.upload.path, path) for path in pictures.values())
    return replace(one, pictures=tuple(pictures), picture_files=files)


def _pictures_beside(
    files: Sequence[UploadedFile],
) -> dict[tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """Paths of photographs and scans by their names, by the path of the notebook that they belong to.

    They lie in its folder, or further below. Where several lie in one folder nobody can tell whose they are.
    """
    notebooks: dict[tuple[str, ...], list[UploadedFile]] = {}
    for one in files:
        if one.is_handed_in:
            notebooks.setdefault(one.path[:-1], []).append(one)
    beside: dict[tuple[str, ...], list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for one in files:
        if one.is_picture:
            above = (one.path[:length] for length in range(len(one.path) - 1, -1, -1))
            folder = next((folder for folder in above if folder in notebooks), None)
            if folder is not None and len(notebooks[folder]) == 1:
                called = one.path[len(folder) :]
                beside.setdefault(notebooks[folder][0].path, []).append((called, one.path))
    return {path: named_pictures(pictures) for path, pictures in beside.items()}


def _around(upload: Upload, uploads: int) -> tuple[str, ...]:
    """What is around the files of an upload, which may have to name the student.

    Of a notebook that was given by itself its folder; of one upload beside others its own name.
    """
    if upload.is_one_notebook:
        return (names.file_name(upload.path.parent.name),)
    return (upload.name,) if uploads > 1 and not upload.is_broken else ()


def _submission(file: UploadedFile) -> Submission:
    """The submission of a file, without an identifier."""
    notes = tuple(
        _("unpacked from {archive}").format(archive=part) for part in file.path[:-1] if names.is_zip(part)
    )
    return Submission("", file.name, "", file=file.file, problem=file.problem, notes=notes)


def _key(one: Chosen, source: Source) -> tuple[str, str]:
    """By the LMS's identifier: the same student keeps the same files when the export is downloaded again."""
    origin = one.origin
    told = f"{origin.student}-{origin.lms_id or origin.place}"
    return told, source.lms.name if source.lms else source.upload.name


def _of_student(one: Chosen, source: Source) -> Submission:
    origin, lms = one.origin, source.lms.name if source.lms else ""
    pictures = dict(zip(one.pictures, one.picture_paths, strict=True))
    return replace(
        _with_pictures(_submission(one.found), source, pictures),
        student=origin.student,
        lms=lms,
        lms_id=origin.lms_id,
        place=origin.place if lms else "",
        own_path=origin.path,
        submitted=origin.submitted.isoformat() if origin.submitted else "",
        late=origin.late or None,
        set_aside=one.set_aside,
    )


def _without_copies(found: list[UploadedFile]) -> list[UploadedFile]:
    """``found`` without renamed notebooks and packed files that lie in a folder beside a notebook, and
    without Jupyter's copy of a notebook that is there.

    There the notebook is what was handed in. At the top of an upload, however, files of different
    students lie side by side, and one that comes as ``lab.ipynb.txt`` or ``lab.rar`` must not disappear.
    """
    folders = [entry.path[:-1] for entry in found if entry.path]
    first, last = min(folders, default=()), max(folders, default=())
    top = sum(1 for _part in takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False)))
    with_notebook = {entry.path[:-1] for entry in found if entry.path and names.is_notebook(entry.path[-1])}
    stems = {
        (*entry.path[:-1], names.without_suffix(entry.path[-1]))
        for entry in found
        if entry.path and entry.file and names.is_notebook(entry.path[-1])
    }
    return [
        entry
        for entry in found
        if not (entry.path and (*entry.path[:-1], names.copied_from(entry.path[-1])) in stems)
        if len(entry.path) <= top + 1
        or entry.path[:-1] not in with_notebook
        or not (names.is_renamed_notebook(entry.path[-1]) or names.is_other_archive(entry.path[-1]))
    ]
