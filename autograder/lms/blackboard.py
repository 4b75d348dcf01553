"""Blackboard Learn: the archive of "Assignment File Download", and the Grade Center's file of marks.

What is relied on was seen in third-party scripts and their tests, not in documentation:

- The archive is flat: ``<Assignment>_<username>_attempt_<YYYY-MM-DD-hh-mm-ss>_<file>``, the time being the
  server's own. Assignment and username may hold underscores.
- Each attempt has a text ``<Assignment>_<username>_attempt_<time>.txt``: its first line is
  ``Name: First Last (username)``; at its end, below ``Files:``, there are an ``Original filename:`` and a
  ``Filename:`` for each file. What the student wrote stands between. The latest attempt counts.
- The Grade Center downloads as CSV in UTF-8, or as ``.xls``, which is text in UTF-16 with tabs. A column
  of marks is headed ``<Title> [Total Pts: <points> <kind>] |<number>``. Rows are matched on ``Username``
  alone, columns on the number; a heading without one makes a new column. A download of one column
  may have ``Feedback to Learner`` and ``Feedback Format``.

That no file gives feedback pages back is a guess: nobody was seen doing it.
"""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator, Mapping, Sequence

from autograder.files.visible import csv_cell, number
from autograder.lms.base import Lms
from autograder.lms.handback import Handback, Step, Table, Zip, feedback_folders
from autograder.lms.model import Assignment, Export, MemberPath, Origin, Told
from autograder.lms.names import moment
from autograder.lms.rows import text_of
from autograder.lms.sheet import Column, Sheet

GRADES = "blackboard_grades.csv"
FEEDBACK = "blackboard_feedback.zip"

_MEMBER = re.compile(
    r"(?P<place>(?P<head>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5}))(?:_(?P<file>.+)|(?P<suffix>\.\w{1,10}))",
    re.DOTALL,
)
_LONGEST_USERNAME = 256

_USERNAME = (
    "Username", "User Name", "Benutzername", "Nom d'utilisateur", "Gebruikersnaam", "Nombre de usuario",
)  # fmt: skip
_LAST, _FIRST = ("Last Name", "Nachname"), ("First Name", "Vorname")
_COMMENT = ("Feedback to Learner", "Feedback Format")


class Blackboard(Lms):
    """Blackboard Learn."""

    name = "blackboard"
    title = "Blackboard"
    sheet = Sheet(
        "the Grade Center of Blackboard (Last Name, First Name, Username, …, Lab 9 [Total Pts: 26 Score] "
        "|12345): “Work Offline”, “Download”",
        id=_USERNAME, last=_LAST, first=_FIRST, comment=_COMMENT[:1],
    )  # fmt: skip
    column = r"(?P<title>.*?)\s*\[(?:[^:\[]*:\s*(?P<maximum>\d+(?:[.,]\d+)?)\b)?[^\[]*\]\s*\|\d+"
    list_called = "your downloaded Grade Center"
    nameless = "nobody knows the username"
    unlisted = "the worksheet has no such username"

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        """The outermost name that Blackboard gave, be it of a file or of an archive that was opened."""
        for level, part in enumerate(path):
            if found := _MEMBER.fullmatch(part):
                told = export.told.get(found["place"], Told())
                sure = told.lms_id or _username(found["head"], export)
                username = sure or found["head"].rpartition("_")[2] or found["head"]
                return Origin(
                    lms_id=username,
                    student=told.student or username,
                    place=found["place"],
                    path=(told.own_names.get(part) or found["file"] or part, *path[level + 1 :]),
                    submitted=moment(found["time"], "%Y-%m-%d-%H-%M-%S"),
                    attempt=int(found["time"].replace("-", "")),
                    guessed_from="" if sure else found["head"],
                )
        return None

    def is_own_text(self, path: MemberPath) -> bool:
        """The text of an attempt; not what a student's archive holds."""
        found = _MEMBER.fullmatch(path[-1])
        return bool(found and found["suffix"] == ".txt") and self.origin(path[:-1], Export()) is None

    def export(self, texts: Mapping[MemberPath, bytes]) -> Export:
        """Name, username and own file names of each attempt."""
        attempts = ((_MEMBER.fullmatch(path[-1]), _told(data)) for path, data in texts.items())
        return Export({found["place"]: told for found, told in attempts if found and told})

    def columns(self, headings: Sequence[str], assignment: Assignment) -> Mapping[str, Column]:
        """The columns of marks; none that is calculated from others, unless it is named."""
        columns, named = super().columns(headings, assignment), bool(assignment.column)
        return {heading: one for heading, one in columns.items() if named or one.maximum is not None}

    def steps(self, back: Handback) -> Iterator[Step]:
        """A file of marks with one column, and the feedback in folders, to hand out."""
        yield Table(GRADES, self._upload(back), _rows(back), quoting=csv.QUOTE_ALL, signed=True)
        step = "A folder per student with the feedback page. Blackboard has no upload for it."
        yield Zip(FEEDBACK, step, feedback_folders(back.returned))

    def _upload(self, back: Handback) -> str:
        text = "Grade Center (or Gradebook), “Work Offline”, “Upload”; delimiter comma. "
        if back.heading:
            text += f"Blackboard shows the column before it takes it: it must say “{back.heading}”."
        elif re.search(r"\|\d+$", back.column):
            text += f"The column is the one of your configuration, “{back.column}”."
        else:
            text += (
                "First give the last column the heading of your own Grade Center, number included, like “Lab "
                "9 [Total Pts: 26 Score] |12345”: with any other, Blackboard makes a new column."
            )
        return text + self.nobody_looked(back)


