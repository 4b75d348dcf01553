"""From a submitted file's bytes to JSON, or to the reason that its owner needs to hear."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from autograder.errors import UnreadableNotebook

# What students upload by mistake, told by its first bytes.
_OTHER_FILES = (
    (b"PK\x03\x04", "a zip archive (or an Office document) renamed to .ipynb: unpack it"),
    (b"%PDF", "a PDF file renamed to .ipynb: hand in the notebook itself"),
    (b"\x1f\x8b", "a gzip archive renamed to .ipynb: unpack it"),
    (b"Rar!", "a RAR archive renamed to .ipynb: unpack it"),
    (b"7z\xbc\xaf", "a 7z archive renamed to .ipynb: unpack it"),
    (b"\x89PNG", "a PNG picture renamed to .ipynb: hand in the notebook itself"),
    (b"\xff\xd8\xff", "a JPEG picture renamed to .ipynb: hand in the notebook itself"),
    (b"\xd0\xcf\x11\xe0", "an Office document renamed to .ipynb: hand in the notebook itself"),
)
_HTML = re.compile(r"<(!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
_PYTHON = re.compile(
    r"^(#!.*python|# %%|import \w|from [\w.]+ import |def \w+\(|class \w+|@\w+$|\w+ = )", re.MULTILINE
)
# What stands in a file's place: a shortcut to a web page, the pointer of a large-file store.
_SHORTCUT = re.compile(r"\[InternetShortcut\]|\[Desktop Entry\]|version https://git-lfs\.")
# A notebook in base64, as mail programs and some interfaces hand files out: "{" always becomes "e".
_BASE64 = re.compile(r"e[A-Za-z0-9+/\s]{40,}={0,2}")
# Control characters, and what is no character of Windows-1252.
_NO_TEXT = re.compile("[\0-\x08\x0e-\x1f\ufffd]")
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)

# Every list and object takes some hundred bytes of memory, so 50 MB of "[[[[" would take gigabytes.
# A notebook has a few per cell and output.
_MAX_CONTAINERS = 2_000_000
# Longer integers are no number that a notebook needs, and converting them takes quadratic time.
_MAX_DIGITS = 18
# Fields that are graded; given twice, the second one wins as in every other program, but not silently.
_GRADED_FIELDS = frozenset(["cells", "worksheets", "source", "input", "cell_type"])

_AGAIN = "download or save the notebook again and hand it in once more"


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
        raise UnreadableNotebook(f"the file is empty: {_AGAIN}")
    if not data.strip(b"\0"):
        raise UnreadableNotebook(
            f"the file holds nothing but zero bytes, an upload or a sync went wrong: {_AGAIN}"
        )
    for magic, what in _OTHER_FILES:
        if data.startswith(magic):
            raise UnreadableNotebook(f"not a notebook but {what}")
    text, notes = _decode(data)
    # A sync that died pads the file with zero bytes; old editors end it with Ctrl-Z.
    text = text.strip("\ufeff\0\x1a \t\r\n")
    if not text:
        raise UnreadableNotebook(f"the file is empty but for white space: {_AGAIN}")
    if _BASE64.fullmatch(text):
        text = _from_base64(text, notes)
    if text.count("[") + text.count("{") > _MAX_CONTAINERS:
        raise UnreadableNotebook(f"the file nests more than {_MAX_CONTAINERS} lists and objects")
    return _parse(text, notes), notes


def _from_base64(text: str, notes: list[str]) -> str:
    """The text inside; the text itself where there is none."""
    try:
        inner = base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return text
    notes.append("the file was encoded as base64")
    return inner.strip()


def _decode(data: bytes) -> tuple[str, list[str]]:
    # UTF-16 and UTF-32 are told by their zero bytes, with or without a byte order mark.
    encoding = json.detect_encoding(data)
    notes = [] if encoding.startswith("utf-8") else [f"the file was encoded as {encoding}"]
    try:
        return data.decode(encoding), notes
    except UnicodeDecodeError as error:
        if not encoding.startswith("utf-8"):
            whole = data[: error.start].decode(encoding)
            if len(data) - error.start < 4 and whole.lstrip("\ufeff \t\r\n").startswith("{"):
                return whole, notes  # part of a character at the end: whether more is missing, JSON tells
            raise UnreadableNotebook(
                f"the file looks like {encoding} but is damaged at byte {error.start}: {_AGAIN}"
            ) from error
        text = data.decode("cp1252", "replace")
        looks_like_json = text.lstrip().startswith(("{", "[")) and "\0" not in text
        if not looks_like_json and _NO_TEXT.search(text):
            raise UnreadableNotebook(
                f"neither a notebook nor any text: byte {error.start} is not UTF-8"
            ) from error
        where = f"byte {error.start} is not UTF-8"
        return text, [f"{where}: the file was read as Windows-1252, so letters beyond ASCII may be wrong"]


def _parse(text: str, notes: list[str]) -> Any:
    repeated: set[str] = set()

    def as_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            repeated.update(name for name in _GRADED_FIELDS if names.count(name) > 1)
        return found

    # strict=False: a raw tab or line end inside a string has one meaning only.
    decoder = json.JSONDecoder(
        strict=False, parse_int=_integer, parse_constant=_no_number, object_pairs_hook=as_dict
    )
    try:
        value, end = decoder.raw_decode(text)
    except RecursionError as error:
        raise UnreadableNotebook("the file nests lists and objects too deep") from error
    except json.JSONDecodeError as error:
        raise UnreadableNotebook(_diagnosis(text, error)) from error
    if rest := text[end:].lstrip():
        # A tool that writes a shorter file over a longer one leaves the old end behind. That can go;
        # a second notebook, or one side of a merge, may be the student's work.
        if not text.startswith("{") or rest.startswith(("{", "[")) or _CONFLICT.search(rest):
            start = len(text) - len(rest)
            raise UnreadableNotebook(_diagnosis(text, json.JSONDecodeError("Extra data", text, start)))
        notes.append(f"text after the end of the notebook is left out ({len(rest)} characters)")
    notes += [f"the field {name!r} is given twice: the last one counts" for name in sorted(repeated)]
    return value


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else None


def _no_number(_: str) -> None:
    """NaN and the infinities, which JSON does not have."""


def _diagnosis(text: str, error: json.JSONDecodeError) -> str:
    """What is wrong with text that is no JSON, and what its owner should do."""
    where = f"line {error.lineno}, column {error.colno}"
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        return f"unresolved conflict markers of a git merge (line {line}): resolve them, save it in Jupyter"
    if _SHORTCUT.match(text):
        return "a link to the notebook, not the notebook: download it as .ipynb"
    if not text.startswith(("{", "[")):
        head = text[:4000]
        if text.startswith("<") or _HTML.search(head):
            return (
                "an HTML page, not a notebook: perhaps a login page, or an export to HTML; hand in the .ipynb"
            )
        if _PYTHON.search(head):
            return "a Python script, not a notebook: hand in the .ipynb file"
        return f"not a notebook: the text does not begin like one ({text[:30]!r})"
    if error.msg == "Extra data":
        return f"something follows the end of the notebook ({where}): two files in one? Hand in only one"
    # The parser stops before a word or an escape that it cannot read to its end.
    at_the_end = error.pos >= len(text) - (0 if text.endswith("}") else 8)
    if at_the_end or error.msg.startswith("Unterminated string"):
        return (
            f"the file ends in the middle ({where}, {len(text)} characters): the upload was cut off; {_AGAIN}"
        )
    return f"damaged JSON: {error.msg} ({where}): {_AGAIN}"
