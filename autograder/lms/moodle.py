"""Moodle, 3.1 to 5.x: the export of an assignment, the offline grading worksheet, feedback files.

What is relied on was read in Moodle's source and seen on a real 4.5:

- A member lies in ``Full Name_<participant>_assignsubmission_file/…``, in 3.1 to 4.0 with one more
  underscore on the folder, or flat ``Full Name_<participant>_assignsubmission_file_<file>``. Moodle
  takes underscores out of names, and so much else that nothing may be left of one. With teams the number
  is the group's; the group of those who have none has no number. Group names have gone through an HTML
  formatter.
- An uploaded worksheet is read by its headers, in the language of whoever uploads it. Rows need exactly
  as many cells as the header; a backslash before a quote breaks the file; a text in the place of a
  number becomes 0; an empty comment erases the old one. A row is skipped when the mark in Moodle
  is newer than its "last modified" by more than a minute; ``-`` says that there was none.
- A downloaded worksheet is written as PHP does it: a quote after a backslash is not doubled.
- A worksheet that is uploaded as it was downloaded rounds marks and strips comments. So a new one is
  written, with four columns and only the rows that were graded.
- Feedback is returned as ``<anything>_<participant>_assignsubmission_file/<file>``, after the marks: it
  creates grade records, and a row that says ``-`` would be skipped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.visible import csv_line, number
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
from autograder.lms.tables import read_csv, records, text_of

_FOLDER = re.compile(r"(?P<name>[^_]*)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z][a-z0-9]*)_?")
_FLAT = re.compile(
    r"(?P<name>[^_]*)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z][a-z0-9]*)_(?P<file>.+)", re.DOTALL
)

GRADES = "moodle_grades.csv"
FEEDBACK = "moodle_feedback.zip"
FEEDBACK_OF_MEMBERS = "moodle_feedback_by_participant.zip"
"""With teams: the same pages in folders of the members, for versions of Moodle that want those."""

PAGE = "feedback.html"
LONGEST_NAME = 60
"""Characters of a student's name in a folder: a path of Moodle's file area ends at 255."""

MISSING = "-"
"""How Moodle writes a date that there is none of."""


@dataclass(frozen=True)
class _Language:
    """The words of one language's worksheet that have to be known."""

    identifier: str
    identity: str
    full_name: str
    email: str
    status: str
    group: str
    grade: str
    maximum: str
    scale: str
    can_change: str
    no: str
    submitted: str
    graded: str
    comment: str
    nothing_handed_in: tuple[str, ...]
    late: str
    units: Mapping[str, int]
    months: tuple[str, ...]


_MINUTE, _HOUR, _DAY, _WEEK, _YEAR = 60, 3600, 86_400, 604_800, 31_536_000

_LANGUAGES = {
    "en": _Language(
        identifier="Identifier", identity="Participant ", full_name="Full name", email="Email address",
        status="Status", group="Group", grade="Grade", maximum="Maximum grade", scale="Scale",
        can_change="Grade can be changed", no="No", submitted="Last modified (submission)",
        graded="Last modified (grade)", comment="Feedback comments",
        nothing_handed_in=("No submission", "Draft"), late="late",
        units={"sec": 1, "min": _MINUTE, "hour": _HOUR, "day": _DAY, "week": _WEEK, "year": _YEAR},
        months=("January", "February", "March", "April", "May", "June", "July", "August", "September",
                "October", "November", "December"),
    ),
    "de": _Language(
        identifier="ID", identity="Teilnehmer/in", full_name="Vollständiger Name", email="E-Mail-Adresse",
        status="Status", group="Gruppe", grade="Bewertung", maximum="Bestwertung", scale="Skala",
        can_change="Bewertung kann geändert werden", no="Nein", submitted="Zuletzt geändert (Abgabe)",
        graded="Zuletzt geändert (Bewertung)", comment="Feedback als Kommentar",
        nothing_handed_in=("Keine Abgabe", "Entwurf"), late="zu spät",
        units={"Sekunde": 1, "Minute": _MINUTE, "Stunde": _HOUR, "Tag": _DAY, "Woche": _WEEK, "Jahr": _YEAR},
        months=("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
                "Oktober", "November", "Dezember"),
    ),
}  # fmt: skip


