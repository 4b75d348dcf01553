"""Canvas: the export of an assignment's submissions, the gradebook, submissions that are uploaded again.

What is relied on was read in Canvas's source:

- An export is flat. A member is called ``<name>[_LATE]_<user>_<attachment>_<file>``; the name is in
  lower case, without anything but letters, digits and underscores, and may be empty. In an anonymous
  assignment it is ``[LATE_]anon_<id>_<attachment>_<file>``. Texts and links end in ``_text.html`` and
  ``_link.html`` in the place of attachment and file. A group's files carry its name and one member's
  number. Canvas takes ``_3_`` out of names, but not a number at their beginning or end: then three
  numbers stand side by side, and only a list of the class tells which is the user's.
- An uploaded gradebook needs "Student" in the first heading, "ID" in the second, more than three
  columns, and "Section" just before the assignments. An assignment is found by the number in
  ``Title (12345)``, else by its exact title, else a new one is offered. A student is found by ID, else by
  login, *else by name*. The row "Points Possible" may be missing. An empty cell over a mark is a change;
  so is a mark over "EX" (excused); a mark where the export says "N/A" (not assigned) is dropped. More
  than the points possible is accepted.
- Feedback comes back in the archive of submissions: of a member's name the first two parts that are
  numbers count, and nothing else; a last part that begins with "link" makes Canvas ignore the file. The
  student sees it under the name of the file that was handed in, so it has to be of the same kind.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.visible import csv_cell, number
from autograder.files.zips import zip_bytes
from autograder.lms.base import Lms
from autograder.lms.feedback_notebook import notebook_of
from autograder.lms.handback import PAGE, Handback, Step, Table, Zip
from autograder.lms.model import Assignment, Export, MemberPath, Origin, Person, Returned, Worksheet
from autograder.lms.rows import Row, another_file, decimal, folded, headings_of, is_number, read_csv
from autograder.lms.sheet import Column, Sheet, with_marks

GRADES = "canvas_grades.csv"
FEEDBACK = "canvas_feedback.zip"

POINTS_POSSIBLE = "    Points Possible"
"""First cell of the gradebook's second row, and the key of that row's value among a person's cells."""

SECONDS_LATE = "Seconds late"
"""A column of :mod:`autograder.lms.canvas_export`: Canvas's own gradebook does not tell it."""

NOT_ASSIGNED = "N/A"
EXCUSED = "EX"

_TOTALS = re.compile(r"(?:Current|Final|Override) (?:Score|Points|Grade|Status)")
_MUTED = re.compile(r"\s*(?:Muted|Manual Posting.*)?\s*", re.IGNORECASE | re.DOTALL)
_FORMULA = re.compile(r'\A="(.*)"\Z', re.DOTALL)
"""Canvas writes a name that begins with ``=`` as a formula that gives it."""


