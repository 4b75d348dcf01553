"""``manual.csv``: the one file of a report that a person fills in, for the questions that need one.

It is written once with empty cells and read by every later run; what somebody wrote into it is never
changed, not even for a submission that is not there any more. What cannot be understood ends the run
before anything is graded, all of it in one message: points that are not read would be a zero. Beside each
question stands, in a column of ours, whether there is an answer at all, and which pictures belong to it:
that is kept up to date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.config.schema import ManualQuestion
from autograder.errors import UsageError
from autograder.files.atomic import update_file
from autograder.files.visible import csv_cell, csv_line, number, plain
from autograder.model import Entry, Submission
from autograder.store.results import results_file
from autograder.store.spreadsheet import Table, folded, read_table

FILE = "manual.csv"
FOUND = ": answer"
"""How our columns end that say what was found of an answer."""

_FIRST = ("id", "submission", "student", "lms_id")
_MOST_NAMED = 50
"""Errors that one message names."""
_Row = tuple[int, dict[str, str]]
"""The line in which it stands, and its cells by their headings."""


class ManualMarks:
    """What the file says."""

    def __init__(
        self, out: Path, questions: Sequence[ManualQuestion], submissions: Sequence[Submission]
    ) -> None:
        """
        Args:
            submissions: of the class; a row of nobody's is an error.

        Raises:
            UsageError: the file cannot be read, a column is missing, a row is nobody's or there twice, or a
                cell is no number of points; the message names every line, and whose it is.
        """
        self._path = out / FILE
        self._questions = questions
        self._points: dict[str, dict[str, float]] = {}
        table = read_table(self._path)
        self._table = table or Table((), ())
        if table is not None:
            self._headings(table)
        self._rows: list[_Row] = [
            (line, dict(zip(self._table.headings, cells, strict=False))) for line, cells in self._table.rows
        ]
        here = {one.id for one in submissions}
        self.gone = tuple(
            _who(row)
            for _, row in self._rows
            if row.get("id", "").strip() not in here and self._is_scored(row)
        )
        """People with points in the file who were graded into this folder once and are not any more."""
        if wrong := list(self._wrong_rows(here)):
            more = [f"… and {len(wrong) - _MOST_NAMED} more"] if len(wrong) > _MOST_NAMED else []
            raise UsageError("\n".join([*wrong[:_MOST_NAMED], *more]))

    def of(self, submission_id: str) -> dict[str, float]:
        """Points by question; a question that nobody has scored is missing."""
        return self._points.get(submission_id, {})

    def write(self, entries: Iterable[Entry]) -> None:
        """Add a row for every submission that has none, also for one that is not gradable.

        The file begins with the mark that tells spreadsheets that it is UTF-8, and keeps its delimiter.

        Raises:
            OSError: the file cannot be written.
        """
        if self._questions:
            update_file(self._path, "\ufeff" + "".join(self._lines(entries)))

    def _lines(self, entries: Iterable[Entry]) -> Iterator[str]:
        between = self._table.delimiter
        names = [question.name for question in self._questions]
        header = list(dict.fromkeys([*self._table.headings, *_FIRST, *names, *map(_column, names)]))
        yield csv_line(header, between)
        now = {entry.submission.id: entry for entry in entries}
        for _, row in self._rows:
            entry = now.pop(row["id"], None)
            row = row | (self._found(entry) if entry else {})
            yield csv_line([row.get(name, "") for name in header], between)
        for entry in now.values():
            one = entry.submission
            first = dict(zip(_FIRST, (one.id, one.source, one.student, one.lms_id), strict=True))
            cells = {name: csv_cell(text, 4000) for name, text in first.items()} | self._found(entry)
            yield csv_line([cells.get(name, "") for name in header], between)

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

    def _headings(self, table: Table) -> None:
        """Call the columns as we do, whatever their case and white space.

        Raises:
            UsageError: a column of ours is there twice, or has another name.
        """
        ours = {folded(name): name for name in (*_FIRST, *(one.name for one in self._questions))}
        headings = tuple(ours.get(folded(heading), heading) for heading in table.headings)
        place = f"{self._path}:{table.first_line}"
        if "id" not in headings:
            expected = ", ".join(ours.values())
            raise UsageError(
                f"{place}: no column is called id; expected a table with the columns {expected}; found "
                f"{_listed(table.headings)}"
            )
        twice = [name for name in ours.values() if headings.count(name) > 1]
        if twice:
            raise UsageError(f"{place}: several columns are called {', '.join(twice)}: keep one of each")
        missing = [one.name for one in self._questions if one.name not in headings]
        others = [
            heading
            for heading in headings
            if heading.strip() and heading not in ours.values() and not heading.endswith(FOUND)
        ]
        # Without another column nothing was renamed: the configuration has a new question.
        if missing and others:
            raise UsageError(
                f"{place}: no column is called {', '.join(missing)}; found {_listed(others)} instead. Give "
                f"the column its name back, or add an empty one"
            )
        self._table = Table(headings, table.rows, table.delimiter, table.first_line)

    def _wrong_rows(self, here: set[str]) -> Iterator[str]:
        """What is wrong with the rows, a sentence each; what is right is kept on the way."""
        lines: dict[str, list[int]] = defaultdict(list)
        for (line, row), (_, cells) in zip(self._rows, self._table.rows, strict=True):
            place = f"{self._path}:{line}: {_who(row)}"
            identifier = row["id"] = row.get("id", "").strip()
            lines[identifier].append(line)
            if any(cell.strip() for cell in cells[len(self._table.headings) :]):
                columns = len(self._table.headings)
                yield (
                    f"{place}: {len(cells)} cells, but the table has {columns} columns; a comma in a number "
                    f'needs quotes ("1,5")'
                )
            elif len(lines[identifier]) > 1:
                yield f"{place}: the second row with this id, after line {lines[identifier][0]}: delete one"
            elif identifier not in here and not self._was_here(identifier):
                yield (
                    f"{place}: no submission has the id {plain(identifier, 80)!r}; write the id as it was, "
                    f"or delete the row"
                )
            else:
                self._points[identifier] = {}
                for question in self._questions:
                    if (text := row.get(question.name, "").strip()) and (
                        wrong := self._take(row, question, text)
                    ):
                        yield f"{place}: {wrong}"

    def _take(self, row: dict[str, str], question: ManualQuestion, text: str) -> str:
        """Keep the points in a cell; what is wrong with it, if anything is."""
        try:
            points = float(text.replace(",", "."))
        except ValueError:
            points = -1.0
        if 0 <= points <= question.points:
            self._points[row["id"]][question.name] = points
            return ""
        most = number(question.points)
        return f"{question.name}: expected points from 0 to {most}, or nothing; found {text[:40]!r}"

    def _is_scored(self, row: dict[str, str]) -> bool:
        return any(row.get(question.name, "").strip() for question in self._questions)

    def _was_here(self, identifier: str) -> bool:
        try:
            return results_file(self._path.parent, identifier).is_file()
        except ValueError:
            return False  # no id of ours


def _column(question: str) -> str:
    """Our column beside a question's; no question can be called so."""
    return f"{question}{FOUND}"


def _who(row: dict[str, str]) -> str:
    """Whom a row is about, for people."""
    return plain((row.get("student") or row.get("submission") or row.get("id") or "").strip(), 60) or "nobody"


def _listed(headings: Sequence[str]) -> str:
    return ", ".join(repr(plain(heading, 40)) for heading in headings[:20]) or "nothing"
