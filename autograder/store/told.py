"""What a table that a person fills in says of the things that the journal knows, and what of it is new.

A table goes out as the journal's state and comes back changed. Each of its rows carries the number of the
record up to which it was written, so that a copy that lay in a spreadsheet for a week, or comes from another
folder, changes only what somebody changed in it: the same cell changed in the journal too is a conflict that
is named. What a table does not mention stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.files.visible import csv_text, from_csv_text, number, plain
from autograder.store.decided import heading, spelled
from autograder.store.records import LONGEST_TEXT, Decision, Record, State, Subject, Value

JOURNAL = "journal"
"""Heading of our column that says up to which record a row was written."""

_SEEN = re.compile(r"\s*'?(j[0-9a-f]{8})-([0-9]{1,15})\s*")


@dataclass(frozen=True)
class Told:
    """What a table says of one thing.

    Attributes:
        place: file, line and student.
        seen: number of the record up to which the row was written; 0 where it tells none of this journal.
        numbered: whether the table has the column for that number.
    """

    place: str
    subject: Subject
    value: Value
    seen: int
    numbered: bool


def seen_in(cell: str, state: State) -> int:
    """The number in a row's column :data:`JOURNAL`; 0 where it is of another journal, or no number."""
    found = _SEEN.fullmatch(cell)
    if found is None or found[1] != state.identity or int(found[2]) > state.last:
        return 0
    return int(found[2])


def seen_cell(student: str, state: State) -> str:
    """What stands in a row that is written now."""
    last = state.last_of(student)
    return f"{state.identity}-{last}" if last else ""


def points_in(cell: str) -> float | None:
    """Points, with a decimal point or comma; ``None`` for an empty cell, -1 for what is no number."""
    text = cell.strip()
    if not text:
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return -1.0


def text_in(cell: str) -> str | None:
    """A text; ``None`` for an empty cell."""
    return from_csv_text(cell) or None


def cell_of(value: Value) -> str:
    """Points or a text as a cell; empty for ``None``."""
    if isinstance(value, str):
        return csv_text(value, LONGEST_TEXT)
    return number(value) if isinstance(value, float | int) else ""


def is_as_written(cell: str, value: Value) -> bool:
    """Whether a cell is what was written for a value, whatever a spreadsheet does to it.

    It may write other line breaks, and question marks for what its encoding has not.
    """
    written = from_csv_text(cell_of(value))
    return from_csv_text(cell) in (written, written.encode("cp1252", "replace").decode("cp1252"))


@dataclass(frozen=True)
class News:
    """What a table says that the journal does not.

    Attributes:
        decisions: what is new.
        conflicts: what was decided elsewhere meanwhile, a sentence each.
        replaced: what an older copy of the table replaces that a newer one said, a sentence each.
    """

    decisions: list[Decision]
    conflicts: list[str]
    replaced: list[str]


def news(told: Iterable[Told], state: State, who: str) -> News:
    """Compare a table with the journal.

    Args:
        who: the table's name in the journal.
    """
    found = News([], [], [])
    for one in told:
        if one.value in (state.value_at(one.subject, one.seen), state.value(one.subject)):
            continue
        since = state.since(one.subject, one.seen)
        others = [record for record in since if record.who != who]
        if others:
            found.conflicts.append(_conflict(one, state.value(one.subject), others[-1]))
            continue
        found.decisions.append(Decision(one.subject, one.value))
        # A program may write the table anew each time; a person has an old copy open.
        if since and one.numbered:
            found.replaced.append(
                f"{one.place}: {heading(one.subject)}: {spelled(one.value)} from an older copy of the table "
                f"replaces {spelled(since[-1].after)} ({since[-1].when})"
            )
    return found


def _conflict(one: Told, now: Value, newest: Record) -> str:
    return (
        f"{one.place}: {heading(one.subject)}: changed here to {spelled(one.value)}, and by "
        f"{plain(newest.who, 40)} ({newest.when}) from {spelled(newest.before)} to {spelled(newest.after)}: "
        f"write {spelled(now)} here to keep that, or change it there"
    )