class Canvas(Lms):
    """Canvas's assignments."""

    name = "canvas"
    title = "Canvas"
    telling = False
    sheet = Sheet(
        "Canvas's gradebook (Student, ID, …, Section, assignments): Grades, Export, Export Entire Gradebook",
        id=("ID",), name=("Student",), last=("LastName",), first=("FirstName",), login=("SIS Login ID",),
        kind="a number in the column", form=r"[0-9]+", last_first=True, ragged=True,
    )  # fmt: skip
    list_called = "the exported gradebook"
    unseen = "whether there are marks already, or who is excused"
    nameless = "Canvas gave it no number"
    unlisted = "it is not in your gradebook, where Canvas would look for somebody of the same name"
    uploads_itself = (
        "Or without any upload: `autograder push` shows what would change, `--yes` writes it. This is "
        "experimental: no real Canvas has answered it yet."
    )
    column = r"(?P<title>.*)\s\(\d+\)"
    guesses_column = False
    takes_more = True

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        """From the name of the member itself, or of the archive that a file lies in.

        Canvas makes no folders, so a folder whose name looks like a member's is somebody else's. The TA's
        gradebook settles which of three numbers counts.
        """
        people = export.worksheet.people if export.worksheet else ()
        for level, part in enumerate(path):
            if level == len(path) - 1 or part.lower().endswith(".zip"):
                found = _read(part, people)
                if found is not None:
                    known = any(person.lms_id == found.identifier for person in people)
                    return Origin(
                        lms_id=found.identifier,
                        student=found.name,
                        place=part,
                        path=(found.file, *path[level + 1 :]),
                        late=found.late,
                        guessed_from=(found.name or part) if not known and _is_ambiguous(part) else "",
                    )
        return None

    def columns(self, headings: Sequence[str], assignment: Assignment) -> Mapping[str, Column]:
        """The assignments, without totals, and whatever is configured."""
        found, named = super().columns(headings, assignment), assignment.column.strip()
        columns = {heading: one for heading, one in found.items() if not _TOTALS.search(heading)}
        return columns if named not in headings else {**columns, named: Column(named)}

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The gradebook that "Export" gives; without an assignment, its marks are the only assignment's."""
        rows = read_csv(data)
        headings = headings_of(rows)
        first = [folded(heading) for heading in headings[:3]]
        at = 2 if first[:2] == ["lastname", "firstname"] else 1
        if len(headings) < 4 or "id" not in first[at] or (at == 1 and "student" not in first[0]):
            raise another_file(headings, self.sheet.expected)
        one = assignment or Assignment("")
        heading = self.heading(headings, one)
        if one.column and heading is None:
            raise UsageError(
                f"--worksheet: no assignment is called {one.column!r}: correct it in grading_config.yml; "
                f"there are {'; '.join(self.columns(headings, one))[:400] or 'none'}"
            )
        titles = (*(headings[:2] if at == 2 else ["Student"]), "ID", *headings[at + 1 :])
        read = with_marks(self.sheet.read_rows([titles, *map(_of_student, rows[1:])]), heading)
        points = next((row for row in rows[1:] if _is_points(row)), [])
        possible = Row(zip(titles, points, strict=False)).cell(heading or "")
        return replace(read, people=tuple(_person(person, possible) for person in read.people))

    def maximum(self, one: Returned, back: Handback) -> float | None:
        """What stands in the row “Points Possible”."""
        return decimal(one.cell(POINTS_POSSIBLE))

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """What Canvas would give to somebody else, or undo."""
        if _is_guess(one, back):
            return (
                "several numbers of the file's name may be the student's, so neither mark nor page goes "
                f"back: give {self.list_called} with --worksheet"
            )
        member = _read(one.place, identifier=one.team or one.lms_id)
        hidden = not is_number(one.lms_id) or (member and member.anonymous and one.person is None)
        if one.lms_id and hidden:
            return "the assignment is anonymous, and Canvas takes marks only by name: enter it in SpeedGrader"
        cell = one.cell(back.heading or "")
        if cell == NOT_ASSIGNED:
            return "Canvas says that the assignment is not assigned to this student (N/A)"
        if cell.upper() == EXCUSED:
            return "Canvas says that this student is excused (EX), and a mark would undo that"
        return super().left_out_because(one, back)

    def steps(self, back: Handback) -> Iterator[Step]:
        """A gradebook of one assignment and the students graded, and the archive of submissions."""
        header = ("Student", "ID", "SIS Login ID", "Section", back.column)
        yield Table(GRADES, self._upload_grades(back), [header, *map(_row, back.marked)])
        made = [_feedback(one) for one in back.returned if not _is_guess(one, back)]
        text = (
            "The assignment's page, “Upload Submissions” (it is there once you have downloaded them). Every "
            "file arrives as a comment, under the name of the file that was handed in. Once only: Canvas "
            "adds the comments again each time."
        )
        if without := made.count(None):
            text += (
                f" {without} student(s) get none this way: what they handed in is no file that could hold it."
            )
        yield Zip(FEEDBACK, text, filter(None, made))

    def _upload_grades(self, back: Handback) -> str:
        text = "Grades, Import. Canvas lists what would change before you save."
        if not self.column_of(back.heading or back.assignment.column):
            text = (
                "First rename the last heading of the first line to the assignment's own, as Canvas's export "
                "of the gradebook has it (“Title (12345)”), or set it as the column in grading_config.yml: "
                f"Canvas would offer a new assignment. Then: {text}"
            )
        return text + self.nobody_looked(back)


# Names of members


@dataclass(frozen=True)
class _Member:
    """One way to read a member's name: its parts between underscores, the identifier at ``place``."""

    parts: Sequence[str]
    place: int
    anonymous: bool = False

    @property
    def fits(self) -> bool:
        """Whether what follows the identifier can follow it."""
        following = self.parts[self.place + 1 : self.place + 4]
        if len(following) > 1:
            return is_number(following[0]) and following[1:] != [""]
        return following in (["text.html"], ["link.html"])

    @property
    def identifier(self) -> str:
        return self.parts[self.place]

    @property
    def attachment(self) -> str:
        """The second number; empty for a text or a link."""
        return self.parts[self.place + 1] if self.place + 2 < len(self.parts) else ""

    @property
    def file(self) -> str:
        return "_".join(self.parts[self.place + (2 if self.attachment else 1) :])

    @property
    def late(self) -> bool:
        before = self.parts[: self.place]
        return bool(before) and before[0 if self.anonymous else -1] == "LATE"

    @property
    def name(self) -> str:
        return "anon" if self.anonymous else "_".join(self.parts[: self.place - self.late])


