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
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.visible import csv_cell, number
from autograder.files.zips import write_zip
from autograder.lms.base import (
    Assignment,
    Lms,
    MemberPath,
    Origin,
    Person,
    Returned,
    Step,
    Worksheet,
    Written,
)
from autograder.lms.columns import column_for
from autograder.lms.plain import feedback_folders
from autograder.lms.tables import read_csv, records, text_of

GRADES = "blackboard_grades.csv"
FEEDBACK = "blackboard_feedback.zip"

_MEMBER = re.compile(
    r"(?P<head>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|(?P<suffix>\.\w{1,10}))", re.DOTALL
)
LONGEST_USERNAME = 256

_USERNAME = (
    "Username",
    "User Name",
    "Benutzername",
    "Nom d'utilisateur",
    "Gebruikersnaam",
    "Nombre de usuario",
)
_NAMES = (("Last Name", "First Name"), ("Nachname", "Vorname"))
_COMMENT, _FORMAT = "Feedback to Learner", "Feedback Format"


@dataclass(frozen=True)
class _Attempt:
    """What the text of an attempt says.

    Attributes:
        username, name: of the student.
        originals: the student's own file names, by those in the archive.
    """

    username: str
    name: str
    originals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Column:
    """A column of marks.

    Attributes:
        title: what people call it.
        maximum: its points; ``None`` where they are not a number, as in columns that are calculated.
    """

    title: str
    maximum: float | None


