"""``manual.csv``: the one file of a report that a person fills in, for the questions that need one.

It is written once with empty cells and read by every later run; what somebody wrote into it is never
changed, not even for a submission that is not there any more. Beside each question stands, in a column of
ours, whether there is an answer at all, and which pictures belong to it: that is kept up to date.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.config.schema import ManualQuestion
from autograder.errors import UsageError
from autograder.files.atomic import update_file
from autograder.files.visible import csv_cell, csv_line, number
from autograder.model import Entry

FILE = "manual.csv"
_FIRST = ("id", "submission", "student", "lms_id")


class ManualMarks:
    """What the file says."""

    def __init__(self, out: Path, questions: Sequence[ManualQuestion]) -> None:
        """
        Raises:
            UsageError: a cell is no number of points; the message names file, line and column.
        """
        self._path = out / FILE
        self._questions = questions
        self._rows = _read(self._path)
        self._points = {
            row["id"]: {
                question.name: points
                for question in questions
                if (points := _points(row.get(question.name, ""), question, f"{self._path}:{line}"))
                is not None
            }
            for line, row in self._rows
        }

    def of(self, submission_id: str) -> dict[str, float]:
        """Points by question; a question that nobody has scored is missing."""
        return self._points.get(submission_id, {})

    def write(self, entries: Iterable[Entry]) -> None:
        """Add a row for every submission that has none, also for one that is not gradable.

        Raises:
            OSError: the file cannot be written.
        """
        if self._questions:
            update_file(self._path, "".join(self._lines(entries)))

    def _lines(self, entries: Iterable[Entry]) -> Iterator[str]:
        before = [name for _, row in self._rows[:1] for name in row]
        names = [question.name for question in self._questions]
        header = list(dict.fromkeys([*before, *_FIRST, *names, *map(_column, names)]))
        yield csv_line(header)
        now = {entry.submission.id: entry for entry in entries}
        for _, row in self._rows:
            entry = now.pop(row["id"], None)
            row = row | (self._found(entry) if entry else {})
            yield csv_line([row.get(name, "") for name in header])
        for entry in now.values():
            one = entry.submission
            first = dict(zip(_FIRST, (one.id, one.source, one.student, one.lms_id), strict=True))
            cells = {name: csv_cell(text, 4000) for name, text in first.items()} | self._found(entry)
            yield csv_line([cells.get(name, "") for name in header])

    def _found(self, entry: Entry) -> dict[str, str]:
        """What our columns say: whether there is an answer, and which pictures are there."""
        read = {one.name: one for one in entry.manual}
        beside = [f"beside the notebook: {name}" for name in entry.submission.pictures]
        cells = {}
        for question in self._questions:
            one = read.get(question.name)
            what = [one.state.value, *one.pictures] if one else ["the notebook could not be read"]
            cells[_column(question.name)] = csv_cell("; ".join([*what, *beside]), 1000)
        return cells


def _column(question: str) -> str:
    """Our column beside a question's; no question can be called so."""
    return f"{question}: answer"


def _read(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows with their line numbers; none where there is no file."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as reason:
        raise UsageError(f"{path}: cannot be read ({reason}): save it as CSV in UTF-8") from None
    # With a German locale, spreadsheets write semicolons.
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    if "id" not in (reader.fieldnames or ()):
        raise UsageError(f"{path}:1: expected a table with the columns {', '.join(_FIRST)}, …")
    return [
        (reader.line_num, {str(key): cell or "" for key, cell in row.items() if key is not None})
        for row in reader
    ]


def _points(text: str, question: ManualQuestion, place: str) -> float | None:
    text = text.strip()
    if not text:
        return None
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= question.points:
        raise UsageError(
            f"{place}: {question.name}: expected points from 0 to {number(question.points)}, or nothing; "
            f"found {text[:40]!r}"
        )
    return points
