"""Zip archives byte by byte: every field can lie. Offsets and names are those of PKWARE's APPNOTE 4.3."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

STORED, DEFLATED = 0, 8
ENCRYPTED, DESCRIPTOR, UTF8 = 0x1, 0x8, 0x800
UNIX = 3

NOTEBOOK = (Path(__file__).parents[1] / "damaged" / "name_numbered" / "submission.ipynb").read_bytes()
"""A notebook that earns all of the toy lab's five points."""


@dataclass(frozen=True)
class Entry:
    """One member; what is ``None`` is written truthfully."""

    name: bytes | str
    data: bytes = NOTEBOOK
    method: int = STORED
    flags: int = 0
    mode: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    local_name: bytes | None = None
    extra: bytes = b""
    comment: bytes = b""
    signed_descriptor: bool = True
    offset: int | None = None
    claimed_method: int | None = None


def archive(
    *entries: Entry,
    prefix: bytes = b"",
    comment: bytes = b"",
    count: int | None = None,
    directory_size: int | None = None,
) -> bytes:
    """The bytes of an archive with these members."""
    body, directory = bytearray(), bytearray()
    for entry in entries:
        name, flags = entry.name, entry.flags
        if isinstance(name, str):
            name, flags = name.encode(), flags | UTF8
        packed = _deflated(entry.data) if entry.method == DEFLATED else entry.data
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        size = len(entry.data) if entry.size is None else entry.size
        packed_size = len(packed) if entry.packed_size is None else entry.packed_size
        method = entry.method if entry.claimed_method is None else entry.claimed_method
        streamed = flags & DESCRIPTOR
        local = entry.local_name or name
        sizes = (crc, packed_size, size)
        offset = len(prefix) + len(body) if entry.offset is None else entry.offset
        directory += (
            struct.pack("<4sBB5H3L5H2L", b"PK\1\2", 20, UNIX, 20, flags, method, 0, 0x5821, *sizes,
                        len(name), len(entry.extra), len(entry.comment), 0, 0, entry.mode << 16, offset)
            + name + entry.extra + entry.comment
        )  # fmt: skip
        body += struct.pack(
            "<4s5H3L2H",
            b"PK\3\4",
            20,
            flags,
            method,
            0,
            0x5821,
            *((0, 0, 0) if streamed else sizes),
            len(local),
            len(entry.extra),
        )
        body += local + entry.extra + packed
        if streamed:
            body += (b"PK\7\x08" if entry.signed_descriptor else b"") + struct.pack("<3L", *sizes)
    number = len(entries) if count is None else count
    end = struct.pack(
        "<4s4H2LH", b"PK\5\6", 0, 0, number & 0xFFFF, number & 0xFFFF,
        len(directory) if directory_size is None else directory_size, len(prefix) + len(body), len(comment),
    )  # fmt: skip
    return prefix + bytes(body) + bytes(directory) + end + comment


def _deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()