class Blackboard(Lms):
    """Blackboard Learn."""

    name = "blackboard"
    title = "Blackboard"

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
        """The outermost name that Blackboard gave, be it of a file or of an archive that was opened."""
        attempts = _attempts(facts)
        for level, part in enumerate(path):
            if found := _MEMBER.fullmatch(part):
                place = f"{found['head']}_attempt_{found['time']}"
                attempt = attempts.get(place)
                told = attempt.username if attempt else _told(found["head"], facts)
                username = told or found["head"].rpartition("_")[2] or found["head"]
                own = (attempt.originals.get(part) if attempt else None) or found["file"] or part
                return Origin(
                    lms_id=username,
                    student=(attempt.name if attempt else "") or username,
                    place=place,
                    path=(own, *path[level + 1 :]),
                    submitted=_moment(found["time"]),
                    attempt=int(found["time"].replace("-", "")),
                    guessed_from="" if told else found["head"],
                )
        return None

    def is_fact(self, path: MemberPath) -> bool:
        """The text of an attempt; not what a student's archive holds."""
        found = _MEMBER.fullmatch(path[-1])
        return bool(found and found["suffix"] == ".txt") and self.origin(path[:-1], {}) is None

    def facts(self, texts: Mapping[MemberPath, bytes]) -> dict[str, object]:
        """Name, username and own file names of each attempt."""
        attempts = {}
        for path, data in texts.items():
            found = _MEMBER.fullmatch(path[-1])
            attempt = _attempt(data) if found else None
            if found and attempt:
                attempts[f"{found['head']}_attempt_{found['time']}"] = attempt
        return {self.name: attempts}

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The Grade Center, downloaded as CSV or as ``.xls``."""
        return _read_worksheet(data, assignment or Assignment(""))

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """A file of marks with one column, and the feedback in folders, to hand out."""
        columns = _columns(worksheet.headers) if worksheet else {}
        heading = _heading(columns, assignment)
        maximum = columns[heading].maximum if heading else None
        left_out = [
            (one, reason) for one in returned if (reason := _left_out_because(one, maximum, worksheet))
        ]
        out = {id(one) for one, _ in left_out}
        marked = [one for one in returned if one.points is not None and id(one) not in out]
        table = _table(marked, heading or assignment.column or assignment.title, worksheet)
        (folder / GRADES).write_text(table, encoding="utf-8-sig")
        write_zip(folder / FEEDBACK, feedback_folders(returned))
        return Written(
            (
                Step(GRADES, _step(heading, assignment, worksheet)),
                Step(
                    FEEDBACK, "A folder per student with the feedback page. Blackboard has no upload for it."
                ),
            ),
            tuple(left_out),
        )


def _step(heading: str | None, assignment: Assignment, worksheet: Worksheet | None) -> str:
    text = "Grade Center (or Gradebook), “Work Offline”, “Upload”; delimiter comma. "
    if heading:
        text += f"Blackboard shows the column before it takes it: it must say “{heading}”."
    elif re.search(r"\|\d+$", assignment.column):
        text += f"The column is the one of your configuration, “{assignment.column}”."
    else:
        text += (
            "First give the last column the heading of your own Grade Center, number included, like “Lab 9 "
            "[Total Pts: 26 Score] |12345”: with any other, Blackboard makes a new column. "
        )
        if worksheet and assignment.column:
            text += f"Your worksheet has no single column “{assignment.column}”."
        elif worksheet:
            text += "Several columns of your worksheet may be meant: name one in the configuration."
        else:
            text += "With your downloaded Grade Center as --worksheet this is done for you."
    if not heading:
        text += " Nobody looked whether there are marks already."
    return text


def _left_out_because(one: Returned, maximum: float | None, worksheet: Worksheet | None) -> str:
    if one.points is None:
        return ""  # there is no mark to leave out
    if not one.lms_id:
        return "nobody knows the username"
    if worksheet and worksheet.person(one.lms_id) is None:
        return "the worksheet has no such username"
    if maximum is not None and one.points > maximum:
        return f"the mark is above the points of the column in Blackboard ({number(maximum)})"
    return ""


def _table(marked: Sequence[Returned], heading: str, worksheet: Worksheet | None) -> str:
    headers = worksheet.headers if worksheet else ()
    username = next((header for header in _USERNAME if header in headers), _USERNAME[0])
    identity = [*next((pair for pair in _NAMES if set(pair) <= set(headers)), ()), username]
    comments = [_COMMENT, _FORMAT] if {_COMMENT, _FORMAT} <= set(headers) else []
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([*identity, heading, *comments])
    for one in marked:
        assert one.points is not None
        person = worksheet.person(one.lms_id) if worksheet else None
        cells = person.cells if person else {}
        names = [csv_cell(cells.get(header, "")) for header in identity[:-1]]
        said = [csv_cell(html.escape(one.comment)), "HTML"] if comments else []
        # The username arrives as it is, whatever a spreadsheet makes of it: rows are matched on it.
        writer.writerow([*names, cells.get(username, "") or one.lms_id, number(one.points), *said])
    return out.getvalue()


# The names in an export


def _attempts(facts: Mapping[str, object]) -> Mapping[str, _Attempt]:
    attempts = facts.get(Blackboard.name)
    return attempts if isinstance(attempts, dict) else {}


def _told(head: str, facts: Mapping[str, object]) -> str:
    """The username in ``<Assignment>_<username>``, empty where it would be a guess.

    Either underscore may end the assignment's name: other students' texts tell that name, and a list of the
    class the usernames, of which the longest is meant.
    """
    others = ((_MEMBER.fullmatch(f"{place}.txt"), one.username) for place, one in _attempts(facts).items())
    before = {
        found["head"].removesuffix(username)
        for found, username in others
        if found and found["head"].endswith(f"_{username}")
    }
    fitting = [assignment for assignment in before if head.startswith(assignment)]
    if len(fitting) == 1:
        return head.removeprefix(fitting[0])
    listed = facts.get("worksheet")
    known = {person.lms_id for person in listed.people} if isinstance(listed, Worksheet) else set()
    end = head[-LONGEST_USERNAME:]
    for found in re.finditer("_", end) if known else ():
        if end[found.end() :] in known:
            return end[found.end() :]
    return ""


def _moment(text: str) -> datetime | None:
    try:
        return datetime(*(int(part) for part in text.split("-")))  # type: ignore[arg-type]
    except ValueError:
        return None


def _attempt(data: bytes) -> _Attempt | None:
    lines = text_of(data).splitlines()
    # Only the first line is Blackboard's own for certain: what the student wrote comes further down.
    first = lines[0].strip() if lines else ""
    label, _, who = first.partition(":")
    name, parenthesis, rest = who.strip().rpartition("(")
    if not label or not parenthesis or not rest.endswith(")") or not rest[:-1].strip():
        return None
    return _Attempt(rest[:-1].strip(), name.strip(), dict(_originals(lines)))


def _originals(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    original = ""
    for line in lines[1:]:
        label, _, value = line.strip().partition(":")
        if label == "Original filename":
            original = value.strip()
        elif label == "Filename" and original:
            yield value.strip(), original
            original = ""


# The Grade Center


def _columns(headers: Sequence[str]) -> dict[str, _Column]:
    """The columns of marks by their headings."""
    columns = {}
    for header in headers:
        front, bar, identifier = header.rpartition("|")
        title, bracket, points = front.rstrip().rpartition(" [")
        if bar and identifier.isdecimal() and bracket and points.endswith("]"):
            found = re.match(r"[^:]*:\s*(\d+(?:[.,]\d+)?)\b", points)
            columns[header] = _Column(title.strip(), float(found[1].replace(",", ".")) if found else None)
    return columns


def _heading(columns: Mapping[str, _Column], assignment: Assignment) -> str | None:
    """Of the lab's column; none that is calculated from others, unless it is named."""
    titles = {one: column.title for one, column in columns.items() if column.maximum is not None}
    named = {one: column.title for one, column in columns.items()}
    return column_for(named if assignment.column else titles, assignment)


def _read_worksheet(data: bytes, assignment: Assignment) -> Worksheet:
    rows = read_csv(data, "--worksheet")
    headers = tuple(header.strip() for header in rows[0]) if rows else ()
    username = next((header for header in _USERNAME if header in headers), "")
    if not username:
        raise UsageError(
            f"--worksheet: its first line is {', '.join(headers)[:200]!r}; expected the Grade Center of "
            "Blackboard (Last Name, First Name, Username, …, Lab 9 [Total Pts: 26 Score] |12345): “Work "
            "Offline”, “Download”"
        )
    heading = _heading(_columns(headers), assignment)
    names = next((pair for pair in _NAMES if set(pair) <= set(headers)), ())
    people = []
    for _, cells in records(rows, username):
        last, first = (cells[header].strip() for header in names) if names else ("", "")
        mark = cells[heading].strip() if heading else ""
        people.append(Person(cells[username].strip(), f"{first} {last}".strip(), mark=mark, cells=cells))
    return Worksheet(headers, tuple(people))
