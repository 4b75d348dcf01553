"""Outputs of a student's kernel, reduced to what a person may open: text, errors, PNG and JPEG.

The kernel may say anything. HTML, SVG, JavaScript, widgets and whatever else a browser would act on is left
out, a picture has to be one by its bytes, and text keeps its colours but nothing that moves a cursor or
turns the reading direction around.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

MOST_COUNT = 10**9
"""The largest execution count that is believed."""

MOST_PIXELS = 40_000_000
"""Of one picture: a viewer unpacks it into memory."""

MOST_COLOURS = 5_000
"""Changes of colour in one text: a viewer makes an element of each. A text with more of them loses all."""

MOST_ESCAPES = 100_000
"""Escape sequences of one text that are read, a microsecond each. A text with more loses what begins them."""

MOST_LINES = 1_000
"""Parts of one traceback."""

MOST_KINDS = 3
"""Kinds of an output that are named when nothing of it is kept."""

Output = dict[str, Any]

# Escape sequences of ECMA-48; the group is a colour. No class of one part holds the first character of
# another sequence, so that a megabyte of half-open sequences is still read in linear time. Their spelling
# with one control character of 8 bits goes with the other control characters.
_ESCAPES = re.compile(
    r"(\x1b\[[0-9;]{0,20}m)"
    r"|\x1b\[[0-?]*[ -/]*[@-~]"
    r"|\x1b[]PX^_][^\x07\x1b\n\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-Z\\^-~]"
    r"|\x1b"
)
# Control characters but for line ends, tabs and colours; what reorders text; halves of characters.
_NOT_SHOWN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]+"
)
_KIND = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}")
_PNG = b"\x89PNG\r\n\x1a\n"
# The segments of a JPEG file that tell its size; the others of that range are tables.
_JPEG_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def cleaned(outputs: Iterable[object]) -> Iterator[Output]:
    """The outputs of one cell as valid ones of format 4.5, in their order; pieces of one stream are joined.

    What is no output at all is left out.
    """
    given = (output for output in outputs if isinstance(output, dict))
    for stream, group in groupby(given, key=_stream_of):
        if stream:
            texts = (one.get("text") for one in group)
            text = visible("".join(text for text in texts if isinstance(text, str)))
            if text:
                yield {"output_type": "stream", "name": stream, "text": text}
        else:
            yield from filter(None, map(_other, group))


def execution_count(count: object) -> int | None:
    """An execution count, if it is one."""
    return count if type(count) is int and 0 <= count <= MOST_COUNT else None


def visible(text: str) -> str:
    """``text`` with line ends, tabs and a bounded number of colours, but without other control characters."""
    if text.count("\x1b") > MOST_ESCAPES:
        return _NOT_SHOWN.sub("", text.replace("\x1b", ""))
    colours = r"\1" if text.count("\x1b[") <= MOST_COLOURS else ""
    return _NOT_SHOWN.sub("", _ESCAPES.sub(colours, text))


def _stream_of(output: dict[str, Any]) -> str:
    name = output.get("name")
    is_stream = output.get("output_type") == "stream" and isinstance(name, str)
    return name if is_stream and name in ("stdout", "stderr") else ""


def _other(output: dict[str, Any]) -> Output | None:
    kind = output.get("output_type")
    if kind == "error":
        trace = output.get("traceback")
        lines = trace[-MOST_LINES:] if isinstance(trace, list) else []
        return {
            "output_type": "error",
            "ename": visible(_text(output.get("ename"))),
            "evalue": visible(_text(output.get("evalue"))),
            "traceback": [visible(_text(line)) for line in lines],
        }
    if kind not in ("display_data", "execute_result") or not isinstance(output.get("data"), dict):
        return None
    shown: Output = {"output_type": kind, "data": _kept(output["data"]), "metadata": {}}
    if kind == "execute_result":
        shown["execution_count"] = execution_count(output.get("execution_count"))
    return shown


def _kept(data: dict[Any, Any]) -> dict[str, str]:
    """What is kept of an output's forms; a sentence where nothing is."""
    kept = {}
    if isinstance(text := data.get("text/plain"), str):
        kept["text/plain"] = visible(text)
    for kind, is_such in (("image/png", is_png), ("image/jpeg", is_jpeg)):
        if is_such(picture := _picture(data.get(kind))):
            # Encoded anew: a viewer may put the text into a page as it is.
            kept[kind] = base64.b64encode(picture).decode()
    if not kept:
        kinds = [kind for kind in data if isinstance(kind, str) and _KIND.fullmatch(kind)]
        named = ", ".join(kinds[:MOST_KINDS]) or "of no known kind"
        kept["text/plain"] = f"(an output that is not kept: {named})"
    return kept


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _picture(value: object) -> bytes:
    """The bytes that Base64 stands for; empty where it is none."""
    if not isinstance(value, str):
        return b""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (ValueError, binascii.Error):
        return b""


def is_size(width: int, height: int) -> bool:
    """Whether a picture of so many pixels each way can be unpacked in a viewer."""
    return 0 < width * height <= MOST_PIXELS


def is_png(data: bytes) -> bool:
    """Whether this is the beginning of a PNG file of a bearable size."""
    if not data.startswith(_PNG) or data[8:16] != b"\0\0\0\rIHDR" or len(data) < 33:
        return False
    return is_size(*struct.unpack(">II", data[16:24]))


def is_jpeg(data: bytes) -> bool:
    """Whether the segments of a JPEG file lead to one that tells a bearable size."""
    at = 2
    while data.startswith(b"\xff\xd8\xff") and at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _JPEG_SIZES:
            return is_size(*struct.unpack(">HH", data[at + 5 : at + 9]))
        if length < 2 or not 0xC0 <= marker <= 0xFE or marker in (0xD8, 0xD9, 0xDA):
            break
        at += 2 + length
    return False
