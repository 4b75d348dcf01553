"""Zip archives and folders that are handed out: the same content gives the same bytes."""

from __future__ import annotations

import secrets
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError

_WHEN = (1980, 1, 1, 0, 0, 0)
_PLAIN, _PROGRAM = 0o100644, 0o100755


@dataclass(frozen=True)
class Member:
    """One file of an archive or a folder.

    Attributes:
        content: its bytes, or the file that has them.
        program: whether it is meant to be run.
        packed: whether it is packed already and gains nothing from being packed again.
    """

    content: bytes | Path
    program: bool = False
    packed: bool = False


def write_archive(path: Path, members: Mapping[str, Member]) -> None:
    """Write a zip archive with its members in the order of their names; whole or not at all.

    Raises:
        UsageError: a file cannot be read, or the archive not be written.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with _usage_error_for(path, temporary):
            with zipfile.ZipFile(temporary, "x") as archive:
                for name, member in sorted(members.items()):
                    entry = zipfile.ZipInfo(name, _WHEN)
                    entry.create_system = 3  # Unix, on every system: else the permissions mean nothing
                    entry.external_attr = (_PROGRAM if member.program else _PLAIN) << 16
                    entry.compress_type = zipfile.ZIP_STORED if member.packed else zipfile.ZIP_DEFLATED
                    archive.writestr(entry, _bytes(member))
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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
                file.write_bytes(_bytes(member))
                file.chmod((_PROGRAM if member.program else _PLAIN) & 0o777)
    except UsageError:
        for left in path.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        raise


@contextmanager
def _usage_error_for(path: Path, temporary: Path | None = None) -> Iterator[None]:
    """What the system refuses inside is a ``UsageError`` that names the file (``path`` for ``temporary``)."""
    try:
        yield
    except OSError as reason:
        where = path if reason.filename in (None, str(temporary)) else reason.filename
        raise UsageError(f"{where}: {reason.strerror}; nothing was written") from None


def _bytes(member: Member) -> bytes:
    return member.content if isinstance(member.content, bytes) else member.content.read_bytes()
