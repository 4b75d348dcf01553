"""Answers that come back unmarked to who scored them, to see how often people agree with themselves.

Which ones come back is drawn once for a class, by a hash: nobody can tell beforehand, and every page draws
the same ones. What is given the second time is kept beside the marks and never becomes one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.store.records import Record, State, What

BETWEEN = 5
"""Answers that somebody scores before one of theirs comes back."""


@dataclass(frozen=True)
class Agreement:
    """How somebody's second look at an answer compares with the first one.

    Attributes:
        student, question: whose answer.
        same, different: codes of the items that have the same points both times, and those that have not.
    """

    student: str
    question: str
    same: tuple[str, ...]
    different: tuple[str, ...]


def due(question: str, who: str, share: float, state: State) -> Sequence[str]:
    """Ids of the students whose answers are to be scored once more by somebody now, those of long ago first.

    Args:
        who: the person.
        share: of their answers, from 0 to 1.
    """
    scored = _scored_by(question, who, state)
    repeated = {
        one.subject.student: one.number for one in _records(question, What.REPEAT, state) if one.who == who
    }
    found = []
    for at, (student, last) in enumerate(sorted(scored.items(), key=lambda one: one[1])):
        far_enough = at < len(scored) - BETWEEN
        if (
            far_enough
            and _drawn(state.identity, question, student) < share
            and repeated.get(student, 0) < last
        ):
            found.append(student)
    return found


def agreements(question: str, who: str, state: State) -> Sequence[Agreement]:
    """What somebody gave the second time, compared with what held then; the newest look at each answer."""
    looks: dict[str, dict[str, Record]] = {}
    for one in _records(question, What.REPEAT, state):
        if one.who == who:
            looks.setdefault(one.subject.student, {})[one.subject.item] = one
    found = []
    for student, by_item in looks.items():
        same = {code: record.after == _first(record, state) for code, record in by_item.items()}
        found.append(
            Agreement(
                student, question,
                tuple(code for code, is_same in same.items() if is_same),
                tuple(code for code, is_same in same.items() if not is_same),
            )
        )  # fmt: skip
    return found


def graders(state: State) -> Sequence[str]:
    """Who has scored an answer a second time."""
    return sorted({one.who for one in state.records() if one.subject.what is What.REPEAT})


def _first(record: Record, state: State) -> object:
    """What the item had when it was scored the second time; nothing is no points."""
    subject = record.subject
    first = type(subject)(subject.student, subject.question, What.ITEM, subject.item)
    return state.value_at(first, record.number) or 0.0


def _scored_by(question: str, who: str, state: State) -> Mapping[str, int]:
    """Students whose items somebody gave last, with the number of the newest record of each."""
    newest: dict[str, Record] = {}
    for one in _records(question, What.ITEM, state):
        known = newest.get(one.subject.student)
        if known is None or known.number < one.number:
            newest[one.subject.student] = one
    return {
        student: record.number
        for student, record in newest.items()
        if record.who == who and record.after is not None
    }


def _records(question: str, what: What, state: State) -> Iterator[Record]:
    return (one for one in state.records() if one.subject.question == question and one.subject.what is what)


def _drawn(identity: str, question: str, student: str) -> float:
    """A number from 0 to 1 that belongs to an answer of a class."""
    text = "\0".join((identity, question, student)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:6]) / 2**48
