"""``manual.csv``: the table in which a person scores, for the questions that need one.

For each question it has a column of points, one for each item and one for a comment. It is written from the
journal's state and read by every run; what is new in it goes into the journal (:mod:`autograder.store.told`).
Rows and columns that are not ours stay, also those of a submission that is not there any more. What cannot be
understood ends the run before anything is graded, all of it in one message: points that are not read would be
a zero. Beside each question stands, in a column of ours, whether there is an answer at all, and which
pictures belong to it: that is kept up to date. So is a digest of the answer that lies before whoever fills
the row in: it comes back with the points, and a later answer is not taken for that one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from autograder.config.schema import Config, ManualQuestion
from autograder.errors import UsageError
from autograder.files.visible import csv_cell, csv_line, plain
from autograder.model import Entry, Submission
from autograder.store.decided import heading, out_of_bounds
from autograder.store.people_table import PeopleTable, Row
from autograder.store.records import LONGEST_TEXT, Decision, State, Subject, Value, What
from autograder.store.rubrics import codes_ever
from autograder.store.seen import digest_cell, digest_in, seen_in_table
from autograder.store.spreadsheet import folded
from autograder.store.told import (
    JOURNAL,
    Told,
    cell_of,
    is_as_written,
    points_in,
    seen_cell,
    seen_in,
    text_in,
)

FILE = "manual.csv"
FOUND = ": answer"
"""How our columns end that say what was found of an answer."""

_FIRST = ("id", "submission", "student", "lms_id")


class ManualTable(PeopleTable):
    """What the file says.

    Attributes:
        told: of every cell with nothing wrong.
    """

    def __init__(self, out: Path, config: Config, submissions: Sequence[Submission], state: State) -> None:
        """
        Args:
            submissions: of the class; a row of nobody's is an error.
            state: what the journal says.

        Raises:
            UsageError: the file cannot be read, or a column is missing, unknown or there twice.
        """
        self._config = config
        self._gone = _gone(config, state)
        columns = (name for one in config.manual for name in (*_columns(one), _seen_column(one)))
        ours = [*_FIRST, *columns, JOURNAL]
        super().__init__(out / FILE, ours)
        self._check_headings()
        self.told: list[Told] = []
        self._digests: dict[tuple[str, str], str] = {}
        self.check_rows({one.id for one in submissions}, state, ["id"])
        for row in self.rows:
            self._hear(row, state)
            self._hear_of_gone_items(row, state)

    def places(self) -> Mapping[tuple[str, str], str]:
        """Where a submission's points of a question stand, by their id and its name."""
        questions = [one.name for one in self._config.manual]
        return {(row.id, name): f"{row.place}: {name}" for row in self.rows for name in questions}

    def looked_at(self, decisions: Iterable[Decision]) -> Sequence[Decision]:
        """For what points of these are, as far as their rows say it."""
        given = {
            (one.subject.student, one.subject.question)
            for one in decisions
            if one.subject.what in (What.POINTS, What.ITEM) and one.value is not None
        }
        found = [(*key, self._digests.get(key, "")) for key in sorted(given)]
        return [seen_in_table(*one) for one in found if one[-1]]

    def _hear(self, row: Row, state: State) -> None:
        seen = seen_in(row.cells.get(JOURNAL, ""), state)
        for question in self._config.manual:
            self._digests[row.id, question.name] = digest_in(row.cells.get(_seen_column(question), ""))
            for subject in _subjects(row.id, question):
                if (cell := row.cells.get(heading(subject))) is None:
                    continue
                value = _value(cell, subject, state, seen)
                if wrong := self._wrong(subject, value, cell):
                    self.complain(row, f"{heading(subject)}: {wrong}")
                else:
                    self.told.append(Told(row.place, subject, value, seen, JOURNAL in row.cells))

    def _hear_of_gone_items(self, row: Row, state: State) -> None:
        """Complain of points for items that were deleted after the table was written."""
        seen = seen_in(row.cells.get(JOURNAL, ""), state)
        for name, (question, code) in self._gone.items():
            cell, subject = row.cells.get(name, ""), Subject(row.id, question, What.ITEM, code)
            if cell.strip() and not is_as_written(cell, state.value_at(subject, seen)):
                self.complain(row, f"{name}: {question} has no such item any more: delete these points")

    def _wrong(self, subject: Subject, value: Value, cell: str) -> str:
        if isinstance(value, str):
            return "" if len(value) <= LONGEST_TEXT else f"longer than {LONGEST_TEXT} characters"
        if isinstance(value, float) and not value >= 0:  # NaN is no number of points either
            most = out_of_bounds(subject, float("inf"), self._config).partition("; found")[0]
            return f"{most}; found {cell.strip()[:40]!r}"
        wrong = out_of_bounds(subject, value, self._config)
        return f"{wrong.partition('; found')[0]}; found {cell.strip()[:40]!r}" if wrong else ""

    def write(self, entries: Iterable[Entry], state: State) -> None:
        """Write the state, with a row for every submission, also for one that is not gradable.

        Raises:
            OSError: the file cannot be written.
        """
        if self._config.manual:
            self.update(self._written(entries, state))

    def _written(self, entries: Iterable[Entry], state: State) -> Iterator[str]:
        found = [f"{one.name}{FOUND}" for one in self._config.manual]
        found += map(_seen_column, self._config.manual)
        columns = [name for one in self._config.manual for name in _columns(one)]
        kept = [name for name in self.headings if name not in self._gone]
        header = list(dict.fromkeys([*kept, *_FIRST, *columns, *found, JOURNAL]))
        yield csv_line(header, self.delimiter)
        now = {entry.submission.id: entry for entry in entries}
        for row in self.rows:
            entry = now.pop(row.id, None)
            cells = self._cells(row.id, row.cells, state) | (self._found(entry) if entry else {})
            yield csv_line([cells.get(name, "") for name in header], self.delimiter)
        for entry in now.values():
            one = entry.submission
            first = dict(zip(_FIRST, (one.id, one.source, one.student, one.lms_id), strict=True))
            cells = {name: csv_cell(text, 4000) for name, text in first.items()}
            cells = self._cells(one.id, cells, state) | self._found(entry)
            yield csv_line([cells.get(name, "") for name in header], self.delimiter)

    def _cells(self, student: str, cells: Mapping[str, str], state: State) -> dict[str, str]:
        """A row as it is now; a number that says the same stays as somebody wrote it."""
        now = dict(cells) | {JOURNAL: seen_cell(student, state)}
        for question in self._config.manual:
            for subject in _subjects(student, question):
                name, value = heading(subject), state.value(subject)
                if isinstance(value, str) or _value(now.get(name, ""), subject, state, state.last) != value:
                    now[name] = cell_of(value)
        return now

    def _found(self, entry: Entry) -> dict[str, str]:
        """What our columns say: whether there is an answer, and which pictures are there."""
        read = {one.name: one for one in entry.manual}
        digests = dict(zip(read, entry.manual_digests, strict=False))  # one that was made without has none
        beside = [f"beside the notebook: {name}" for name in entry.submission.pictures]
        cells = {}
        for question in self._config.manual:
            one = read.get(question.name)
            what = [one.state.value, *one.pictures] if one else ["the notebook could not be read"]
            cells[f"{question.name}{FOUND}"] = csv_cell("; ".join([*what, *beside]), 1000)
            cells[_seen_column(question)] = digest_cell(digests.get(question.name, ""))
        return cells

    def _check_headings(self) -> None:
        """
        Raises:
            UsageError: a column has another name, or is of an item that the question has not.
        """
        if not self.headings:
            return
        ours = {
            *_FIRST,
            JOURNAL,
            *self._gone,
            *(name for one in self._config.manual for name in (*_columns(one), _seen_column(one))),
        }
        others = [one for one in self.headings if one.strip() and one not in ours and not one.endswith(FOUND)]
        for question in self._config.manual:
            for other in others:
                if folded(other).startswith(folded(f"{question.name}:")):
                    codes = ", ".join(one.code for one in question.items) or "none"
                    raise UsageError(
                        f"{self.place}: the column {plain(other, 80)!r} is of no item of {question.name} "
                        f"(its items: {codes}): give the column or the item its name back, or delete the "
                        f"column"
                    )
        missing = [one.name for one in self._config.manual if one.name not in self.headings]
        # Columns of items and comments are missing in older files: only what looks like one is a renamed one.
        details = [name for one in self._config.manual for name in _columns(one)[1:]]
        missing += [
            name
            for name in details
            if name not in self.headings
            and difflib.get_close_matches(folded(name), map(folded, others), n=1, cutoff=0.8)
        ]
        # Without another column nothing was renamed: the configuration has a new question.
        if missing and others:
            raise UsageError(
                f"{self.place}: no column is called {', '.join(missing)}; found {self.listed(others)} "
                f"instead. Give the column its name back, or add an empty one"
            )


def _gone(config: Config, state: State) -> Mapping[str, tuple[str, str]]:
    """Headings of items that people have deleted: question and code of each."""
    return {
        heading(Subject("", question.name, What.ITEM, code)): (question.name, code)
        for question in config.manual
        for code in codes_ever(question, state) - {one.code for one in question.items}
    }


def _subjects(student: str, question: ManualQuestion) -> Iterator[Subject]:
    """What the table has of a question, in the order of its columns."""
    yield Subject(student, question.name, What.POINTS)
    for one in question.items:
        yield Subject(student, question.name, What.ITEM, one.code)
    yield Subject(student, question.name, What.COMMENT)


def _columns(question: ManualQuestion) -> list[str]:
    return [heading(one) for one in _subjects("", question)]


def _seen_column(question: ManualQuestion) -> str:
    return heading(Subject("", question.name, What.SEEN))


def _value(cell: str, subject: Subject, state: State, seen: int) -> Value:
    """What a cell says: what was written into it where nobody changed it, else what it reads."""
    for value in (state.value_at(subject, seen), state.value(subject)):
        if is_as_written(cell, value):
            return value
    return text_in(cell) if subject.what is What.COMMENT else points_in(cell)
