"""What people decide, as values: about what, what holds, and since which record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from autograder.files.visible import storable
from autograder.model import Override

LONGEST_TEXT = 10_000
"""Characters of a comment, a private note or a reason."""
LONGEST_RUBRIC = 500_000
"""Characters of the items of a question, as JSON."""


class What(StrEnum):
    """About what a person decides. The values are what the file has."""

    POINTS = "points"
    ITEM = "item"
    COMMENT = "comment"
    PRIVATE_NOTE = "private note"
    OVERRIDE = "override"
    EXCUSE = "excuse"
    SEEN = "seen"
    RUBRIC = "rubric"
    REPEAT = "repeat"
    UNDONE = "undone"


Value = float | str | Override | None
"""What is decided: points, a text, an override; ``None``: nothing, or nothing any more."""


@dataclass(frozen=True)
class Subject:
    """One thing that a person decides about.

    Attributes:
        student: the submission's id; empty for a rubric.
        question: its name; empty for what is about the submission as a whole, as lateness is.
        what: points and items are numbers; a comment is for the student, a private note for the course team
            only; an override changes a question's points; an excuse is one for lateness; seen is a digest of
            what lay before the person who gave points; a rubric is the items of a question, as JSON
            (:mod:`autograder.store.rubrics`); a repeat is an item's points once more by the same person, to
            compare, and no part of any mark; undone is the number of the first record of a change that
            somebody took back (:mod:`autograder.store.undoing`).
        item: the item's code, for items and repeats; empty for everything else.
    """

    student: str
    question: str
    what: What
    item: str = ""


@dataclass(frozen=True)
class Decision:
    """What somebody wants to hold from now on."""

    subject: Subject
    value: Value


@dataclass(frozen=True)
class Record:
    """A decision that is written down.

    Attributes:
        number: from 1, in the order in which they were written.
        when: UTC, ISO 8601 with milliseconds; the same for what was written down together.
        who: the person or the file that decided.
        before: what held until then.
        after: what holds since.
    """

    number: int
    when: str
    who: str
    subject: Subject
    before: Value
    after: Value


@dataclass(frozen=True)
class Stale:
    """A decision that was refused, because somebody has decided about the same thing since.

    Attributes:
        decision: the one that is refused.
        newest: what was decided instead.
    """

    decision: Decision
    newest: Record


class State:
    """What a journal says: at the end, and after each of its records.

    Attributes:
        identity: of the journal; empty where there is none yet.
        last: number of its newest record; 0 where there is none.
    """

    def __init__(self, records: Sequence[Record] = (), identity: str = "") -> None:
        self.identity = identity
        self.last = records[-1].number if records else 0
        self._records: dict[Subject, list[Record]] = {}
        self._last_of: dict[str, int] = {}
        for record in records:
            self._records.setdefault(record.subject, []).append(record)
            self._last_of[record.subject.student] = record.number

    def value(self, subject: Subject) -> Value:
        """What holds now."""
        records = self._records.get(subject)
        return records[-1].after if records else None

    def value_at(self, subject: Subject, number: int) -> Value:
        """What held when the record with this number was the newest."""
        earlier = [record for record in self._records.get(subject, ()) if record.number <= number]
        return earlier[-1].after if earlier else None

    def since(self, subject: Subject, number: int) -> Sequence[Record]:
        """What was decided about a thing after the record with this number."""
        return [record for record in self._records.get(subject, ()) if record.number > number]

    def last_of(self, student: str) -> int:
        """Number of the newest record about a student; 0 where there is none."""
        return self._last_of.get(student, 0)

    def about(self, student: str) -> list[Record]:
        """Every record about a student, in the order in which they were written."""
        found = [one for subject, some in self._records.items() if subject.student == student for one in some]
        return sorted(found, key=lambda one: one.number)

    def records(self) -> Iterator[Record]:
        """Every record; those about one thing in their order."""
        return (record for some in self._records.values() for record in some)

    def held(self) -> Iterator[tuple[Subject, Value]]:
        """Everything about which something holds now."""
        for subject, records in self._records.items():
            if records[-1].after is not None:
                yield subject, records[-1].after

    def extended(self, records: Iterable[Record]) -> State:
        """The state after more records; this one stays as it is."""
        found = State((), self.identity)
        found.last = self.last
        found._records = dict(self._records)
        found._last_of = dict(self._last_of)
        for record in records:
            found.last = record.number
            found._records[record.subject] = [*found._records.get(record.subject, ()), record]
            found._last_of[record.subject.student] = record.number
        return found

    def with_decisions(self, decisions: Sequence[Decision], who: str) -> State:
        """The state as it would be with these decisions written down."""
        return self.extended(
            Record(number, "", who, one.subject, self.value(one.subject), one.value)
            for number, one in enumerate(decisions, start=self.last + 1)
        )


def check(decision: Decision) -> None:
    """Refuse a value that is none of its subject; the bounds of points are the configuration's matter.

    Raises:
        ValueError: it is of another kind, too long, or an override without a reason.
    """
    what, value = decision.subject.what, decision.value
    if what in (What.POINTS, What.ITEM, What.REPEAT, What.UNDONE):
        right = _is_number(value)
    elif what is What.RUBRIC:
        right = _is_text(value, LONGEST_RUBRIC) and value != ""
    elif what in (What.COMMENT, What.PRIVATE_NOTE, What.SEEN):
        right = _is_text(value) and value != ""
    else:
        right = isinstance(value, Override) and _is_change(value, excuse=what is What.EXCUSE)
    if not right and value is not None:
        raise ValueError(f"not a value of {what.value}: {str(value)[:80]!r}")


def _is_change(value: Override, *, excuse: bool) -> bool:
    points = value.points is None if excuse else _is_number(value.points)
    texts = _is_text(value.reason) and value.reason.strip() and _is_text(value.comment)
    return bool(points and texts and value.instead is None)


def _is_number(value: object) -> bool:
    if not isinstance(value, float | int) or isinstance(value, bool):
        return False
    return math.isfinite(value) and value >= 0


def _is_text(value: object, longest: int = LONGEST_TEXT) -> bool:
    return isinstance(value, str) and len(value) <= longest and storable(value) == value