class Moodle(Lms):
    """Moodle's assignment activity."""

    name = "moodle"
    title = "Moodle"

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
        """The outermost folder that Moodle named; its flat names only count for the file itself."""
        for level, part in enumerate(path[:-1]):
            if found := _FOLDER.fullmatch(part):
                return _origin(found, part, path[level + 1 :])
        if found := _FLAT.fullmatch(path[-1]):
            return _origin(found, path[-1], (found["file"],))
        return None

    def team_key(self, name: str) -> str:
        """What is left of a group's name when Moodle has made a folder's name of it.

        It has been through an HTML formatter, which turns ``&`` into ``&amp;`` and drops what looks like a
        tag; then some characters are deleted and underscores become blanks.
        """
        text = re.sub(r"<[^>]*>?", "", name.replace("&amp;", "&")).replace("&", "&amp;")
        return " ".join(re.sub(r"[&<>\"`|':\\/]", "", text).replace("_", " ").split()).casefold()

    def _of_groups(self, returned: Sequence[Returned], worksheet: Worksheet | None) -> set[int]:
        """The ``id()`` of those whose folder has the name of a group, and not that of the student."""
        groups = {self.team_key(person.group) for person in worksheet.people} - {""} if worksheet else set()
        found = set()
        for one in returned:
            folder = _FOLDER.fullmatch(one.place) or _FLAT.fullmatch(one.place)
            key = self.team_key(folder["name"]) if folder else ""
            if key in groups and not (one.person and self.team_key(one.person.name) == key):
                found.add(id(one))
        return found

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The offline grading worksheet, in English or German."""
        return _read_worksheet(data)

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """A small worksheet and the feedback archive; with teams a second one, by participants."""
        words = _LANGUAGES[worksheet.language if worksheet else assignment.language]
        of_group = set() if assignment.teams else self._of_groups(returned, worksheet)
        left_out = [
            (one, reason)
            for one in returned
            if (reason := _left_out_because(one, words, of_group=id(one) in of_group))
        ]
        out = {id(one) for one, _ in left_out}
        marked = [one for one in returned if one.points is not None and id(one) not in out]
        header = (words.identifier, words.grade, words.graded, words.comment)
        rows = [_row(one, words) for one in marked]
        (folder / GRADES).write_text("".join(map(csv_line, [header, *rows])), encoding="utf-8")
        overwriting = any(one.person is None or one.person.mark for one in marked)
        steps = [Step(GRADES, _upload_grades(overwriting, worksheet is not None))]
        if assignment.teams:
            write_zip(
                folder / FEEDBACK, ((_member(one, one.team), one.feedback) for one in returned if one.team)
            )
            steps.append(Step(FEEDBACK, _UPLOAD_FEEDBACK))
            own = [(_member(one, one.lms_id), one.feedback) for one in returned if one.lms_id]
            write_zip(folder / FEEDBACK_OF_MEMBERS, own)
            steps.append(Step(FEEDBACK_OF_MEMBERS, _INSTEAD))
        else:
            own = [
                (_member(one, one.lms_id), one.feedback)
                for one in returned
                if one.lms_id and id(one) not in of_group
            ]
            write_zip(folder / FEEDBACK, own)
            steps.append(Step(FEEDBACK, _UPLOAD_FEEDBACK))
        return Written(tuple(steps), tuple(left_out))


def _upload_grades(overwriting: bool, with_worksheet: bool) -> str:
    text = (
        "First. Assignment, Submissions, “Upload grading worksheet”; needs “Offline grading worksheet” among "
        "the assignment's feedback types. Separator comma, encoding UTF-8."
    )
    if overwriting:
        text += (
            " Tick “Allow updating records that have been modified more recently in Moodle than in the "
            "spreadsheet”: without it, rows over newer marks are skipped silently."
        )
    if not with_worksheet:
        text += " Nobody looked whether there are marks already: give your own worksheet with --worksheet."
    return text


_UPLOAD_FEEDBACK = (
    "Then, never before the marks: “Upload multiple feedback files in a zip”; needs “Feedback files” among "
    "the feedback types."
)
_INSTEAD = (
    "Only instead of the one before, if your Moodle says there that it cannot match the files: the same "
    "pages, by participant instead of by team."
)


def _origin(found: re.Match[str], place: str, path: MemberPath) -> Origin:
    # Leading zeros are not Moodle's, and without them the number is the worksheet's.
    lms_id = (found["id"] or "").lstrip("0") or (found["id"] or "")[:1]
    return Origin(lms_id=lms_id, student=found["name"].strip() or lms_id, place=place, path=path)


def _left_out_because(one: Returned, words: _Language, *, of_group: bool) -> str:
    if one.points is None:
        return ""  # there is no mark to leave out
    if not one.lms_id:
        return "nobody knows the members of this team" if one.team else "Moodle gave it no number"
    if of_group:
        return (
            "its folder has the name of a group, and a group's number is no participant's: if groups hand in "
            "together, say so in grading_config.yml (lms, teams)"
        )
    cells = one.person.cells if one.person else {}
    if words.scale in cells:
        return f"the assignment is graded with a scale ({cells[words.scale]}), not with points"
    if cells.get(words.can_change) == words.no:
        return "Moodle has locked the mark"
    maximum = _number(cells.get(words.maximum, ""))
    if maximum is not None and one.points > maximum:
        return f"the mark is above the assignment's maximum grade in Moodle ({number(maximum)})"
    return ""


def _row(one: Returned, words: _Language) -> tuple[str, str, str, str]:
    assert one.points is not None
    cells = one.person.cells if one.person else {}
    identifier = cells.get(words.identifier, "").strip() or f"{words.identity}{one.lms_id}"
    graded = _iso(cells.get(words.graded, MISSING))
    return identifier, number(one.points), graded, _html(one.comment)


def _member(one: Returned, number_of: str) -> str:
    """Where a page goes in the archive; only the number counts, the name is for people."""
    name = re.sub(r"[_/\\\x00-\x1f&<>\"`|':]", " ", one.student)[:LONGEST_NAME].strip() or "student"
    return f"{name}_{number_of}_assignsubmission_file/{PAGE}"


def _html(text: str) -> str:
    """``text`` as HTML without a quote or a backslash: either can break Moodle's reading of the file."""
    return html.escape(text).replace("\\", "&#92;").replace("\n", "<br>")


