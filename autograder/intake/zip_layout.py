"""The layout of a zip file, read before anything else trusts it.

``zipfile`` checks neither how large an archive's directory is before loading it nor whether members
share bytes (the trick of the smallest zip bombs). Offsets are those of PKWARE's APPNOTE 4.3.
"""

from __future__ import annotations

import os
import struct
import zipfile
from pathlib import Path

from autograder.errors import NotGradable

_END, _END_SIZE = b"PK\x05\x06", 22
_END_64, _END_64_SIZE = b"PK\x06\x06", 56
_LOCATOR_64, _LOCATOR_64_SIZE = b"PK\x06\x07", 20
_LOCAL_HEADER = struct.Struct("<26xHH")
# An entry takes 46 bytes, a name and some extra fields; more than this for each allowed member means
# that the directory itself is the bomb.
_DIRECTORY_BYTES_PER_MEMBER = 1024


def check_directory(path: Path, members: int) -> None:
    """Refuses an archive whose directory would fill the memory.

    Args:
        path: the archive.
        members: how many members are allowed.

    Raises:
        NotGradable: the file is empty, or the directory is far too large for so many members.
        OSError, struct.error: the file cannot be read or is cut off.
    """
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            raise NotGradable("the zip archive is an empty file")
        # The end record is found exactly as zipfile finds it, or the check would see another one.
        start = max(0, size - 2**16 - _END_SIZE)
        file.seek(start)
        tail = file.read()
        plain = tail[-_END_SIZE:].startswith(_END) and tail.endswith(b"\0\0")
        end = len(tail) - _END_SIZE if plain else tail.rfind(_END)
        if end < 0:
            return  # zipfile says so itself
        (directory,) = struct.unpack_from("<L", tail, end + 12)
        before = _END_64_SIZE + _LOCATOR_64_SIZE
        file.seek(max(0, start + end - before))
        large = file.read(before)
        if large.startswith(_END_64) and large[_END_64_SIZE:].startswith(_LOCATOR_64):
            (directory,) = struct.unpack_from("<Q", large, 40)
    if directory > members * _DIRECTORY_BYTES_PER_MEMBER:
        raise NotGradable(f"the zip archive has too many members ({members} are allowed)")


def overlapping(path: Path, infos: list[zipfile.ZipInfo], directory: int) -> set[int]:
    """Indices of the members that share bytes with another one or with the archive's directory.

    Args:
        path: the archive.
        infos: its members.
        directory: offset of its directory, in bytes.
    """
    spans = []
    with path.open("rb") as file:
        for index, info in enumerate(infos):
            start = info.header_offset
            file.seek(max(0, start))
            header = file.read(_LOCAL_HEADER.size)
            lengths = _LOCAL_HEADER.unpack(header) if len(header) == _LOCAL_HEADER.size else (0, 0)
            spans.append((start, start + _LOCAL_HEADER.size + sum(lengths) + info.compress_size, index))
    # Whoever claims bytes outside is refused alone: a lie must not cost its neighbours anything.
    shared = {index for start, end, index in spans if start < 0 or end > directory}
    furthest, holder = -1, -1
    for start, end, index in sorted(spans):
        if index in shared:
            continue
        if start < furthest:
            shared |= {index, holder}
        if end > furthest:
            furthest, holder = end, index
    return shared
