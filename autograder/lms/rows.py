"""Tables that a TA downloaded from an LMS, and perhaps saved again with another program."""

from __future__ import annotations

import csv
import io
import re
from collections import UserDict
from collections.abc import Iterator, Sequence
from functools import lru_cache

from autograder.errors import UsageError

_DELIMITERS = ",;\t"


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Equal for texts that differ in case and white space only."""
    return " ".join(text.casefold().split())


class Row(UserDict[str, str]):
    """Cells by their headings, which are compared as :func:`folded`."""

    def __setitem__(self, heading: str, cell: str) -> None:
        self.data[folded(heading)] = cell

    def __getitem__(self, heading: str) -> str:
        return self.data[folded(heading)]

    def __contains__(self, heading: object) -> bool:
        return isinstance(heading, str) and folded(heading) in self.data

    def cell(self, *headings: str) -> str:
        """The cell under the first of these headings that there is, without white space around it."""
        return next((self[heading].strip() for heading in headings if heading in self), "")


def text_of(data: bytes) -> str:
    """A file's text: UTF-8 with or without a byte order mark, UTF-16 with one, otherwise Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def delimiter_of(header: str) -> str:
    """What separates the cells of a table whose headings are in this line."""
    return max(_DELIMITERS, key=header.count)


def read_csv(data: bytes | str, delimiter: str = "") -> list[list[str]]:
    """The rows of a CSV file, or of its text.

    Args:
        delimiter: between its cells; without one, what the first line has most of.

    Raises:
        UsageError: it is no such file.
    """
    text = data if isinstance(data, str) else text_of(data)
    between = delimiter or delimiter_of(text.partition("\n")[0])
    # A student's online text may be longer than what the module allows a cell by itself.
    usual = csv.field_size_limit(max(len(text), csv.field_size_limit()))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=between))
    except csv.Error as reason:
        raise UsageError(f"--worksheet: is no table that can be read ({reason})") from None
    finally:
        csv.field_size_limit(usual)


def headings_of(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The first row's cells, without white space around them."""
    return tuple(heading.strip() for heading in rows[0]) if rows else ()


def another_file(headings: Sequence[str], expected: str) -> UsageError:
    """What to raise for a table with other headings than the expected list has."""
    return UsageError(f"--worksheet: its first line is {', '.join(headings)[:200]!r}; expected {expected}")


def damaged(line: int, expected: str) -> UsageError:
    """What to raise for a row that the LMS did not write like this."""
    return UsageError(
        f"--worksheet: line {line}: expected {expected}; download it again, programs for tables change such "
        "files"
    )


def records(
    rows: Sequence[Sequence[str]],
    identifier: str,
    kind: str,
    form: str,
    *,
    ragged: bool = False,
) -> Iterator[tuple[int, Row]]:
    """The rows of a TA's list by their headings, each with its number; empty ones are left out.

    Args:
        rows: the headings first.
        identifier: heading of the column that tells whose row it is.
        kind: what has to stand there, in words before the heading; ``form``: the same as a regular
            expression.
        ragged: whether rows may have more or fewer cells than there are headings.

    Raises:
        UsageError: a row has other cells than the headings, or no identifier.
    """
    headings = headings_of(rows)
    whole = "" if ragged else f"{len(headings)} cells, and "
    for line, cells in enumerate(rows[1:], start=2):
        if any(cells):
            row = Row(zip(headings, cells, strict=False))
            said = row.cell(identifier)
            if not re.fullmatch(form, said, re.DOTALL) or (whole and len(cells) != len(headings)):
                raise damaged(line, f"{whole}{kind} {identifier}, not {said[:40]!r}")
            yield line, row


def is_number(text: str) -> bool:
    """Whether a text is a whole number in digits as identifiers have them."""
    return text.isascii() and text.isdigit()


def decimal(cell: str) -> float | None:
    """The number in a cell, with a point or a comma; ``None`` where there is none."""
    try:
        return float(cell.replace(",", "."))
    except ValueError:
        return None
