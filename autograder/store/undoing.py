"""Taking back the last points that somebody gave for an answer, as the journal tells them: no page is needed.

Only who gave them may take them back, and only while nobody has decided about them since. What was taken back
is written down beside what holds again, so that the next time the change before it is meant.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.config.schema import ManualQuestion
from autograder.store.records import Decision, Record, State, Subject, What


@dataclass(frozen=True)
class Given:
    """Points that somebody gave for one answer at once.

    Attributes:
        number: of the first record; names the change.
        when, who: as the records have it; of answers that were scored together the same.
        records: of the points.
    """

    number: int
    when: str
    who: str
    records: Sequence[Record]


def last_given(student: str, question: ManualQuestion, state: State) -> Given | None:
    """The newest change of an answer's points that was not taken back.

    ``None`` where there is none, or the question's items were changed since: older points may not fit them.

    Args:
        student: the submission's id.
        question: with the items that hold now.
    """
    newest_first = sorted(_records(student, question, state), key=lambda one: -one.number)
    before = math.inf
    for record in newest_first:
        if record.number >= before:
            continue
        if record.subject.what is What.UNDONE:
            before = _number(record)
            continue
        together = [one for one in newest_first if (one.when, one.who) == (record.when, record.who)]
        first = min(one.number for one in together)
        if _items_changed(question, record, first, state):
            return None
        return Given(first, record.when, record.who, together)
    return None


def was_undone(student: str, question: str, number: int, state: State) -> bool:
    """Whether the change with this number was taken back."""
    records = state.since(Subject(student, question, What.UNDONE), 0)
    return any(_number(one) == number for one in records)


def undone(student: str, question: ManualQuestion, given: Given, state: State) -> Iterator[Decision]:
    """What is to be written down so that all is as it was before a change, the newest of this answer.

    Yields:
        At the end that it was taken back; before it what holds again.
    """
    for one in given.records:
        yield Decision(one.subject, one.before)
    looked = state.since(Subject(student, question.name, What.SEEN), 0)
    if looked and (looked[-1].when, looked[-1].who) == (given.when, given.who):
        yield Decision(looked[-1].subject, looked[-1].before)
    yield Decision(Subject(student, question.name, What.UNDONE), float(given.number))


def _records(student: str, question: ManualQuestion, state: State) -> Iterator[Record]:
    """What was decided about an answer's points, and what of it was taken back."""
    for one in question.items:
        yield from state.since(Subject(student, question.name, What.ITEM, one.code), 0)
    for what in (What.POINTS, What.UNDONE):
        yield from state.since(Subject(student, question.name, what), 0)


def _items_changed(question: ManualQuestion, record: Record, first: int, state: State) -> bool:
    edits = state.since(Subject("", question.name, What.RUBRIC), 0)
    return bool(edits) and (edits[-1].number > first or edits[-1].when == record.when)


def _number(record: Record) -> float:
    """The number that a record of :attr:`What.UNDONE` names."""
    assert isinstance(record.after, float | int)
    return float(record.after)
