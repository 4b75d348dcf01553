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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from autograder.files.visible import number
from autograder.lms.base import Lms
from autograder.lms.handback import PAGE, Handback, Step, Table, Zip
from autograder.lms.model import Assignment, Person, Returned, Worksheet
from autograder.lms.names import Names, moment
from autograder.lms.rows import Row, another_file, damaged, decimal, headings_of, read_csv, records, text_of

GRADES = "moodle_grades.csv"
FEEDBACK = "moodle_feedback.zip"
FEEDBACK_OF_MEMBERS = "moodle_feedback_by_participant.zip"
"""With teams: the same pages in folders of the members, for versions of Moodle that want those."""

LONGEST_NAME = 60
"""Characters of a student's name in a folder: a path of Moodle's file area ends at 255."""

MISSING = "-"
"""How Moodle writes a date that there is none of."""

_IDENTIFIER = r"(\D*)(\d+)"
# Leading zeros are not Moodle's, and without them the number is the worksheet's.
_FOLDER = r"(?P<name>[^_]*)(?:_(?:0++(?=\d))?+(?P<id>\d+))?_assignsubmission_[a-z][a-z0-9]*"


@dataclass(frozen=True)
class _Words:
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
    months: Sequence[str]


_MINUTE, _HOUR, _DAY, _WEEK, _YEAR = 60, 3600, 86_400, 604_800, 31_536_000

