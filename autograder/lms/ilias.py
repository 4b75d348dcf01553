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
from collections.abc import Mapping, Sequence
from datetime import datetime
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
from autograder.lms.tables import read_csv

GRADES = "ilias_grades.csv"
FEEDBACK = "ilias_feedback.zip"
PLUGIN = "ilias_plugin.zip"
PAGE = "feedback.html"

FEEDBACK_OF_PEERS = "Feedback_files"

_SUBMISSIONS = frozenset(
    ["submissions", "submission", "abgaben", "abgabe", "soumissions", "entregas", "consegne", "inzendingen"]
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

_MEMBERS = (
    "update", "usr_id", "login", "lastname", "firstname", "status", "mark", "notice", "comment", "plagiarism",
    "plag_comment",
)  # fmt: skip
_TEAMS = ("update", "team_id", "logins", "status", "mark", "notice", "comment", "plagiarism", "plag_comment")
_STATES = ("passed", "failed", "notgraded")


class Ilias(Lms):
    """ILIAS's exercises."""

    name = "ilias"
    title = "ILIAS"
    telling = False

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
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

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """The plug-in's ``status.csv`` of an exercise without teams."""
        return _read_status_file(data)

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """The marks as the plug-in reads them, the archive that ILIAS takes, and the one for the plug-in."""
        teams = any(_team(one) for one in returned)
        rows, left_out = _team_rows(returned) if teams else _member_rows(returned, worksheet)
        header = _TEAMS if teams else _MEMBERS
        (folder / GRADES).write_text("".join(map(csv_line, [header, *rows])), encoding="utf-8")
        root = f"multi_feedback_{_ascii(assignment.title) or 'exercise'}"
        pages = [(f"{_folder(one)}/{PAGE}", one) for one in returned if _is_number(_user(one))]
        write_zip(folder / FEEDBACK, ((f"{root}/{name}", one.feedback) for name, one in pages))
        for_plugin = [(f"{root}/{_around(one)}{name}", one.feedback) for name, one in _one_a_team(pages)]
        write_zip(folder / PLUGIN, [(f"{root}/status.csv", folder / GRADES), *for_plugin])
        steps = (
            Step(GRADES, _enter_grades(worksheet, teams)),
            Step(FEEDBACK, _UPLOAD_FEEDBACK),
            Step(PLUGIN, _UPLOAD_FOR_PLUGIN),
        )
        return Written(steps, tuple(left_out))


# Names of the export


def _level(path: MemberPath) -> int | None:
    """Where the student's folder is in a path: below a folder that tells, else just around the file.

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
        if found and submitted is None and (time := _time(found["time"])):
            submitted, name = time, found["file"]
    return name, submitted, late


def _time(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S")
    except ValueError:
        return None  # the student's own number


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


# The plug-in's list


def _read_status_file(data: bytes) -> Worksheet:
    rows = read_csv(data, "--worksheet")
    headers = tuple(rows[0]) if rows else ()
    if not {"usr_id", "status", "mark"} <= set(headers):
        of_teams = " It is the list of teams, which names no students." if "team_id" in headers else ""
        raise UsageError(
            f"--worksheet: its first line is {', '.join(headers)[:200]!r}; expected the status.csv of the "
            f"plug-in ExerciseStatusFile ({', '.join(_MEMBERS[:7])}, …).{of_teams} Without it, leave the "
            "option out"
        )
    people = []
    for line, row in enumerate(rows[1:], start=2):
        if any(row):
            cells = dict(zip(headers, row, strict=False))
            user = cells.get("usr_id", "").strip()
            if not _is_number(user):
                raise UsageError(
                    f"--worksheet: line {line}: expected a number in the column usr_id, not {user[:40]!r}; "
                    "download it again, programs for tables change such files"
                )
            people.append(_person(user, cells))
    return Worksheet(headers, tuple(people))


def _person(user: str, cells: Mapping[str, str]) -> Person:
    name = ", ".join(filter(None, (cells.get("lastname", ""), cells.get("firstname", ""))))
    return Person(
        lms_id=user, name=name, login=cells.get("login", ""), mark=cells.get("mark", "").strip(), cells=cells
    )


# What goes back

_Rows = tuple[list[tuple[str, ...]], list[tuple[Returned, str]]]


def _member_rows(returned: Sequence[Returned], worksheet: Worksheet | None) -> _Rows:
    rows: list[tuple[str, ...]] = []
    left_out = []
    for one in returned:
        if one.points is None:
            continue
        if not _is_number(one.lms_id):
            team = "nobody knows the members of this team"
            left_out.append((one, team if one.team and not one.lms_id else "it is no user's number in ILIAS"))
        elif worksheet is not None and one.person is None:
            left_out.append((one, "it is not on your list, and the plug-in would skip it"))
        else:
            cells = one.person.cells if one.person else {}
            login = one.person.login if one.person else _login(one)
            last, first = cells.get("lastname", one.student), cells.get("firstname", "")
            names = (_cell(login), _cell(last), _cell(first))
            rows.append(("1", one.lms_id, *names, *_marks(one, cells)))
    return rows, left_out


def _team_rows(returned: Sequence[Returned]) -> _Rows:
    """A row for each team; none where its members' submissions got different marks."""
    of_team: dict[str, list[Returned]] = {}
    left_out = []
    for one in returned:
        if one.points is not None and (team := _team(one)):
            of_team.setdefault(team, []).append(one)
        elif one.points is not None:
            left_out.append((one, "its folder names no team, and this exercise has teams"))
    rows: list[tuple[str, ...]] = []
    for team, members in of_team.items():
        if len({one.points for one in members}) > 1:
            why = f"members of team {team} handed in different work with different marks"
            left_out += [(one, why) for one in members]
        else:
            logins = ", ".join(dict.fromkeys(filter(None, map(_login, members))))
            rows.append(("1", team, _cell(logins), *_marks(members[0], {})))
    return rows, left_out


def _marks(one: Returned, cells: Mapping[str, str]) -> tuple[str, ...]:
    """Status, mark, notice, comment and nothing on plagiarism; what is not ours stays as it is."""
    assert one.points is not None
    status = cells.get("status", "")
    notice = cells.get("notice", "")
    return (
        status if status in _STATES else "notgraded",
        number(one.points),
        notice,
        _cell(one.comment),
        "",
        "",
    )


def _cell(text: str) -> str:
    """Text that the plug-in neither computes nor stumbles over."""
    return csv_cell(text).replace("\\", "⧵").replace('"', "”")


def _team(one: Returned) -> str:
    found = _TEAM.fullmatch(one.place.split("/")[0]) if "/" in one.place else None
    return found["id"] if found else ""


def _login(one: Returned) -> str:
    found = _STUDENT.fullmatch(one.place.rpartition("/")[2])
    return found["login"] if found and found["user"] == (one.team or one.lms_id) else ""


def _user(one: Returned) -> str:
    """Whose folder the page goes into: the student's, else that of the member who handed in."""
    return one.lms_id or one.place.rpartition("_")[2]


def _folder(one: Returned) -> str:
    """The folder that is the student's: as it was in the export, if it was this student's."""
    own = one.place.rpartition("/")[2]
    return own if own.rpartition("_")[2] == _user(one) else f"member_of_team_{_user(one)}"


def _around(one: Returned) -> str:
    team = _team(one)
    return f"Team_{team}/" if team else ""


def _one_a_team(pages: Sequence[tuple[str, Returned]]) -> list[tuple[str, Returned]]:
    """For the plug-in, where one page of a team is everybody's, and a second would replace it."""
    seen: set[str] = set()
    chosen = []
    for name, one in pages:
        team = _team(one)
        if not team or team not in seen:
            chosen.append((name, one))
        seen.add(team)
    return chosen


def _ascii(title: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]+", "_", title)[:60].strip("_.")


def _enter_grades(worksheet: Worksheet | None, teams: bool) -> str:
    text = (
        "ILIAS itself reads no marks from a file: enter these on the tab “Submissions and Grades”, or "
        "use the last file below. The status is not ours to decide: it stays as your list has it, else "
        "“notgraded”."
    )
    if worksheet is None and not teams:
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
