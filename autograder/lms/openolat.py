"""OpenOLAT: the archive of a task or group task, and its bulk assessment.

What is relied on was read in OpenOLAT's source, unless it says otherwise:

- A member lies in ``ita_<element>_<date>/<Last>_<First>_<user name>/<n>_submissions/<file>``, of a group
  task in ``grouptask_…/<Group>_<number>/<n>_submissions/<file>``; after a revision in
  ``<n>_revisions_<i>/``. ``<n>_task``, ``<n>_corrections`` and ``<n>_assessment`` hold the teacher's
  files. Newer versions put a ``Late_submission.txt`` beside late files.
- The folder's name lost everything but ASCII letters, digits and underscores (``ä`` became ``ae``), the user
  name in it too: ``jane.doe@uni.example`` is ``janedoeuniexample`` there. Only a list of the class gives
  it back; without one the last part of the name is taken for the user name.
- Bulk assessment is pasted: a line for each user, cells separated by tabs, no quotes, no header;
  identifier, score, passed, comment. An identifier is a user name, an e-mail address or an institutional
  number, whoever it belongs to. An empty cell changes nothing, a score outside of the element's
  range is dropped silently.
- Files come back in a zip with a folder for each user, named exactly as the identifier; hidden
  files are skipped.
- OpenOLAT gives its lists as Excel files. Saved as CSV they are read here; that the columns are called
  "User name", "Benutzername" and so on is a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.visible import number, plain
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
from autograder.lms.tables import read_csv

GRADES = "openolat_grades.tsv"
FEEDBACK = "openolat_feedback.zip"
PAGE = "feedback.html"

LATE = "Late_submission.txt"
EXTENDED = "Extended_submission.txt"
GROUPS = "grouptask_"

_GIVEN = re.compile(r"\d+_(?:task|corrections|assessment)(?:_\d+)?")
_HANDED_IN = re.compile(r"\d+_(?:submissions|revisions_(?P<revision>\d+))")
_SPELLED = str.maketrans(
    {
        "Ä": "Ae",
        "Ö": "Oe",
        "Ü": "Ue",
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "ø": "o",
        "æ": "ae",
        "∅": "o",
    }
    | dict.fromkeys(" ?/\\\u2010\u2011\u2012\u2013\u2014", "_")
)

_USER = ("user name", "username", "benutzername", "login", "nickname")
_LAST = ("last name", "lastname", "nachname", "surname")
_FIRST = ("first name", "firstname", "vorname")
_SCORE = ("score", "points", "punkte", "punktzahl")


class OpenOlat(Lms):
    """OpenOLAT's tasks and group tasks."""

    name = "openolat"
    title = "OpenOLAT"

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
        """From the folder around ``1_submissions`` or ``3_revisions_1``.

        ``facts["worksheet"]`` may hold the TA's list of the class; it gives user names back that the folder's
        name has lost.
        """
        if self.is_fact(path):
            return None
        worksheet = facts.get("worksheet")
        late = facts.get("late")
        for level, part in enumerate(path[1:-1], start=1):
            if found := _HANDED_IN.fullmatch(part):
                folder = path[level - 1]
                of_group = level > 1 and path[level - 2].startswith(GROUPS)
                users = [] if of_group else _user_names(folder, worksheet)
                user = "" if len(users) > 1 else users[0] if users else folder.rpartition("_")[2]
                name = folder.rsplit("_", 1)[0].replace("_", " ")
                return Origin(
                    lms_id=user,
                    student=" ".join(name.split()) or folder,
                    place=f"{path[level - 2]}/{folder}" if of_group else folder,
                    path=path[level + 1 :],
                    late=isinstance(late, frozenset) and path[: level + 1] in late,
                    attempt=int(found["revision"] or 0),
                    guessed_from="" if of_group or len(users) == 1 else folder,
                )
        return None

    def is_given(self, path: MemberPath) -> bool:
        """What teachers gave out or back."""
        return any(map(_GIVEN.fullmatch, path[1:-1]))

    def is_fact(self, path: MemberPath) -> bool:
        """Whether it is one of the two texts that say how a submission came."""
        return len(path) > 2 and path[-1] in (LATE, EXTENDED) and _HANDED_IN.fullmatch(path[-2]) is not None

    def facts(self, texts: Mapping[MemberPath, bytes]) -> dict[str, object]:
        """Which folders of submissions are late."""
        return {"late": frozenset(path[:-1] for path in texts if path[-1] == LATE)}

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """A list of the class, saved as CSV."""
        return _read_list(data)

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """The lines of a bulk assessment, and the archive of files that are given back with it."""
        identified = [(one, _identifier(one, worksheet)) for one in returned]
        left_out = [
            (one, reason)
            for one, identifier in identified
            if one.points is not None and (reason := _left_out_because(one, identifier, worksheet))
        ]
        good = [
            (one, identifier)
            for one, identifier in identified
            if not _left_out_because(one, identifier, worksheet)
        ]
        lines = [_line(one, identifier) for one, identifier in good if one.points is not None]
        (folder / GRADES).write_text("".join(lines), encoding="utf-8")
        write_zip(folder / FEEDBACK, ((f"{identifier}/{PAGE}", one.feedback) for one, identifier in good))
        highest = max((one.points for one, _ in good if one.points is not None), default=0.0)
        steps = (
            Step(GRADES, _paste(highest, worksheet)),
            Step(FEEDBACK, "In the same step of the same bulk assessment, as the archive of returned files."),
        )
        return Written(steps, tuple(left_out))


