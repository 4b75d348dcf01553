"""A zip's directory, repaired where one damaged entry would cost the archive all of its members.

``zipfile`` gives up on an archive at the first entry that it cannot read: a name that is not the UTF-8
that it claims to be, an extra field that promises more than it holds, a version that it does not know.
It gets a copy of the directory without such things instead. No length changes, so every offset holds.
Offsets are those of PKWARE's APPNOTE 4.3.7 (a member's own header) and 4.3.12 (its directory entry).
"""

from __future__ import annotations

import os
import struct
import zipfile
from typing import BinaryIO

from autograder.uploads.zip_layout import LOCAL_HEADER, Directory

_SIGNATURE = b"PK\x01\x02"
_ENTRY_SIZE = 46
_VERSION, _FLAGS, _SIZES, _LENGTHS, _OFFSET = 6, 8, 20, 28, 42
_UTF8_FLAG = 0x800
# 2.0, all that a Deflate member takes. What cannot be unpacked shows by its method and its flags.
_KNOWN_VERSION = 20
_FIELD = struct.Struct("<HH")
_LARGE_FILE_FIELD, _NO_FIELD = 1, 0
_SATURATED = 0xFFFFFFFF
_LONGEST = 0xFFFF


class MendedFile:
    """What ``zipfile`` reads instead of an archive: the same bytes but for the directory.

    In the members' own headers the directory's word counts on how the name is encoded. ``zipfile``
    compares both names, and fails on one that is encoded otherwise than its own header says.
    """

    def __init__(self, file: BinaryIO, directory: Directory) -> None:
        """``file`` stays the caller's, who closes it."""
        self._file = file
        self._start = directory.start
        self._utf8: dict[int, bool] = {}
        file.seek(directory.start)
        self._directory = self._mended(bytearray(file.read(directory.size)), directory.shift)

    def seekable(self) -> bool:
        """As of every file."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of every file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """As of every file."""
        return self._file.tell()

    def read(self, size: int | None = -1) -> bytes:
        """As of every file, with what is repaired."""
        at = self._file.tell()
        data = self._file.read(-1 if size is None else size)
        first, end = max(at, self._start), min(at + len(data), self._start + len(self._directory))
        if first < end:
            repaired = self._directory[first - self._start : end - self._start]
            data = data[: first - at] + repaired + data[end - at :]
        # zipfile reads a header in one piece, from its beginning.
        if at in self._utf8 and len(data) == LOCAL_HEADER.size:
            flags = int.from_bytes(data[6:8], "little") & ~_UTF8_FLAG | self._utf8[at] * _UTF8_FLAG
            data = data[:6] + flags.to_bytes(2, "little") + data[8:]
        return data

    def _mended(self, data: bytearray, shift: int) -> bytes:
        """The directory as it should be; as it is where it does not even begin like one."""
        at = 0
        if not (data.startswith(_SIGNATURE) or _leads_on(data, 0)):
            return bytes(data)
        while len(data) - at >= _ENTRY_SIZE:
            end = _end(data, at)
            self._mend_entry(data, at, end, shift)
            at = end
        return bytes(data)

    def _mend_entry(self, data: bytearray, at: int, end: int, shift: int) -> None:
        """Repairs the entry between ``at`` and ``end``; member offsets count from ``shift``."""
        data[at : at + 4] = _SIGNATURE
        data[at + _VERSION] = _KNOWN_VERSION
        (offset,) = struct.unpack_from("<L", data, at + _OFFSET)
        name, extra, comment = struct.unpack_from("<3H", data, at + _LENGTHS)
        begin = at + _ENTRY_SIZE
        if begin + name + extra + comment != end:
            # One of the lengths is wrong. The member's own header tells how long the name is; without
            # one it is nameless, and refused as such. The rest has no meaning any more.
            name = self._length_of_name(bytes(data[begin:end]), offset + shift)
            extra = min(end - begin - name, _LONGEST)
            comment = end - begin - name - extra
            if comment > _LONGEST:
                raise zipfile.BadZipFile("its directory is damaged")
            struct.pack_into("<3H", data, at + _LENGTHS, name, extra, comment)
        (flags,) = struct.unpack_from("<H", data, at + _FLAGS)
        if flags & _UTF8_FLAG and not _is_utf8(data[begin : begin + name]):
            flags &= ~_UTF8_FLAG  # then it is read as cp437, as all names were before there was this flag
            struct.pack_into("<H", data, at + _FLAGS, flags)
        self._utf8[offset + shift] = bool(flags & _UTF8_FLAG)
        wanted = 8 * [*struct.unpack_from("<2L", data, at + _SIZES), offset].count(_SATURATED)
        fields = slice(begin + name, begin + name + extra)
        data[fields] = _mended_extra(bytes(data[fields]), wanted)

    def _length_of_name(self, entry: bytes, header: int) -> int:
        """How long the name is with which ``entry`` begins, by the member's own header; 0 if it differs."""
        self._file.seek(max(0, header))
        own = self._file.read(LOCAL_HEADER.size)
        if len(own) < LOCAL_HEADER.size:
            return 0
        name = self._file.read(LOCAL_HEADER.unpack(own)[3])
        return len(name) if entry.startswith(name) else 0


def _stated_end(data: bytearray, at: int) -> int:
    """Where an entry ends, as it says itself; -1 where there is no room for one."""
    if at + _ENTRY_SIZE > len(data):
        return -1
    name, extra, comment = struct.unpack_from("<3H", data, at + _LENGTHS)
    return at + _ENTRY_SIZE + int(name + extra + comment)


def _leads_on(data: bytearray, at: int) -> bool:
    """Whether an entry's lengths lead to another entry or to the end of the directory."""
    end = _stated_end(data, at)
    return end == len(data) or (end >= 0 and data.startswith(_SIGNATURE, end))


def _end(data: bytearray, at: int) -> int:
    """Where an entry ends: where it says, or else before the next thing that looks like an entry."""
    end = _stated_end(data, at)
    following = data.find(_SIGNATURE, at + _ENTRY_SIZE)
    # A wrong length must not swallow whole entries, nor one whose own signature is damaged.
    if 0 <= following < end and _leads_on(data, following):
        return following
    if _leads_on(data, at) or _leads_on(data, end):
        return end
    return following if following >= 0 else len(data)


def _is_utf8(name: bytes | bytearray) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _mended_extra(extra: bytes, wanted: int) -> bytes:
    """Extra fields of the same length, of which only sizes and offsets from 4 GB on are kept.

    Args:
        extra: the fields, perhaps damaged.
        wanted: how many bytes of the large-file field stand for saturated ones in the entry.
    """
    kept, at = b"", 0
    while wanted and not kept and at + _FIELD.size <= len(extra):
        kind, size = _FIELD.unpack_from(extra, at)
        at += _FIELD.size
        if kind == _LARGE_FILE_FIELD and size >= wanted and at + wanted <= len(extra):
            kept = _FIELD.pack(_LARGE_FILE_FIELD, wanted) + extra[at : at + wanted]
        at += size
    rest = len(extra) - len(kept)
    # One field for the rest: nobody reads it. Fewer than four bytes are no field, and ignored.
    head = _FIELD.pack(_NO_FIELD, rest - _FIELD.size) if rest >= _FIELD.size else b""
    return kept + head + bytes(rest - len(head))
