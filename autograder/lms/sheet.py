"""A list of the class that is a table with headings: which of them means what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from autograder.lms.model import Assignment, Person, Worksheet
from autograder.lms.rows import Row, another_file, folded, headings_of, read_csv, records

_Headings = tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """How to read it. Of several headings, an LMS's languages, the first that the table has counts.

    Attributes:
        expected: what the list is and where the LMS gives it; ends the message for another file.
        id, name, last, first, login, group, mark, comment: headings of what :class:`Person` holds; a name
            may stand in one column or in two.
        required: further headings that it must have.
        kind, form: what an identifier has to be, as in :func:`~autograder.lms.rows.records`.
        prefix: what the LMS puts before identifiers and logins.
        last_first: whether the LMS shows names as "Doe, Jane".
        ragged: whether rows may have more or fewer cells than there are headings.
    """

    expected: str
    id: _Headings
    name: _Headings = ()
    last: _Headings = ()
    first: _Headings = ()
    login: _Headings = ()
    group: _Headings = ()
    mark: _Headings = ()
    comment: _Headings = ()
    required: _Headings = ()
    kind: str = "something under"
    form: str = r"[# ]*[^# ].*"
    prefix: str = ""
    last_first: bool = False
    ragged: bool = False

    def read(self, data: bytes) -> Worksheet:
        """The list in a file.

        Raises:
            UsageError: it is another file, or a program has damaged it.
        """
        return self.read_rows(read_csv(data))

    def read_rows(self, rows: Sequence[Sequence[str]]) -> Worksheet:
        """The list in the rows of a file; raises as :meth:`read`."""
        headings = headings_of(rows)
        there = Row(zip(headings, headings, strict=True))
        identifier = there.cell(*self.id)
        if not identifier or not all(heading in there for heading in self.required):
            raise another_file(headings, self.expected)
        read = records(rows, identifier, self.kind, self.form, ragged=self.ragged)
        return Worksheet(headings, tuple(self.person(row) for _, row in read))

    def person(self, row: Row) -> Person:
        """Who stands in a row."""
        first, last = row.cell(*self.first), row.cell(*self.last)
        parts = filter(None, (last, first) if self.last_first else (first, last))
        return Person(
            lms_id=row.cell(*self.id).removeprefix(self.prefix),
            name=row.cell(*self.name) or (", " if self.last_first else " ").join(parts),
            login=row.cell(*self.login).removeprefix(self.prefix),
            group=row.cell(*self.group),
            mark=row.cell(*self.mark),
            comment=row.cell(*self.comment),
            cells=row,
        )


@dataclass(frozen=True)
class Column:
    """A column of marks in a gradebook that has one for each assignment.

    Attributes:
        title: what people call it.
        maximum: its points; ``None`` where they are not known.
    """

    title: str
    maximum: float | None = None


def with_marks(worksheet: Worksheet, heading: str | None) -> Worksheet:
    """The list with the marks that stand in one of its columns."""
    if heading is None:
        return worksheet
    marked = (replace(person, mark=person.cells.cell(heading)) for person in worksheet.people)
    return replace(worksheet, people=tuple(marked))


def heading_for(columns: Mapping[str, Column], assignment: Assignment, *, guess: bool = True) -> str | None:
    """The heading of the lab's column; ``None`` where that would be a guess.

    Args:
        columns: those that may be meant, by their headings.
        assignment: its ``column`` may be the heading or the title; without one, its ``title`` is looked for.
        guess: whether a column of another title is meant where it is the only one.
    """
    titles = {heading: folded(column.title) for heading, column in columns.items()}
    wanted, title = folded(assignment.column), folded(assignment.title)
    if wanted:
        return _only(heading for heading in titles if wanted == folded(heading)) or _only(
            heading for heading in titles if wanted == titles[heading]
        )
    return (
        _only(heading for heading in titles if titles[heading] == title)
        or _only(heading for heading in titles if title and title in titles[heading])
        or _only(titles if guess or not title else ())
    )


def _only(found: Iterable[str]) -> str | None:
    headings: Sequence[str] = list(found)
    return headings[0] if len(headings) == 1 else None
