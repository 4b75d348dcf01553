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
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import yaml

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
from autograder.lms.plain import feedback_folders
from autograder.lms.tables import read_csv, records

METADATA = "submission_metadata.yml"
SCORES = "gradescope_grades.csv"
FEEDBACK = "gradescope_feedback.zip"
LARGEST_METADATA = 32 * 2**20
MOST_SUBMITTERS = 100
"""Of one submission; more are no group."""
LONGEST_CELL = 1_000

_EXPORT = re.compile(r"assignment_\d+_export")
_SUBMISSION = re.compile(r"submission_(\d+)")
_SURE = 5
"""Digits of a number that a folder ``submission_…`` of somebody else's would hardly have."""


@dataclass(frozen=True)
class _Submission:
    """What the metadata say of one folder."""

    submitters: tuple[Mapping[str, str], ...]
    created: str = ""


class Gradescope(Lms):
    """An export of Gradescope's submissions."""

    name = "gradescope"
    title = "Gradescope"
    telling = False

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
        """The outermost folder of a submission that the metadata know, or that can be nothing else."""
        known = _metadata(facts)
        for level, part in enumerate(path[:-1]):
            found = _SUBMISSION.fullmatch(part)
            inside = level > 0 and _EXPORT.fullmatch(path[level - 1])
            if part in known or (found and (inside or len(found[1]) >= _SURE)):
                one = known.get(part, _Submission(()))
                names = [who["name"] or who["email"] or who["sid"] for who in one.submitters]
                return Origin(
                    lms_id=found[1] if found else part,
                    student=", ".join(names) or part,
                    place=part,
                    path=path[level + 1 :],
                    submitted=_moment(one.created),
                )
        return None

    def is_fact(self, path: MemberPath) -> bool:
        """The metadata; not what a student handed in under that name."""
        return path[-1] == METADATA and not any(map(_SUBMISSION.fullmatch, path[:-1]))

    def facts(self, texts: Mapping[MemberPath, bytes]) -> dict[str, object]:
        """The outermost metadata that can be read."""
        for path in sorted((path for path in texts if path[-1] == METADATA), key=len):
            try:
                return {self.name: _read_metadata(texts[path])}
            except yaml.YAMLError:
                continue
        return {}

    def roster(self, facts: Mapping[str, object]) -> Worksheet | None:
        """Who handed in, as the export itself says."""
        known = _metadata(facts)
        return _roster(known) if known else None

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The metadata of the export, or the grades that Gradescope has, as a CSV file."""
        if data[:4096].lstrip(b"\xef\xbb\xbf-").lstrip().startswith((b"submission_", b'"submission_')):
            try:
                return _roster(_read_metadata(data))
            except yaml.YAMLError as reason:
                short = " ".join(str(reason).split())[:200]
                raise UsageError(f"--worksheet: no {METADATA} that can be read ({short})") from None
        return _read_grades(data)

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """A table with a row for each member of a group, and the feedback in folders."""
        rows = []
        left_out = []
        for one in returned:
            people = _people(one, worksheet)
            if one.points is not None and not people:
                left_out.append((one, "nobody knows the submission in Gradescope"))
            if one.points is not None:
                rows += [
                    (
                        person.cells.get("sid", ""),
                        person.login,
                        csv_cell(person.name),
                        number(one.points),
                        number(one.possible),
                        one.team or one.lms_id,
                    )
                    for person in people
                ]
        table = map(csv_line, [("sid", "email", "name", "score", "max_score", "submission"), *rows])
        (folder / SCORES).write_text("".join(table), encoding="utf-8-sig")
        write_zip(folder / FEEDBACK, feedback_folders(returned))
        text = "For your own records or another system: Gradescope takes no marks from a file."
        if worksheet is None:
            text += f" For student ids and e-mail addresses give the export's {METADATA} with --worksheet."
        return Written(
            (
                Step(SCORES, text),
                Step(FEEDBACK, "A folder per student with the feedback page, to hand out."),
            ),
            tuple(left_out),
        )


def _people(one: Returned, worksheet: Worksheet | None) -> Sequence[Person]:
    """Who gets a row: everybody who handed in this submission."""
    keys = {one.lms_id, one.team} - {""}
    if one.person is not None and one.team:
        return [one.person]  # one member of a group that the course has declared
    listed = [person for person in worksheet.people if person.lms_id in keys] if worksheet else []
    return listed or ([Person(one.lms_id or one.team, one.student)] if keys else [])


def _metadata(facts: Mapping[str, object]) -> Mapping[str, _Submission]:
    known = facts.get(Gradescope.name)
    return known if isinstance(known, dict) else {}


# The metadata


def _read_metadata(data: bytes) -> dict[str, _Submission]:
    """Folder by folder. Only four places of the document are looked at, so it may hold anything else.

    Read as a stream of events: nothing is constructed, and an alias repeats nothing.

    Raises:
        yaml.YAMLError: it is too large, or no YAML.
    """
    if len(data) > LARGEST_METADATA:
        raise yaml.YAMLError(f"larger than {LARGEST_METADATA // 2**20} MB")
    created: dict[str, str] = {}
    people: dict[str, dict[int, dict[str, str]]] = {}
    for place, value in _scalars(data):
        match place:
            case (str(folder), ":created_at"):
                created[folder] = value
            case (str(folder), ":submitters", int(index), (":name" | ":sid" | ":email") as key):
                of_folder = people.setdefault(folder, {})
                if index < MOST_SUBMITTERS:
                    person = of_folder.setdefault(index, {"name": "", "sid": "", "email": ""})
                    person[key[1:]] = value[:LONGEST_CELL]
    return {
        folder: _Submission(tuple(people.get(folder, {}).values()), created.get(folder, ""))
        for folder in dict.fromkeys([*people, *created])
    }


_DEPTH = 4
DEEPEST = 100
"""Levels of the metadata; deeper ones take libyaml time with their square."""


def _scalars(data: bytes) -> Iterator[tuple[tuple[str | int | None, ...], str]]:
    """The texts of a document with the keys that lead there, at most ``_DEPTH`` of them."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    place: list[str | int | None] = []
    # Of each open mapping whether a key comes next; of each open list ``None``.
    key_next: list[bool | None] = []
    anchored: dict[str, str] = {}
    for event in yaml.parse(data, Loader=loader):
        if isinstance(event, yaml.CollectionStartEvent):
            if key_next and key_next[-1]:
                place[-1] = None  # a key that is no text
            is_list = isinstance(event, yaml.SequenceStartEvent)
            if len(key_next) == DEEPEST:
                raise yaml.YAMLError(f"nested deeper than {DEEPEST} levels")
            key_next.append(None if is_list else True)
            place.append(0 if is_list else None)
        elif isinstance(event, yaml.CollectionEndEvent):
            key_next.pop()
            place.pop()
            _advance(place, key_next)
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            if isinstance(event, yaml.AliasEvent):
                value = anchored.get(event.anchor or "", "")
            else:
                empty = not event.style and event.value in ("~", "null", "Null", "NULL")
                value = "" if empty else event.value
                if event.anchor:
                    anchored[event.anchor] = value
            if key_next and key_next[-1]:
                place[-1] = value
            elif 0 < len(place) <= _DEPTH:
                yield tuple(place), value
            _advance(place, key_next)


