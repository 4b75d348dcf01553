"""The layout of a zip file, read before anything else trusts it.

``zipfile`` checks neither how large an archive's directory is before loading it nor whether members
share bytes (the trick of the smallest zip bombs). Offsets are those of PKWARE's APPNOTE 4.3.
"""

from __future__ import annotations

import os
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from autograder.errors import NotGradable
from autograder.language import showing as _

_END, _END_SIZE = b"PK\x05\x06", 22
_END_64, _END_64_SIZE = b"PK\x06\x06", 56
_LOCATOR_64, _LOCATOR_64_SIZE = b"PK\x06\x07", 20
_LOCAL_SIGNATURE, _STREAMED, _SATURATED = b"PK\x03\x04", 0x8, 0xFFFFFFFF
LOCAL_HEADER = struct.Struct("<4s2xH10xL4xHH")
"""A member's own header: signature, flags, packed size, lengths of its name and of its extra fields."""
# An entry takes 46 bytes, a name and some extra fields; more than this for each allowed member means
# that the directory itself is the bomb.
_DIRECTORY_BYTES_PER_MEMBER = 1024


@dataclass(frozen=True)
class Directory:
    """Where an archive's directory lies.

    Attributes:
        start: its offset in the file, in bytes.
        size: its bytes.
        shift: what must be added to the offsets that the archive states (bytes before the archive).
    """

    start: int
    size: int
    shift: int


def too_many_members(allowed: int) -> NotGradable:
    """The reason for an archive with more members than it may have."""
    text = _("the zip archive has too many members ({count} are allowed)")
    return NotGradable(text.format(count=allowed))


def find_directory(file: BinaryIO, members: int) -> Directory | None:
    """Finds an archive's directory, and refuses one that would fill the memory.

    Args:
        file: the archive.
        members: how many members are allowed.

    Returns:
        Where it lies; ``None`` where ``zipfile`` finds none either, and says why.

    Raises:
        NotGradable: the file is empty, or the directory is far too large for so many members.
        OSError: the file cannot be read.
    """
    length = file.seek(0, os.SEEK_END)
    if not length:
        raise NotGradable(_("the zip archive is an empty file"))
    # The end record is found exactly as zipfile finds it, or the check would see another one.
    first = max(0, length - 2**16 - _END_SIZE)
    file.seek(first)
    tail = file.read()
    plain = tail[-_END_SIZE:].startswith(_END) and tail.endswith(b"\0\0")
    end = len(tail) - _END_SIZE if plain else tail.rfind(_END)
    if end < 0 or end + _END_SIZE > len(tail):
        return None
    size, offset = struct.unpack_from("<2L", tail, end + 12)
    start = first + end
    file.seek(max(0, start - _END_64_SIZE - _LOCATOR_64_SIZE))
    large = file.read(_END_64_SIZE + _LOCATOR_64_SIZE)
    if large.startswith(_END_64) and large[_END_64_SIZE:].startswith(_LOCATOR_64):
        size, offset = struct.unpack_from("<2Q", large, 40)
        start -= len(large)
    if size > members * _DIRECTORY_BYTES_PER_MEMBER:
        raise too_many_members(members)
    start -= size
    return Directory(start, size, start - offset) if start >= 0 else None


def overlapping(path: Path, infos: list[zipfile.ZipInfo], directory: int) -> set[int]:
    """Indices of the members that share bytes with another one or with the archive's directory.

    Where only one of them is contradicted by its own header, the others are not to blame.

    Args:
        path: the archive.
        infos: its members.
        directory: offset of its directory, in bytes.
    """
    spans, outside, contradicted = [], set(), set()
    with path.open("rb") as file:
        for index, info in enumerate(infos):
            start = info.header_offset
            file.seek(max(0, start))
            header = file.read(LOCAL_HEADER.size).ljust(LOCAL_HEADER.size, b"\0")
            signature, flags, packed, *lengths = LOCAL_HEADER.unpack(header)
            # A streamed member states its size behind its bytes; some programs leave it out altogether.
            known = not flags & _STREAMED and packed not in (0, _SATURATED)
            if signature != _LOCAL_SIGNATURE or (known and packed != info.compress_size):
                contradicted.add(index)
            end = start + LOCAL_HEADER.size + sum(lengths) + info.compress_size
            # Whoever claims bytes outside is refused alone: a lie must not cost its neighbours anything.
            if start < 0 or end > directory:
                outside.add(index)
            else:
                spans.append((start, end, index))
    honest = [span for span in spans if span[2] not in contradicted]
    return outside | _clashing(honest) | (_clashing(spans) & contradicted)


def by_itself(info: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """A member as ``zipfile`` opens it without a look at the others.

    Releases of Python since 2024 refuse a member that reaches into the next one by the directory's word:
    a wrong offset would cost the honest member before it. :func:`overlapping` finds out whose entry is wrong.
    """
    alone = zipfile.ZipInfo(info.orig_filename)
    alone.flag_bits, alone.compress_type = info.flag_bits, info.compress_type
    alone.compress_size, alone.file_size, alone.CRC = info.compress_size, info.file_size, info.CRC
    alone.header_offset = info.header_offset
    return alone


def _clashing(spans: list[tuple[int, int, int]]) -> set[int]:
    """Indices of the spans (start, end, index) that share bytes with another one."""
    shared = set()
    furthest, holder = -1, -1
    for start, end, index in sorted(spans):
        if start < furthest:
            shared |= {index, holder}
        if end > furthest:
            furthest, holder = end, index
    return shared