# The worksheet


def _read_worksheet(data: bytes) -> Worksheet:
    rows = _rows(data)
    headers = tuple(header.strip() for header in rows[0]) if rows else ()
    language = next((code for code, words in _LANGUAGES.items() if _is_in(words, headers)), "")
    if not language:
        wanted = "; ".join(f"{words.identifier}, {words.grade}, …" for words in _LANGUAGES.values())
        raise UsageError(
            f"--worksheet: its first line is {', '.join(headers)[:200]!r}; expected Moodle's offline grading "
            f"worksheet in English or German ({wanted}): download it again with one of these languages"
        )
    words = _LANGUAGES[language]
    people = []
    word = ""
    for line, cells in records(rows, words.identifier):
        found = re.fullmatch(r"(\D*)(\d+)", cells[words.identifier].strip())
        if not found:
            raise UsageError(
                f"--worksheet: line {line}: expected a number at the end of {words.identifier}; "
                "download it again, programs for tables change such files"
            )
        word = word or found[1]
        # Moodle cuts as many characters as its own word has: with a blank too few it is another student.
        if found[1] != word or word == words.identity.strip() != words.identity:
            raise UsageError(
                f"--worksheet: line {line}: {found[0][:40]!r} is not written as Moodle does it "
                f"({words.identity}{found[2][:20]}); download it again, programs for tables change such files"
            )
        people.append(_person(found[2], cells, words))
    return Worksheet(headers, tuple(people), language)


def _rows(data: bytes) -> list[list[str]]:
    """The rows of the file; if they are not equally long, as PHP wrote them.

    After a backslash PHP leaves one quote as it is: a student who writes ``\\"`` must not keep the TA from
    reading the list. Where just one quote stands before the end of a cell it may end it or not.
    """
    text = text_of(data)
    ending = re.sub(r'\\"(?![",;\t\r\n]|\Z)|\\""+', r'\g<0>"', text)
    as_it_is = read_csv(text, "--worksheet")
    others = (read_csv(other, "--worksheet") for other in (ending, re.sub(r'\\"+', r'\g<0>"', text)))
    regular = (rows for rows in chain([as_it_is], others) if len({len(row) for row in rows if row}) == 1)
    return next(regular, as_it_is)


def _is_in(words: _Language, headers: Sequence[str]) -> bool:
    return {words.identifier, words.grade, words.graded} <= set(headers)


def _person(lms_id: str, cells: dict[str, str], words: _Language) -> Person:
    status = cells.get(words.status, "")
    late = next((part for part in status.split(" - ") if part.strip().endswith(f" {words.late}")), "")
    return Person(
        lms_id=lms_id,
        name=cells.get(words.full_name, ""),
        login=cells.get(words.email, ""),
        group=cells.get(words.group, ""),
        mark=cells.get(words.grade, ""),
        submitted=_date(cells.get(words.submitted, "")),
        late_seconds=_seconds(late, words) if late else 0.0,
        late=bool(late),
        handed_in=not status.startswith(words.nothing_handed_in) if status else None,
        cells=cells,
    )


def _seconds(text: str, words: _Language) -> float | None:
    """``1 min 13 secs late`` in seconds; ``None`` where a unit is not known."""
    total = 0
    for count, unit in re.findall(r"(\d+)\s+([^\W\d]+)", text):
        length = next((seconds for word, seconds in words.units.items() if unit.startswith(word)), None)
        if length is None:
            return None
        total += int(count) * length
    return float(total)


_DATE = re.compile(r"(\d{1,2})\.? ([^\W\d]+) (\d{4}), (\d{1,2}):(\d{2})(?:\s*([AP]M))?\s*$", re.IGNORECASE)


def _date(text: str) -> datetime | None:
    """``Sunday, 22 November 2026, 2:31 PM``, or the same in German; ``None`` when it is neither."""
    found = _DATE.search(text)
    if not found:
        return None
    day, name, year, hour, minute, half = found.groups()
    months = [words.months.index(name) + 1 for words in _LANGUAGES.values() if name in words.months]
    if not months:
        return None
    hours = int(hour) % 12 + (12 if half.upper() == "PM" else 0) if half else int(hour)
    try:
        return datetime(int(year), months[0], int(day), hours, int(minute))
    except ValueError:
        return None


def _iso(text: str) -> str:
    """A date of the worksheet in the only form that Moodle reads in every language."""
    date = _date(text)
    return date.strftime("%Y-%m-%d %H:%M") if date else MISSING if text.strip() in ("", MISSING) else text


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
