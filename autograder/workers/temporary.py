"""Temporary folders that do not outlive their run, even one that was killed.

A folder holds a file that its run keeps locked. The system drops the lock with the process, so the
next run knows what nobody needs any more.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import UsageError
from autograder.kernel.workspace import LONGEST_FOLDER, remove_tree

PREFIX = "ag-"
_LOCK = "lock"

LONGEST_PLACE = LONGEST_FOLDER - len("/ag-xxxxxxxx/99/ag-xxxxxxxx")
"""Bytes of the path of the folder for temporary files: a run, a worker and a kernel have folders in it."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for a run's temporary files; folders that killed runs left behind are removed first.

    Other users may pass through it but not list it: a student's user id has to reach its directory.

    Raises:
        UsageError: the place for temporary files has too long a name.
    """
    check_place()
    _remove_left_behind(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)
    # Locked before it has its name: a run that starts now must not take it for an old one.
    unnamed = folder / "new"
    with unnamed.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            unnamed.rename(folder / _LOCK)
            yield folder
        finally:
            remove_tree(folder)


def check_place() -> None:
    """See that kernels can have their sockets below the folder for temporary files.

    Raises:
        UsageError: it has too long a name.
    """
    place = tempfile.gettempdir()
    if len(os.fsencode(place)) > LONGEST_PLACE:
        raise UsageError(
            f"the folder for temporary files, {place}, has too long a name for the sockets below it: "
            f"set TMPDIR to one of at most {LONGEST_PLACE} bytes"
        )


def _remove_left_behind(place: Path) -> None:
    for file in place.glob(f"{PREFIX}*/{_LOCK}"):
        try:
            if file.parent.is_symlink() or file.parent.stat().st_uid != os.getuid():
                continue
            with file.open("r+") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_tree(file.parent)
        except OSError:  # in use, or just removed by another run
            continue
