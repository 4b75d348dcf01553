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

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.visible import csv_cell, csv_line, number
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
from autograder.lms.feedback_notebook import notebook_of
from autograder.lms.tables import read_csv

GRADES = "canvas_grades.csv"
FEEDBACK = "canvas_feedback.zip"
PAGE = "feedback.html"

POINTS_POSSIBLE = "    Points Possible"
"""First cell of the gradebook's second row, and the key of that row's value among a person's cells."""

NOT_ASSIGNED = "N/A"
EXCUSED = "EX"

_ASSIGNMENT = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)", re.DOTALL)
_TOTALS = re.compile(r"(?:Current|Final|Override) (?:Score|Points|Grade|Status)")
_MUTED = re.compile(r"\s*(?:Muted|Manual Posting.*)?\s*", re.IGNORECASE | re.DOTALL)


class Canvas(Lms):
    """Canvas's assignments."""

    name = "canvas"
    title = "Canvas"
    telling = False

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
        """From the name of the member itself, or of the archive that a file lies in.

        Canvas makes no folders, so a folder whose name looks like a member's is somebody else's.
        ``facts["worksheet"]`` may hold the TA's gradebook; it settles which of three numbers counts.
        """
        worksheet = facts.get("worksheet")
        people = worksheet.people if isinstance(worksheet, Worksheet) else ()
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

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The gradebook that "Export" gives.

        Args:
            assignment: which column the marks are in; without it, the only assignment's.
        """
        return _read_gradebook(data, assignment)

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """A gradebook of one assignment and the students graded, and the archive of submissions."""
        column = _column(worksheet.headers, assignment) if worksheet else assignment.column
        left_out = [
            (one, reason) for one in returned if (reason := _left_out_because(one, column, worksheet))
        ]
        out = {id(one) for one, _ in left_out}
        marked = [one for one in returned if one.points is not None and id(one) not in out]
        header = ("Student", "ID", "SIS Login ID", "Section", column or assignment.title)
        rows = [_row(one) for one in marked]
        (folder / GRADES).write_text("".join(map(csv_line, [header, *rows])), encoding="utf-8")
        without = _write_feedback(
            folder / FEEDBACK, [one for one in returned if not _is_guess(one, worksheet)]
        )
        steps = (
            Step(GRADES, _upload_grades(column, marked, worksheet)),
            Step(FEEDBACK, _upload_feedback(without)),
        )
        return Written(steps, tuple(left_out))


# Names of members


@dataclass(frozen=True)
class _Member:
    """One way to read a member's name, with the identifier as the part at ``place``.

    ``attachment`` is empty for a text or a link.
    """

    identifier: str
    attachment: str
    file: str
    name: str
    late: bool
    anonymous: bool
    place: int


def _read(member: str, people: Sequence[Person] = (), identifier: str = "") -> _Member | None:
    """The most credible reading: a student's number after the student's name, a student's number, the first.

    Args:
        people: the class.
        identifier: the number to be found, where it is known.
    """
    names = {person.lms_id: person.name for person in people}
    readings = list(_readings(member, names.keys() | {identifier}))
    for found in readings:
        if found.identifier == identifier or _is_named(found, names):
            return found
    students = [found for found in readings if found.identifier in names]
    if students and not readings[0].anonymous:
        return students[0]
    return readings[0] if readings else None


def _is_named(found: _Member, names: Mapping[str, str]) -> bool:
    """Whether this is a student's number after that student's name."""
    name = names.get(found.identifier)
    return name is not None and _in_member(name) == found.name


def _readings(member: str, wanted: set[str]) -> Iterator[_Member]:
    """The first way to read a name, and the first that gives each of the numbers wanted."""
    left = set(wanted)  # every number once: names may be long, and full of numbers
    parts = member.split("_")
    start = 1 if parts[0] == "LATE" else 0
    nothing_yet = True
    # Canvas leaves no blank in a name: what follows is a file's name.
    end = next((place for place, part in enumerate(parts[:-1]) if re.search(r"\s", part)), len(parts) - 1)
    if len(parts) > start + 2 and parts[start] == "anon" and re.fullmatch("[A-Za-z0-9]+", parts[start + 1]):
        found = _from(parts, start + 1, late=start == 1, anonymous=True)
        if found is not None:
            nothing_yet = False
            yield found
    # A member begins with a name, if only with the underscore after an empty one.
    for place in [*range(1, end), 0][:end]:
        part = parts[place]
        if _is_number(part) and (nothing_yet or part in left):
            late = place > 0 and parts[place - 1] == "LATE"
            found = _from(parts, place, late=late)
            if found is not None:
                nothing_yet = False
                left.discard(part)
                yield found


def _is_ambiguous(member: str) -> bool:
    """Whether the number after the user's may be the user's as well: then the first one ends the name.

    ``LATE`` stands before the user's, and numbers in the middle of a name are taken out.
    """
    found = next(_readings(member, set()), None)
    if found is None or found.anonymous or found.late or not found.attachment:
        return False
    return _from(member.split("_"), found.place + 1, late=False) is not None


def _from(parts: Sequence[str], place: int, *, late: bool, anonymous: bool = False) -> _Member | None:
    """The reading that takes ``parts[place]`` for the number; ``None`` if what follows does not fit."""
    number, following = parts[place], parts[place + 1]
    attachment = ""
    if place + 2 == len(parts) and following in ("text.html", "link.html"):
        file = following
    elif _is_number(following) and place + 2 < len(parts) and parts[place + 2 : place + 4] != [""]:
        attachment, file = following, "_".join(parts[place + 2 :])
    else:
        return None
    name = "anon" if anonymous else "_".join(parts[: place - late])
    return _Member(number, attachment, file, name, late, anonymous, place)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


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
    return tuple([part for part in parts if _is_number(part)][:2])


# The gradebook


def _read_gradebook(data: bytes, assignment: Assignment | None) -> Worksheet:
    rows = read_csv(data, "--worksheet")
    headers = tuple(rows[0]) if rows else ()
    last_first = headers[:2] == ("LastName", "FirstName")
    at = 2 if last_first else 1
    if len(headers) < 4 or "ID" not in headers[at] or not (last_first or "Student" in headers[0]):
        raise UsageError(
            f"--worksheet: its first line is {', '.join(headers)[:200]!r}; expected Canvas's gradebook "
            "(Student, ID, …, Section, assignments): Grades, Export, Export Entire Gradebook"
        )
    column = _column(headers, assignment) if assignment else _only_assignment(headers)
    place = headers.index(column) if column in headers else None
    if assignment and assignment.column and place is None:
        raise UsageError(
            f"--worksheet: no assignment is called {assignment.column!r}: correct it in grading_config.yml; "
            f"there are {'; '.join(_assignments(headers))[:400] or 'none'}"
        )
    people = []
    possible = ""
    for line, row in enumerate(rows[1:], start=2):
        if row and "Points Possible" in row[0]:
            possible = row[place] if place is not None and place < len(row) else ""
        elif not all(_MUTED.fullmatch(cell) for cell in row):
            if len(row) <= at or not _is_number(row[at].strip()):
                raise UsageError(
                    f"--worksheet: line {line}: expected a number in the column ID, not "
                    f"{row[at][:40] if len(row) > at else ''!r}; export it again, programs for tables change "
                    "such files"
                )
            people.append(_person(row, headers, column, possible))
    return Worksheet(headers, tuple(people))


def _person(row: Sequence[str], headers: Sequence[str], column: str, possible: str) -> Person:
    cells = dict(zip(headers, row, strict=False))
    last_first = headers[0] == "LastName"
    name = f"{_name(row[0])}, {_name(row[1])}" if last_first else _name(row[0])
    mark = cells.get(column, "").strip()
    cells[POINTS_POSSIBLE] = possible
    return Person(
        lms_id=row[2 if last_first else 1].strip(),
        name=name,
        login=cells.get("SIS Login ID", ""),
        mark="" if mark in ("-", NOT_ASSIGNED) else mark,
        cells=cells,
    )


def _name(cell: str) -> str:
    """Canvas writes a name that begins with ``=`` as a formula that gives it."""
    found = re.fullmatch(r'="(.*)"', cell, re.DOTALL)
    return found[1] if found else cell


def _assignments(headers: Sequence[str]) -> list[str]:
    return [one for one in headers if _ASSIGNMENT.fullmatch(one) and not _TOTALS.search(one)]


def _only_assignment(headers: Sequence[str]) -> str:
    found = _assignments(headers)
    return found[0] if len(found) == 1 else ""


def _column(headers: Sequence[str], assignment: Assignment) -> str:
    """The heading of the assignment's column; the configured one wins; empty when nothing tells."""
    columns = _assignments(headers)
    if assignment.column:
        wanted = assignment.column.strip()
        titled = [one for one in columns if _title(one) == wanted]
        return titled[0] if wanted not in headers and len(titled) == 1 else wanted
    titled = [one for one in columns if assignment.title and assignment.title.casefold() in one.casefold()]
    return titled[0] if len(titled) == 1 else ""


