"""From a submitted file's bytes to text, or to the reason that its owner needs to hear."""

from __future__ import annotations

import base64
import binascii
import json
import re

from autograder.config.packed import MB
from autograder.errors import UnreadableNotebook
from autograder.language import judging as _
from autograder.language import later
from autograder.notebook.parsing import AGAIN, Parsed, parse_notebook

# What students upload by mistake, told by its first bytes.
_OTHER_FILES = (
    (b"PK\x03\x04", later("a zip archive (or an Office document) renamed to .ipynb: unpack it")),
    (b"%PDF", later("a PDF file renamed to .ipynb: hand in the notebook itself")),
    (b"\x1f\x8b", later("a gzip archive renamed to .ipynb: unpack it")),
    (b"Rar!", later("a RAR archive renamed to .ipynb: unpack it")),
    (b"7z\xbc\xaf", later("a 7z archive renamed to .ipynb: unpack it")),
    (b"\x89PNG", later("a PNG picture renamed to .ipynb: hand in the notebook itself")),
    (b"\xff\xd8\xff", later("a JPEG picture renamed to .ipynb: hand in the notebook itself")),
    (b"\xd0\xcf\x11\xe0", later("an Office document renamed to .ipynb: hand in the notebook itself")),
)
# A notebook in base64, as mail programs and some interfaces hand files out: "{" always becomes "e".
_BASE64 = re.compile(r"e[A-Za-z0-9+/\s]{40,}={0,2}")
# Control characters, and what is no character of Windows-1252.
_NO_TEXT = re.compile("[\0-\x08\x0e-\x1f\ufffd]")

# Every list and object takes some hundred bytes of memory, so 50 MB of "[[[[" would take gigabytes.
# A notebook has a few per cell and output.
_MAX_CONTAINERS = 2_000_000


def decode_json(data: bytes, size_limit: int) -> Parsed:
    """Decodes and parses a file that should hold a notebook.

    Args:
        data: the file.
        size_limit: in bytes.

    Returns:
        The JSON value and what had to be repaired.

    Raises:
        UnreadableNotebook: the file is something else, or damaged; the message says what and where.
    """
    if len(data) > size_limit:
        text = _("the file has {size} MB, {allowed} are allowed")
        raise UnreadableNotebook(text.format(size=f"{len(data) / MB:.0f}", allowed=f"{size_limit / MB:g}"))
    if not data:
        raise UnreadableNotebook(_("the file is empty: {again}").format(again=_(AGAIN)))
    if not data.strip(b"\0"):
        raise UnreadableNotebook(
            _("the file holds nothing but zero bytes, an upload or a sync went wrong: {again}").format(
                again=_(AGAIN)
            )
        )
    for magic, what in _OTHER_FILES:
        if data.startswith(magic):
            raise UnreadableNotebook(_("not a notebook but {what}").format(what=_(what)))
    text, notes = _decode(data)
    # A sync that died pads the file with zero bytes; old editors end it with Ctrl-Z.
    text = text.strip("\ufeff\0\x1a \t\r\n")
    if not text:
        raise UnreadableNotebook(_("the file is empty but for white space: {again}").format(again=_(AGAIN)))
    if _BASE64.fullmatch(text):
        text = _from_base64(text, notes)
    if text.count("[") + text.count("{") > _MAX_CONTAINERS:
        text = _("the file nests more than {count} lists and objects")
        raise UnreadableNotebook(text.format(count=_MAX_CONTAINERS))
    return parse_notebook(text, notes)


def _from_base64(text: str, notes: list[str]) -> str:
    """The text inside; the text itself where there is none."""
    try:
        inner = base64.b64decode("".join(text.split()), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return text
    notes.append(_("the file was encoded as base64"))
    return inner.strip()


def _decode(data: bytes) -> tuple[str, list[str]]:
    # UTF-16 and UTF-32 are told by their zero bytes, with or without a byte order mark.
    encoding = json.detect_encoding(data)
    notes = []
    if not encoding.startswith("utf-8"):
        notes.append(_("the file was encoded as {encoding}").format(encoding=encoding))
    try:
        return data.decode(encoding), notes
    except UnicodeDecodeError as error:
        utf8 = encoding.startswith("utf-8")
        cut = error.reason == "unexpected end of data" if utf8 else len(data) - error.start < 4
        whole = error.object[: error.start].decode(encoding)
        if cut and whole.lstrip("\ufeff \t\r\n").startswith("{"):
            return whole, notes  # part of a character at the end: whether more is missing, JSON tells
        if not utf8:
            raise UnreadableNotebook(
                _("the file looks like {encoding} but is damaged at byte {place}: {again}").format(
                    encoding=encoding, place=error.start, again=_(AGAIN)
                )
            ) from error
        text = data.decode("cp1252", "replace")
        looks_like_json = text.lstrip().startswith(("{", "[")) and "\0" not in text
        if not looks_like_json and _NO_TEXT.search(text):
            raise UnreadableNotebook(
                _("neither a notebook nor any text: byte {place} is not UTF-8").format(place=error.start)
            ) from error
        note = _(
            "byte {place} is not UTF-8: the file was read as Windows-1252, "
            "so letters beyond ASCII may be wrong"
        )
        return text, [note.format(place=error.start)]
