"""From a submitted file's bytes to JSON, or to the reason that its owner needs to hear."""

from __future__ import annotations

import json
import re
from typing import Any

from autograder.errors import UnreadableNotebook

# What students upload by mistake, told by its first bytes.
_OTHER_FILES = (
    (b"PK\x03\x04", "a zip archive (or an Office document) renamed to .ipynb: unpack it"),
    (b"%PDF", "a PDF file renamed to .ipynb"),
    (b"\x1f\x8b", "a gzip archive renamed to .ipynb: unpack it"),
    (b"Rar!", "a RAR archive renamed to .ipynb: unpack it"),
    (b"7z\xbc\xaf", "a 7z archive renamed to .ipynb: unpack it"),
    (b"\x89PNG", "a PNG picture renamed to .ipynb"),
    (b"\xff\xd8\xff", "a JPEG picture renamed to .ipynb"),
    (b"\xd0\xcf\x11\xe0", "an Office document renamed to .ipynb"),
)
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
_PYTHON = re.compile(
    r"^(#!.*python|# %%|import \w|from [\w.]+ import |def \w+\(|class \w+|@\w+$|\w+ = )", re.MULTILINE
)
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)

# Every list and object takes some hundred bytes of memory, so 50 MB of "[[[[" would take gigabytes.
# A notebook has a few per cell and output.
_MAX_CONTAINERS = 2_000_000
# Longer integers are no number that a notebook needs, and converting them takes quadratic time.
_MAX_DIGITS = 18


def decode_json(data: bytes, size_limit: int) -> tuple[Any, list[str]]:
    """Decodes and parses a file that should hold a notebook.

    Args:
        data: the file.
        size_limit: in bytes.

    Returns:
        The JSON value (numbers that JSON does not have are ``None``) and what had to be repaired.

    Raises:
        UnreadableNotebook: the file is something else, or damaged; the message says what and where.
    """
    if len(data) > size_limit:
        raise UnreadableNotebook(
            f"the file has {len(data) / 2**20:.0f} MB, {size_limit / 2**20:g} are allowed"
        )
    if not data:
        raise UnreadableNotebook("the file is empty")
    if not data.strip(b"\0"):
        raise UnreadableNotebook("the file holds nothing but zero bytes: an upload or a sync went wrong")
    for magic, what in _OTHER_FILES:
        if data.startswith(magic):
            raise UnreadableNotebook(f"not a notebook but {what}")
    if data.count(b"[") + data.count(b"{") > _MAX_CONTAINERS:
        raise UnreadableNotebook(f"the file nests more than {_MAX_CONTAINERS} lists and objects")
    text, notes = _decode(data)
    # A sync that died pads the file with zero bytes; old editors end it with Ctrl-Z.
    text = text.strip("\ufeff\0\x1a \t\r\n")
    if not text:
        raise UnreadableNotebook("the file is empty but for white space")
    return _parse(text), notes


def _decode(data: bytes) -> tuple[str, list[str]]:
    # UTF-16 and UTF-32 are told by their zero bytes, with or without a byte order mark.
    encoding = json.detect_encoding(data)
    notes = [] if encoding.startswith("utf-8") else [f"the file was encoded as {encoding}"]
    try:
        return data.decode(encoding), notes
    except UnicodeDecodeError as error:
        if not encoding.startswith("utf-8"):
            raise UnreadableNotebook(
                f"the file looks like {encoding} but is damaged at byte {error.start}"
            ) from error
        text = data.decode("cp1252", "replace")
        if not text.lstrip().startswith("{") or "\0" in text:
            raise UnreadableNotebook(
                f"neither a notebook nor any text: byte {error.start} is not UTF-8"
            ) from error
        where = f"byte {error.start} is not UTF-8"
        return text, [f"{where}: the file was read as Windows-1252, so letters beyond ASCII may be wrong"]


def _parse(text: str) -> Any:
    try:
        # strict=False: a raw tab or line end inside a string has one meaning only.
        return json.loads(text, strict=False, parse_int=_integer, parse_constant=_no_number)
    except RecursionError as error:
        raise UnreadableNotebook("the file nests lists and objects too deep") from error
    except json.JSONDecodeError as error:
        raise UnreadableNotebook(_diagnosis(text, error)) from error


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else None


def _no_number(_: str) -> None:
    """NaN and the infinities, which JSON does not have."""


def _diagnosis(text: str, error: json.JSONDecodeError) -> str:
    where = f"line {error.lineno}, column {error.colno}"
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        return f"unresolved conflict markers of a git merge (line {line})"
    if not text.startswith(("{", "[")):
        head = text[:4000]
        if text.startswith("<") or _HTML.search(head):
            return "an HTML page, not a notebook: perhaps a login page, or an export to HTML"
        if _PYTHON.search(head):
            return "a Python script, not a notebook"
        return f"not a notebook: the text does not begin like one ({text[:30]!r})"
    if error.msg == "Extra data":
        return f"something follows the end of the notebook ({where}): two files in one?"
    # The parser stops before a word or an escape that it cannot read to its end.
    at_the_end = error.pos >= len(text) - (0 if text.endswith("}") else 8)
    if at_the_end or error.msg.startswith("Unterminated string"):
        return f"the file ends in the middle ({where}, {len(text)} characters): the upload was cut off"
    return f"damaged JSON: {error.msg} ({where})"
