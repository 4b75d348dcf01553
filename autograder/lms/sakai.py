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

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from itertools import chain

from autograder.errors import UsageError
from autograder.files.visible import csv_cell, number
from autograder.lms.base import Lms
from autograder.lms.handback import PAGE, Handback, Quoting, Step, Table, Zip, folder_name
from autograder.lms.model import Assignment, Export, MemberPath, Origin, Person, Returned, Told, Worksheet
from autograder.lms.names import moment
from autograder.lms.rows import Row, damaged, delimiter_of, folded, read_csv, text_of

UPLOAD = "sakai_upload.zip"
GRADES = "grades.csv"
TIME = "timestamp.txt"
DECIMALS = 2

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MISREAD = re.compile(r"^\.|timestamp|comments|feedbackText|_submissionText|grades\.(?:csv|xls)$")
"""Of a folder's name: what Upload All would take for one of its own files, or skip."""


@dataclass(frozen=True)
class _Words:
    """Words of one language that have to be known."""

    language: str
    attachments: str
    feedback: str
    header: tuple[str, ...]


_LANGUAGES = {
    "en": _Words(
        "English", "Submission attachment(s)", "Feedback Attachment(s)",
        ("Display ID", "ID", "Last Name", "First Name", "grade", "Submission date", "Late submission"),
    ),
    "de": _Words(
        "German", "Einreichungsanhange", "Feedback-Anhänge",
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

    @cached_property
    def by_folder(self) -> Mapping[str, Person]:
        """People by the names of folders that Sakai makes for them."""
        alike: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            # The identifier in its parentheses alone, where Sakai has changed more of the name than is known.
            for before in (self.sort_name(person), ""):
                alike[f"{before}({_ascii(person.lms_id)})"].append(person)
            if _UUID.match(person.lms_id):
                alike[person.lms_id] = [person]  # anonymous: the folder has no name
        # Otherwise the one whose identifier has nothing that Sakai takes off.
        unchanged = {
            folder: [one for one in ones if _ascii(one.lms_id) == one.lms_id]
            for folder, ones in alike.items()
        }
        return _single(unchanged) | _single(alike)

    @cached_property
    def by_name(self) -> Mapping[str, Person]:
        """The same by the part before the parentheses, where only one person has it."""
        alike: dict[str, list[Person]] = defaultdict(list)
        for person in self.people:
            alike[self.sort_name(person)].append(person)
        return _single(alike)

    def sort_name(self, person: Person) -> str:
        """What Sakai writes before the parentheses."""
        if self.of_groups:
            return f"{_ascii(person.group)} "
        last, first = (person.cells.cell(heading) for heading in self.headers[2:4])
        return _ascii(f"{last}, {first}" if last and first else f"{last or first},")


def _single(alike: Mapping[str, Sequence[Person]]) -> dict[str, Person]:
    return {key: people[0] for key, people in alike.items() if len(people) == 1}


class Sakai(Lms):
    """Sakai's Assignments tool."""

    name = "sakai"
    title = "Sakai"
    telling = False
    list_called = "the grades.csv of the export"

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        """The outermost folder of a student; without folders, what a file's name begins with."""
        for level, part in enumerate(path):
            if level < len(path) - 1 and (found := _whose(part, export)) is not None:
                inside = path[level + 1 :]
                return _origin(found, path[: level + 1], inside[0], inside[1:] or inside, export)
            for words in _LANGUAGES.values():
                head, _, file = part.partition(f"_{words.attachments}_")
                if file and (found := _whose(head, export)) is not None:
                    own = (file, *path[level + 1 :])
                    return _origin(found, (*path[:level], head), words.attachments, own, export)
        return None

    def is_own_text(self, path: MemberPath) -> bool:
        """The list of the class, and the time of each submission; deeper, a student handed it in."""
        origin = self.origin(path, Export()) if path[-1] in (GRADES, TIME) else None
        if path[-1] == GRADES:
            return origin is None
        return origin is not None and origin.place.rpartition("/")[2] == path[-2]

    def export(self, texts: Mapping[MemberPath, bytes]) -> Export:
        """The list that lies outermost, and the times; what cannot be read is left out."""
        times = {
            "/".join(path[:-1]): Told(submitted=_moment(data[:100].decode("ascii", "replace")))
            for path, data in texts.items()
            if path[-1] == TIME
        }
        for path in sorted((path for path in texts if path[-1] == GRADES), key=len):
            try:
                return Export(times, _read(texts[path]))
            except UsageError:
                continue  # somebody else's file of that name; a student's lies deeper and is never asked
        return Export(times)

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """``grades.csv`` of an export."""
        return _read(data)

    def row_key(self, one: Returned, back: Handback) -> str:
        """A group has one row."""
        return one.team if back.assignment.teams else one.lms_id

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """What Sakai cannot find, or does not take."""
        sheet, key = _list(back.worksheet, back.assignment), self.row_key(one, back)
        if not key:
            return "nobody knows the identifier in Sakai"
        if sheet.kind.endswith(_KIND) and sheet.kind != _POINTS:
            return f"the assignment is not graded with points in Sakai ({sheet.kind})"
        if sheet.of_groups != back.assignment.teams:
            return "grades.csv and the configuration do not agree on whether groups hand in"
        if back.worksheet and sheet.person(key) is None:
            return "grades.csv has no row with this identifier"
        if sheet.of_groups and len({other.points for other in back.sharing[key]}) > 1:
            return "Sakai's file has one mark for a group, and its members have different ones"
        return ""

    def steps(self, back: Handback) -> Iterator[Step]:
        """One zip: the list with the marks, and the feedback in the folders of the students."""
        sheet = _list(back.worksheet, back.assignment)
        # Without a list nobody knows the language of Sakai's pages: then each that is known.
        languages = [_LANGUAGES[sheet.language]] if sheet.language else list(_LANGUAGES.values())
        spoken = " or ".join(words.language for words in languages)
        text = (
            "Assignments, the assignment's “Grade”, “Upload All”. Tick “Grade file” in the form of CSV and "
            f"“Feedback attachments”, nothing else, with Sakai's pages in {spoken}. Feedback attachments "
            f"that are in Sakai already are replaced, those of all students.{self.nobody_looked(back)}"
        )
        if any(round(one.mark, DECIMALS) != one.mark for one in back.marked):
            text += f" Marks are rounded to {DECIMALS} decimals here: Sakai takes no more."
        root = folder_name(sheet.title or back.assignment.title)
        pages = (
            (f"{root}/{folder}/{words.feedback}/{PAGE}", one.feedback)
            for one in back.returned
            if (folder := _own_folder(one, self.row_key(one, back), teams=back.assignment.teams))
            for words in languages
        )
        yield Zip(UPLOAD, text, chain([(f"{root}/{GRADES}", self._table(back, sheet))], pages))

    def _table(self, back: Handback, sheet: SakaiWorksheet) -> bytes:
        point = "," if sheet.delimiter == ";" and sheet.language != "en" else "."
        rows = {}
        for one in back.marked:
            key, mark = self.row_key(one, back), number(one.mark, DECIMALS).replace(".", point)
            # Only identifier and mark are read; the names are for people, who open it in a spreadsheet.
            name = csv_cell(one.student).replace("\\", "/").replace('"', "'")
            rows[key] = (name, key, *([""] if back.assignment.teams else ["", ""]), mark, "", "")
        lines = [(csv_cell(sheet.title), sheet.kind), ("",), sheet.headers, *rows.values()]
        quoting: Quoting = csv.QUOTE_MINIMAL if sheet.delimiter == "," else csv.QUOTE_ALL
        return Table(GRADES, "", lines, sheet.delimiter, quoting, signed=True).content()


def _list(worksheet: Worksheet | None, assignment: Assignment) -> SakaiWorksheet:
    """The list of the class; where there is none, an empty one as Sakai would have it."""
    if isinstance(worksheet, SakaiWorksheet):
        return worksheet
    header = _LANGUAGES.get(assignment.language, _LANGUAGES["en"]).header
    return SakaiWorksheet(
        _GROUP_HEADER if assignment.teams else header, (), title=assignment.title, kind=_POINTS,
        delimiter=";" if assignment.language == "de" else ",", of_groups=assignment.teams,
    )  # fmt: skip


def _own_folder(one: Returned, key: str, *, teams: bool) -> str:
    """The folder as it was downloaded; a name that would be misread is not repeated."""
    folder = one.place.rpartition("/")[2]
    # A group that the course has declared itself: each member has a folder of their own.
    of_another = one.team and not teams and not folder.endswith(f"({one.lms_id})")
    if not folder or of_another or _MISREAD.search(folder):
        return key and f"({key})"
    return folder


# The names in an export


def _whose(part: str, export: Export) -> tuple[str, str] | None:
    """Identifier and name of the student, or the group, whose folder this is."""
    sheet = _list(export.roster, Assignment(""))
    by_folder = sheet.by_folder
    name, parenthesis, rest = part.rpartition("(")
    identifier = rest[:-1]
    if part in by_folder:
        return by_folder[part].lms_id, by_folder[part].name
    if (found := _UUID.match(part)) and part[found.end() : found.end() + 1] == " ":
        return part, part  # anonymous: the identifier and a word, and both are in the list
    if not parenthesis or not name.strip() or not rest.endswith(")") or not identifier.strip():
        return None
    internal = _UUID.fullmatch(identifier) is not None
    known = by_folder.get(f"({identifier})") or (sheet.by_name.get(name) if internal else None)
    if known is not None:
        return known.lms_id, known.name
    last, _, first = name.strip().partition(",")
    return (identifier, f"{first.strip()} {last.strip()}".strip()) if "," in name or internal else None


def _origin(found: tuple[str, str], folder: MemberPath, word: str, own: MemberPath, export: Export) -> Origin:
    """Of a file below ``folder``, in a folder that is called ``word``."""
    lms_id, name = found
    person = export.roster.person(lms_id) if export.roster else None
    told = export.told.get("/".join(folder), Told())
    return Origin(
        lms_id=lms_id,
        student=name,
        place="/".join(folder[-2:]),
        path=own,
        submitted=told.submitted or (person.submitted if person else None),
        late=bool(person and person.late),
        # What went back earlier comes along in a download; it was never handed in.
        attempt=-1 if word in [words.feedback for words in _LANGUAGES.values()] else 0,
    )


def _ascii(text: str) -> str:
    """``text`` as Sakai makes folders of it: without accents and question marks."""
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f" and char != "?")
    # Names in archives are read in NFC.
    return unicodedata.normalize("NFC", bare)


# The list


def _read(data: bytes) -> SakaiWorksheet:
    text = text_of(data)
    third = next(iter(text.splitlines()[2:3]), "")
    delimiter = delimiter_of(third)
    rows = read_csv(text, delimiter)
    header = tuple(rows[2]) if len(rows) > 2 else ()
    if len(header) < 6 or any(rows[1]):
        raise UsageError(
            f"--worksheet: its third line is {third[:200]!r}; expected the grades.csv of Sakai's Download "
            f"All: a line with the title, an empty one, a header ({', '.join(_LANGUAGES['en'].header)}), "
            "then a row per student; download it again with the grade file in CSV"
        )
    of_groups = len(header) == len(_GROUP_HEADER)
    called = folded(header[0])
    language = next((code for code, words in _LANGUAGES.items() if folded(words.header[0]) == called), "")
    title, kind = (*rows[0], "", "")[:2]
    people = tuple(_people(rows, header, of_groups))
    return SakaiWorksheet(header, people, language, title, kind, delimiter, of_groups)


def _people(rows: Sequence[Sequence[str]], header: Sequence[str], of_groups: bool) -> Iterable[Person]:
    for line, row in enumerate(rows[3:], start=4):
        if not any(row):
            continue
        if len(row) < (4 if of_groups else 5) or not row[1].strip():
            raise damaged(line, f"{len(header)} cells, the second one with the identifier")
        mark, when, late = (*row[3 if of_groups else 4 :], "", "", "")[:3]
        last, first = ("", row[0]) if of_groups else (row[2].strip(), row[3].strip())
        yield Person(
            lms_id=row[1].strip(),
            name=f"{first} {last}".strip(),
            login="" if of_groups else row[1].strip(),
            group=row[0] if of_groups else "",
            mark=mark.strip(),
            submitted=_moment(when),
            late=late.strip().casefold().startswith(_LATE),
            handed_in=bool(when.strip()),
            cells=Row(zip(header, row, strict=False)),
        )


def _moment(text: str) -> datetime | None:
    """A time in ISO 8601, or in the digits of older versions, which are of Greenwich."""
    text = text.strip()
    if not re.fullmatch(r"\d{14,17}", text):
        return moment(text)
    found = moment(text[:14], "%Y%m%d%H%M%S")
    return found.replace(tzinfo=UTC) if found else None
