"""Tables that a TA downloaded from an LMS, and perhaps saved again with another program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from autograder.errors import UsageError

_DELIMITERS = ",;\t"


def text_of(data: bytes) -> str:
    """A file's text: UTF-8 with or without a byte order mark, UTF-16 with one, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def delimiter_of(header: str) -> str:
    """What separates the cells of a table whose headings are in this line."""
    return max(_DELIMITERS, key=header.count)


def read_csv(data: bytes | str, what: str, delimiter: str = "") -> list[list[str]]:
    """The rows of a CSV file.

    Args:
        data: the file, or its text.
        what: what an error calls the file.
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
        raise UsageError(f"{what}: is no table that can be read ({reason})") from None
    finally:
        csv.field_size_limit(usual)


def records(rows: Sequence[Sequence[str]], needed: str = "") -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a TA's list by their headings, each with its number; empty ones are left out.

    Args:
        rows: the headings first.
        needed: heading of a column that no row may leave empty.

    Raises:
        UsageError: a row has other cells than the headings.
    """
    headers = [header.strip() for header in rows[0]]
    for line, row in enumerate(rows[1:], start=2):
        if any(row):
            cells = dict(zip(headers, row, strict=False))
            # Brightspace puts a "#" before each identifier.
            if len(row) != len(headers) or (needed and not cells[needed].strip("# ")):
                also = f", and something under {needed}" if needed else ""
                raise UsageError(
                    f"--worksheet: line {line}: expected {len(headers)} cells{also}; download it again, "
                    "programs for tables change such files"
                )
            yield line, cells
