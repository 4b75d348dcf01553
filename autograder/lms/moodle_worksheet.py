"""Moodle's grading worksheet in English, written as Moodle itself would have it downloaded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from autograder.files.visible import csv_cell, csv_line, number
from autograder.lms.model import Person

_HEADINGS: tuple[str, ...] = (
    "Identifier", "Full name", "Email address", "Status", "Group", "Grade", "Maximum grade",
    "Grade can be changed", "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip
_UNITS = (("day", 86_400), ("hour", 3600), ("min", 60), ("sec", 1))


def worksheet_of(
    people: Iterable[Person], maximum: float, *, hidden: bool = False, comments: bool = True
) -> str:
    """The list of a class as a table, to be given to ``grade --worksheet``.

    Names are written so that no spreadsheet computes them.

    Args:
        hidden: whether names are hidden from whoever grades: then it has no columns of them.
        comments: whether the assignment takes comments.
    """
    without = {*(("Full name", "Email address") if hidden else ()), *(() if comments else ("Feedback comments",))}
    rows = [_HEADINGS]
    for one in people:
        rows.append(
            (
                f"Participant {one.lms_id}", csv_cell(one.name), csv_cell(one.login), _status(one),
                csv_cell(one.group), one.mark, number(maximum, 2), "Yes", _date(one.submitted), "-", "",
            )
        )  # fmt: skip
    kept = [at for at, heading in enumerate(_HEADINGS) if heading not in without]
    return "".join(csv_line([row[at] for at in kept]) for row in rows)


def _status(one: Person) -> str:
    if not one.handed_in:
        return "No submission"
    late = f" - {_length(one.late_seconds)} late" if one.late and one.late_seconds else ""
    return f"Submitted for grading{late}"


def _length(seconds: float) -> str:
    """``1 hour 2 mins``: all units, where Moodle keeps the two largest."""
    rest, parts = round(seconds), []
    for unit, length in _UNITS:
        count, rest = divmod(rest, length)
        if count:
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(parts)


def _date(when: datetime | None) -> str:
    """``Sunday, 22 November 2026, 2:31 PM``, whatever language this machine speaks."""
    if when is None:
        return "-"
    days = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
    months = "January February March April May June July August September October November December".split()
    half = "AM" if when.hour < 12 else "PM"
    return (
        f"{days[when.weekday()]}, {when.day} {months[when.month - 1]} {when.year}, "
        f"{(when.hour + 11) % 12 + 1}:{when.minute:02d} {half}"
    )
