"""Untrusted text made fit to show: on a terminal, in a page, in a spreadsheet.

Names, messages, outputs and answers come from students. None of them may move the cursor, reverse
the reading direction, break an encoder, run as a formula or fill the disk.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence

from autograder.language import later
from autograder.language import showing as _

# Escape sequences of ECMA-48. No class of one part holds the first character of another sequence,
# so that a megabyte of half-open sequences is still read in linear time.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor movements
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\n\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS: titles
    r"|\x1b[ -/]*[0-~]"  # two-character sequences: character sets, resets
)
_BREAK = re.compile("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Invisible characters that reorder or hide text. The joiners U+200C and U+200D stay: Persian, the
# scripts of India and emoji are spelled with them.
_INVISIBLE = re.compile(
    "[\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Control characters, lone surrogates and noncharacters: no encoder or HTML parser takes all of them.
_UNPRINTABLE = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane * 0x10000 + end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
    + "]"
)
# More combining marks on one letter than any language needs would run over the lines around it.
_MARK = "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_STACKED = re.compile(f"({_MARK}{{4}}){_MARK}+")

# A formula starts a cell, or what another program takes for one: with a German locale a spreadsheet
# splits at ";" and not at ",". Full-width signs count as operators in some locales.
_FORMULA = re.compile(r"(^|[;\t\r\n])([\s\u200b-\u200d\ufeff]*)(?=[=+\-@＝＋－＠])")

_MARKED_FORMULA = re.compile(r"(^|[;\t\r\n])([\s\u200b-\u200d\ufeff]*)'(?=[=+\-@＝＋－＠])")

_PATH = re.compile(r"[^\s,;:]*/[^\s,;:]*")
_SHORTEST_PATH = 20
"""Characters that are left of a path as long as other paths can be shortened instead."""

DECIMAL_MARK = later(".")
"""In numbers for people; files that programs read have a point."""

EXCERPT = 20
"""Escape sequences may outweigh the visible text; more than this many times the limit is not read."""


def plain(text: str, limit: int = 200, *, multiline: bool = False) -> str:
    """``text`` as visible characters only.

    Args:
        limit: longest result, in characters; what is cut ends with "…".
        multiline: keep line breaks (as ``\\n``) and turn tabs into four spaces; else both become one space.

    Returns:
        Text that every UTF encoder takes and that holds no control character but ``\\n``. Applying
        the function again changes nothing.
    """
    excerpt = text[: EXCERPT * limit + 1000]
    shown = _BREAK.sub("\n" if multiline else " ", _ANSI.sub("", excerpt))
    shown = _INVISIBLE.sub("", shown.replace("\t", "    " if multiline else " "))
    shown = _STACKED.sub(r"\1", _UNPRINTABLE.sub("\ufffd", shown))
    if len(shown) <= limit and len(excerpt) == len(text):
        return shown
    return shown[: max(limit - 1, 0)] + "…"[:limit]


def shortened(text: str, limit: int) -> str:
    """``text`` as visible characters on one line; what is too long loses its middle, first of all its paths.

    The end of a path tells which file it is, the end of a sentence what is the matter with it.
    """
    shown = plain(text, EXCERPT * limit)
    too_long = len(shown) - limit
    for path in sorted(_PATH.findall(shown), key=len, reverse=True) if too_long > 0 else ():
        kept = max(len(path) - too_long, _SHORTEST_PATH)
        shown = shown.replace(path, _without_middle(path, kept), 1)
        if (too_long := len(shown) - limit) <= 0:
            break
    return _without_middle(shown, limit)


def _without_middle(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    before = max((limit - 1) // 2, 0)
    after = max(limit - 1 - before, 0)
    return text[:before] + "…"[:limit] + text[len(text) - after :]


def csv_cell(text: str, limit: int = 1000) -> str:
    """``text`` on one line, with an apostrophe before everything that a spreadsheet would compute."""
    control = "'" if text.startswith(("\t", "\r")) else ""
    return control + _FORMULA.sub(r"\1\2'", plain(text, limit))


def csv_text(text: str, limit: int) -> str:
    """As :func:`csv_cell`, with the line breaks of ``text``: for a cell that people read and write."""
    return _FORMULA.sub(r"\1\2'", plain(text, limit, multiline=True)).strip()


def from_csv_text(cell: str) -> str:
    """What a person wrote into a cell, without the apostrophes that :func:`csv_text` puts before formulas."""
    return _BREAK.sub("\n", _MARKED_FORMULA.sub(r"\1\2", storable(cell))).strip()


def csv_line(cells: Sequence[str], delimiter: str = ",") -> str:
    """``cells`` as one row of a CSV file, its line break included."""
    row = io.StringIO()
    csv.writer(row, delimiter=delimiter, lineterminator="\n").writerow(cells)
    return row.getvalue()


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first of these names, and how many there are beside: "Ann, Ben and 3 more"."""
    shown = ", ".join(plain(name, 60) for name in names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def storable(text: str) -> str:
    """``text`` unchanged, but for lone surrogates, which no UTF-8 encoder takes: they become U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def number(value: float, decimals: int = 4) -> str:
    """``value`` without float noise and trailing zeros: 25, 0.3333; empty when it is not finite."""
    if not math.isfinite(value):
        return ""
    digits = f"{value:.{decimals}f}"
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits == "-0" else digits


def in_words(value: float, decimals: int = 4) -> str:
    """:func:`number` as people write it, with the decimal mark of the language of now: 0,3333."""
    return number(value, decimals).replace(".", _(DECIMAL_MARK))


def duration(seconds: float) -> str:
    """``seconds`` in the two largest units, for people: "2 d 3 h", "5 min 10 s", "7.6 s" or "7,6 s"."""
    if not math.isfinite(seconds):
        return ""
    if abs(seconds) < 60:
        return f"{in_words(seconds, 1)} s"
    rest, parts = round(abs(seconds)), []
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {unit}")
    return ("-" if seconds < 0 else "") + " ".join(parts[:2])
