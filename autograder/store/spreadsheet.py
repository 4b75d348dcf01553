"""Tables that a person saved with a spreadsheet, in whatever way it writes CSV."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError

_DELIMITERS = ",;\t"
_SAYS_DELIMITER = re.compile(r"\s*\"?sep=([,;\t])\"?[,;\t]*\r?\n", re.IGNORECASE)
"""Excel's own first line."""


@dataclass(frozen=True)
class Table:
    """A table's cells.

    Attributes:
        headings: of its columns.
        rows: line numbers and cells; empty rows are left out.
        delimiter: between the cells of the file.
        first_line: where the headings stand, from 1.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    delimiter: str = ","
    first_line: int = 1


def folded(text: str) -> str:
    """Equal for headings that differ in case and white space only."""
    return " ".join(text.casefold().split())


def read_table(path: Path) -> Table | None:
    """The table in a file; ``None`` where there is no file or an empty one.

    Commas, semicolons (German Excel) and tabs; UTF-8, UTF-16 with a byte order mark, else Windows-1252.

    Raises:
        UsageError: it cannot be read, or is no table.
    """
    try:
        text = _decoded(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as reason:
        raise UsageError(f"{path}: cannot be read: {reason.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is neither UTF-8 nor UTF-16: save it as CSV in UTF-8") from None
    if not text.strip():
        return None
    said = _SAYS_DELIMITER.match(text)
    skipped = 0 if said is None else 1
    text = text if said is None else text[said.end() :]
    header = text.split("\n", 1)[0]
    delimiter = said[1] if said else max(_DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        # A row's line is where it begins: a cell may hold line breaks.
        begins, rows = 1, []
        for cells in reader:
            rows.append((begins + skipped, cells))
            begins = reader.line_num + 1
    except csv.Error as reason:
        raise UsageError(f"{path}:{reader.line_num + skipped}: is no table ({reason})") from None
    (first, headings), *others = rows
    full = tuple((line, cells) for line, cells in others if any(cell.strip() for cell in cells))
    return Table(tuple(headings), full, delimiter, first)


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    if b"\0" in data:
        raise UnicodeDecodeError("utf-8", data, data.index(b"\0"), data.index(b"\0") + 1, "holds NUL bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
