"""Zip archives that are handed out: the same content gives the same bytes."""

from __future__ import annotations

import secrets
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError

_WHEN = (1980, 1, 1, 0, 0, 0)
_PLAIN, _PROGRAM = 0o100644, 0o100755


@dataclass(frozen=True)
class Member:
    """One file of an archive.

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
        with zipfile.ZipFile(temporary, "x") as archive:
            for name, member in sorted(members.items()):
                entry = zipfile.ZipInfo(name, _WHEN)
                entry.create_system = 3  # Unix, on every system: else the permissions mean nothing
                entry.external_attr = (_PROGRAM if member.program else _PLAIN) << 16
                entry.compress_type = zipfile.ZIP_STORED if member.packed else zipfile.ZIP_DEFLATED
                archive.writestr(entry, _bytes(member))
        temporary.replace(path)
    except OSError as reason:
        raise UsageError(f"{reason.filename or path}: {reason.strerror}; nothing was written") from None
    finally:
        temporary.unlink(missing_ok=True)


def _bytes(member: Member) -> bytes:
    return member.content if isinstance(member.content, bytes) else member.content.read_bytes()
