"""Sakai, 12 to 23: "Download All" and "Upload All" of an assignment.

What is relied on was read in Sakai's source:

- A file lies in ``<Title>/<Last, First(eid)>/Submission attachment(s)/<file>``, accents taken off, the
  second folder in the language of whoever downloads. The eid is in the last parentheses; where it is not
  ASCII, an internal identifier stands there instead. With anonymous grading the folder is the identifier
  of the submission and a word, with groups ``<group> (<id of the group>)``. ``timestamp.txt`` in the folder
  has the time. Without folders the names are ``<Last, First(eid)>_Submission attachment(s)_<file>``.
- ``<Title>/grades.csv``: title and kind of grade, an empty line, a header, a row per student with display
  name, eid, last name, first name, grade, time, lateness. With groups: title, id, members, grade, time,
  lateness. The separator is a semicolon where the decimal separator is a comma.
- Upload All takes one zip back: ``<anything>/grades.csv``, read from its fourth line on, by position, and
  ``<anything>/<…(eid)>/Feedback Attachment(s)/<file>``, the folder in the language of whoever uploads.
  A file that lies higher stops the reading; one mark that is no number, or has more decimals than
  the site allows (two, if nobody changed it), stops all of it. A folder with ``timestamp``, ``comments``
  or the like in its path is taken for something else.

Seen nowhere, so guessed: the words for lateness.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
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
from autograder.lms.plain import folder_name
from autograder.lms.tables import delimiter_of, read_csv, text_of

UPLOAD = "sakai_upload.zip"
GRADES = "grades.csv"
TIME = "timestamp.txt"
PAGE = "feedback.html"
DECIMALS = 2

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MISREAD = re.compile(r"^\.|timestamp|comments|feedbackText|_submissionText|grades\.(?:csv|xls)$")
"""Of a folder's name: what Upload All would take for one of its own files, or skip."""


@dataclass(frozen=True)
class _Language:
    """Words of one language that have to be known."""

    display_id: str
    attachments: str
    feedback: str
    header: tuple[str, ...]


_LANGUAGES = {
    "en": _Language(
        "Display ID", "Submission attachment(s)", "Feedback Attachment(s)",
        ("Display ID", "ID", "Last Name", "First Name", "grade", "Submission date", "Late submission"),
    ),
    "de": _Language(
        "ID anzeigen", "Einreichungsanhange", "Feedback-Anhänge",
        ("ID anzeigen", "ID", "Nachname", "Vorname", "Bewertung", "Submission date", "Late submission"),
    ),
}  # fmt: skip
_GROUP_HEADER = ("Group", "ID", "Users", "grade", "Submission date", "Late submission")
_LATE = ("late", "verspätet", "zu spät", "tard", "en retard")
_KIND, _POINTS = "_GRADE_TYPE", "SCORE_GRADE_TYPE"


@dataclass(frozen=True)
class SakaiWorksheet(Worksheet):
    """``grades.csv`` of an export.

    Attributes:
        title: of the assignment, as Sakai has it.
        kind: of grade, as Sakai calls it.
        delimiter: between its cells.
        of_groups: whether its rows are groups.
    """

    title: str = ""
    kind: str = ""
    delimiter: str = ","
    of_groups: bool = False


@dataclass(frozen=True)
class _Export:
    """What the export's own files say.

    Attributes:
        worksheet: its list; ``None`` where it has none that can be read.
        by_folder: people by the names of folders that Sakai makes for them.
        by_name: the same by the part before the parentheses, where only one person has it.
        times: when it was handed in, by the path of the folder.
    """

    worksheet: SakaiWorksheet | None = None
    by_folder: Mapping[str, Person] = field(default_factory=dict)
    by_name: Mapping[str, Person] = field(default_factory=dict)
    times: Mapping[MemberPath, datetime] = field(default_factory=dict)


