"""The items of a question as people edit them while they score, and what that does to points given before.

The configuration says what the items are, until somebody changes them. From then on the newest record of the
journal does, wherever items are read: on pages, in tables, in the next grading. Points that were given are
scored again in the same step, so that nobody ever sees new items beside old points. Where the configuration's
own items change later on, the journal's stay, and it is said that the two differ.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from autograder.config.schema import Config, ManualItem, ManualQuestion
from autograder.errors import UsageError
from autograder.files.visible import plain
from autograder.store.records import Decision, Record, Stale, State, Subject, What

MOST_ITEMS = 100
_ITEMS = TypeAdapter(tuple[ManualItem, ...])


def with_rubrics(config: Config, state: State) -> Config:
    """The configuration with the items that hold now.

    Raises:
        UsageError: the journal holds items that are none.
    """
    found = tuple(one.model_copy(update={"items": items_now(one, state)}) for one in config.manual)
    return config if found == config.manual else config.model_copy(update={"manual": found})


def items_now(question: ManualQuestion, state: State) -> tuple[ManualItem, ...]:
    """The items of a question of the configuration that hold now."""
    record = rubric_record(question.name, state)
    return question.items if record is None else _written(record).items


def rubric_record(question: str, state: State) -> Record | None:
    """The newest edit of a question's items; ``None`` where the configuration's hold."""
    records = state.since(Subject("", question, What.RUBRIC), 0)
    return records[-1] if records and records[-1].after is not None else None


def version(question: str, state: State) -> int:
    """What an edit has to have begun with; 0 before the first one."""
    records = state.since(Subject("", question, What.RUBRIC), 0)
    return records[-1].number if records else 0


def codes_ever(question: ManualQuestion, state: State) -> frozenset[str]:
    """Codes of all items that a question has or had."""
    edits = state.since(Subject("", question.name, What.RUBRIC), 0)
    found = {one.code for one in question.items}
    for edit in (one for one in edits if one.after is not None):
        written = _written(edit)
        found |= {one.code for one in written.items} | set(written.began_codes)
    return frozenset(found)


def differing(config: Config, state: State) -> Iterator[str]:
    """Whose items were edited while people scored, and then changed in the configuration: a sentence each."""
    for question in config.manual:
        record = rubric_record(question.name, state)
        if record is None:
            continue
        written = _written(record)
        if written.began != _hash(question.items) and written.items != question.items:
            yield (
                f"{question.name}: its items were edited on the page for people by {plain(record.who, 40)} "
                f"({record.when}), and in the configuration since: those of the page hold; the page can go "
                f"back to the configuration's"
            )


@dataclass(frozen=True)
class Edit:
    """What somebody wants the items of a question to be.

    Attributes:
        question: of the configuration, with the configuration's own items.
        items: from now on; ``None``: the configuration's again.
        began_with: the version that the person saw.
    """

    question: ManualQuestion
    items: tuple[ManualItem, ...] | None
    began_with: int

    def decisions(self, state: State) -> Sequence[Decision] | Stale:
        """The edit, and what it does to points that were given; refused where somebody was quicker."""
        subject = Subject("", self.question.name, What.RUBRIC)
        value = None if self.items is None else _text(self.items, self.question.items)
        decision = Decision(subject, value)
        newest = state.since(subject, self.began_with)
        if newest and newest[-1].after != value:
            return Stale(decision, newest[-1])
        return [decision, *rescored(self.question, self.after, state)]

    @property
    def after(self) -> tuple[ManualItem, ...]:
        """The items that hold then."""
        return self.question.items if self.items is None else self.items


def rescored(question: ManualQuestion, after: Sequence[ManualItem], state: State) -> Sequence[Decision]:
    """What other items make of the points that were given for those that hold now.

    Who has an item in full has it in full afterwards, who has a part keeps that share of it, to a hundredth.
    What is not there any more is taken away; what is new nobody has yet whose answer is scored.
    """
    before = {one.code: one for one in items_now(question, state)}
    found: list[Decision] = []
    for student, given in given_items(question.name, state).items():
        kept = {one.code: _share(given.get(one.code), before.get(one.code), one) for one in after}
        for code in (*kept, *(set(given) - set(kept))):
            subject = Subject(student, question.name, What.ITEM, code)
            if kept.get(code) != state.value(subject):
                found.append(Decision(subject, kept.get(code)))
        points = Subject(student, question.name, What.POINTS)
        if state.value(points) is not None and any(one.subject.student == student for one in found):
            found.append(Decision(points, None))  # the items say it
    return found


def given_items(question: str, state: State) -> Mapping[str, Mapping[str, float]]:
    """The points of the items of a question, by code by student, of everybody who has any."""
    found: dict[str, dict[str, float]] = {}
    for one, value in state.held():
        if one.question == question and one.what is What.ITEM and isinstance(value, float | int):
            found.setdefault(one.student, {})[one.item] = float(value)
    return found


def read_items(data: Sequence[Mapping[str, Any]]) -> tuple[ManualItem, ...]:
    """Items from plain data.

    Raises:
        UsageError: they are none; the message says which and why.
    """
    try:
        items = _ITEMS.validate_python(list(data))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        at = first["loc"][0] if first["loc"] else 0
        field = first["loc"][-1]
        raise UsageError(f"item {int(at) + 1}: {field}: {first['msg']}") from None
    codes = [one.code for one in items]
    if twice := next((code for code in codes if codes.count(code) > 1), None):
        raise UsageError(f"two items have the code {plain(twice, 40)!r}")
    if not items or len(items) > MOST_ITEMS:
        raise UsageError(f"expected 1 to {MOST_ITEMS} items, found {len(items)}")
    return items


def _share(given: float | None, before: ManualItem | None, after: ManualItem) -> float:
    if given is None or before is None:
        return 0.0
    return after.points if given == before.points else round(given / before.points * after.points, 2)


class _Written(BaseModel):
    """What the value of a record holds: items, and the hash and the codes of the configuration's own then."""

    items: tuple[ManualItem, ...]
    began: str
    began_codes: tuple[str, ...]


def _text(items: Sequence[ManualItem], began: Sequence[ManualItem]) -> str:
    codes = tuple(one.code for one in began)
    return _Written(items=tuple(items), began=_hash(began), began_codes=codes).model_dump_json()


def _written(record: Record) -> _Written:
    try:
        return _Written.model_validate_json(str(record.after))
    except ValidationError as reason:
        raise UsageError(f"record {record.number} of the journal holds no items: {reason}") from None


def _hash(items: Sequence[ManualItem]) -> str:
    plain_data = json.dumps([one.model_dump() for one in items])
    return hashlib.sha256(plain_data.encode()).hexdigest()[:16]
