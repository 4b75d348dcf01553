"""Files in a folder that a TA unpacked: litter left out, links not trusted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from autograder.files.own_folder import is_report
from autograder.language import showing as _
from autograder.uploads import names
from autograder.uploads.aside import Aside
from autograder.uploads.uploaded import LARGEST_TEXT, UploadedFile, Wanted


def walk(folder: Path, aside: Aside | None = None) -> Iterator[UploadedFile]:
    """The files below a folder, and whatever keeps it from finding them.

    Links are followed only to files inside the folder: a link that a student's archive brought along
    must not make somebody else's file theirs. Links to folders are not followed at all. Reports of ours are
    nobody's work: they are left out, and so is what lies in them.

    Args:
        aside: takes those reports, repositories, and folders without a file.
    """
    root = os.path.realpath(folder)
    trouble: list[OSError] = []
    for parent, folders, files in os.walk(folder, onerror=trouble.append):
        inside = Path(parent).relative_to(folder).parts
        is_repository = ".git" in folders or ".git" in files
        folders[:] = [name for name in folders if not names.is_litter([name])]
        files = [name for name in files if not names.is_litter([name])]
        ours = [name for name in folders if is_report(Path(parent, name))]
        folders[:] = [name for name in folders if name not in ours]
        if aside is not None:
            here = tuple(names.file_name(part) for part in inside)
            aside.reports |= {(*here, names.file_name(name)) for name in ours}
            aside.repositories += [here] if is_repository else []
            aside.empty += [here] if here and not (folders or files or ours) else []
        for name in folders + files:
            file = Path(parent, name)
            path = tuple(names.file_name(part) for part in (*inside, name))
            if name in folders:
                if file.is_symlink():
                    yield UploadedFile(path, file, _("a link to a folder is not followed: put a copy there"))
            else:
                problem = unusable_because(file, root)
                # What is no notebook is only listed: nobody has to hear that it cannot be read.
                problem = problem if names.is_handed_in(name) else ""
                yield UploadedFile(path, file, problem, _modified(file))
    for error in trouble:
        file = Path(os.fsdecode(error.filename))
        path = tuple(names.file_name(part) for part in file.relative_to(folder).parts)
        place = path or (names.file_name(folder.name),)
        yield UploadedFile(place, file, _("cannot be read: {error}").format(error=error.strerror))


def texts_in(folder: Path, wanted: Wanted) -> dict[tuple[str, ...], bytes]:
    """The small texts below a folder that are wanted; what is handed in is not asked for."""
    return {
        one.path: one.file.read_bytes()
        for one in walk(folder)
        if one.file and not one.problem and not names.is_handed_in(one.path[-1]) and wanted(one.path)
        if not unusable_because(one.file, os.path.realpath(folder))
        and one.file.stat().st_size <= LARGEST_TEXT
    }


def _modified(file: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(file.stat().st_mtime), UTC).replace(tzinfo=None)
    except (OSError, OverflowError, ValueError):
        return None


def unusable_because(file: Path, root: str | None = None) -> str:
    """Why a file cannot be read; empty when it can.

    Args:
        file: the file, perhaps a link.
        root: the real path that it must not lead out of.
    """
    real = os.path.realpath(file)
    if root is not None and os.path.commonpath([root, real]) != root:
        return _("a link that leads out of the folder")
    try:
        # Looked at before it is opened: opening a pipe would wait for its other end for ever.
        if not stat.S_ISREG(os.stat(real).st_mode):
            return _("not a regular file")
        with open(real, "rb"):
            return ""
    except OSError as error:
        return _("cannot be read: {error}").format(error=error.strerror)
