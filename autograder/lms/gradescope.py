"""Gradescope: the archive of "Export Submissions", which can be graded here as well.

What is relied on was seen in third-party scripts and their tests, not in documentation:

- Files lie in ``assignment_<id>_export/submission_<id>/…``.
- ``submission_metadata.yml`` beside those folders has a key per folder; below it, with a colon before
  each key, ``:submitters`` (a list of ``:name``, ``:sid``, ``:email``; several are a group) and
  ``:created_at`` (Ruby's way to write a time, with its zone).
- The grades that Gradescope has come as a CSV file with ``Submission ID``, ``SID``, ``Email``, a name in one
  or two columns, ``Total Score``, ``Max Points``, ``Status``, ``Submission Time``, ``Lateness (H:M:S)``.

Gradescope takes no marks from a file: they belong into its own autograder. What is written is a table.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import takewhile

import yaml

from autograder.config.packed import MB
from autograder.errors import UsageError
from autograder.files.visible import csv_cell, number
from autograder.lms.base import Lms
from autograder.lms.handback import HAND_OUT, Handback, Step, Table, Zip, feedback_folders
from autograder.lms.model import Assignment, Export, MemberPath, Origin, Person, Returned, Told, Worksheet
from autograder.lms.names import moment
from autograder.lms.rows import Row
from autograder.lms.sheet import Sheet

METADATA = "submission_metadata.yml"
SCORES = "gradescope_grades.csv"
FEEDBACK = "gradescope_feedback.zip"
LARGEST_METADATA = 32 * MB
MOST_SUBMITTERS = 100
"""Of one submission; more are no group."""
LONGEST_CELL = 1_000

_EXPORT = re.compile(r"assignment_\d+_export")
_SUBMISSION = re.compile(r"submission_(\d+)")
_SURE = 5
"""Digits of a number that a folder ``submission_…`` of somebody else's would hardly have."""

_SUBMITTER = ("name", "sid", "email")
_RUBY_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})? ?(Z|UTC|[+-]\d\d:?\d\d)?")