_LANGUAGES = {
    "en": _Words(
        identifier="Identifier", identity="Participant ", full_name="Full name", email="Email address",
        status="Status", group="Group", grade="Grade", maximum="Maximum grade", scale="Scale",
        can_change="Grade can be changed", no="No", submitted="Last modified (submission)",
        graded="Last modified (grade)", comment="Feedback comments",
        nothing_handed_in=("No submission", "Draft"), late="late",
        units={"sec": 1, "min": _MINUTE, "hour": _HOUR, "day": _DAY, "week": _WEEK, "year": _YEAR},
        months="January February March April May June July August September October November "
               "December".split(),
    ),
    "de": _Words(
        identifier="ID", identity="Teilnehmer/in", full_name="Vollständiger Name", email="E-Mail-Adresse",
        status="Status", group="Gruppe", grade="Bewertung", maximum="Bestwertung", scale="Skala",
        can_change="Bewertung kann geändert werden", no="Nein", submitted="Zuletzt geändert (Abgabe)",
        graded="Zuletzt geändert (Bewertung)", comment="Feedback als Kommentar",
        nothing_handed_in=("Keine Abgabe", "Entwurf"), late="zu spät",
        units={"Sekunde": 1, "Minute": _MINUTE, "Stunde": _HOUR, "Tag": _DAY, "Woche": _WEEK, "Jahr": _YEAR},
        months="Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    ),
}  # fmt: skip


class Moodle(Lms):
    """Moodle's assignment activity."""

    name = "moodle"
    title = "Moodle"
    names = Names(folder=rf"{_FOLDER}_?", file=rf"{_FOLDER}_(?P<file>.+)")
    nameless = "Moodle gave it no number"
    uploads_itself = "Or without any upload: `autograder push` shows what would change, `--yes` writes it."

    def team_key(self, name: str) -> str:
        """What is left of a group's name when Moodle has made a folder's name of it.

        It has been through an HTML formatter, which turns ``&`` into ``&amp;`` and drops what looks like a
        tag; then some characters are deleted and underscores become blanks.
        """
        text = re.sub(r"<[^>]*>?", "", name.replace("&amp;", "&")).replace("&", "&amp;")
        return " ".join(re.sub(r"[&<>\"`|':\\/]", "", text).replace("_", " ").split()).casefold()

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The offline grading worksheet, in English or German."""
        rows = _rows(data)
        headings = headings_of(rows)
        there = Row(zip(headings, headings, strict=True))
        for language, words in _LANGUAGES.items():
            if all(heading in there for heading in (words.identifier, words.grade, words.graded)):
                return Worksheet(headings, tuple(_people(rows, words)), language)
        wanted = "; ".join(f"{words.identifier}, {words.grade}, …" for words in _LANGUAGES.values())
        raise another_file(
            headings,
            f"Moodle's offline grading worksheet in English or German ({wanted}): download it again with one "
            "of these languages",
        )

    def maximum(self, one: Returned, back: Handback) -> float | None:
        """The assignment's maximum grade, as the worksheet has it."""
        return decimal(one.cell(_words(back).maximum))

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """What Moodle would drop silently, and what would be somebody else's."""
        words = _words(back)
        if one.lms_id and self._is_of_group(one, back):
            return (
                "its folder has the name of a group, and a group's number is no participant's: if groups "
                "hand in together, say so in grading_config.yml (lms, teams)"
            )
        if one.person and words.scale in one.person.cells:
            return f"the assignment is graded with a scale ({one.cell(words.scale)}), not with points"
        if one.cell(words.can_change) == words.no:
            return "Moodle has locked the mark"
        return super().left_out_because(one, back)

    def steps(self, back: Handback) -> Iterator[Step]:
        """A small worksheet and the feedback archive; with teams a second one, by participants."""
        words = _words(back)
        header = (words.identifier, words.grade, words.graded, words.comment)
        yield Table(GRADES, self._upload_grades(back), [header, *(_row(one, words) for one in back.marked)])
        own = [
            (_member(one, one.lms_id), one.feedback)
            for one in back.returned
            if one.lms_id and not self._is_of_group(one, back)
        ]
        if back.assignment.teams:
            of_teams = [(_member(one, one.team), one.feedback) for one in back.returned if one.team]
            yield Zip(FEEDBACK, _UPLOAD_FEEDBACK, of_teams)
            yield Zip(FEEDBACK_OF_MEMBERS, _INSTEAD, own)
        else:
            yield Zip(FEEDBACK, _UPLOAD_FEEDBACK, own)

    def _is_of_group(self, one: Returned, back: Handback) -> bool:
        """Whether the folder has the name of a group and not the student's, though no teams are declared."""
        folder = self.names.match(one.place)
        key = self.team_key(folder["name"]) if folder and not back.assignment.teams else ""
        return key in back.groups and not (one.person and self.team_key(one.person.name) == key)

    def _upload_grades(self, back: Handback) -> str:
        text = (
            "First. Assignment, Submissions, “Upload grading worksheet”; needs “Offline grading worksheet” "
            "among the assignment's feedback types. Separator comma, encoding UTF-8."
        )
        if any(one.person is None or one.person.mark for one in back.marked):
            text += (
                " Tick “Allow updating records that have been modified more recently in Moodle than in the "
                "spreadsheet”: without it, rows over newer marks are skipped silently."
            )
        return text + self.nobody_looked(back)


_UPLOAD_FEEDBACK = (
    "Then, never before the marks: “Upload multiple feedback files in a zip”; needs “Feedback files” among "
    "the feedback types."
)
_INSTEAD = (
    "Only instead of the one before, if your Moodle says there that it cannot match the files: the same "
    "pages, by participant instead of by team."
)


def _words(back: Handback) -> _Words:
    return _LANGUAGES[back.worksheet.language if back.worksheet else back.assignment.language]


def _row(one: Returned, words: _Words) -> tuple[str, str, str, str]:
    identifier = one.cell(words.identifier) or f"{words.identity}{one.lms_id}"
    # Either of a quote and a backslash can break Moodle's reading of the file.
    comment = html.escape(one.comment).replace("\\", "&#92;").replace("\n", "<br>")
    return identifier, number(one.mark), _iso(one.cell(words.graded)), comment


def folder_of(name: str, number_of: str) -> str:
    """The folder of somebody's files in an archive; only the number counts, the name is for people.

    >>> folder_of("R2_D2", "4711")
    'R2 D2_4711_assignsubmission_file'
    """
    shown = re.sub(r"[_/\\\x00-\x1f&<>\"`|':]", " ", name)[:LONGEST_NAME].strip() or "student"
    return f"{shown}_{number_of}_assignsubmission_file"


def _member(one: Returned, number_of: str) -> str:
    """Where a page goes in the archive."""
    return f"{folder_of(one.student, number_of)}/{PAGE}"


# The worksheet


def _rows(data: bytes) -> list[list[str]]:
    """The rows of the file; if they are not equally long, as PHP wrote them.

    After a backslash PHP leaves one quote as it is: a student who writes ``\\"`` must not keep the TA from
    reading the list. Where just one quote stands before the end of a cell it may end it or not.
    """
    text = text_of(data)
    ending = re.sub(r'\\"(?![",;\t\r\n]|\Z)|\\""+', r'\g<0>"', text)
    as_it_is = read_csv(text)
    others = map(read_csv, (ending, re.sub(r'\\"+', r'\g<0>"', text)))
    regular = (rows for rows in chain([as_it_is], others) if len({len(row) for row in rows if row}) == 1)
    return next(regular, as_it_is)


def _people(rows: Sequence[Sequence[str]], words: _Words) -> Iterator[Person]:
    first = ""
    for line, row in records(rows, words.identifier, "a number at the end of", _IDENTIFIER):
        word, digits = re.split(_IDENTIFIER, row.cell(words.identifier))[1:3]
        first = first or word
        # Moodle cuts as many characters as its own word has: with a blank too few it is another student.
        if word != first or word == words.identity.strip() != words.identity:
            raise damaged(line, f"{words.identity}{digits[:20]} as Moodle writes it, not {word[:40]!r}")
        yield _person(digits, row, words)


def _person(lms_id: str, row: Row, words: _Words) -> Person:
    status = row.get(words.status, "")
    late = next((part for part in status.split(" - ") if part.strip().endswith(f" {words.late}")), "")
    return Person(
        lms_id=lms_id,
        name=row.get(words.full_name, ""),
        login=row.get(words.email, ""),
        group=row.get(words.group, ""),
        mark=row.get(words.grade, ""),
        submitted=_date(row.get(words.submitted, "")),
        late_seconds=_seconds(late, words) if late else 0.0,
        late=bool(late),
        handed_in=not status.startswith(words.nothing_handed_in) if status else None,
        cells=row,
    )


def _seconds(text: str, words: _Words) -> float | None:
    """``1 min 13 secs late`` in seconds; ``None`` where a unit is not known."""
    total = 0
    for count, unit in re.findall(r"(\d+)\s+([^\W\d]+)", text):
        length = next((seconds for word, seconds in words.units.items() if unit.startswith(word)), None)
        if length is None:
            return None
        total += int(count) * length
    return float(total)


_DATE = re.compile(r"(\d{1,2})\.? ([^\W\d]+) (\d{4}), (\d{1,2}:\d{2})(?:\s*([AP]M))?\s*$", re.IGNORECASE)


def _date(text: str) -> datetime | None:
    """``Sunday, 22 November 2026, 2:31 PM``, or the same in German; ``None`` when it is neither."""
    found = _DATE.search(text)
    if not found:
        return None
    day, name, year, time, half = found.groups()
    months = [words.months.index(name) + 1 for words in _LANGUAGES.values() if name in words.months]
    if not months:
        return None
    form = "%d %m %Y %I:%M %p" if half else "%d %m %Y %H:%M"
    return moment(f"{day} {months[0]} {year} {time}{f' {half}' if half else ''}", form)


def _iso(text: str) -> str:
    """A date of the worksheet in the only form that Moodle reads in every language."""
    date = _date(text)
    return date.strftime("%Y-%m-%d %H:%M") if date else text or MISSING