class Sakai(Lms):
    """Sakai's Assignments tool."""

    name = "sakai"
    title = "Sakai"
    telling = False

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
        """The outermost folder of a student; without folders, what a file's name begins with."""
        export = _export(facts)
        for level, part in enumerate(path):
            if level < len(path) - 1 and (found := _folder(part, export)) is not None:
                inside = path[level + 1 :]
                return _origin(found, path[: level + 1], inside[0], inside[1:] or inside, export)
            for language in _LANGUAGES.values():
                head, _, file = part.partition(f"_{language.attachments}_")
                if file and (found := _folder(head, export)) is not None:
                    own = (file, *path[level + 1 :])
                    return _origin(found, (*path[:level], head), language.attachments, own, export)
        return None

    def is_fact(self, path: MemberPath) -> bool:
        """The list of the class, and the time of each submission."""
        if path[-1] not in (GRADES, TIME):
            return False
        origin = self.origin(path, {})
        # Deeper, it is what a student handed in under that name.
        if origin is None or path[-1] == GRADES:
            return origin is None and path[-1] == GRADES
        return origin.place.rpartition("/")[2] == path[-2]

    def facts(self, texts: Mapping[MemberPath, bytes]) -> dict[str, object]:
        """The list that lies outermost, and the times; what cannot be read is left out."""
        worksheet = None
        for path in sorted((path for path in texts if path[-1] == GRADES), key=len):
            try:
                worksheet = _read(texts[path], GRADES)
            except UsageError:
                continue  # somebody else's file of that name; a student's lies deeper and is never asked
            break
        times = {
            path[:-1]: moment
            for path, data in texts.items()
            if path[-1] == TIME and (moment := _moment(data[:100].decode("ascii", "replace")))
        }
        by_folder, by_name = _folders(worksheet) if worksheet else ({}, {})
        return {self.name: _Export(worksheet, by_folder, by_name, times)}

    def roster(self, facts: Mapping[str, object]) -> Worksheet | None:
        """The list of the class that came with the export, if it did."""
        return _export(facts).worksheet

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """``grades.csv`` of an export."""
        return _read(data, "--worksheet")

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """One zip: the list with the marks, and the feedback in the folders of the students."""
        sheet = worksheet if isinstance(worksheet, SakaiWorksheet) else None
        marks: dict[str, set[float | None]] = {}
        for one in returned:
            marks.setdefault(one.team, set()).add(one.points)
        left_out = [
            (one, reason)
            for one in returned
            if (reason := _left_out_because(one, assignment, sheet, marks[one.team]))
        ]
        out = {id(one) for one, _ in left_out}
        marked = [one for one in returned if one.points is not None and id(one) not in out]
        root = folder_name(sheet.title if sheet and sheet.title else assignment.title)
        table = _table(marked, assignment, sheet).encode("utf-8-sig")
        pages = _pages(returned, root, assignment, sheet)
        write_zip(folder / UPLOAD, chain([(f"{root}/{GRADES}", table)], pages))
        return Written((Step(UPLOAD, _step(marked, assignment, sheet)),), tuple(left_out))


def _step(marked: Sequence[Returned], assignment: Assignment, sheet: SakaiWorksheet | None) -> str:
    text = (
        "Assignments, the assignment's “Grade”, “Upload All”. Tick “Grade file” in the form of CSV and "
        f"“Feedback attachments”, nothing else, with Sakai's pages in {_spoken(sheet)}. Feedback attachments "
        "that are in Sakai already are replaced, those of all students."
    )
    if sheet is None:
        text += (
            " Nobody looked whether there are marks already: give the grades.csv of the export with "
            "--worksheet."
        )
    if any(one.points is not None and round(one.points, DECIMALS) != one.points for one in marked):
        text += f" Marks are rounded to {DECIMALS} decimals here: Sakai takes no more."
    return text


def _spoken(sheet: SakaiWorksheet | None) -> str:
    names = {"en": "English", "de": "German"}
    return names[sheet.language] if sheet and sheet.language else " or ".join(names.values())


def _export(facts: Mapping[str, object]) -> _Export:
    export = facts.get(Sakai.name)
    return export if isinstance(export, _Export) else _Export()


# The names in an export


def _folder(part: str, export: _Export) -> tuple[str, str] | None:
    """Identifier and name of the student, or the group, whose folder this is."""
    known = export.by_folder.get(part)
    if known is not None:
        return known.lms_id, known.name
    if (found := _UUID.match(part)) and part[found.end() : found.end() + 1] == " ":
        return part, part  # anonymous: the identifier and a word, and both are in the list
    name, parenthesis, rest = part.rpartition("(")
    identifier = rest[:-1]
    if not parenthesis or not name.strip() or not rest.endswith(")") or not identifier.strip():
        return None
    known = export.by_folder.get(f"({identifier})")
    if known is not None:
        return known.lms_id, known.name
    internal = _UUID.fullmatch(identifier) is not None
    if "," not in name and not internal:
        return None
    named = export.by_name.get(name) if internal else None
    return (named.lms_id, named.name) if named is not None else (identifier, _given_first(name))