# The names in an export


def _username(head: str, export: Export) -> str:
    """The username in ``<Assignment>_<username>``, empty where it would be a guess.

    Either underscore may end the assignment's name: other students' texts tell that name, and a list of the
    class the usernames, of which the longest is meant.
    """
    others = ((place.rpartition("_attempt_")[0], one.lms_id) for place, one in export.told.items())
    before = {other.removesuffix(name) for other, name in others if other.endswith(f"_{name}")}
    fitting = [assignment for assignment in before if head.startswith(assignment)]
    if len(fitting) == 1:
        return head.removeprefix(fitting[0])
    known = {person.lms_id for person in export.worksheet.people} if export.worksheet else set()
    end = head[-_LONGEST_USERNAME:]
    names = (end[found.end() :] for found in re.finditer("_", end) if known)
    return next((name for name in names if name in known), "")


def _told(data: bytes) -> Told | None:
    """What the text of an attempt says; ``None`` where it is none."""
    first, *lines = text_of(data).splitlines() or [""]
    # Only the first line is Blackboard's own for certain: what the student wrote comes further down.
    label, _, who = first.partition(":")
    name, _, rest = who.strip().rpartition("(")
    username = rest[:-1].strip()
    if not label or "(" not in who or not rest.endswith(")") or not username:
        return None
    return Told(username, name.strip(), own_names=dict(_own_names(lines)))


def _own_names(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    original = ""
    for line in lines:
        label, _, value = line.strip().partition(":")
        if label == "Original filename":
            original = value.strip()
        elif label == "Filename" and original:
            yield value.strip(), original
            original = ""


# The Grade Center


def _rows(back: Handback) -> Iterator[tuple[str, ...]]:
    there = back.cells
    username = there.cell(*_USERNAME) or _USERNAME[0]
    last, first = there.cell(*_LAST), there.cell(*_FIRST)
    names = (last, first) if last and first else ()
    comments = _COMMENT if all(heading in there for heading in _COMMENT) else ()
    yield (*names, username, back.column, *comments)
    for one in back.marked:
        shown = (csv_cell(one.cell(heading)) for heading in names)
        said = (csv_cell(html.escape(one.comment)), "HTML") if comments else ()
        # The username arrives as it is, whatever a spreadsheet makes of it: rows are matched on it.
        yield (*shown, one.cell(username) or one.lms_id, number(one.mark), *said)
