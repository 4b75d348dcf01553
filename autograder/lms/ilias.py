"""ILIAS, 7 to 10: the export of an exercise's submissions, feedback for many, the plug-in ExerciseStatusFile.

What is relied on was read in the sources of ILIAS and of the plug-in, unless it says otherwise:

- A member lies in ``<Assignment>/<Submissions>/[Team 17/]<Last>_<First>_<login>_<user>/<file>``; the second
  folder's name and the word "Team" are in the TA's language ("Submissions", "Abgaben"; the words of other
  languages are guesses). Folder and file are ASCII. ILIAS makes no folders below a student's. In a team
  everyone's own files lie in an own folder.
- A late file begins with ``Late Submission - `` in the TA's language; the German word is a guess. Some
  exports write ``YYYYMMDDhhmmss_`` before a file's name, in the server's time; these are times of files,
  not attempts. ``Feedback_files/to_…/from_…`` holds what students wrote about each other.
- Feedback for many is read from exactly three levels, ``multi_feedback…/<anything>_<user>/<file>``; of the
  second only the number at the end counts. In versions 7 and 8 a team's file reaches every member.
- ILIAS itself reads no marks from a file. The plug-in does, from a ``status.csv`` in an archive that it
  takes: the columns by position, though all titles have to be there; ``update`` is 1; ``status`` is
  passed, failed or notgraded; notice and comment are overwritten. A formula in a cell is computed, and a
  backslash before a quote breaks a row. With teams it wants another sheet, a row per team, and the team's
  folder (``Team_17``) around the student's; then the first such file reaches every member.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from autograder.files.visible import csv_cell, number
from autograder.lms.base import Lms
from autograder.lms.handback import PAGE, Handback, Step, Table, Zip
from autograder.lms.model import Export, MemberPath, Origin, Returned
from autograder.lms.names import moment
from autograder.lms.rows import is_number
from autograder.lms.sheet import Sheet

GRADES = "ilias_grades.csv"
FEEDBACK = "ilias_feedback.zip"
PLUGIN = "ilias_plugin.zip"

FEEDBACK_OF_PEERS = "Feedback_files"

_SUBMISSIONS = frozenset(
    "submissions submission abgaben abgabe soumissions entregas consegne inzendingen".split()
)
# A login may end in underscores as well.
_STUDENT = re.compile(r"(?P<name>.+)_(?P<login>[^_]+_*)_(?P<user>[0-9]+)", re.DOTALL)
_TEAM = re.compile(r"(?:team|équipe|equipe|equipo|squadra|gruppo)[ _](?P<id>\d+)", re.IGNORECASE)
_STAMP = re.compile(r"(?P<time>\d{14})_(?P<file>.+)", re.DOTALL)
_LATE = re.compile(
    r"(?:Late Submission|Versp(?:ae|ä)tete (?:Abgabe|Einreichung)|Versp(?:ae|ä)tet|Soumission tardive)"
    r" - (?P<file>.+)",
    re.DOTALL | re.IGNORECASE,
)

_MARKS = ("status", "mark", "notice", "comment", "plagiarism", "plag_comment")
_MEMBERS = ("update", "usr_id", "login", "lastname", "firstname", *_MARKS)
_TEAMS = ("update", "team_id", "logins", *_MARKS)
_STATES = ("passed", "failed", "notgraded")
_NO_NUMBER = "it is no user's number in ILIAS"


class Ilias(Lms):
    """ILIAS's exercises."""

    name = "ilias"
    title = "ILIAS"
    telling = False
    sheet = Sheet(
        f"the status.csv of the plug-in ExerciseStatusFile ({', '.join(_MEMBERS[:7])}, …), not of an "
        "exercise with teams, which names no students. Without it, leave the option out",
        id=("usr_id",), last=("lastname",), first=("firstname",), login=("login",), mark=("mark",),
        comment=("comment",),
        required=("status", "mark"), kind="a number in the column", form=r"[0-9]+", last_first=True,
        ragged=True,
    )  # fmt: skip
    nameless = _NO_NUMBER
    unlisted = "it is not on your list, and the plug-in would skip it"

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        """From the student's folder, which only its place tells from one that is named alike."""
        level = _level(path)
        if level is None:
            return None
        found = _STUDENT.fullmatch(path[level])
        assert found is not None
        in_team = level > 0 and _TEAM.fullmatch(path[level - 1]) is not None
        file, submitted, late = _file(path[level + 1])
        return Origin(
            lms_id=found["user"],
            student=" ".join(found["name"].replace("_", " ").split()) or found["login"],
            place="/".join(path[level - in_team : level + 1]),
            path=(file, *path[level + 2 :]),
            submitted=submitted,
            late=late,
        )

    def is_given(self, path: MemberPath) -> bool:
        """What students wrote about each other."""
        return FEEDBACK_OF_PEERS in path[:-1]

    def row_key(self, one: Returned, back: Handback) -> str:
        """A team has one row."""
        return f"team {team}" if (team := _team(one.place)) else one.lms_id

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """Whoever the plug-in could not find, and teams without one mark."""
        team = _team(one.place)
        if not _has_teams(back):
            known = is_number(one.lms_id) or not one.lms_id
            return super().left_out_because(one, back) if known else _NO_NUMBER
        if not team:
            return "its folder names no team, and this exercise has teams"
        if len({other.points for other in back.sharing[f"team {team}"]} - {None}) > 1:
            return f"members of team {team} handed in different work with different marks"
        return ""

    def steps(self, back: Handback) -> Iterator[Step]:
        """The marks as the plug-in reads them, the archive that ILIAS takes, and the one for the plug-in."""
        rows = _team_rows(back) if _has_teams(back) else map(_member_row, back.marked)
        header = _TEAMS if _has_teams(back) else _MEMBERS
        grades = Table(GRADES, self._enter(back), [header, *rows])
        yield grades
        root = f"multi_feedback_{_ascii(back.assignment.title) or 'exercise'}"
        pages = [(f"{_folder(one)}/{PAGE}", one) for one in back.returned if is_number(_user(one))]
        yield Zip(FEEDBACK, _UPLOAD_FEEDBACK, ((f"{root}/{name}", one.feedback) for name, one in pages))
        for_plugin: dict[str, bytes | Path] = {f"{root}/status.csv": grades.content()}
        seen: set[str] = set()
        for name, one in pages:
            team = _team(one.place)
            # One page of a team is everybody's, and a second would replace it.
            if not team or team not in seen:
                for_plugin.setdefault(f"{root}/{f'Team_{team}/' if team else ''}{name}", one.feedback)
            seen.add(team)
        yield Zip(PLUGIN, _UPLOAD_FOR_PLUGIN, for_plugin.items())

    def _enter(self, back: Handback) -> str:
        text = (
            "ILIAS itself reads no marks from a file: enter these on the tab “Submissions and Grades”, or "
            "use the last file below. The status is not ours to decide: it stays as your list has it, "
            "otherwise “notgraded”."
        )
        if back.worksheet is None and not _has_teams(back):
            text += (
                " The plug-in replaces notices and comments that are there already; give its status.csv with "
                "--worksheet to keep the notices and to see which marks change."
            )
        return text


