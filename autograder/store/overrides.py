"""``overrides.csv``: what the course team changes of grades, with a reason for each: points, and lateness.

A row changes the points of one question of one submission, or, with ``late`` in the place of the question,
excuses its lateness; with ``comment`` there, its comment is what the student reads about the whole. To take a
change back, its row stays, with points, reason and comment empty: a row that is not there says nothing, so
that no change is lost with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.config.schema import Config
from autograder.config.wording import unknown_field
from autograder.files.visible import csv_cell, csv_line, number
from autograder.model import Entry, Grade, Override, Submission
from autograder.store.decided import COMMENT, LATE, heading, most_points
from autograder.store.people_table import PeopleTable, Row
from autograder.store.records import LONGEST_TEXT, Decision, State, Subject, Value, What
from autograder.store.results import read_results, results_file
from autograder.store.seen import looked_at
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
        value = as_written[0] if as_written else _read(row, subject)
        if wrong := self._wrong(subject, value, row, known=any(held)):
            self.complain(row, f"{question or 'question'}: {wrong}")
        else:
            self.told.append(Told(row.place, subject, value, seen, JOURNAL in row.cells))

    def _wrong(self, subject: Subject, value: Value, row: Row, *, known: bool) -> str:
        config = self._config
        questions = [*(one.name for one in config.questions), *(one.name for one in config.manual)]
        every = [*questions, LATE, COMMENT]
        if _question(row.cells) not in every and not known:
            return unknown_field(_question(row.cells), every, "question")
        if subject.what is What.COMMENT:
            return _wrong_comment(row, value)
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

    def looked_at(self, decisions: Iterable[Decision]) -> Sequence[Decision]:
        """What these changes of points are about: the results that lie in the folder, since their rows are
        written by people who have read those. Of whom nothing was graded yet, nothing is written down.
        """
        given = [
            one.subject for one in decisions if one.subject.what is What.OVERRIDE and one.value is not None
        ]
        graded = [(one.question, _graded_last(self.path.parent, one.student)) for one in given]
        return [looked_at(grade, question) for question, grade in graded if grade is not None]

    def write(self, entries: Iterable[Entry], state: State) -> None:
        """Write what holds, where there is anything or the file is there.

        Raises:
            OSError: the file cannot be written.
        """
        held = dict(_held(state))
        if held or self.is_there():
            names = self.names() | {one.submission.id: one.submission.student for one in entries}
            self.update(self._written(held, names, state))

    def _written(self, held: dict[Subject, Value], names: dict[str, str], state: State) -> Iterator[str]:
        header = list(dict.fromkeys([*self.headings, *COLUMNS]))
        yield csv_line(header, self.delimiter)
        for row in self.rows:
            if (value := held.pop(subject_of(row.id, _question(row.cells)), None)) is not None:
                cells = dict(row.cells) | {JOURNAL: seen_cell(row.id, state)}
                cells["student"] = cells.get("student", "").strip() or csv_cell(names.get(row.id, ""))
                typed = cells.get("points", "")  # a number that says the same stays as somebody wrote it
                written = _cells(value)
                same = typed.strip() and points_in(typed) == points_in(written["points"])
                cells |= written | ({"points": typed} if same else {})
                yield csv_line([cells.get(name, "") for name in header], self.delimiter)
        for one, value in held.items():
            first = {
                "id": one.student,
                "student": csv_cell(names.get(one.student, "")),
                "question": one.question or heading(one),
            }
            cells = first | _cells(value) | {JOURNAL: seen_cell(one.student, state)}
            yield csv_line([cells.get(name, "") for name in header], self.delimiter)

    def unlisted(self, state: State) -> list[Subject]:
        """Which changes hold though the file, which is there, has no row for them."""
        listed = {one.subject for one in self.told}
        if not self.is_there():
            return []
        return [one for one, _ in _held(state) if one not in listed]


def _graded_last(out: Path, student: str) -> Grade | None:
    try:
        return read_results(results_file(out, student))
    except (OSError, ValueError):
        return None


def subject_of(student: str, question: str) -> Subject:
    """What a row is about."""
    if question == LATE:
        return Subject(student, "", What.EXCUSE)
    if question == COMMENT:
        return Subject(student, "", What.COMMENT)
    return Subject(student, question, What.OVERRIDE)


def _held(state: State) -> Iterator[tuple[Subject, Value]]:
    """Everything that holds now and has a row."""
    for one, value in state.held():
        if one == subject_of(one.student, one.question or heading(one)):
            yield one, value


def _question(row: dict[str, str]) -> str:
    name = row.get("question", "").strip()
    return name.casefold() if name.casefold() in (LATE, COMMENT) else name


def _wrong_comment(row: Row, value: Value) -> str:
    """What is wrong with the row of a comment about the whole; empty where nothing is."""
    if value is None and any(row.cells.get(name, "").strip() for name in _VALUE):
        return "the comment is missing"
    if any(row.cells.get(name, "").strip() for name in ("points", "reason")):
        return "expected a comment, and neither points nor a reason"
    return f"longer than {LONGEST_TEXT} characters" if len(str(value or "")) > LONGEST_TEXT else ""


def _cells(value: Value) -> dict[str, str]:
    if isinstance(value, str):
        return {"points": "", "reason": "", "comment": cell_of(value)}
    return {name: cell_of(getattr(value, name)) for name in _VALUE}


def _is_as_written(row: Row, value: Value) -> bool:
    given = [row.cells.get(name, "") for name in _VALUE]
    if value is None:
        return not any(cell.strip() for cell in given)
    values = [None, None, value] if isinstance(value, str) else [getattr(value, name) for name in _VALUE]
    return all(is_as_written(cell, part) for cell, part in zip(given, values, strict=True))


def _read(row: Row, subject: Subject) -> Value:
    """What a row says, unchecked; ``None`` where it says nothing."""
    if _is_as_written(row, None):
        return None
    reason, comment = (text_in(row.cells.get(name, "")) or "" for name in ("reason", "comment"))
    if subject.what is What.COMMENT:
        return comment or None
    return Override(points_in(row.cells.get("points", "")), reason, comment)
