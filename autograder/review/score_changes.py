"""What a press of a key changes, from what a browser sends to decisions that are written down, once.

A change says what is to hold, never what is to be turned round, so that it may arrive twice. A browser
numbers its changes and sends one after the other: the newest that arrived is answered again with the same
answer, an older one is not applied any more.
"""

from __future__ import annotations

import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.config.schema import ManualQuestion
from autograder.files.visible import number, plain, storable
from autograder.review.pile import Answer
from autograder.store.records import LONGEST_TEXT, Decision, State, Subject, Value, What
from autograder.store.seen import looked_at
from autograder.store.undoing import last_given, undone, was_undone

_MOST_CLIENTS = 1000
_LONGEST_CLIENT = 64
"""Characters."""


class Refused(Exception):
    """A change cannot be applied; the message says why."""


@dataclass(frozen=True)
class Score:
    """What is to hold for an answer, or for each of a group.

    Attributes:
        points: by the item's code, or by the empty text where a question has no items; ``None``: not scored
            any more.
    """

    points: Mapping[str, float] | None


@dataclass(frozen=True)
class Comment:
    """What the student is to read; empty: nothing."""

    text: str


@dataclass(frozen=True)
class Undo:
    """The last points that somebody gave for an answer are not to hold any more.

    Attributes:
        number: names them, so that what arrives twice takes back nothing else
            (:class:`~autograder.store.undoing.Given`).
    """

    number: int


Change = Score | Comment | Undo


def rubric_version(question: ManualQuestion) -> str:
    """Another one for every other list of items."""
    items = [(one.code, one.points, one.text) for one in question.items]
    return hashlib.sha256(repr((question.points, items)).encode()).hexdigest()[:16]


def read_change(said: Mapping[str, Any], question: ManualQuestion) -> Change:
    """The change that somebody asks for.

    Args:
        said: anything; ``comment``, ``undo`` with the number of what is to be undone, or ``points`` with a
            number for each item.

    Raises:
        Refused: it is none, or points are none that the question can have.
    """
    if "comment" in said:
        text = said["comment"]
        if not isinstance(text, str) or len(text) > LONGEST_TEXT:
            raise Refused(f"A comment has at most {LONGEST_TEXT} characters.")
        return Comment(storable(text.replace("\r\n", "\n")).strip())
    if "undo" in said:
        undo = said["undo"]
        if not isinstance(undo, int) or isinstance(undo, bool) or undo < 1:
            raise Refused("Expected the number of what is to be undone.")
        return Undo(undo)
    points = said.get("points")
    if points is None:
        return Score(None)
    most = {one.code: one.points for one in question.items} or {"": question.points}
    if not isinstance(points, dict) or points.keys() != most.keys():
        raise Refused("The items of this question have changed: load the page again.")
    for code, value in points.items():
        if not _is_points(value) or value > most[code]:
            raise Refused(f"Expected points from 0 to {number(most[code])}.")
    return Score({code: float(value) for code, value in points.items()})


def _is_too_much(decision: Decision, question: ManualQuestion) -> bool:
    most = {one.code: one.points for one in question.items} | {"": question.points}
    subject, value = decision.subject, decision.value
    return (
        subject.what in (What.ITEM, What.POINTS)
        and isinstance(value, float | int)
        and value > most[subject.item]
    )


