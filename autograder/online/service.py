"""What every LMS offers that is reached by its own web service, and the nouns for it.

A service is asked one thing at a time. What it tells of people and files is a stranger's: sizes are bounded
where it is read, names are not fit to show until :mod:`autograder.files.visible` made them so.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

PAGE = "feedback.html"
"""What the page is called in the LMS."""


@dataclass(frozen=True)
class OnlineAssignment:
    """The assignment as the LMS has it.

    Attributes:
        key: names it among all of all sites: what the journal of what was written knows it by.
        title: untrusted.
        maximum: points above which no mark is taken.
        comments, pages: whether it takes comments, and files of feedback.
        teams: whether teams hand in.
        one_mark: whether a mark that is written for one of a team is everybody's in it.
        blind: whether names are hidden from whoever grades.
        workflow: whether marks stay hidden until somebody releases them.
        tells_students: whether students get a message about a new mark.
        due: when it is due, in seconds since 1970; 0: never.
        largest_page: bytes that a file may have.
    """

    key: str
    title: str
    maximum: float
    comments: bool
    pages: bool
    teams: bool = False
    one_mark: bool = False
    blind: bool = False
    workflow: bool = False
    tells_students: bool = True
    due: int = 0
    largest_page: int = 1 << 30


@dataclass(frozen=True)
class HandedInFile:
    """A file that a student handed in: its place and name as the student chose them, untrusted.

    Attributes:
        number: the LMS's, of the file; empty where its exports show none.
    """

    path: str
    name: str
    size: int
    address: str
    number: str = ""


@dataclass(frozen=True)
class HandedIn:
    """What somebody, or a team, has handed in last.

    Attributes:
        status: ``submitted``, ``draft``, ``new`` (nothing) or ``reopened`` (a further attempt without files).
        when: seconds since 1970.
        attempt: counted from 0.
    """

    status: str
    when: int
    attempt: int = 0
    files: Sequence[HandedInFile] = ()


@dataclass(frozen=True)
class Participant:
    """Somebody who may hand in.

    Attributes:
        user: the LMS's number of the person.
        numbers: identifiers that exports and worksheets may call them by; the first is what an export of now
            has.
        numbered: whether the LMS told the identifier that its own exports have.
        name, email: untrusted.
        team, team_name: number and name of the team; without one the number is empty, and the name what the
            LMS calls those who have none, or empty. The name is untrusted.
        handed_in: ``None``: nothing, not even a draft.
        due: another date than the assignment's; 0: none.
        mark: that the LMS holds; ``None``: none.
        locked: why it takes no mark; empty where it does.
    """

    user: int
    numbers: tuple[str, ...]
    name: str
    numbered: bool = True
    email: str = ""
    team: str = ""
    team_name: str = ""
    handed_in: HandedIn | None = None
    due: int = 0
    mark: float | None = None
    locked: str = ""


@dataclass(frozen=True)
class File:
    """A file of feedback that the LMS holds, with its content."""

    name: str
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """SHA-256 in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Held:
    """What the LMS holds for one student.

    Attributes:
        mark: ``None``: none.
        comment: as it was written, with its markup; empty: none; ``None``: the LMS does not tell.
        files: of feedback; ``None``: the LMS does not tell.
    """

    mark: float | None = None
    comment: str | None = ""
    files: tuple[File, ...] | None = ()


class LmsService(ABC):
    """One assignment at one site, and whoever has the token that the service was made with."""

    title: ClassVar[str]
    """What people call the LMS."""

    adapter: ClassVar[str]
    """The name of its :class:`~autograder.lms.base.Lms`."""

    joins_the_rest: ClassVar[bool] = False
    """Whether those who are in no team hand in together where teams do; their submission has no number."""

    notice: ClassVar[str] = ""
    """What whoever uses it has to know first; empty: nothing."""

    @abstractmethod
    def assignment(self) -> OnlineAssignment:
        """The assignment.

        Raises:
            ServiceError: it is not there, or of a kind that takes no points.
        """

    @abstractmethod
    def participants(self) -> Sequence[Participant]:
        """Everybody who may hand in, as things are now.

        Raises:
            ServiceError: whoever has the token may not see them.
        """

    @abstractmethod
    def teams(self) -> Sequence[Participant]:
        """What teams have handed in: one for each, with the team's number as theirs; none without teams.

        Those who are in no team have no number, where they hand in together (:attr:`joins_the_rest`).
        """

    @abstractmethod
    def held(self, one: Participant) -> Held:
        """What the LMS holds for somebody at this moment. Changes nothing, and may be asked again.

        Raises:
            ServiceError: it does not tell.
        """

    @abstractmethod
    def write(self, one: Participant, wanted: Held) -> None:
        """Have the LMS hold something else for somebody. Once, never again by itself.

        Args:
            wanted: what is ``None`` in it stays, but a mark that is ``None`` is removed.

        Raises:
            NotReached, BadAnswer: it may be written or not.
            ServiceRefused: it is not, or only a part of it.
        """

    def settle(self, one: Participant) -> None:
        """Do what belongs to a write beside it, where a push was killed in between. Once more does no harm.

        Raises:
            ServiceError: the LMS refuses, or cannot be reached.
        """
        del one

    @abstractmethod
    def fetch(self, file: HandedInFile) -> bytes:
        """The bytes of a file that was handed in.

        Raises:
            ServiceError: it does not come, or is another one than was announced.
        """

    @abstractmethod
    def comment(self, text: str) -> str:
        """A comment without markup as this LMS takes it."""

    def advice(self) -> Iterator[str]:
        """What the person who has the token should know, a sentence each."""
        return iter(())
