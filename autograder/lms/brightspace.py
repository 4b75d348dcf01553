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
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from autograder.files.visible import number
from autograder.lms.base import Lms
from autograder.lms.handback import PAGE, Handback, Step, Table, Zip
from autograder.lms.model import Export, MemberPath, Origin, Person, Returned, Worksheet
from autograder.lms.names import moment
from autograder.lms.sheet import Sheet

GRADES = "brightspace_grades.csv"
FEEDBACK = "brightspace_feedback.zip"

_NUMBERS = re.compile(r"(\d{1,20}-\d{1,20})\s{0,3}-\s{0,3}(?=\S)")
_DATE = re.compile(
    r"\s{0,3}-\s{0,3}(?P<month>[A-Z][a-z]{2})[a-z]{0,6}\.? (?P<day>\d{1,2}), (?P<year>\d{4}),? "
    r"(?P<hour>\d{1,2})[:._ ]?(?P<minute>\d{2}) ?(?P<half>[AP]M)(?=\s{0,3}-|$)"
)
# A date in another language: a short last part with a year, that ends like a time.
_OTHER_DATE = re.compile(r"[^/]{0,30}\b20\d\d\b[^/]{0,10}\d\d(?: ?[AaPp]\.?[Mm]\.?)?")
_DASH = re.compile(r"\s{0,3}-\s{0,3}")

_POINTS = " Points Grade"
_END = "End-of-Line Indicator"
_IDS = ("OrgDefinedId", "Username")


class Brightspace(Lms):
    """Brightspace's assignments."""

    name = "brightspace"
    title = "Brightspace"
    column = (
        r"(?P<title>.*?\S) points\s+grade\s*"
        r"(?:<numeric(?:.*?maxpoints:(?P<maximum>\d{1,9}(?:\.\d{1,9})?).*|.*))?"
    )
    unlisted = "the gradebook has nobody of this name"
    sheet = Sheet(
        "a gradebook exported by Brightspace, with “Both” as key, last name and first name (OrgDefinedId, "
        f"Username, Last Name, First Name, …, Lab 9{_POINTS} <Numeric MaxPoints:26>, {_END})",
        id=_IDS, last=("Last Name",), first=("First Name",), login=("Username",),
        required=("Last Name", "First Name"), prefix="#",
    )  # fmt: skip

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        """The outermost name that Brightspace gave, of a folder, a file, or an archive that was opened."""
        for level, part in enumerate(path):
            found = _named(part)
            if found is not None and (found.file or level < len(path) - 1):
                return Origin(
                    lms_id=found.numbers,
                    student=found.student,
                    place=part,
                    path=(*filter(None, [found.file]), *path[level + 1 :]),
                    submitted=found.submitted,
                    attempt=int(found.submitted.strftime("%Y%m%d%H%M")) if found.submitted else 0,
                )
        return None

    def person(self, worksheet: Worksheet, lms_id: str, student: str) -> Person | None:
        """The row of a student: by identifier, otherwise by a full name that only one row has."""
        alike = _alike(worksheet, student)
        return worksheet.person(lms_id) or (alike[0] if len(alike) == 1 else None)

    def row_key(self, one: Returned, back: Handback) -> str:
        """Of somebody who is found by the name alone, which may find somebody twice."""
        return one.person.lms_id if one.person else f"/{_key(one.student)}"

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """Whoever the gradebook does not have just once."""
        if back.worksheet is None:
            return "nobody knows the identifier in the gradebook: give it, exported, with --worksheet"
        alike = [] if one.person else _alike(back.worksheet, one.student)
        if alike or len(back.sharing[self.row_key(one, back)]) > 1:
            return "several students have this name, and nothing else tells who it is"
        return super().left_out_because(one, back)

    def steps(self, back: Handback) -> Iterator[Step]:
        """The gradebook with one item, and the feedback in the folders of the download."""
        text = "The assignment, “Submissions”, “Add Feedback Files”; publish the feedback afterwards."
        if back.worksheet is None:
            text += (
                " There is no file of marks: a download has no identifier that the gradebook knows. Export "
                "your gradebook with “Both” as key and both names, and give it with --worksheet."
            )
        else:
            yield self._grades(back)
        places = ((_place(one), one.feedback) for one in back.returned)
        yield Zip(FEEDBACK, text, ((f"{place}{PAGE}", page) for place, page in places if place))

    def _grades(self, back: Handback) -> Table:
        item = back.heading or f"{back.column}{_POINTS}"
        keys = [back.cells.cell(heading) for heading in _IDS if heading in back.cells]
        rows = [(*map(one.cell, keys), number(one.mark), "#") for one in back.marked]
        found = self.column_of(item)
        text = (
            f"The item is “{found.title}”; leave “Create new grade item” unticked, it is there."
            if back.heading and found
            else f"First give the column “{item}” the heading that your own export has for it."
        )
        step = f"Grades, “Enter Grades”, “Import”. {text}{self.nobody_looked(back)}"
        return Table(GRADES, step, [(*keys, item, _END), *rows], signed=True)


def _place(one: Returned) -> str:
    """What goes before the name of the page: the folder, or what all files of the submission begin with."""
    found = _named(one.place)
    return "" if found is None else f"{found.prefix} - " if found.file else f"{one.place}/"


# The names in a download


@dataclass(frozen=True)
class _Named:
    """What a folder's or a file's name says; ``file`` is empty for a folder."""

    numbers: str
    student: str
    prefix: str
    file: str = ""
    submitted: datetime | None = None


def _named(part: str) -> _Named | None:
    numbers = _NUMBERS.match(part)
    if not numbers:
        return None
    # A folder ends with its date, so there the last one counts; a file's own name may hold one as well.
    dates = [found for found in _DATE.finditer(part, numbers.end()) if found.start() > numbers.end()]
    if dates:
        date = dates[-1] if dates[-1].end() == len(part) else dates[0]
        when = "{month} {day} {year} {hour}:{minute} {half}".format(**date.groupdict())
        return _Named(
            numbers[1],
            student=part[numbers.end() : date.start()].strip(),
            prefix=part[: date.end()],
            file=_DASH.sub("", part[date.end() :], count=1),
            submitted=moment(when, "%b %d %Y %I:%M %p"),
        )
    student, dash, other = part[numbers.end() :].rpartition(" - ")
    if dash and student.strip() and len(other) <= 60 and _OTHER_DATE.fullmatch(other):
        return _Named(numbers[1], student.strip(), part)
    return None


def _alike(worksheet: Worksheet, student: str) -> list[Person]:
    return [person for person in worksheet.people if _key(person.name) == _key(student)]


@lru_cache(maxsize=65_536)
def _key(name: str) -> str:
    """Equal for a name in the gradebook and what a folder shows of it."""
    text = re.sub(r'[<>:"/\\|?*_]', " ", unicodedata.normalize("NFKC", name))
    return " ".join(text.casefold().split())