def _origin(
    found: tuple[str, str], folder: MemberPath, word: str, own: MemberPath, export: _Export
) -> Origin:
    """Of a file below ``folder``, in a folder that is called ``word``."""
    lms_id, name = found
    person = export.worksheet.person(lms_id) if export.worksheet else None
    moment = export.times.get(folder)
    return Origin(
        lms_id=lms_id,
        student=name,
        place="/".join(folder[-2:]),
        path=own,
        submitted=moment or (person.submitted if person else None),
        late=bool(person and person.late),
        # What went back earlier comes along in a download; it was never handed in.
        attempt=-1 if word in {language.feedback for language in _LANGUAGES.values()} else 0,
    )


def _given_first(name: str) -> str:
    last, comma, first = name.strip().partition(",")
    return f"{first.strip()} {last.strip()}".strip() if comma else name.strip()


def _folders(sheet: SakaiWorksheet) -> tuple[dict[str, Person], dict[str, Person]]:
    """People by their folders, and by the part before the parentheses where only one has it."""
    by_folder: dict[str, list[Person]] = {}
    by_name: dict[str, list[Person]] = {}
    for person in sheet.people:
        name = _sort_name(person, sheet)
        # The identifier in its parentheses alone, where Sakai has changed more of the name than is known.
        for folder in (f"{name}({_ascii(person.lms_id)})", f"({_ascii(person.lms_id)})"):
            by_folder.setdefault(folder, []).append(person)
        if _UUID.match(person.lms_id):
            by_folder[person.lms_id] = [person]  # anonymous: the folder has no name
        by_name.setdefault(name, []).append(person)
    folders = {folder: _only(alike) or _only(_unchanged(alike)) for folder, alike in by_folder.items()}
    names = {name: _only(alike) for name, alike in by_name.items()}
    return {key: one for key, one in folders.items() if one}, {key: one for key, one in names.items() if one}


def _only(people: Sequence[Person]) -> Person | None:
    return people[0] if len(people) == 1 else None


def _unchanged(people: Sequence[Person]) -> list[Person]:
    """Those whose identifier has nothing that Sakai takes off."""
    return [one for one in people if _ascii(one.lms_id) == one.lms_id]


def _sort_name(person: Person, sheet: SakaiWorksheet) -> str:
    """What Sakai writes before the parentheses."""
    if sheet.of_groups:
        return f"{_ascii(person.group)} "
    last, first = (person.cells.get(header, "").strip() for header in sheet.headers[2:4])
    return _ascii(f"{last}, {first}" if last and first else f"{last or first},")


def _ascii(text: str) -> str:
    """``text`` as Sakai makes folders of it: without accents and question marks."""
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f" and char != "?")
    # Names in archives are read in NFC.
    return unicodedata.normalize("NFC", bare)


# The list


def _read(data: bytes, what: str) -> SakaiWorksheet:
    expected = (
        "expected the grades.csv of Sakai's Download All: a line with the title, an empty one, a header "
        f"({', '.join(_LANGUAGES['en'].header)}), then a row per student; download it again with the "
        "grade file in CSV"
    )
    text = text_of(data)
    lines = text.splitlines()
    header_text = lines[2] if len(lines) > 2 else ""
    delimiter = delimiter_of(header_text)
    rows = read_csv(text, what, delimiter)
    header = tuple(rows[2]) if len(rows) > 2 else ()
    if len(header) < 6 or any(rows[1]):
        raise UsageError(f"{what}: its third line is {header_text[:200]!r}; {expected}")
    of_groups = len(header) == len(_GROUP_HEADER)
    people = []
    for line, row in enumerate(rows[3:], start=4):
        if not any(row):
            continue
        if len(row) < (4 if of_groups else 5) or not row[1].strip():
            raise UsageError(
                f"{what}: line {line}: expected {len(header)} cells, the second one with the identifier; "
                "programs for tables change such files, download it again"
            )
        people.append(_person(row, header, of_groups))
    language = next((code for code, words in _LANGUAGES.items() if words.display_id == header[0]), "")
    return SakaiWorksheet(
        header, tuple(people), language, title=rows[0][0] if rows[0] else "",
        kind=rows[0][1] if len(rows[0]) > 1 else "", delimiter=delimiter, of_groups=of_groups,
    )  # fmt: skip


