"""Canvas's export of submissions and its gradebook, written as Canvas itself would have them downloaded."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from autograder.files.visible import csv_cell, csv_line, number
from autograder.lms.canvas import POINTS_POSSIBLE, SECONDS_LATE
from autograder.lms.model import Person

_LONGEST_NAME = 60
"""Characters of a person's name in a member's."""


def member_of(name: str, user: str, attachment: str, file: str, *, late: bool) -> str:
    """A member's name, with no other number before the user's, whatever somebody calls themselves.

    >>> member_of("Ann O'Neil 2", "101", "55", "lab 9.ipynb", late=True)
    'annoneil_LATE_101_55_lab 9.ipynb'
    """
    letters = "".join(c for c in name.lower() if unicodedata.category(c)[0] in "LM")[:_LONGEST_NAME]
    shown = letters if letters != "anon" else "student"  # “anon” would say that names are hidden
    return f"{shown}_{'LATE_' if late else ''}{user}_{attachment}_{file}"


def gradebook_of(people: Iterable[Person], heading: str, maximum: float) -> str:
    """The gradebook of one assignment, to be given to ``grade --worksheet``.

    Names are written so that no spreadsheet computes them.

    Args:
        heading: of the assignment's column, ``Title (12345)``.
    """
    first = ("Student", "ID", "SIS Login ID", "Section", csv_cell(heading), SECONDS_LATE)
    rows = [csv_line(first), csv_line((POINTS_POSSIBLE, "", "", "", number(maximum, 2), ""))]
    for one in people:
        late = number(one.late_seconds or 0.0, 0) if one.handed_in else ""
        rows.append(csv_line((csv_cell(one.name), one.lms_id, csv_cell(one.login), "", one.mark, late)))
    return "".join(rows)