def _advance(place: list[str | int | None], key_next: list[bool | None]) -> None:
    if not key_next:
        return
    last = place[-1]
    if key_next[-1] is None:
        place[-1] = last + 1 if isinstance(last, int) else 0
    else:
        key_next[-1] = not key_next[-1]


def _roster(known: Mapping[str, _Submission]) -> Worksheet:
    people = []
    for folder, one in known.items():
        found = _SUBMISSION.fullmatch(folder)
        people += [
            Person(
                lms_id=found[1] if found else folder,
                name=who["name"],
                login=who["email"],
                submitted=_moment(one.created),
                handed_in=True,
                cells=who,
            )
            for who in one.submitters
        ]
    return Worksheet(("name", "sid", "email"), tuple(people))


_RUBY_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})? ?(Z|UTC|[+-]\d\d:?\d\d)?")


def _moment(text: str) -> datetime | None:
    found = _RUBY_TIME.fullmatch(text.strip())
    if not found:
        return None
    zone = "Z" if found[4] == "UTC" else found[4] or ""
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{found[3] or ''}{zone}")
    except ValueError:
        return None


# The grades that Gradescope has


def _read_grades(data: bytes) -> Worksheet:
    rows = read_csv(data, "--worksheet")
    headers = tuple(header.strip() for header in rows[0]) if rows else ()
    if not {"Submission ID", "Email"} <= set(headers):
        raise UsageError(
            f"--worksheet: its first line is {', '.join(headers)[:200]!r}; expected the export's {METADATA} "
            "or “Download Grades” of the assignment as CSV (SID, Email, …, Submission ID)"
        )
    people = [_graded(cells) for _, cells in records(rows)]
    return Worksheet(headers, tuple(people))


def _graded(cells: Mapping[str, str]) -> Person:
    late = re.fullmatch(r"(\d{1,6}):(\d\d):(\d\d)", cells.get("Lateness (H:M:S)", "").strip())
    seconds = 3600 * int(late[1]) + 60 * int(late[2]) + int(late[3]) if late else None
    name = cells.get("Name", "") or f"{cells.get('First Name', '')} {cells.get('Last Name', '')}".strip()
    return Person(
        lms_id=cells["Submission ID"].strip(),
        name=name,
        login=cells["Email"].strip(),
        mark=cells.get("Total Score", "").strip(),
        submitted=_moment(cells.get("Submission Time", "")),
        late_seconds=None if seconds is None else float(seconds),
        late=bool(seconds),
        handed_in=bool(cells["Submission ID"].strip()),
        cells={**cells, "sid": cells.get("SID", "").strip()},
    )