def _title(column: str) -> str:
    found = _ASSIGNMENT.fullmatch(column)
    return found["title"] if found else column


# What goes back


def _is_guess(one: Returned, worksheet: Worksheet | None) -> bool:
    """Whether nothing tells which of several numbers is the user's; of a team the configuration does."""
    return worksheet is None and not (one.team and one.lms_id) and _is_ambiguous(one.place)


def _left_out_because(one: Returned, column: str, worksheet: Worksheet | None) -> str:
    if one.points is None:
        return ""  # there is no mark to leave out
    if _is_guess(one, worksheet):
        return (
            "several numbers of the file's name may be the student's, so neither mark nor page goes back: "
            "give the exported gradebook with --worksheet"
        )
    if not one.lms_id:
        return "nobody knows the members of this team" if one.team else "Canvas gave it no number"
    member = _read(one.place, identifier=one.team or one.lms_id)
    if not _is_number(one.lms_id) or (member and member.anonymous and one.person is None):
        return "the assignment is anonymous, and Canvas takes marks only by name: enter it in SpeedGrader"
    if worksheet is not None and one.person is None:
        return "it is not in your gradebook, where Canvas would look for somebody of the same name"
    cell = one.person.cells.get(column, "").strip() if one.person else ""
    if cell == NOT_ASSIGNED:
        return "Canvas says that the assignment is not assigned to this student (N/A)"
    if cell.upper() == EXCUSED:
        return "Canvas says that this student is excused (EX), and a mark would undo that"
    return ""


