"""Files that appear whole or not at all: a reader never meets half a report."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

UNFINISHED = ".????????????????.tmp"
"""Pattern of the names that files have while they are written."""

_FILE_NAME = re.compile(r"[A-Za-z0-9._-]{1,240}")


def is_unfinished(path: str | Path) -> bool:
    """Whether a file has a name as :func:`replacing` gives."""
    return fnmatch(Path(path).name, UNFINISHED)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A file to be written beside ``path`` inside the block; at its end it is flushed and moved into place.

    When the block fails, ``path`` stays what it was.

    Raises:
        OSError: the disk is full, the folder is not there or not writable.
    """
    temporary = path.parent / f".{secrets.token_hex(8)}.tmp"
    try:
        yield temporary
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def replace_file(path: Path, text: str | Iterable[str]) -> None:
    """Write ``text``, whole or in pieces, as UTF-8, as :func:`replacing` does.

    Folders on the way are made. The file gets the permissions of the umask, as any new file does.

    Raises:
        OSError: as :func:`replacing`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary, temporary.open("x", encoding="utf-8", newline="") as file:
        file.writelines([text] if isinstance(text, str) else text)


def flush_folder(folder: Path) -> None:
    """Let the name of a new file survive a power cut.

    Raises:
        OSError: the folder cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def update_file(path: Path, text: str) -> None:
    """Replace the file unless it holds ``text`` already.

    Raises:
        OSError: as :func:`replace_file`.
    """
    data = text.encode()
    try:
        same = path.stat().st_size == len(data) and path.read_bytes() == data
    except FileNotFoundError:
        same = False
    if not same:
        replace_file(path, text)


def file_stem(submission_id: str) -> str:
    """``submission_id``, once it is sure that it names a file in the folder it is joined to.

    Raises:
        ValueError: it could lead elsewhere, or cannot be a file name.
    """
    if not _FILE_NAME.fullmatch(submission_id) or not submission_id.strip("."):
        raise ValueError(f"not a submission id: {submission_id[:80]!r}")
    return submission_id
