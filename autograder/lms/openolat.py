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

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from autograder.files.visible import number, plain
from autograder.lms.base import Lms
from autograder.lms.handback import PAGE, Handback, Step, Table, Zip
from autograder.lms.model import Export, MemberPath, Origin, Returned, Told, Worksheet
from autograder.lms.sheet import Sheet

GRADES = "openolat_grades.tsv"
FEEDBACK = "openolat_feedback.zip"

LATE = "Late_submission.txt"
EXTENDED = "Extended_submission.txt"
GROUPS = "grouptask_"

_GIVEN = re.compile(r"\d+_(?:task|corrections|assessment)(?:_\d+)?")
_HANDED_IN = re.compile(r"\d+_(?:submissions|revisions_(?P<revision>\d+))")
_SPELLED = str.maketrans(
    dict(zip("ÄÖÜäöüßøæ∅", "Ae Oe Ue ae oe ue ss o ae o".split(), strict=True))
    | dict.fromkeys(" ?/\\\u2010\u2011\u2012\u2013\u2014", "_")
)


class OpenOlat(Lms):
    """OpenOLAT's tasks and group tasks."""

    name = "openolat"
    title = "OpenOLAT"
    sheet = Sheet(
        "a list of the class with a column “User name” or “Benutzername”, and the names: save OpenOLAT's "
        "Excel file as CSV",
        id=("user name", "username", "benutzername", "login", "nickname"),
        login=("user name", "username", "benutzername", "login", "nickname"),
        last=("last name", "lastname", "nachname", "surname"), first=("first name", "firstname", "vorname"),
        mark=("score", "points", "punkte", "punktzahl"), kind="a user name in the column", form=r".+",
        last_first=True, ragged=True,
    )  # fmt: skip
    list_called = "a list of the class"
    nameless = "nothing tells whose folder it is"

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        """From the folder around ``1_submissions`` or ``3_revisions_1``.

        The TA's list of the class gives user names back that the folder's name has lost.
        """
        if self.is_own_text(path):
            return None
        for level, part in enumerate(path[1:-1], start=1):
            if found := _HANDED_IN.fullmatch(part):
                folder = path[level - 1]
                of_group = level > 1 and path[level - 2].startswith(GROUPS)
                users = [] if of_group else _user_names(folder, export.worksheet)
                user = "" if len(users) > 1 else users[0] if users else folder.rpartition("_")[2]
                name = folder.rsplit("_", 1)[0].replace("_", " ")
                return Origin(
                    lms_id=user,
                    student=" ".join(name.split()) or folder,
                    place=f"{path[level - 2]}/{folder}" if of_group else folder,
                    path=path[level + 1 :],
                    late="/".join(path[: level + 1]) in export.told,
                    attempt=int(found["revision"] or 0),
                    guessed_from="" if of_group or len(users) == 1 else folder,
                )
        return None

    def is_given(self, path: MemberPath) -> bool:
        """What teachers gave out or back."""
        return any(map(_GIVEN.fullmatch, path[1:-1]))

    def is_own_text(self, path: MemberPath) -> bool:
        """Whether it is one of the two texts that say how a submission came."""
        return len(path) > 2 and path[-1] in (LATE, EXTENDED) and _HANDED_IN.fullmatch(path[-2]) is not None

    def export(self, texts: Mapping[MemberPath, bytes]) -> Export:
        """Which folders of submissions are late."""
        return Export({"/".join(path[:-1]): Told(late=True) for path in texts if path[-1] == LATE})

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """Whoever OpenOLAT would not find, or take for another."""
        identifier = _identifier(one, back.worksheet)
        if "/" in one.place and not one.team:
            return "it is a group's work: declare the groups' members in grading_config.yml"
        if one.lms_id and back.worksheet is not None and not identifier:
            return "it is not on your list, and OpenOLAT would take whoever has this user name"
        if identifier in (".", "..") or re.search(r"[/\\\x00-\x1f]", identifier):
            return "its user name cannot be the name of a folder"
        return super().left_out_because(one, back)

    def steps(self, back: Handback) -> Iterator[Step]:
        """The lines of a bulk assessment, and the archive of files that are given back with it."""
        rows = [
            (_identifier(one, back.worksheet), number(one.mark), "", plain(one.comment, 1000).strip())
            for one in back.marked
        ]
        yield Table(GRADES, self._paste(back), rows, delimiter="\t", quoting=csv.QUOTE_NONE)
        pages = [
            (f"{_identifier(one, back.worksheet)}/{PAGE}", one.feedback)
            for one in back.returned
            if not self.left_out_because(one, back)
        ]
        yield Zip(
            FEEDBACK, "In the same step of the same bulk assessment, as the archive of returned files.", pages
        )

    def _paste(self, back: Handback) -> str:
        highest = max((one.mark for one in back.marked), default=0.0)
        text = (
            "Assessment tool, the course element, “Start new bulk assessment”: paste this file's text, "
            "separator tab; then column 1 is the identifier, 2 the score, 4 the comment. OpenOLAT drops "
            f"scores above the element's maximum silently: make sure that it is not below {number(highest)}."
        )
        if back.worksheet is None:
            text += (
                " The export's folders leave out dots, dashes and @ of user names: compare the names that "
                "the next page shows."
            )
        return text + self.nobody_looked(back)


# User names


@lru_cache(maxsize=65_536)
def _in_folder(text: str) -> str:
    """A name as OpenOLAT makes a folder's name of it."""
    text = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    return re.sub(r"[^A-Za-z0-9_]", "", text)


def _user_names(folder: str, worksheet: Worksheet | None) -> list[str]:
    """The user names of those on the list whose folder this can be; one who fits whole name and all wins."""
    people = worksheet.people if worksheet else ()
    ending = [one for one in people if (user := _in_folder(one.lms_id)) and folder.endswith(f"_{user}")]
    whole = [one for one in ending if _in_folder("_".join([*one.name.split(", ", 1), one.lms_id])) == folder]
    return [one.lms_id for one in whole or ending]


def _identifier(one: Returned, worksheet: Worksheet | None) -> str:
    """What OpenOLAT will find the student by."""
    if one.person is not None or one.team or worksheet is None:
        return one.lms_id
    users = _user_names(one.place, worksheet)
    return users[0] if len(users) == 1 else ""
