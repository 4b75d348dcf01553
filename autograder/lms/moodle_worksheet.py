"""Moodle's grading worksheet in English, written as Moodle itself would have it downloaded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from autograder.files.visible import csv_cell, csv_line, number
from autograder.lms.model import Person
from autograder.lms.moodle_sheet import MISSING
from autograder.lms.moodle_words import LANGUAGES, SECONDS

_WORDS = LANGUAGES["en"]
_HEADINGS: tuple[str, ...] = (
    _WORDS.identifier, _WORDS.full_name, _WORDS.email, _WORDS.status, _WORDS.group, _WORDS.grade,
    _WORDS.maximum, _WORDS.can_change, _WORDS.submitted, _WORDS.graded, _WORDS.comment,
)  # fmt: skip


def worksheet_of(
    people: Iterable[Person], maximum: float, *, hidden: bool = False, comments: bool = True
) -> str:
    """The list of a class as a table, to be given to ``grade --worksheet``.

    Names are written so that no spreadsheet computes them.

    Args:
        hidden: whether names are hidden from whoever grades: then it has no columns of them.
        comments: whether the assignment takes comments.
    """
    without = {
        *((_WORDS.full_name, _WORDS.email) if hidden else ()),
        *(() if comments else (_WORDS.comment,)),
    }
    kept = [at for at, heading in enumerate(_HEADINGS) if heading not in without]
    rows = [_HEADINGS, *(_row(one, maximum) for one in people)]
    return "".join(csv_line([row[at] for at in kept]) for row in rows)


def _row(one: Person, maximum: float) -> tuple[str, ...]:
    return (
        f"{_WORDS.identity}{one.lms_id}", csv_cell(one.name), csv_cell(one.login), _status(one),
        csv_cell(one.group), one.mark, number(maximum, 2), "Yes", _date(one.submitted), MISSING, "",
    )  # fmt: skip


def _status(one: Person) -> str:
    if not one.handed_in:
        return _WORDS.nothing_handed_in
    late = f" - {_length(one.late_seconds)} {_WORDS.late}" if one.late and one.late_seconds else ""
    return f"Submitted for grading{late}"


def _length(seconds: float) -> str:
    """``1 hour 2 mins``: all units from days on, where Moodle keeps the two largest."""
    rest, parts = round(seconds), []
    for unit, length in list(zip(_WORDS.units, SECONDS, strict=True))[3::-1]:
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts)


def _date(when: datetime | None) -> str:
    """``Sunday, 22 November 2026, 2:31 PM``, whatever language this machine speaks."""
    if when is None:
        return MISSING
    days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
    half = "AM" if when.hour < 12 else "PM"
    return (
        f"{days[when.weekday()]}, {when.day} {_WORDS.months[when.month - 1]} {when.year}, "
        f"{(when.hour + 11) % 12 + 1}:{when.minute:02d} {half}"
    )