_UPLOAD_FEEDBACK = (
    "On “Submissions and Grades”, choose the assignment, “Multi-Feedback”, upload the archive, then "
    "confirm the files."
)
_UPLOAD_FOR_PLUGIN = (
    "Only instead of both, where the plug-in ExerciseStatusFile is installed: marks and pages in one archive "
    "for its own upload."
)


# Names of the export


def _level(path: MemberPath) -> int | None:
    """Where the student's folder is in a path: below a folder that tells, otherwise just around the file.

    A folder's name proves nothing by itself: "lab_week_9", the exercise's own title, or a student's folder
    end in a number too.
    """
    archive = next((place for place, part in enumerate(path) if part.lower().endswith(".zip")), len(path) - 1)
    folders = path[:archive]
    if FEEDBACK_OF_PEERS in folders:
        return None
    for level in range(1, len(folders)):
        if _is_student(folders[level]) and _holds_students(folders[level - 1]):
            return level
    last = len(folders) - 1
    # Last name, first name, login and number: four parts at least.
    return last if last >= 0 and _is_student(folders[last]) and folders[last].count("_") >= 3 else None


def _is_student(folder: str) -> bool:
    return _STUDENT.fullmatch(folder) is not None and not _is_feedback(folder)


def _holds_students(folder: str) -> bool:
    return folder.casefold() in _SUBMISSIONS or _is_feedback(folder) or _TEAM.fullmatch(folder) is not None


def _is_feedback(folder: str) -> bool:
    return folder.casefold().startswith("multi_feedback")


def _file(name: str) -> tuple[str, datetime | None, bool]:
    """The student's own name of a file, its time, and whether it is late."""
    late = False
    submitted = None
    for _ in range(2):  # either may come first
        if found := _LATE.fullmatch(name):
            late, name = True, found["file"]
        found = _STAMP.fullmatch(name)
        # Other digits are the student's own number.
        if found and submitted is None and (time := moment(found["time"], "%Y%m%d%H%M%S")):
            submitted, name = time, found["file"]
    return name, submitted, late


# What goes back


@lru_cache(maxsize=65_536)
def _team(place: str) -> str:
    """The number of the team in whose folder the submission lay."""
    found = _TEAM.fullmatch(place.split("/")[0]) if "/" in place else None
    return found["id"] if found else ""


def _has_teams(back: Handback) -> bool:
    return any(_team(one.place) for one in back.returned)


def _member_row(one: Returned) -> tuple[str, ...]:
    last, login = (one.cell("lastname"), one.cell("login")) if one.person else (one.student, _login(one))
    return "1", one.lms_id, *map(_cell, (login, last, one.cell("firstname"))), *_marks(one)


def _team_rows(back: Handback) -> Iterator[tuple[str, ...]]:
    members: dict[str, list[Returned]] = {}
    for one in back.marked:
        members.setdefault(_team(one.place), []).append(one)
    for team, ones in members.items():
        logins = ", ".join(dict.fromkeys(filter(None, map(_login, ones))))
        yield "1", team, _cell(logins), *_marks(replace(ones[0], person=None))


def _marks(one: Returned) -> Sequence[str]:
    """Status, mark, notice, comment and nothing on plagiarism; what is not ours stays as it is."""
    status = one.cell("status") if one.cell("status") in _STATES else "notgraded"
    return status, number(one.mark), one.cell("notice"), _cell(one.comment), "", ""


def _cell(text: str) -> str:
    """Text that the plug-in neither computes nor stumbles over."""
    return csv_cell(text).replace("\\", "⧵").replace('"', "”")


def _login(one: Returned) -> str:
    found = _STUDENT.fullmatch(one.place.rpartition("/")[2])
    return found["login"] if found and found["user"] == (one.team or one.lms_id) else ""


def _user(one: Returned) -> str:
    """Whose folder the page goes into: the student's, otherwise that of the member who handed in."""
    return one.lms_id or one.place.rpartition("_")[2]


def _folder(one: Returned) -> str:
    """The folder that is the student's: as it was in the export, if it was this student's."""
    own = one.place.rpartition("/")[2]
    return own if own.rpartition("_")[2] == _user(one) else f"member_of_team_{_user(one)}"


def _ascii(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "_", title)[:60].strip("_.")
