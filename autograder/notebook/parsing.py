"""From the text of a submitted file to a notebook's JSON, or to the reason that its owner needs to hear."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from autograder.errors import UnreadableNotebook
from autograder.language import judging as _
from autograder.language import later

_HTML = re.compile(r"<(!doctype\s+html|html|head|body|script|meta)\b", re.IGNORECASE)
_PYTHON = re.compile(
    r"^(#!.*python|# %%|import \w|from [\w.]+ import |def \w+\(|class \w+|@\w+$|\w+ = )", re.MULTILINE
)
# What stands in a file's place: a shortcut to a web page, the pointer of a large-file store.
_SHORTCUT = re.compile(r"\[InternetShortcut\]|\[Desktop Entry\]|version https://git-lfs\.")
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
# Longer integers are no number that a notebook needs, and converting them takes quadratic time.
_MAX_DIGITS = 18
# Fields that are graded; given twice, the second one wins as in every other program, but not silently.
_GRADED_FIELDS = frozenset(["cells", "worksheets", "source", "input", "cell_type"])

MOST_FIELDS = 100
"""Fields of a notebook that was cut off, of which its format knows four: each is read by itself."""

AGAIN = later("download or save the notebook again and hand it in once more")
"""What helps with most damage."""


@dataclass(frozen=True)
class Parsed:
    """What a file's text came to.

    Attributes:
        value: the JSON value; numbers that JSON does not have are ``None``.
        notes: what had to be repaired, sentences for student and TA.
        cut_off: whether the file ends behind its last cell, before its own end.
    """

    value: Any
    notes: list[str]
    cut_off: bool = False


def parse_notebook(text: str, notes: list[str]) -> Parsed:
    """Parses the text of a file that should hold a notebook.

    Args:
        text: without white space around it.
        notes: what had to be repaired so far; more is appended.

    Returns:
        The JSON value; of a file that was cut off behind its last cell, what comes after the cut is missing.

    Raises:
        UnreadableNotebook: the text is something else, or damaged; the message says what and where.
    """
    repeated: set[str] = set()

    def as_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _value in pairs]
            repeated.update(name for name in _GRADED_FIELDS if names.count(name) > 1)
        return found

    # strict=False: a raw tab or line end inside a string has one meaning only.
    decoder = json.JSONDecoder(
        strict=False, parse_int=_integer, parse_constant=_no_number, object_pairs_hook=as_dict
    )
    cut_off = False
    try:
        value, end = decoder.raw_decode(text)
    except RecursionError as error:
        raise UnreadableNotebook(_("the file nests lists and objects too deep")) from error
    except json.JSONDecodeError as error:
        value, end = as_dict(_fields_before_the_cut(text, error, decoder)), len(text)
        cut_off = True
        notes.append(_about_the_cut(text, error, value))
    if rest := text[end:].lstrip():
        notes.append(_about_the_rest(text, rest))
    twice = _("the field {name} is given twice: the last one counts")
    notes += [twice.format(name=repr(name)) for name in sorted(repeated)]
    return Parsed(value, notes, cut_off)


def _about_the_cut(text: str, error: json.JSONDecodeError, fields: dict[str, Any]) -> str:
    """What to say of a notebook whose file ends behind its last cell.

    Raises:
        UnreadableNotebook: its cells are not all there.
    """
    cells = fields.get("cells", fields.get("worksheets"))
    if not isinstance(cells, list) or not cells:
        raise UnreadableNotebook(_diagnosis(text, error)) from error
    # Nothing that counts is missing. Half of the cells, however, would look like a verdict on all.
    note = _(
        "the file ends in the middle ({place}): the upload was cut off behind its last cell; "
        "the {count} cells before that were graded; {again}"
    )
    if "cells" not in fields:
        note = _(
            "the file ends in the middle ({place}): the upload was cut off behind its last cell; "
            "the cells before that were graded; {again}"
        )
    return note.format(place=_place(error), count=len(cells), again=_(AGAIN))


def _about_the_rest(text: str, rest: str) -> str:
    """What to say of text behind the end of the notebook.

    A tool that writes a shorter file over a longer one leaves the old end behind. That can go; a second
    notebook, or one side of a merge, may be the student's work.

    Raises:
        UnreadableNotebook: it may be.
    """
    if not text.startswith("{") or rest.startswith(("{", "[")) or _CONFLICT.search(rest):
        start = len(text) - len(rest)
        raise UnreadableNotebook(_diagnosis(text, json.JSONDecodeError("Extra data", text, start)))
    left_out = _("text after the end of the notebook is left out ({count} characters)")
    return left_out.format(count=len(rest))


def _integer(digits: str) -> int | None:
    return int(digits) if len(digits) <= _MAX_DIGITS else None


def _no_number(_constant: str) -> None:
    """NaN and the infinities, which JSON does not have."""


def _fields_before_the_cut(
    text: str, error: json.JSONDecodeError, decoder: json.JSONDecoder
) -> list[tuple[str, Any]]:
    """The complete fields of an object whose text was cut off; none when it was not or lost a graded one."""
    fields: list[tuple[str, Any]] = []
    key: Any = None
    if not text.startswith("{") or _CONFLICT.search(text) or not _is_cut_off(text, error):
        return fields
    try:
        at = _past("{", text, 0)
        for _field in range(MOST_FIELDS):
            key, at = decoder.raw_decode(text, at)
            value, at = decoder.raw_decode(text, _past(":", text, at))
            fields.append((str(key), value))
            key = None
            at = _past(",", text, at)
    except (json.JSONDecodeError, RecursionError):
        return [] if key in ("cells", "worksheets") else fields
    return []


def _past(mark: str, text: str, at: int) -> int:
    """Where the text goes on after a mark and the white space around it."""
    found = re.compile(rf"\s*{re.escape(mark)}\s*").match(text, at)
    if found is None:
        raise json.JSONDecodeError(f"Expecting {mark!r}", text, at)
    return found.end()


def _is_cut_off(text: str, error: json.JSONDecodeError) -> bool:
    """Whether the parser missed nothing but the rest of the text."""
    # It stops before a word or an escape that it cannot read to its end.
    at_the_end = error.pos >= len(text) - (0 if text.endswith("}") else 8)
    return at_the_end or error.msg.startswith("Unterminated string")


def _place(error: json.JSONDecodeError) -> str:
    return _("line {line}, column {column}").format(line=error.lineno, column=error.colno)


def _diagnosis(text: str, error: json.JSONDecodeError) -> str:
    """What is wrong with text that is no JSON, and what its owner should do."""
    where = _place(error)
    if conflict := _CONFLICT.search(text):
        line = text.count("\n", 0, conflict.start()) + 1
        return _(
            "unresolved conflict markers of a git merge (line {line}): resolve them, save it in Jupyter"
        ).format(line=line)
    if _SHORTCUT.match(text):
        return _("a link to the notebook, not the notebook: download it as .ipynb")
    if not text.startswith(("{", "[")):
        head = text[:4000]
        if text.startswith("<") or _HTML.search(head):
            return _(
                "an HTML page, not a notebook: perhaps a login page, or an export to HTML; hand in the .ipynb"
            )
        if _PYTHON.search(head):
            return _("a Python script, not a notebook: hand in the .ipynb file")
        beginning = repr(text[:30])
        return _("not a notebook: the text does not begin like one ({beginning})").format(beginning=beginning)
    if error.msg == "Extra data":
        return _(
            "something follows the end of the notebook ({place}): two files in one? Hand in only one"
        ).format(place=where)
    if _is_cut_off(text, error):
        return _(
            "the file ends in the middle ({place}, {count} characters): the upload was cut off; {again}"
        ).format(place=where, count=len(text), again=_(AGAIN))
    return _("damaged JSON: {error} ({place}): {again}").format(error=error.msg, place=where, again=_(AGAIN))