def _row(one: Returned) -> tuple[str, str, str, str, str]:
    assert one.points is not None
    # Names and logins are for people: with an ID that it knows, Canvas reads neither.
    login = csv_cell(one.person.login) if one.person else ""
    return csv_cell(one.student), one.lms_id, login, "", number(one.points)


def _upload_grades(column: str, marked: Sequence[Returned], worksheet: Worksheet | None) -> str:
    text = "Grades, Import. Canvas lists what would change before you save."
    if not _ASSIGNMENT.fullmatch(column):
        text = (
            "First rename the last heading of the first line to the assignment's own, as Canvas's export of "
            "the gradebook has it (“Title (12345)”), or set it as the column in grading_config.yml: Canvas "
            f"would offer a new assignment. Then: {text}"
        )
    if worksheet is None:
        text += (
            " Nobody looked whether there are marks already: give the exported gradebook with --worksheet."
        )
    elif column not in worksheet.headers:
        text += (
            " Nobody looked whether there are marks already, or who is excused: the gradebook that was given "
            "does not tell which column it is. Set it in grading_config.yml and run the same command again."
        )
    possible = {_points(one.person.cells.get(POINTS_POSSIBLE, "")) for one in marked if one.person} - {None}
    differing = [one for one in possible if one not in {one.possible for one in marked}]
    if differing:
        text += (
            f" Mind that the assignment has {number(differing[0] or 0.0)} points in Canvas, and these marks "
            f"are of {number(marked[0].possible)}."
        )
    return text


def _points(cell: str) -> float | None:
    try:
        return float(cell.strip().replace(",", "."))
    except ValueError:
        return None


def _upload_feedback(without: int) -> str:
    text = (
        "The assignment's page, “Upload Submissions” (it is there once you have downloaded them). Every file "
        "arrives as a comment, under the name of the file that was handed in. Once only: Canvas adds the "
        "comments again each time."
    )
    if without:
        text += f" {without} student(s) get none this way: what they handed in is no file that could hold it."
    return text


def _write_feedback(path: Path, returned: Sequence[Returned]) -> int:
    """Write the archive; how many get nothing."""
    without = 0
    members = []
    for one in returned:
        made = _feedback(one)
        if made is None:
            without += 1
        else:
            members.append(made)
    write_zip(path, members)
    return without


def _feedback(one: Returned) -> tuple[str, bytes] | None:
    """The name that Canvas will match, and the page as a file of the kind that was handed in."""
    member = _read(one.place, identifier=one.team or one.lms_id)
    if member is None or not member.attachment or not (one.team or one.lms_id):
        return None
    suffix = Path(member.file).suffix.lower()
    page = one.feedback.read_bytes()
    if suffix in (".ipynb", ".json"):
        content = notebook_of(page.decode("utf-8", "replace"))
    elif suffix == ".zip":
        content = _zipped(page)
    elif suffix in (".html", ".htm"):
        content = page
    else:
        return None
    name = one.place
    if _as_canvas_reads(name) != (member.identifier, member.attachment):
        anonymous = "anon_" if member.anonymous else ""
        name = f"{anonymous}{member.identifier}_{member.attachment}_feedback{suffix}"
    return name, content


def _zipped(page: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(zipfile.ZipInfo(PAGE, (1980, 1, 1, 0, 0, 0)), page)
    return archive.getvalue()
