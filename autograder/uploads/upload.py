"""What a TA gives to grade, a notebook, a folder or an archive, to files on disk."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.config.packed import MB
from autograder.errors import NotGradable, UsageError
from autograder.language import later
from autograder.language import showing as _
from autograder.uploads import folder, names
from autograder.uploads.archive import OTHER_ARCHIVE, texts_in, unpack
from autograder.uploads.aside import Aside, Folder
from autograder.uploads.member_bytes import Budget
from autograder.uploads.uploaded import UploadedFile, Wanted

if TYPE_CHECKING:  # reading a folder needs no pydantic
    from autograder.config.schema import Limits

NOTHING = later("no notebook (.ipynb) in it")
REPORT = "a report of this program"
_NO_NAME = "(no name)"
_TEXTS_MB = 64
"""All texts of one upload that are read: a page for each attempt of a large class, a list of its people."""


@dataclass(frozen=True)
class Upload:
    """One path of the command line, opened.

    Attributes:
        path: where it lies.
        files: its files; those that nobody handed in are listed without their bytes.
        most_members: how many an archive may have.
        aside: folders in it that say something about the files; our own reports, which are left out.
    """

    path: Path
    files: tuple[UploadedFile, ...]
    most_members: int
    aside: Aside = field(default_factory=Aside)

    @property
    def name(self) -> str:
        """Its own name, as text."""
        return names.file_name(self.path.name)

    @property
    def reports(self) -> tuple[str, ...]:
        """Paths of our own reports in it, its own name first."""
        return tuple("/".join((self.name, *one)) for one in sorted(self.aside.reports))

    @property
    def left_out(self) -> tuple[UploadedFile, ...]:
        """A file in the place of each of those reports: who hands one in must not disappear."""
        return tuple(UploadedFile((*one, REPORT)) for one in sorted(self.aside.reports))

    @property
    def is_one_notebook(self) -> bool:
        """Whether it is a notebook given by itself, and no folder or archive of them."""
        return self.path.is_file() and names.is_handed_in(self.name) and not names.is_zip(self.name)

    @property
    def is_broken(self) -> bool:
        """Whether it is an archive that cannot be opened."""
        return [file.path for file in self.files] == [()]

    def texts(self, wanted: Wanted) -> Mapping[tuple[str, ...], bytes]:
        """Those texts that an LMS put there, by their paths; what is too large or damaged is left out.

        Args:
            wanted: asked of nothing that is handed in, and of nothing in archives inside the upload.

        Raises:
            NotGradable: the archive as a whole cannot be read.
        """
        if self.path.is_dir():
            return folder.texts_in(self.path, wanted)
        if self.is_one_notebook or self.is_broken:
            return {}
        return texts_in(self.path, Budget(_TEXTS_MB * MB, self.most_members), wanted)


def open_uploads(paths: Iterable[Path], spool: Path, limits: Limits) -> list[Upload]:
    """Open each path; one that is given twice counts once. Raises as :func:`open_upload`."""
    return [
        open_upload(path, spool, limits)
        for path in dict.fromkeys(Path(os.path.abspath(one)) for one in paths)
    ]


def open_upload(path: Path, spool: Path, limits: Limits) -> Upload:
    """Find the files of an upload, and unpack its archives.

    Args:
        path: a notebook, a folder or a zip archive.
        spool: a private directory for what is unpacked; the caller removes it.
        limits: ``notebook_mb``, ``archive_mb`` and ``archive_members``.

    Raises:
        UsageError: the path does not exist, or is none of these.
    """
    name = names.file_name(path.name)
    budget = Budget(limits.archive_mb * MB, limits.archive_members)
    aside = Aside()
    if path.is_dir():
        files = _in_folder(path, spool, limits, budget, aside)
        return Upload(path, tuple(files), limits.archive_members, aside)
    if not path.exists():
        raise UsageError(f"{path}: no such file or folder")
    if path.is_file() and names.is_zip(name):
        members = _in_zip((), path, spool, limits, budget, aside)
        return Upload(path, tuple(members), limits.archive_members, aside)
    if path.is_file() and names.is_handed_in(name):
        alone = UploadedFile((name,), path, folder.unusable_because(path))
        return Upload(path, (_within(limits, alone),), limits.archive_members)
    raise UsageError(f"{path}: expected a notebook (.ipynb), a folder or a zip archive (.zip)")


def _in_folder(path: Path, spool: Path, limits: Limits, budget: Budget, aside: Aside) -> list[UploadedFile]:
    found: dict[tuple[str, ...], list[UploadedFile]] = defaultdict(list)
    archives: list[tuple[int, tuple[str, ...], Path]] = []
    for one in folder.walk(path, aside):
        if names.is_zip(one.path[-1]) and one.file and not one.problem:
            archives.append((one.file.stat().st_size, one.path, one.file))
        elif one.problem or names.is_handed_in(one.path[-1]):
            found[one.path].append(_within(limits, one))
        else:
            found[one.path].append(replace(one, file=None))
    # Smallest first: an archive that uses up the budget starves only larger ones.
    for _order, outer, file in sorted(archives):
        members = _in_zip(outer, file, spool, limits, budget, aside)
        if not any(one.is_handed_in for one in members):
            found[outer].append(UploadedFile(outer, problem=_(NOTHING)))
        found[outer] += [one for one in members if one.is_handed_in or one.is_picture]
    return [one for key in sorted(found) for one in found[key]]


def _within(limits: Limits, one: UploadedFile) -> UploadedFile:
    """A notebook of a folder, or why it cannot be used; then without its bytes."""
    problem = one.problem
    if not problem and names.is_other_archive(one.path[-1]):
        problem = _(OTHER_ARCHIVE)
    if not problem and one.file and one.file.stat().st_size > limits.notebook_mb * MB:
        problem = _("it is larger than {size} MB").format(size=limits.notebook_mb)
    return replace(one, file=None if problem else one.file, problem=problem)


def _in_zip(
    outer: Folder, file: Path, spool: Path, limits: Limits, budget: Budget, aside: Aside
) -> list[UploadedFile]:
    """The members of an archive below the path ``outer``, refused ones included."""
    inside = Aside()
    try:
        members = unpack(file, spool, budget, limits.notebook_mb * MB, inside)
    except NotGradable as error:
        return [UploadedFile(outer, problem=str(error))]
    aside.add(inside, outer)
    found = []
    lesser: dict[str, list[UploadedFile]] = defaultdict(list)
    for member in members:
        below = replace(member, path=(*outer, *(names.components(member.name) or (_NO_NAME,))))
        if not member.problem or names.is_handed_in(member.name):
            found.append(below)
        else:
            lesser[member.problem].append(below)
    # Listed, but not one by one: old programs write whole folders of names with backslashes.
    for problem, refused in lesser.items():
        more = f" (and {len(refused) - 1} more files)" if len(refused) > 1 else ""
        found.append(replace(refused[0], problem=problem + more))
    return found
