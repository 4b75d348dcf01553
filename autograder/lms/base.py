"""What every LMS adapter offers.

An adapter is one file that knows one LMS: what its export calls things, and what it takes back. It sees
names and small text files only; it opens no archive, writes no file and runs nothing. What is regular about
an LMS is an attribute of its class; what is not is a method.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from autograder.errors import UsageError
from autograder.files.visible import number, plain
from autograder.lms.handback import Handback, Step, Written
from autograder.lms.model import (
    Assignment,
    Export,
    MemberPath,
    Origin,
    Person,
    Returned,
    Worksheet,
)
from autograder.lms.names import Names
from autograder.lms.rows import decimal
from autograder.lms.sheet import Column, Sheet, heading_for, with_marks


class Lms(ABC):
    """One LMS."""

    name: ClassVar[str]
    """What ``--lms`` is given."""

    title: ClassVar[str]
    """What people call it."""

    telling: ClassVar[bool] = True
    """Whether the names in its exports are hardly ever met by chance."""

    names: ClassVar[Names] = Names()
    """What its exports call folders and files, where that is regular."""

    sheet: ClassVar[Sheet | None] = None
    """What its list of the class looks like, where that is a table with headings."""

    list_called: ClassVar[str] = "your own worksheet"
    """What a TA is asked for, to see which marks are there already."""

    unseen: ClassVar[str] = "whether there are marks already"
    """What nobody sees without it."""

    nameless: ClassVar[str] = "nothing tells whose it is"
    """Why no mark goes back without an identifier."""

    uploads_itself: ClassVar[str] = ""
    """What says that a command can take all of it back; empty where none can."""

    unlisted: ClassVar[str] = ""
    """Why no mark goes back for somebody who is not on the worksheet; empty where it does."""

    column: ClassVar[str] = ""
    """Regular expression for the heading of an assignment's marks, with groups ``title`` and, where it tells
    that, ``maximum``; empty where its list of the class has no column for each assignment."""

    guesses_column: ClassVar[bool] = True
    """Whether the only column of a gradebook is the lab's, whatever it is called."""

    takes_marks: ClassVar[bool] = True
    """Whether marks go into it at all, so that its maximum matters."""

    takes_more: ClassVar[bool] = False
    """Whether it takes marks above the assignment's maximum."""

    met: ClassVar[bool] = False
    """Whether files of a real site were seen; otherwise what is written is made after documentation."""

    # What comes from the LMS

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        """Where a file of an export comes from; ``None`` when its path is not of this LMS.

        Every component may be the one that counts: exports are wrapped in folders. The outermost wins.

        Args:
            path: its path inside the export, folders of the LMS included.
            export: what is known about it; empty while nobody knows whose it is.
        """
        return self.names.origin(path)

    def is_given(self, path: MemberPath) -> bool:
        """Whether a file that is no student's was given out or back, so that nobody handed it in."""
        return False

    def is_own_text(self, path: MemberPath) -> bool:
        """Whether a member is a text file of the LMS itself that :meth:`export` wants to read."""
        return False

    def export(self, texts: Mapping[MemberPath, bytes]) -> Export:
        """What the export's own text files say; they come with the export, so they may hold anything."""
        return Export()

    def worksheet(self, data: bytes, assignment: Assignment | None = None) -> Worksheet:
        """Read the TA's own list of the class.

        Args:
            data: the file's bytes.
            assignment: which of several columns is meant.

        Raises:
            UsageError: it is not a list of this LMS; the message says what was expected.
        """
        if self.sheet is None:
            raise UsageError(
                f"--worksheet: {self.title} has no worksheet that is read here; leave the option out"
            )
        read = self.sheet.read(data)
        return with_marks(read, self.heading(read.headers, assignment or Assignment("")))

    def columns(self, headings: Sequence[str], assignment: Assignment) -> Mapping[str, Column]:
        """Those columns of a gradebook that may be the assignment's, by their headings."""
        found = {heading: self.column_of(heading) for heading in headings}
        return {heading: one for heading, one in found.items() if one}

    def column_of(self, heading: str) -> Column | None:
        """What a heading says of an assignment; ``None`` where it is another one."""
        found = re.fullmatch(self.column, heading, re.DOTALL | re.IGNORECASE) if self.column else None
        if found is None:
            return None
        return Column(found["title"].strip(), decimal(found.groupdict().get("maximum") or ""))

    def heading(self, headings: Sequence[str], assignment: Assignment) -> str | None:
        """The heading of the assignment's column; ``None`` where nothing tells which it is."""
        return heading_for(self.columns(headings, assignment), assignment, guess=self.guesses_column)

    def person(self, worksheet: Worksheet, lms_id: str, student: str) -> Person | None:
        """The row of somebody in the export; by identifier, which is the same in both for most LMSs."""
        return worksheet.person(lms_id)

    def telling_row(self, worksheet: Worksheet, lms_id: str, student: str, *, teams: bool) -> Person | None:
        """The row that tells when a submission came, and whether it did.

        Args:
            lms_id, student: of the submission, be it a student's or a team's.
            teams: whether teams hand in.
        """
        return self.person(worksheet, lms_id, student)

    def team_key(self, name: str) -> str:
        """Equal for two spellings of one team: in the export's names and on the worksheet."""
        return name.strip().casefold()

    # What goes back

    @abstractmethod
    def steps(self, back: Handback) -> Iterator[Step]:
        """The files that the LMS takes back, in the order in which the TA uploads them."""

    def row_key(self, one: Returned, back: Handback) -> str:
        """Equal for those whom the LMS has one row for."""
        return one.lms_id

    def maximum(self, one: Returned, back: Handback) -> float | None:
        """The assignment's maximum for somebody, where that is known."""
        return back.maximum

    def most(self, worksheet: Worksheet | None, assignment: Assignment) -> float | None:
        """The assignment's maximum as the list tells it, of several the lowest; ``None``: it tells none."""
        if worksheet is None:
            return None
        everybody = [Returned(person.lms_id, person.name, person=person) for person in worksheet.people]
        back = self.handback(everybody, assignment, worksheet)
        found = [most for one in everybody if (most := self.maximum(one, back))]
        return min(found, default=back.maximum)

    def nothing_because(self, back: Handback) -> str:
        """Why no mark of anybody can go back; empty when those of some can."""
        wanted = self.takes_marks and back.assignment.scale == "maximum"
        if wanted and not self.most(back.worksheet, back.assignment):
            return (
                f"marks are to be scaled to the maximum in {self.title} (lms, scale), and nothing tells it: "
                f"give {self.list_called} with --worksheet"
            )
        return ""

    def doubtful_because(self, one: Returned, back: Handback) -> str:
        """Why it is not certain whose a submission is, so that nothing goes back by any way; empty: it is."""
        return ""

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """Why a mark cannot go back, though those of others can; empty when it can."""
        if not one.lms_id:
            return self._unknown_members(one, back) if one.team else self.nameless
        if self.unlisted and back.worksheet and one.person is None:
            return self.unlisted
        maximum = self.maximum(one, back)
        if maximum is not None and one.mark > maximum and not self.takes_more:
            return f"the mark is above the assignment's maximum grade in {self.title} ({number(maximum)})"
        return ""

    def _unknown_members(self, one: Returned, back: Handback) -> str:
        """Why a team's mark cannot go back, and what helps."""
        key = self.team_key(one.student)
        members: dict[str, list[str]] = defaultdict(list)
        for person in back.worksheet.people if back.worksheet else ():
            if self.team_key(person.group) == key:
                members[person.group].append(person.lms_id)
        named = "; ".join(f"{plain(group, 60)}: {', '.join(ids[:10])}" for group, ids in members.items())
        return (
            "nobody knows the members of this team: name them in grading_config.yml, like "
            f'lms: members: {{"{plain(one.team, 20)}": [1, 2]}}'
            f"{f' (on your list are {named})' if named else ''}"
        )

    def first(self, back: Handback) -> Iterator[str]:
        """What the TA does before the first upload, a sentence each."""
        yield from ()

    def last(self, back: Handback) -> Iterator[str]:
        """What the TA does after the last upload, so that students see anything; a sentence each."""
        yield from ()

    def reports(self, back: Handback) -> Iterator[str]:
        """What the LMS has to say after the uploads, where that is known; a sentence each."""
        yield from ()

    def by_hand(self, back: Handback) -> Iterator[Returned]:
        """Whose page no upload takes to them."""
        yield from ()

    def nobody_looked(self, back: Handback) -> str:
        """What a step says where nobody could see the marks that are there already; otherwise empty."""
        if back.worksheet is None:
            because = f"give {self.list_called} with --worksheet"
        elif self.column and back.heading is None:
            because = "nothing tells which column of your worksheet is meant, so name it in the configuration"
        elif self.sheet and self.sheet.mark and not any(map(back.cells.__contains__, self.sheet.mark)):
            because = "your list shows none"
        else:
            return ""
        return f" Nobody looked {self.unseen}: {because}."

    def handback(
        self, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Handback:
        """The class on its way back, before anybody has looked whose marks can go."""
        headings = worksheet.headers if worksheet else ()
        heading = self.heading(headings, assignment)
        maximum = self.columns(headings, assignment)[heading].maximum if heading else None
        groups = {self.team_key(person.group) for person in worksheet.people} if worksheet else set()
        back = Handback(returned, assignment, worksheet, heading, maximum, frozenset(groups) - {""})
        sharing: dict[str, list[Returned]] = defaultdict(list)
        for one in returned:
            sharing[self.row_key(one, back)].append(one)
        return replace(back, sharing=sharing)

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """Write the files that the LMS takes back into ``folder``, which exists and is empty.

        Raises:
            OSError: the folder cannot be written to.
        """
        rows = [self._with_row(one, worksheet) for one in returned]
        back = self.handback(rows, assignment, worksheet)
        nothing = self.nothing_because(back)
        marked, left_out, doubtful = [], [], []
        for one, row in zip(returned, rows, strict=True):
            if why := self.doubtful_because(row, back):
                doubtful.append((one, why))
            if row.points is None:
                continue
            if why := nothing or self.left_out_because(row, back):
                left_out.append((one, why))
            else:
                marked.append(row)
        back = replace(back, marked=marked)
        steps = tuple(self.steps(back))
        for step in steps:
            step.write(folder)
        return Written(back, steps, tuple(left_out), tuple(doubtful), nothing)

    def _with_row(self, one: Returned, worksheet: Worksheet | None) -> Returned:
        if one.person or worksheet is None:
            return one
        return replace(one, person=self.person(worksheet, one.lms_id, one.student))
