"""What every LMS adapter offers.

An adapter is one file that knows one LMS: what its export calls things, and what it takes back. It sees
names and small text files only; it opens no archive, writes no file and runs nothing. What is regular about
an LMS is an attribute of its class; what is not is a method.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from autograder.errors import UsageError
from autograder.files.visible import number
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

    has_columns: ClassVar[bool] = False
    """Whether its list of the class has a column of marks for each assignment."""

    guesses_column: ClassVar[bool] = True
    """Whether the only column of a gradebook is the lab's, whatever it is called."""

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
        return {}

    def heading(self, headings: Sequence[str], assignment: Assignment) -> str | None:
        """The heading of the assignment's column; ``None`` where nothing tells which it is."""
        return heading_for(self.columns(headings, assignment), assignment, guess=self.guesses_column)

    def person(self, worksheet: Worksheet, lms_id: str, student: str) -> Person | None:
        """The row of somebody in the export; by identifier, which is the same in both for most LMSs."""
        return worksheet.person(lms_id)

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
        """The points above which the LMS takes no mark of somebody, where that is known."""
        return back.maximum

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """Why a mark cannot go back; empty when it can."""
        if not one.lms_id:
            return "nobody knows the members of this team" if one.team else self.nameless
        if self.unlisted and back.worksheet and one.person is None:
            return self.unlisted
        maximum = self.maximum(one, back)
        if maximum is not None and one.mark > maximum:
            return f"the mark is above the assignment's maximum grade in {self.title} ({number(maximum)})"
        return ""

    def nobody_looked(self, back: Handback) -> str:
        """What a step says where nobody could see the marks that are there already; otherwise empty."""
        if back.worksheet is None:
            because = f"give {self.list_called} with --worksheet"
        elif self.has_columns and back.heading is None:
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
        return Handback(returned, assignment, worksheet, heading, maximum)

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """Write the files that the LMS takes back into ``folder``, which exists and is empty.

        Raises:
            OSError: the folder cannot be written to.
        """
        everybody = [self._with_row(one, worksheet) for one in returned]
        back = self.handback(everybody, assignment, worksheet)
        groups = {one.group for one in worksheet.people} if worksheet else set()
        sharing: dict[str, list[Returned]] = defaultdict(list)
        for one in everybody:
            sharing[self.row_key(one, back)].append(one)
        back = replace(back, groups=frozenset(map(self.team_key, groups)) - {""}, sharing=sharing)
        because = [self.left_out_because(one, back) if one.points is not None else "" for one in everybody]
        marked = [
            one for one, why in zip(everybody, because, strict=True) if not why and one.points is not None
        ]
        steps = tuple(self.steps(replace(back, marked=marked)))
        for step in steps:
            step.write(folder)
        left_out = tuple((one, why) for one, why in zip(returned, because, strict=True) if why)
        return Written(steps, left_out, len(marked))

    def _with_row(self, one: Returned, worksheet: Worksheet | None) -> Returned:
        if one.person or worksheet is None:
            return one
        return replace(one, person=self.person(worksheet, one.lms_id, one.student))
