"""Zip archives that we make: the same content gives the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

WHEN = (1980, 1, 1, 0, 0, 0)
"""The date of every member: the earliest that the format knows."""

_PLAIN, _PROGRAM = 0o100644, 0o100755
_UNIX = 3


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

    @property
    def mode(self) -> int:
        """Kind and permissions, as a file system keeps them."""
        return _PROGRAM if self.program else _PLAIN

    def read(self) -> bytes:
        """Its bytes.

        Raises:
            OSError: the file cannot be read.
        """
        return self.content if isinstance(self.content, bytes) else self.content.read_bytes()


def write_zip(path: Path | BinaryIO, members: Iterable[tuple[str, Member | Path | bytes]]) -> None:
    """Write an archive; a name comes once.

    Args:
        members: name in the archive, and the file or its bytes; of equal names the first counts.

    Raises:
        OSError: a file cannot be read, or the archive not be written.
    """
    seen: set[str] = set()
    with zipfile.ZipFile(path, "w") as archive:
        for name, given in members:
            if name not in seen:
                seen.add(name)
                member = given if isinstance(given, Member) else Member(given)
                entry = zipfile.ZipInfo(name, WHEN)
                entry.create_system = _UNIX  # on every system: otherwise the permissions mean nothing
                entry.external_attr = member.mode << 16
                entry.compress_type = zipfile.ZIP_STORED if member.packed else zipfile.ZIP_DEFLATED
                archive.writestr(entry, member.read())


def zip_bytes(members: Iterable[tuple[str, Member | Path | bytes]]) -> bytes:
    """The bytes of the archive that :func:`write_zip` writes."""
    archive = io.BytesIO()
    write_zip(archive, members)
    return archive.getvalue()
