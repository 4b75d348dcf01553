"""``overrides.csv``: what the course team changes of grades, with a reason for each: points, and lateness.

A row changes the points of one question of one submission, or, with ``late`` in the place of the question,
excuses its lateness. To take a change back, its row stays, with points, reason and comment empty: a row that
is not there says nothing, so that no change is lost with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.config.schema import Config
from autograder.config.wording import unknown_field
from autograder.files.visible import csv_cell, csv_line, number
from autograder.model import Entry, Override, Submission
from autograder.store.decided import LATE, most_points
from autograder.store.people_table import PeopleTable, Row
from autograder.store.records import LONGEST_TEXT, State, Subject, Value, What
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

FILE = "overrides.csv"
COLUMNS = ("id", "student", "question", "points", "reason", "comment", JOURNAL)
_VALUE = ("points", "reason", "comment")


class OverridesTable(PeopleTable):
    """What the file says.

    Attributes:
        told: of every row with nothing wrong.
    """

    def __init__(self, out: Path, config: Config, submissions: Sequence[Submission], state: State) -> None:
        """
        Args:
            submissions: of the class; a row of nobody's is an error.
            state: what the journal says.

        Raises:
            UsageError: the file cannot be read, or a column is missing or there twice.
        """
        super().__init__(out / FILE, COLUMNS)
        self._config = config
        self.check_columns(("question", "points", "reason"))
        self.told: list[Told] = []
        self.check_rows({one.id for one in submissions}, state, ["id", "question"])
        for row in self.rows:
            self._hear(row, state)

    def _hear(self, row: Row, state: State) -> None:
        question = _question(row.cells)
        subject = subject_of(row.id, question)
        seen = seen_in(row.cells.get(JOURNAL, ""), state)
        held = [state.value_at(subject, seen), state.value(subject)]
        as_written = [value for value in held if _is_as_written(row, value)]
        value = as_written[0] if as_written else _read(row)
        if wrong := self._wrong(subject, value, row, known=any(held)):
            self.complain(row, f"{question or 'question'}: {wrong}")
        else:
            self.told.append(Told(row.place, subject, value, seen, JOURNAL in row.cells))

    def _wrong(self, subject: Subject, value: Value, row: Row, *, known: bool) -> str:
        config = self._config
        every = [*(one.name for one in config.questions), *(one.name for one in config.manual), LATE]
        if _question(row.cells) not in every and not known:
            return unknown_field(_question(row.cells), every, "question")
        if not isinstance(value, Override):
            return ""
        if not value.reason.strip():
            return "a reason is missing: students read it"
        if max(len(value.reason), len(value.comment)) > LONGEST_TEXT:
            return f"longer than {LONGEST_TEXT} characters"
        found = row.cells.get("points", "").strip()[:40]
        if subject.what is What.EXCUSE:
            return "" if value.points is None else f"expected no points for lateness; found {found!r}"
        most = most_points(subject, self._config)
        if most is None or (value.points is not None and 0 <= value.points <= most):
            return ""
        return f"expected points from 0 to {number(most)}; found {found!r}"

    def write(self, entries: Iterable[Entry], state: State) -> None:
        """Write what holds, where there is anything or the file is there.

        Raises:
            OSError: the file cannot be written.
        """
        held = {one: value for one, value in state.held() if isinstance(value, Override)}
        if held or self.is_there():
            names = self.names() | {one.submission.id: one.submission.student for one in entries}
            self.update(self._written(held, names, state))

    def _written(self, held: dict[Subject, Override], names: dict[str, str], state: State) -> Iterator[str]:
        header = list(dict.fromkeys([*self.headings, *COLUMNS]))
        yield csv_line(header, self.delimiter)
        for row in self.rows:
            if (value := held.pop(subject_of(row.id, _question(row.cells)), None)) is not None:
                cells = dict(row.cells) | {JOURNAL: seen_cell(row.id, state)}
                cells["student"] = cells.get("student", "").strip() or csv_cell(names.get(row.id, ""))
                typed = cells.get("points", "")  # a number that says the same stays as somebody wrote it
                cells |= _cells(value) | ({"points": typed} if points_in(typed) == value.points else {})
                yield csv_line([cells.get(name, "") for name in header], self.delimiter)
        for one, value in held.items():
            first = {
                "id": one.student,
                "student": csv_cell(names.get(one.student, "")),
                "question": one.question,
            }
            cells = first | _cells(value) | {JOURNAL: seen_cell(one.student, state)}
            cells["question"] = one.question or LATE
            yield csv_line([cells.get(name, "") for name in header], self.delimiter)

    def unlisted(self, state: State) -> list[Subject]:
        """Which changes hold though the file, which is there, has no row for them."""
        listed = {one.subject for one in self.told}
        if not self.is_there():
            return []
        return [one for one, value in state.held() if isinstance(value, Override) and one not in listed]


def subject_of(student: str, question: str) -> Subject:
    """What a row is about."""
    if question == LATE:
        return Subject(student, "", What.EXCUSE)
    return Subject(student, question, What.OVERRIDE)


def _question(row: dict[str, str]) -> str:
    name = row.get("question", "").strip()
    return LATE if name.casefold() == LATE else name


def _cells(value: Override) -> dict[str, str]:
    return {name: cell_of(getattr(value, name)) for name in _VALUE}


def _is_as_written(row: Row, value: Value) -> bool:
    given = [row.cells.get(name, "") for name in _VALUE]
    if not isinstance(value, Override):
        return value is None and not any(cell.strip() for cell in given)
    return all(is_as_written(cell, getattr(value, name)) for cell, name in zip(given, _VALUE, strict=True))


def _read(row: Row) -> Override | None:
    """What a row says, unchecked; ``None`` where it says nothing."""
    if _is_as_written(row, None):
        return None
    reason, comment = (text_in(row.cells.get(name, "")) or "" for name in ("reason", "comment"))
    return Override(points_in(row.cells.get("points", "")), reason, comment)
