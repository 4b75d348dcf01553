"""The nouns that every LMS adapter speaks in.

Everything is keyed by the LMS's own identifier: two students may share a name, and a name may look like
anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from autograder.files.visible import storable
from autograder.lms.rows import Row, decimal, folded

SHOWN = 0.0051
"""Points; marks nearer to each other are the same in a list, which shows two decimals."""

MemberPath = tuple[str, ...]
"""Components of a member's path inside an export, the file name last."""


@dataclass(frozen=True)
class Origin:
    """Where one file of an export comes from.

    Attributes:
        lms_id: the LMS's identifier of the student, the team or the submission; keys everything.
        student: the name that the export shows; untrusted, for people only.
        place: what has to be repeated to return feedback: a folder's or a member's name.
        path: the path that the student gave the file, the file name last.
        submitted: when it was handed in; without a time zone where the LMS names none.
        late: whether the LMS marks it as late, be the time known or not.
        attempt: a later one replaces an earlier one; where the LMS tells attempts by their time, that.
            Negative: nobody handed it in, a teacher gave it back or out.
        guessed_from: what the identifier was guessed from; empty where the LMS says it.
    """

    lms_id: str
    student: str
    place: str
    path: MemberPath
    submitted: datetime | None = None
    late: bool = False
    attempt: int = 0
    guessed_from: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody on the LMS's list, whether they handed something in or not.

    Attributes:
        lms_id: as in :class:`Origin`.
        name: the full name, as the worksheet shows it.
        login: the login name or the e-mail address; may be empty.
        group: the team's name; may be empty.
        mark: the mark that the LMS holds now, as it is written there; empty when there is none.
        submitted, late: as in :class:`Origin`.
        late_seconds: seconds after the deadline; ``None`` when unknown.
        handed_in: whether the LMS says that something was handed in; ``None`` when it does not say.
        draft: whether the LMS says that what is there was never handed in.
        comment: that the LMS holds now, without markup; empty when there is none.
        cells: the row itself by its headings.
    """

    lms_id: str
    name: str
    login: str = ""
    group: str = ""
    mark: str = ""
    submitted: datetime | None = None
    late_seconds: float | None = None
    late: bool = False
    handed_in: bool | None = None
    draft: bool = False
    comment: str = ""
    cells: Row = field(default_factory=Row)


def comment_digest(comment: str) -> str:
    """Equal for two comments that say the same but for white space and capitals; SHA-256, hexadecimal."""
    return hashlib.sha256(storable(folded(comment)).encode()).hexdigest()


@dataclass(frozen=True)
class Worksheet:
    """The TA's own list of the class, downloaded from the LMS.

    Attributes:
        headers: of its columns, in their order.
        people: its rows.
        language: of its headers, as an ISO 639-1 code; empty where that does not matter.
    """

    headers: tuple[str, ...]
    people: tuple[Person, ...]
    language: str = ""

    def person(self, lms_id: str) -> Person | None:
        """The row with this identifier."""
        return self._by_id.get(lms_id)

    @cached_property
    def _by_id(self) -> dict[str, Person]:
        # Where somebody has two rows, the one with a mark: no mark is replaced unnoticed.
        found: dict[str, Person] = {}
        for person in self.people:
            if person.lms_id not in found or not found[person.lms_id].mark:
                found[person.lms_id] = person
        return found


@dataclass(frozen=True)
class Told:
    """What an export's own texts say about one submission; empty where they do not say.

    Attributes:
        lms_id, student, submitted, late: as in :class:`Origin`.
        own_names: the student's own names of files, by those in the export.
    """

    lms_id: str = ""
    student: str = ""
    submitted: datetime | None = None
    late: bool = False
    own_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """What is known about an upload of an LMS, beside the files in it. It may hold anything.

    Attributes:
        told: what its own texts say, by whatever the adapter finds a submission by.
        roster: the list of the class that came with it.
        worksheet: the TA's own list of the class, if one was given.
    """

    told: Mapping[str, Told] = field(default_factory=dict)
    roster: Worksheet | None = None
    worksheet: Worksheet | None = None


@dataclass(frozen=True)
class Returned:
    """What goes back for one student.

    Attributes:
        lms_id: whose row it is; empty for a team whose members nobody named.
        student: the name, for people.
        team: the LMS's identifier of the team that handed in; empty for a single student.
        place: of the submission, from :class:`Origin`; a team's for each of its members.
        path: the student's own path of the notebook.
        points: the mark that goes back: the final one, rounded as configured, and where the configuration
            says so scaled to the assignment's maximum; ``None``: none does, never a zero instead.
        possible: the most that it can be.
        comment: one short line for the student, without markup.
        feedback: the feedback page; its bytes go into the archive.
        person: the row of the worksheet, if one was given and has it.
    """

    lms_id: str
    student: str
    place: str = ""
    path: MemberPath = ()
    team: str = ""
    points: float | None = None
    possible: float = 0.0
    comment: str = ""
    feedback: Path = Path()
    person: Person | None = None

    @property
    def replaces_mark(self) -> bool:
        """Whether the LMS holds another mark, as far as its list shows: two decimals."""
        if self.person is None or not self.person.mark or self.points is None:
            return False
        there = decimal(self.person.mark)
        return there is None or abs(there - self.points) > SHOWN

    @property
    def is_new(self) -> bool:
        """Whether the mark is another than the LMS holds, or the LMS holds none."""
        return self.person is None or not self.person.mark or self.replaces_mark

    @property
    def replaces_comment(self) -> bool:
        """Whether the LMS holds another comment."""
        return self.person is not None and folded(self.person.comment) not in ("", folded(self.comment))

    @property
    def mark(self) -> float:
        """The points of somebody whose mark goes back."""
        assert self.points is not None
        return self.points

    def cell(self, *headings: str) -> str:
        """What the row says under the first of these headings that there is; empty without a row."""
        return self.person.cells.cell(*headings) if self.person else ""


@dataclass(frozen=True)
class Assignment:
    """What the LMS calls the assignment; from the configuration and the command line.

    Attributes:
        title: the lab's title.
        column: the heading of the LMS's own column or item ("Lab 9 (12345)"); empty when not configured.
        teams: whether teams hand in together.
        language: of the LMS's pages for the TA, as an ISO 639-1 code, where there is no worksheet to tell.
        scale: "maximum" where marks are scaled to the assignment's maximum, "points" where they are not;
            empty when nobody has said.
        withhold: whether nothing that tells a mark reaches students before their names are revealed.
    """

    title: str
    column: str = ""
    teams: bool = False
    language: str = "en"
    scale: str = ""
    withhold: bool = False
