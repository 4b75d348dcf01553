"""The bytes of one member of a stranger's zip archive, counted while they stream."""

from __future__ import annotations

import os
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Generator
from contextlib import closing
from pathlib import Path

from autograder.config.packed import MB
from autograder.errors import RefusedMember
from autograder.language import showing as _
from autograder.uploads.zip_layout import by_itself

_CHUNK = 64 * 1024
# Text with images compresses 2 to 20 times, a repeated progress bar perhaps 100 times. A ratio beyond
# this in a large file is a bomb, stopped before it fills the disk up to its limit.
_MAX_RATIO = 200
_RATIO_MATTERS_FROM = 16 * MB

UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, OverflowError,
    OSError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What zipfile and zlib raise on damaged input (ValueError includes names that are not UTF-8)."""


class Budget:
    """What may still be unpacked. A part of a budget spends from the whole as well."""

    def __init__(self, size: int, members: int, whole: Budget | None = None) -> None:
        """``size`` in bytes; ``members`` counts files and folders."""
        self._size, self._members, self._whole = size, members, whole

    @property
    def size(self) -> int:
        """Bytes left."""
        return min(self._size, self._whole.size) if self._whole else self._size

    @property
    def members(self) -> int:
        """Members left."""
        return min(self._members, self._whole.members) if self._whole else self._members

    def part(self, size: int, members: int) -> Budget:
        """At most ``size`` bytes and ``members`` members of this budget."""
        return Budget(size, members, self)

    def spend(self, size: int = 0, members: int = 0) -> None:
        """Takes bytes and members off."""
        self._size -= size
        self._members -= members
        if self._whole:
            self._whole.spend(size, members)


def spooled(archive: zipfile.ZipFile, info: zipfile.ZipInfo, spool: Path, budget: Budget, limit: int) -> Path:
    """Copies one member to a new private file, counting; leaves no file behind when it is refused.

    Args:
        spool: where the file is made.
        budget: of all that is unpacked; the member's bytes are taken off.
        limit: bytes of this member.

    Raises:
        RefusedMember: as of :func:`counted`.
        OSError: our own disk cannot be written to.
    """
    if info.file_size > limit:
        raise _too_large(limit)
    descriptor, temporary = tempfile.mkstemp(dir=spool, prefix="member-")
    target = Path(temporary)
    try:
        with (
            os.fdopen(descriptor, "wb") as output,
            closing(counted(archive, info, budget, limit)) as chunks,
        ):
            output.writelines(chunks)
    except BaseException:
        target.unlink()
        raise
    return target


def counted(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget, limit: int
) -> Generator[bytes, None, None]:
    """A member's bytes as long as they are within what is allowed.

    Args:
        budget: of all that is unpacked; what is read is taken off.
        limit: bytes of this member.

    Raises:
        RefusedMember: it is damaged, too large, a bomb, or the budget is used up.
    """
    size = 0
    with closing(_chunks(archive, info)) as chunks:
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise _too_large(limit)
            if size > _RATIO_MATTERS_FROM and size > _MAX_RATIO * info.compress_size:
                raise RefusedMember(
                    _("it unpacks to more than {count} times its size").format(count=_MAX_RATIO)
                )
            if len(chunk) > budget.size:
                raise RefusedMember(
                    _("the limit of everything unpacked from one upload (archive_mb) is used up")
                )
            budget.spend(size=len(chunk))
            yield chunk


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Generator[bytes, None, None]:
    """A member's bytes. Only reading is guarded: trouble with our own disk must not look like theirs."""
    try:
        stream = archive.open(by_itself(info))
    except UNREADABLE as error:
        raise RefusedMember(_("it is damaged ({error})").format(error=brief(error))) from error
    with stream:
        while True:
            try:
                chunk = stream.read(_CHUNK)
            except UNREADABLE as error:
                raise RefusedMember(_("it is damaged ({error})").format(error=brief(error))) from error
            if not chunk:
                return
            yield chunk


def _too_large(limit: int) -> RefusedMember:
    return RefusedMember(_("it is larger than {size} MB").format(size=f"{limit / MB:g}"))


def brief(error: Exception) -> str:
    """The message without the kilobytes of a hostile name that it may quote."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 200 else f"{text[:199]}…"
