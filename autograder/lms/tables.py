"""Tables that a TA downloaded from an LMS."""

from __future__ import annotations

import csv
import io

from autograder.errors import UsageError


def read_csv(data: bytes, what: str, delimiter: str = ",") -> list[list[str]]:
    """The rows of a CSV file in UTF-8, with or without a byte order mark, or in Windows-1252.

    Args:
        what: what an error calls the file.

    Raises:
        UsageError: it is no such file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as reason:
        raise UsageError(f"{what}: is no table that can be read ({reason})") from None