# User names


@lru_cache(maxsize=65_536)
def _in_folder(text: str) -> str:
    """A name as OpenOLAT makes a folder's name of it."""
    text = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    return re.sub(r"[^A-Za-z0-9_]", "", text)


def _user_names(folder: str, worksheet: object) -> list[str]:
    """The user names of those on the list whose folder this can be; one who fits whole name and all wins."""
    people = worksheet.people if isinstance(worksheet, Worksheet) else ()
    ending = [one for one in people if (user := _in_folder(one.lms_id)) and folder.endswith(f"_{user}")]
    whole = [one for one in ending if _in_folder("_".join([*one.name.split(", ", 1), one.lms_id])) == folder]
    return [one.lms_id for one in whole or ending]


def _identifier(one: Returned, worksheet: Worksheet | None) -> str:
    """What OpenOLAT will find the student by."""
    if one.person is not None or one.team or worksheet is None:
        return one.lms_id
    users = _user_names(one.place, worksheet)
    return users[0] if len(users) == 1 else ""


# The list of the class


def _read_list(data: bytes) -> Worksheet:
    rows = read_csv(data, "--worksheet")
    headers = tuple(rows[0]) if rows else ()
    user = _index(headers, _USER)
    if user is None:
        raise UsageError(
            f"--worksheet: its first line is {', '.join(headers)[:200]!r}; expected a list of the class with "
            "a column “User name” or “Benutzername”, and the names: save OpenOLAT's Excel file as CSV"
        )
    last, first, score = (_index(headers, words) for words in (_LAST, _FIRST, _SCORE))
    people = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        if len(row) <= user or not row[user].strip():
            raise UsageError(f"--worksheet: line {line}: expected a user name in column {user + 1}: add it")
        name = ", ".join(filter(None, (_at(row, last), _at(row, first))))
        people.append(
            Person(
                lms_id=row[user].strip(),
                name=name,
                login=row[user].strip(),
                mark=_at(row, score),
                cells=dict(zip(headers, row, strict=False)),
            )
        )
    return Worksheet(headers, tuple(people))


def _index(headers: Sequence[str], words: Sequence[str]) -> int | None:
    return next((place for place, header in enumerate(headers) if header.strip().casefold() in words), None)


def _at(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


# What goes back


def _left_out_because(one: Returned, identifier: str, worksheet: Worksheet | None) -> str:
    if "/" in one.place and not one.team:
        return "it is a group's work: declare the groups' members in grading_config.yml"
    if not one.lms_id:
        return "nobody knows the members of this group" if one.team else "nothing tells whose folder it is"
    if worksheet is not None and not identifier:
        return "it is not on your list, and OpenOLAT would take whoever has this user name"
    if identifier in (".", "..") or re.search(r"[/\\\x00-\x1f]", identifier):
        return "its user name cannot be the name of a folder"
    return ""


def _line(one: Returned, identifier: str) -> str:
    assert one.points is not None
    comment = plain(one.comment, 1000).strip()
    return f"{identifier}\t{number(one.points)}\t\t{comment}\n"


def _paste(highest: float, worksheet: Worksheet | None) -> str:
    text = (
        "Assessment tool, the course element, “Start new bulk assessment”: paste this file's text, separator "
        "tab; then column 1 is the identifier, 2 the score, 4 the comment. OpenOLAT drops scores above the "
        f"element's maximum silently: make sure that it is not below {number(highest)}."
    )
    if worksheet is None:
        text += (
            " The export's folders leave out dots, dashes and @ of user names: compare the names that the "
            "next page shows, or give a list of the class with --worksheet."
        )
    if worksheet is None or _index(worksheet.headers, _SCORE) is None:
        text += " Nobody looked whether there are marks already."
    return text
