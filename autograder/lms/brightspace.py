"""D2L Brightspace: downloaded submissions, the gradebook's CSV file, feedback files.

What is relied on was seen in third-party scripts; what goes back is documented:

- Each submission has a folder ``<number>-<number> - First Last - Sep 24, 2024 926 PM``, or, without folders,
  a file with ``- <file>`` after that. The numbers are Brightspace's own and in no gradebook. Beside them
  lies an ``index.html``. Somebody who handed in twice has two; the latest counts. Dates follow the
  language; only English ones are read, but others are recognised.
- An exported gradebook has ``OrgDefinedId`` and ``Username``, often with ``#`` in front, names, a column
  ``<Item> Points Grade <Numeric MaxPoints:26 …>`` for each item, and ``End-of-Line Indicator`` with ``#`` in
  every row, the last one. The same goes back, with the marks.
- Feedback comes back under the folder's unchanged name; that the file in it may be a new one is a guess.

Numbers and gradebook have nothing in common but the full name: it is used where only one student has it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
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
from autograder.lms.columns import column_for
from autograder.lms.tables import read_csv, records

GRADES = "brightspace_grades.csv"
FEEDBACK = "brightspace_feedback.zip"
PAGE = "feedback.html"

_NUMBERS = re.compile(r"(\d{1,20}-\d{1,20})\s{0,3}-\s{0,3}(?=\S)")
_DATE = re.compile(
    r"\s{0,3}-\s{0,3}(?P<month>[A-Z][a-z]{2})[a-z]{0,6}\.? (?P<day>\d{1,2}), (?P<year>\d{4}),? "
    r"(?P<hour>\d{1,2})[:._ ]?(?P<minute>\d{2}) ?(?P<half>[AP]M)(?=\s{0,3}-|$)"
)
# A date in another language: a short last part with a year, that ends like a time.
_OTHER_DATE = re.compile(r"[^/]{0,30}\b20\d\d\b[^/]{0,10}\d\d(?: ?[AaPp]\.?[Mm]\.?)?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_POINTS = " Points Grade"
_END = "End-of-Line Indicator"
_IDS = ("OrgDefinedId", "Username")


@dataclass(frozen=True)
class _Named:
    """What a folder's or a file's name says; ``file`` is empty for a folder."""

    numbers: str
    student: str
    prefix: str
    file: str
    submitted: datetime | None


class Brightspace(Lms):
    """Brightspace's assignments."""

    name = "brightspace"
    title = "Brightspace"

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
        """The outermost name that Brightspace gave, of a folder, a file, or an archive that was opened."""
        for level, part in enumerate(path):
            found = _named(part)
            if found is not None and (found.file or level < len(path) - 1):
                return Origin(
                    lms_id=found.numbers,
                    student=found.student,
                    place=part,
                    path=(*((found.file,) if found.file else ()), *path[level + 1 :]),
                    submitted=found.submitted,
                    attempt=int(found.submitted.strftime("%Y%m%d%H%M")) if found.submitted else 0,
                )
        return None

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The exported gradebook."""
        return _read_worksheet(data, assignment or Assignment(""))

    def person(self, worksheet: Worksheet, lms_id: str, student: str) -> Person | None:
        """The row of a student: by identifier, else by a full name that only one row has."""
        alike = _by_name(worksheet).get(_key(student), ())
        return worksheet.person(lms_id) or (alike[0] if len(alike) == 1 else None)

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """The gradebook with one item, and the feedback in the folders of the download."""
        titles = _items(worksheet.headers) if worksheet else {}
        heading = column_for(titles, assignment)
        listed = _by_name(worksheet) if worksheet else {}
        students = Counter(name for _, name in {(one.lms_id, _key(one.student)) for one in returned})
        claims = Counter(one.person.lms_id for one in returned if one.person)
        left_out = []
        rows = []
        for one in returned:
            name = _key(one.student)
            alike = [one.person] if one.person else listed.get(name, [])
            # Somebody who is found by the name alone may be found twice.
            claimed = claims[one.person.lms_id] if one.person else students[name]
            several = len(alike) > 1 or claimed > 1
            person = alike[0] if alike and not several else None
            if reason := _left_out_because(one, person, several, heading, worksheet):
                left_out.append((one, reason))
            elif one.points is not None and person is not None:
                identifiers = [person.cells[header] for header in _IDS if header in person.cells]
                rows.append((*identifiers, number(one.points), "#"))
        steps = []
        if worksheet:
            item = heading or f"{assignment.column or assignment.title}{_POINTS}"
            identity = [header for header in _IDS if header in worksheet.headers]
            table = "".join(map(csv_line, [(*identity, item, _END), *rows]))
            (folder / GRADES).write_text(table, encoding="utf-8-sig")
            steps.append(Step(GRADES, _step(heading, item)))
        pages = [(f"{place}{PAGE}", one.feedback) for one in returned if (place := _place(one))]
        write_zip(folder / FEEDBACK, pages)
        text = "The assignment, “Submissions”, “Add Feedback Files”; publish the feedback afterwards."
        if worksheet is None:
            text += (
                " There is no file of marks: a download has no identifier that the gradebook knows. Export "
                "your gradebook with “Both” as key and both names, and give it with --worksheet."
            )
        steps.append(Step(FEEDBACK, text))
        return Written(tuple(steps), tuple(left_out))


def _step(heading: str | None, item: str) -> str:
    text = "Grades, “Enter Grades”, “Import”. "
    if heading:
        title = heading.partition(_POINTS)[0]
        return text + f"The item is “{title}”; leave “Create new grade item” unticked, it is there."
    return text + (
        f"Several items of your gradebook may be meant, or none: first give the column “{item}” the heading "
        "that your own export has for it, or name it in the configuration. Nobody looked whether there are "
        "marks already."
    )


def _left_out_because(
    one: Returned, person: Person | None, several: bool, heading: str | None, worksheet: Worksheet | None
) -> str:
    if one.points is None:
        return ""  # there is no mark to leave out
    if worksheet is None:
        return "nobody knows the identifier in the gradebook: give the exported gradebook with --worksheet"
    if several:
        return "several students have this name, and nothing else tells who it is"
    if person is None:
        return "the gradebook has nobody of this name"
    maximum = re.search(r"MaxPoints:(\d{1,9}(?:\.\d{1,9})?)", heading or "")
    if maximum and one.points > float(maximum[1]):
        return f"the mark is above the points of the item in Brightspace ({number(float(maximum[1]))})"
    return ""


def _place(one: Returned) -> str:
    """What goes before the name of the page: the folder, or what all files of the submission begin with."""
    found = _named(one.place)
    if not one.place or found is None:
        return ""
    return f"{found.prefix} - " if found.file else f"{one.place}/"


# The names in a download


def _named(part: str) -> _Named | None:
    numbers = _NUMBERS.match(part)
    if not numbers:
        return None
    # A folder ends with its date, so there the last one counts; a file's own name may hold one as well.
    dates = [found for found in _DATE.finditer(part, numbers.end()) if found.start() > numbers.end()]
    if dates:
        date = dates[-1] if dates[-1].end() == len(part) else dates[0]
        student, file = (
            part[numbers.end() : date.start()],
            re.sub(r"\s{0,3}-\s{0,3}", "", part[date.end() :], count=1),
        )
        return _Named(numbers[1], student.strip(), part[: date.end()], file, _moment(date))
    student, dash, date_text = part[numbers.end() :].rpartition(" - ")
    if dash and student.strip() and len(date_text) <= 60 and _OTHER_DATE.fullmatch(date_text):
        return _Named(numbers[1], student.strip(), part, "", None)
    return None


def _moment(found: re.Match[str]) -> datetime | None:
    if found["month"] not in _MONTHS:
        return None
    hour = int(found["hour"]) % 12 + (12 if found["half"] == "PM" else 0)
    month = _MONTHS.index(found["month"]) + 1
    try:
        return datetime(int(found["year"]), month, int(found["day"]), hour, int(found["minute"]))
    except ValueError:
        return None


def _key(name: str) -> str:
    """Equal for a name in the gradebook and what a folder shows of it."""
    text = re.sub(r'[<>:"/\\|?*_]', " ", unicodedata.normalize("NFKC", name))
    return " ".join(text.casefold().split())


# The gradebook


def _by_name(worksheet: Worksheet) -> dict[str, list[Person]]:
    people: dict[str, list[Person]] = {}
    for person in worksheet.people:
        people.setdefault(_key(person.name), []).append(person)
    return people


def _items(headers: Sequence[str]) -> dict[str, str]:
    """The titles of items with points, by their headings."""
    items = {}
    for header in headers:
        title, points, kind = header.partition(_POINTS)
        if points and title.strip() and (not kind.strip() or kind.strip().startswith("<Numeric")):
            items[header] = title.strip()
    return items


def _read_worksheet(data: bytes, assignment: Assignment) -> Worksheet:
    rows = read_csv(data, "--worksheet")
    headers = tuple(header.strip() for header in rows[0]) if rows else ()
    identifier = next((header for header in _IDS if header in headers), "")
    if not identifier or not {"Last Name", "First Name"} <= set(headers):
        raise UsageError(
            f"--worksheet: its first line is {', '.join(headers)[:200]!r}; expected a gradebook exported by "
            "Brightspace, with “Both” as key, last name and first name (OrgDefinedId, Username, Last Name, "
            f"First Name, …, Lab 9{_POINTS} <Numeric MaxPoints:26>, {_END})"
        )
    heading = column_for(_items(headers), assignment)
    people = []
    for _, cells in records(rows, identifier):
        people.append(
            Person(
                lms_id=cells[identifier].strip().removeprefix("#"),
                name=f"{cells['First Name'].strip()} {cells['Last Name'].strip()}".strip(),
                login=cells.get("Username", "").strip().removeprefix("#"),
                mark=cells[heading].strip() if heading else "",
                cells=cells,
            )
        )
    return Worksheet(headers, tuple(people))
