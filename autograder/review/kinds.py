"""What a file is by its bytes, whatever its name says: pictures that a browser may show, and everything else.

Only formats without scripts, links and other files in them are shown, and only of a size that a browser can
unpack. Everything else is handed on as a download that no browser opens by itself.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from autograder.notebook.outputs import is_jpeg, is_png, is_size


@dataclass(frozen=True)
class Kind:
    """A kind of file.

    Attributes:
        name: for people.
        media_type: with which it is served; empty: it is only handed on as a download.
        suffix: of the name under which it is saved.
    """

    name: str
    media_type: str
    suffix: str

    @property
    def is_shown(self) -> bool:
        """Whether a page may show it."""
        return bool(self.media_type)


PNG = Kind("PNG", "image/png", ".png")
JPEG = Kind("JPEG", "image/jpeg", ".jpg")
GIF = Kind("GIF", "image/gif", ".gif")
WEBP = Kind("WebP", "image/webp", ".webp")
SVG = Kind("SVG", "", ".svg")
PDF = Kind("PDF", "", ".pdf")
HEIC = Kind("HEIC", "", ".heic")
OTHER = Kind("of another kind", "", ".bin")

_PHOTOGRAPHS = frozenset([b"heic", b"heix", b"hevc", b"mif1", b"msf1"])


def kind_of(data: bytes) -> Kind:
    """The kind of a file with these bytes."""
    if is_png(data):
        return PNG
    if is_jpeg(data):
        return JPEG
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) > 13:
        return GIF if is_size(*struct.unpack("<HH", data[6:10])) else OTHER
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP if is_size(*_webp_size(data)) else OTHER
    if data.startswith(b"%PDF-"):
        return PDF
    if data[4:8] == b"ftyp" and data[8:12] in _PHOTOGRAPHS:
        return HEIC
    return SVG if b"<svg" in data[:4096].lower() else OTHER


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels; zeros where the first chunk does not tell."""
    chunk, body = data[12:16], data[20:30]
    if chunk == b"VP8X" and len(body) == 10:
        return 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    if chunk == b"VP8 " and len(body) == 10 and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", body[6:10])
        return width & 0x3FFF, height & 0x3FFF
    if chunk == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        bits = int.from_bytes(body[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return 0, 0
