"""A class on its way back to the LMS, and the kinds of files that take it there."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from autograder.files.visible import plain, storable
from autograder.files.zips import write_zip
from autograder.lms.model import Assignment, Returned, Worksheet
from autograder.lms.rows import Row

PAGE = "feedback.html"
Quoting = Literal[0, 1, 2, 3]
"""As the module ``csv`` counts its ways."""

HAND_OUT = "A folder per student with the feedback page, to hand out."

_LONGEST_NAME = 60
"""Characters of a folder's name, its identifier excepted."""
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(?= *(?:\.|$))", re.IGNORECASE)
"""Devices of Windows; no file there can have these names."""


@dataclass(frozen=True)
class Handback:
    """What goes back for a class.

    Attributes:
        returned: everybody, with and without a mark, with their rows of the worksheet.
        worksheet: the TA's own list, if one was given.
        heading: of the worksheet's column for this assignment; ``None`` where nothing tells which it is.
        maximum: the points that this column takes, where that is known.
        groups: the teams on the worksheet, as the adapter's ``team_key`` writes them.
        sharing: everybody by what the adapter's ``row_key`` gives: whom the LMS has one row for.
        marked: whose mark goes back.
    """

    returned: Sequence[Returned]
    assignment: Assignment
    worksheet: Worksheet | None = None
    heading: str | None = None
    maximum: float | None = None
    groups: frozenset[str] = frozenset()
    sharing: Mapping[str, Sequence[Returned]] = field(default_factory=dict)
    marked: Sequence[Returned] = ()

    @property
    def column(self) -> str:
        """What the column of marks is to be called."""
        return self.heading or self.assignment.column or self.assignment.title

    @property
    def cells(self) -> Row:
        """The headings of the worksheet, by themselves; none where there is no worksheet."""
        return Row({heading: heading for heading in self.worksheet.headers} if self.worksheet else {})


@dataclass(frozen=True)
class Step(ABC):
    """One thing that the TA does with one of the files.

    Attributes:
        file: its name below ``lms/``.
        text: where it goes and what to tick, one or two sentences of plain text.
    """

    file: str
    text: str

    @abstractmethod
    def write(self, folder: Path) -> None:
        """Write the file below ``folder``.

        Raises:
            OSError: the folder cannot be written to.
        """


@dataclass(frozen=True)
class Table(Step):
    """A text file of marks.

    Attributes:
        rows: its cells, the headings first where it has any.
        signed: whether it begins with the mark that tells spreadsheets that it is UTF-8.
    """

    rows: Iterable[Sequence[str]]
    delimiter: str = ","
    quoting: Quoting = csv.QUOTE_MINIMAL
    signed: bool = False

    def content(self) -> bytes:
        """The file's bytes."""
        out = io.StringIO()
        quote = None if self.quoting == csv.QUOTE_NONE else '"'
        csv.writer(
            out, delimiter=self.delimiter, quoting=self.quoting, quotechar=quote, lineterminator="\n"
        ).writerows(self.rows)
        return out.getvalue().encode("utf-8-sig" if self.signed else "utf-8")

    def write(self, folder: Path) -> None:
        """As every step."""
        (folder / self.file).write_bytes(self.content())


@dataclass(frozen=True)
class Zip(Step):
    """An archive: a name for each member, and the file or its bytes; of equal names the first counts."""

    members: Iterable[tuple[str, Path | bytes]]

    def write(self, folder: Path) -> None:
        """As every step."""
        write_zip(folder / self.file, self.members)


@dataclass(frozen=True)
class Written:
    """What an adapter has written.

    Attributes:
        back: the class, and whose mark is in the files.
        steps: what to do with the files, in this order.
        left_out: who got no mark in them although there is one, and why.
        doubtful: of whom nothing goes back, whichever way it takes, and why.
        nothing: why nobody's mark goes back; empty where somebody's may.
    """

    back: Handback
    steps: tuple[Step, ...]
    left_out: tuple[tuple[Returned, str], ...]
    doubtful: tuple[tuple[Returned, str], ...]
    nothing: str


def feedback_folders(returned: Sequence[Returned]) -> Iterator[tuple[str, Path]]:
    """Members of an archive for people: a folder per student, with the identifier where names are alike."""
    names = [folder_name(one.student) for one in returned]
    alike = Counter(map(_key, names))
    used: set[str] = set()
    for one, name in zip(returned, names, strict=True):
        if alike[_key(name)] > 1:
            name = f"{name} ({folder_name(one.lms_id or one.feedback.stem)})"
        unique, count = name, 1
        while _key(unique) in used:
            count += 1
            unique = f"{name} {count}"
        used.add(_key(unique))
        yield f"{unique}/{PAGE}", one.feedback


def folder_name(text: str) -> str:
    """``text`` as a name that every file system takes; no path, nothing hidden, nothing reserved."""
    shown = plain(storable(unicodedata.normalize("NFC", text)), _LONGEST_NAME)
    name = re.sub(r'[<>:"/\\|?*\ufffd]', " ", shown).strip(" .~") or "student"
    return _RESERVED.sub(r"\1_", name)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())