def _is_points(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def decisions(
    change: Score | Comment, answers: Sequence[Answer], question: ManualQuestion, state: State
) -> Sequence[Decision]:
    """What is to be written down so that a change holds for each of these answers."""
    return [one for answer in answers for one in _decisions(change, answer, question, state)]


def undoable(answer: Answer, question: ManualQuestion, state: State, who: str) -> int:
    """The number of what somebody may undo of an answer: they gave its last points. 0: nothing."""
    given = last_given(answer.grade.submission.id, question, state)
    return given.number if given and given.who == who else 0


def undoing(
    undo: Undo, answer: Answer, answers: Sequence[Answer], question: ManualQuestion, state: State, who: str
) -> Sequence[Decision]:
    """What is to be written down so that the last points of an answer do not hold any more.

    Args:
        answers: those that were scored together with it, and only those, are as they were before, too.
        who: asks.

    Raises:
        Refused: they are not the last ones any more, or somebody else's.
    """
    if was_undone(answer.grade.submission.id, question.name, undo.number, state):
        return ()
    shown = last_given(answer.grade.submission.id, question, state)
    if shown is None or shown.number != undo.number or shown.who != who:
        by = f" by {plain(shown.who, 60)}" if shown and shown.who != who else ""
        raise Refused(f"The points of this answer were changed{by} since: load it again.")
    found: list[Decision] = []
    for id in (one.grade.submission.id for one in answers):
        given = last_given(id, question, state)
        if given and (given.when, given.who) == (shown.when, shown.who):
            found += undone(id, question, given, state)
    if any(_is_too_much(one, question) for one in found):
        raise Refused("What held before cannot be given any more: the configuration has changed since.")
    return found


def second_look(score: Score, answer: Answer, question: ManualQuestion) -> Sequence[Decision]:
    """What is to be written down of points that somebody gives once more, to compare: no mark comes of it."""
    points = score.points or {}
    return [
        Decision(
            Subject(answer.grade.submission.id, question.name, What.REPEAT, one.code), points.get(one.code)
        )
        for one in question.items
    ]


def _decisions(
    change: Score | Comment, answer: Answer, question: ManualQuestion, state: State
) -> Iterator[Decision]:
    def about(what: What, value: Value, item: str = "") -> Iterator[Decision]:
        subject = Subject(answer.grade.submission.id, question.name, what, item)
        if value is not None or state.since(subject, 0):  # nothing need not be said of what never was
            yield Decision(subject, value)

    if isinstance(change, Comment):
        yield from about(What.COMMENT, change.text or None)
        return
    points = change.points or {}
    for one in question.items:
        yield from about(What.ITEM, points.get(one.code), one.code)
    yield from about(What.POINTS, points.get(""))
    yield looked_at(answer.grade, question.name)


@dataclass(frozen=True)
class Reply:
    """What a browser hears of a change.

    Attributes:
        status: of HTTP.
        said: as JSON.
    """

    status: int
    said: Mapping[str, Any]


@dataclass
class _Client:
    number: int
    reply: Reply
    lock: threading.Lock = field(default_factory=threading.Lock)


class Clients:
    """The last change of each page that is open. Any thread may call.

    Forgotten with the server: what is asked for again then is in the journal already, and writes nothing.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], _Client] = OrderedDict()
        self._lock = threading.Lock()

    def once(self, who: str, said: Mapping[str, Any], apply: Callable[[], Reply]) -> Reply:
        """The reply to a change, which is applied unless it was.

        Args:
            who: asks.
            said: with ``client``, one page's own name, and ``number``, which rises with each change.
        """
        client, count = said.get("client"), said.get("number")
        if not isinstance(client, str) or not 0 < len(client) <= _LONGEST_CLIENT:
            return Reply(400, {"problem": "client: expected the page's name"})
        if not isinstance(count, int) or isinstance(count, bool) or count < 1:
            return Reply(400, {"problem": "number: expected a whole number from 1"})
        known = self._of(who, client)
        with known.lock:  # a change that is asked for again waits until the first one is done
            if count < known.number:
                return Reply(410, {"problem": "a newer change of this page was applied already"})
            if count > known.number:
                reply = apply()
                known.number, known.reply = count, reply
            return known.reply

    def _of(self, who: str, client: str) -> _Client:
        with self._lock:
            known = self._known.setdefault((who, client), _Client(0, Reply(400, {})))
            self._known.move_to_end((who, client))
            if len(self._known) > _MOST_CLIENTS:
                self._known.popitem(last=False)
            return known