def _person(row: Sequence[str], header: Sequence[str], of_groups: bool) -> Person:
    cells = dict(zip(header, row, strict=False))
    mark, when, late = (*row[3 if of_groups else 4 :], "", "", "")[:3]
    last, first = ("", row[0]) if of_groups else (row[2].strip(), row[3].strip())
    return Person(
        lms_id=row[1].strip(),
        name=f"{first} {last}".strip(),
        login="" if of_groups else row[1].strip(),
        group=row[0] if of_groups else "",
        mark=mark.strip(),
        submitted=_moment(when),
        late=late.strip().casefold().startswith(_LATE),
        handed_in=bool(when.strip()),
        cells=cells,
    )


def _moment(text: str) -> datetime | None:
    """A time in ISO 8601, or in the digits of older versions, which are of Greenwich."""
    text = text.strip()
    try:
        if re.fullmatch(r"\d{14,17}", text):
            return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        return datetime.fromisoformat(text)
    except ValueError:
        return None


# What goes back


def _left_out_because(
    one: Returned, assignment: Assignment, sheet: SakaiWorksheet | None, marks: set[float | None]
) -> str:
    if one.points is None:
        return ""  # there is no mark to leave out
    key = one.team if assignment.teams else one.lms_id
    if not key:
        return "nobody knows the identifier in Sakai"
    if sheet and sheet.kind.endswith(_KIND) and sheet.kind != _POINTS:
        return f"the assignment is not graded with points in Sakai ({sheet.kind})"
    if sheet and sheet.of_groups != assignment.teams:
        return "grades.csv and the configuration do not agree on whether groups hand in"
    if sheet and sheet.person(key) is None:
        return "grades.csv has no row with this identifier"
    if assignment.teams and len(marks) > 1:
        return "Sakai's file has one mark for a group, and its members have different ones"
    return ""


def _table(marked: Sequence[Returned], assignment: Assignment, sheet: SakaiWorksheet | None) -> str:
    language = sheet.language if sheet else assignment.language
    delimiter = sheet.delimiter if sheet else ";" if language == "de" else ","
    comma = delimiter == ";" and language != "en"
    words = _LANGUAGES.get(language, _LANGUAGES["en"])
    title = sheet.title if sheet else assignment.title
    header = sheet.headers if sheet else _GROUP_HEADER if assignment.teams else words.header
    rows: dict[str, tuple[str, ...]] = {}
    for one in marked:
        assert one.points is not None
        mark = number(one.points, DECIMALS)
        mark = mark.replace(".", ",") if comma else mark
        key = one.team if assignment.teams else one.lms_id
        # Only identifier and mark are read; the names are for people, who open it in a spreadsheet.
        name = csv_cell(one.student).replace("\\", "/").replace('"', "'")
        rows[key] = (name, key, "", mark, "", "") if assignment.teams else (name, key, "", "", mark, "", "")
    lines = [(csv_cell(title), sheet.kind if sheet else _POINTS), ("",), header, *rows.values()]
    return "".join(_line(line, delimiter) for line in lines)


def _line(cells: Sequence[str], delimiter: str) -> str:
    if delimiter == ",":
        return csv_line(cells)
    quoted = ('"{}"'.format(cell.replace('"', '""')) for cell in cells)
    return delimiter.join(quoted) + "\n"


def _pages(
    returned: Sequence[Returned], root: str, assignment: Assignment, sheet: SakaiWorksheet | None
) -> Iterator[tuple[str, Path]]:
    """Where the feedback goes. Without a list nobody knows the language: then in each that is known."""
    languages = [sheet.language] if sheet and sheet.language else list(_LANGUAGES)
    for one in returned:
        if folder := _own_folder(one, assignment):
            for language in languages:
                yield f"{root}/{folder}/{_LANGUAGES[language].feedback}/{PAGE}", one.feedback


def _own_folder(one: Returned, assignment: Assignment) -> str:
    """The folder as it was downloaded; a name that would be misread is not repeated."""
    key = one.team if assignment.teams else one.lms_id
    folder = one.place.rpartition("/")[2]
    # A group that the course has declared itself: each member has a folder of their own.
    of_another = one.team and not assignment.teams and not folder.endswith(f"({one.lms_id})")
    if not folder or of_another or _MISREAD.search(folder):
        return key and f"({key})"
    return folder
