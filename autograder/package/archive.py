"""Zip archives and folders that are handed out: the same content gives the same bytes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.atomic import is_unfinished, replacing
from autograder.files.zips import Member, write_zip


def write_archive(path: Path, members: Mapping[str, Member]) -> None:
    """Write a zip archive with its members in the order of their names; whole or not at all.

    Raises:
        UsageError: a file cannot be read, or the archive not be written.
    """
    with _usage_error_for(path), replacing(path) as temporary:
        write_zip(temporary, sorted(members.items(), key=lambda item: item[0]))


def write_folder(path: Path, members: Mapping[str, Member]) -> None:
    """Write a folder with these members, in their order; whole or not at all.

    Raises:
        UsageError: something is there already, a file cannot be read, or the folder not be written.
    """
    with _usage_error_for(path):
        path.mkdir(exist_ok=True)
        # What an earlier run has left there would go along. An empty folder may be one that is mounted.
        if any(path.iterdir()):
            raise UsageError(f"{path} is not empty: remove what is in it, or name another folder")
    try:
        with _usage_error_for(path):
            for name, member in members.items():
                file = path / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(member.read())
                file.chmod(member.mode & 0o777)
    except UsageError:
        for left in path.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        raise


@contextmanager
def _usage_error_for(path: Path) -> Iterator[None]:
    """What the system refuses inside is a ``UsageError`` that names the file; not an unfinished one."""
    try:
        yield
    except OSError as reason:
        unnamed = reason.filename is None or is_unfinished(reason.filename)
        where = path if unnamed else reason.filename
        raise UsageError(f"{where}: {reason.strerror}; nothing was written") from None