class Gradescope(Lms):
    """An export of Gradescope's submissions."""

    name = "gradescope"
    title = "Gradescope"
    telling = False
    takes_marks = False
    sheet = Sheet(
        f"the export's {METADATA} or “Download Grades” of the assignment as CSV (SID, Email, …, Submission "
        "ID)",
        id=("Submission ID",), name=("Name",), last=("Last Name",), first=("First Name",), login=("Email",),
        mark=("Total Score",), required=("Email",), kind="a number or nothing under", form=r".*",
    )  # fmt: skip

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        """The outermost folder of a submission that the metadata know, or that can be nothing else."""
        for level, part in enumerate(path[:-1]):
            found = _SUBMISSION.fullmatch(part)
            inside = level > 0 and _EXPORT.fullmatch(path[level - 1])
            if part in export.told or (found and (inside or len(found[1]) >= _SURE)):
                told = export.told.get(part, Told())
                return Origin(_number(part), told.student or part, part, path[level + 1 :], told.submitted)
        return None

    def is_own_text(self, path: MemberPath) -> bool:
        """The metadata; not what a student handed in under that name."""
        return path[-1] == METADATA and not any(map(_SUBMISSION.fullmatch, path[:-1]))

    def export(self, texts: Mapping[MemberPath, bytes]) -> Export:
        """The outermost metadata that can be read."""
        for path in sorted((path for path in texts if path[-1] == METADATA), key=len):
            try:
                return _read_metadata(texts[path])
            except yaml.YAMLError:
                continue
        return Export()

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The metadata of the export, or the grades that Gradescope has, as a CSV file."""
        if data[:4096].lstrip(b"\xef\xbb\xbf-").lstrip().startswith((b"submission_", b'"submission_')):
            try:
                return _read_metadata(data).roster or Worksheet(_SUBMITTER, ())
            except yaml.YAMLError as reason:
                short = " ".join(str(reason).split())[:200]
                raise UsageError(f"--worksheet: no {METADATA} that can be read ({short})") from None
        read = super().worksheet(data, assignment)
        return replace(read, people=tuple(map(_with_times, read.people)))

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """Only whom nobody knows: the table is for people."""
        return "" if one.lms_id or one.team else "nobody knows the submission in Gradescope"

    def steps(self, back: Handback) -> Iterator[Step]:
        """A table with a row for each member of a group, and the feedback in folders."""
        text = "For your own records or another system: Gradescope takes no marks from a file."
        if back.worksheet is None:
            text += f" For student ids and e-mail addresses give the export's {METADATA} with --worksheet."
        rows = [("sid", "email", "name", "score", "max_score", "submission")]
        rows += [
            (
                person.cells.cell("sid"),
                person.login,
                csv_cell(person.name),
                number(one.mark),
                number(one.possible),
                one.team or one.lms_id,
            )
            for one in back.marked
            for person in _people(one, back.worksheet)
        ]
        yield Table(SCORES, text, rows, signed=True)
        yield Zip(FEEDBACK, HAND_OUT, feedback_folders(back.returned))


def _people(one: Returned, worksheet: Worksheet | None) -> Sequence[Person]:
    """Who gets a row: everybody who handed in this submission."""
    if one.person is not None and one.team:
        return [one.person]  # one member of a group that the course has declared
    keys = {one.lms_id, one.team} - {""}
    listed = [person for person in worksheet.people if person.lms_id in keys] if worksheet else []
    return listed or [Person(one.lms_id or one.team, one.student)]


# The metadata


def _read_metadata(data: bytes) -> Export:
    """Folder by folder. Only four places of the document are looked at, so it may hold anything else.

    Read as a stream of events: nothing is constructed, and an alias repeats nothing.

    Raises:
        yaml.YAMLError: it is too large, or no YAML.
    """
    if len(data) > LARGEST_METADATA:
        raise yaml.YAMLError(f"larger than {LARGEST_METADATA // MB} MB")
    created: dict[str, datetime | None] = {}
    people: dict[str, dict[int, dict[str, str]]] = defaultdict(dict)
    for place, value in _scalars(data):
        match place:
            case (str(folder), ":created_at"):
                created[folder] = _moment(value)
            case (str(folder), ":submitters", int(index), (":name" | ":sid" | ":email") as key):
                of_folder = people[folder]
                if index < MOST_SUBMITTERS:
                    person = of_folder.setdefault(index, dict.fromkeys(_SUBMITTER, ""))
                    person[key[1:]] = value[:LONGEST_CELL]
    told: dict[str, Told] = {}
    roster: list[Person] = []
    for folder in dict.fromkeys([*people, *created]):
        submitters, when = people[folder].values(), created.get(folder)
        names = [who["name"] or who["email"] or who["sid"] for who in submitters]
        told[folder] = Told(student=", ".join(names), submitted=when)
        roster += [
            Person(_number(folder), who["name"], who["email"], submitted=when, handed_in=True, cells=Row(who))
            for who in submitters
        ]
    return Export(told, Worksheet(_SUBMITTER, tuple(roster)) if told else None)


_DEPTH = 4
DEEPEST = 100
"""Levels of the metadata; deeper ones take libyaml time with their square."""


_Place = tuple[str | int | None, ...]


def _scalars(data: bytes) -> Iterator[tuple[_Place, str]]:
    """The texts of a document with the keys that lead there, at most ``_DEPTH`` of them."""
    events = yaml.parse(data, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    anchored: dict[str, str] = {}

    def below(event: yaml.Event, place: _Place) -> Iterator[tuple[_Place, str]]:
        """Those of the value that begins with this event."""
        if isinstance(event, yaml.ScalarEvent):
            empty = not event.style and event.value in ("~", "null", "Null", "NULL")
            text = "" if empty else event.value
            if event.anchor:
                anchored[event.anchor] = text
            if 0 < len(place) <= _DEPTH:
                yield place, text
        elif isinstance(event, yaml.AliasEvent) and 0 < len(place) <= _DEPTH:
            yield place, anchored.get(event.anchor or "", "")
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(place) == DEEPEST:
                raise yaml.YAMLError(f"nested deeper than {DEEPEST} levels")
            inside = takewhile(lambda one: not isinstance(one, yaml.CollectionEndEvent), events)
            for key, one in enumerate(inside):
                if isinstance(event, yaml.SequenceStartEvent):
                    yield from below(one, (*place, key))
                else:
                    name: str | None = None  # of a key that is no text
                    for at, text in below(one, (*place, None)):
                        name = text if len(at) == len(place) + 1 else name
                    yield from below(next(events), (*place, name))

    for event in events:
        yield from below(event, ())


def _number(folder: str) -> str:
    """The identifier of a submission by its folder."""
    found = _SUBMISSION.fullmatch(folder)
    return found[1] if found else folder


def _moment(text: str) -> datetime | None:
    found = _RUBY_TIME.fullmatch(text.strip())
    if not found:
        return None
    zone = "Z" if found[4] == "UTC" else found[4] or ""
    return moment(f"{found[1]}T{found[2]}{found[3] or ''}{zone}")


# The grades that Gradescope has


def _with_times(person: Person) -> Person:
    late = re.fullmatch(r"(\d{1,6}):(\d\d):(\d\d)", person.cells.cell("Lateness (H:M:S)"))
    seconds = 3600 * int(late[1]) + 60 * int(late[2]) + int(late[3]) if late else None
    return replace(
        person,
        submitted=_moment(person.cells.cell("Submission Time")),
        late_seconds=None if seconds is None else float(seconds),
        late=bool(seconds),
        handed_in=bool(person.lms_id),
    )