def _read(member: str, people: Sequence[Person] = (), identifier: str = "") -> _Member | None:
    """The most credible reading: a student's number after the student's name, a student's number, the first.

    Args:
        people: the class.
        identifier: the number to be found, where it is known.
    """
    names = {person.lms_id: person.name for person in people}
    readings: dict[str, _Member] = {}  # every number once: names may be long, and full of numbers
    for found in _readings(member):
        if not readings or found.identifier in names or found.identifier == identifier:
            readings.setdefault(found.identifier, found)
    for lms_id, found in readings.items():
        if lms_id == identifier or (lms_id in names and _in_member(names[lms_id]) == found.name):
            return found
    first = next(iter(readings.values()), None)
    if first is None or first.anonymous:
        return first
    return next((found for lms_id, found in readings.items() if lms_id in names), first)


def _readings(member: str) -> Iterator[_Member]:
    """All ways to read a name, the most likely first."""
    parts = member.split("_")
    anonymous = re.match("(LATE_)?anon_[A-Za-z0-9]+_", member)
    nameless = [_Member(parts, 2 if anonymous[1] else 1, anonymous=True)] if anonymous else []
    # Canvas leaves no blank in a name: what follows is a file's name.
    end = next((place for place, part in enumerate(parts[:-1]) if re.search(r"\s", part)), len(parts) - 1)
    # A member begins with a name, if only with the underscore after an empty one.
    named = (_Member(parts, place) for place in [*range(1, end), 0][:end] if is_number(parts[place]))
    return (one for one in chain(nameless, named) if one.fits)


def _is_ambiguous(member: str) -> bool:
    """Whether the number after the user's may be the user's as well: then the first one ends the name.

    ``LATE`` stands before the user's, and numbers in the middle of a name are taken out.
    """
    found = next(_readings(member), None)
    if found is None or found.anonymous or found.late or not found.attachment:
        return False
    return replace(found, place=found.place + 1).fits


def _in_member(name: str) -> str:
    """A name as Canvas puts it into a member's name; those are read in NFC."""
    name = unicodedata.normalize("NFC", re.sub(r"_(\d+)_", r"\1", name).lower())
    return "".join(c for c in name if unicodedata.category(c)[0] in "LMN" or unicodedata.category(c) == "Pc")


def _as_canvas_reads(member: str) -> tuple[str, ...]:
    """User (or anonymous identifier) and attachment, as Canvas finds them in a file that comes back."""
    parts = [part for part in member.split("_") if part != "LATE"]
    if not parts or parts[-1].startswith("link") or member.startswith("._"):
        return ()
    if parts[0] == "anon":
        return tuple(parts[1:3])
    return tuple([part for part in parts if is_number(part)][:2])


# The gradebook


def _is_points(row: Sequence[str]) -> bool:
    return folded(POINTS_POSSIBLE) in folded("".join(row[:1]))


def _of_student(row: Sequence[str]) -> Sequence[str]:
    """The row of a student with the names as they are; nothing where it is none's."""
    if _is_points(row) or all(_MUTED.fullmatch(cell) for cell in row):
        return []
    return [*(_FORMULA.sub(r"\1", cell) for cell in row[:2]), *row[2:]]


def _person(person: Person, possible: str) -> Person:
    cells = Row({**person.cells, POINTS_POSSIBLE: possible})
    seconds = person.cells.cell(SECONDS_LATE)
    late = float(seconds) if seconds.isdecimal() and len(seconds) < 12 else None
    mark = "" if person.mark in ("-", NOT_ASSIGNED) else person.mark
    return replace(person, mark=mark, cells=cells, late_seconds=late, late=bool(late))


# What goes back


def _is_guess(one: Returned, back: Handback) -> bool:
    """Whether nothing tells which of several numbers is the user's; of a team the configuration does."""
    return back.worksheet is None and not (one.team and one.lms_id) and _is_ambiguous(one.place)


def _row(one: Returned) -> tuple[str, str, str, str, str]:
    # Names and logins are for people: with an ID that it knows, Canvas reads neither.
    login = csv_cell(one.person.login) if one.person else ""
    return csv_cell(one.student), one.lms_id, login, "", number(one.mark)


def _feedback(one: Returned) -> tuple[str, bytes] | None:
    """The name that Canvas will match, and the page as a file of the kind that was handed in."""
    member = _read(one.place, identifier=one.team or one.lms_id)
    if member is None or not member.attachment or not (one.team or one.lms_id):
        return None
    suffix = Path(member.file).suffix.lower()
    content = one.feedback.read_bytes()
    if suffix in (".ipynb", ".json"):
        content = notebook_of(content.decode("utf-8", "replace"))
    elif suffix == ".zip":
        content = zip_bytes([(PAGE, content)])
    elif suffix not in (".html", ".htm"):
        return None
    name = one.place
    if _as_canvas_reads(name) != (member.identifier, member.attachment):
        anonymous = "anon_" if member.anonymous else ""
        name = f"{anonymous}{member.identifier}_{member.attachment}_feedback{suffix}"
    return name, content
