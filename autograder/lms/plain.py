"""No LMS at all, or one that is not known here: a folder of notebooks, names by a TA's own rule.

Nothing is relied on: marks go into a table for people, feedback into one folder per student. A
:class:`Pattern` reads names by a regular expression of the TA's, for exports of plug-ins and the like.
"""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.visible import csv_cell, csv_line, number, plain, storable
from autograder.files.zips import write_zip
from autograder.lms.base import Assignment, Lms, MemberPath, Origin, Returned, Step, Worksheet, Written

MARKS = "marks.csv"
FEEDBACK = "feedback.zip"
PAGE = "feedback.html"

LONGEST_NAME = 60
"""Characters of a folder's name, its identifier excepted."""

_GROUPS = ("id", "name", "file", "late", "time", "attempt")
LONGEST_PATH = 1_000
"""Characters; a longer path matches no pattern: a TA's own expression may take its time."""


class Plain(Lms):
    """A folder or an archive that no LMS made."""

    name = "plain"
    title = "no LMS"

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
        """Never anything: it is what is left when no LMS is recognised."""
        return None

    def write(
        self, folder: Path, returned: Sequence[Returned], assignment: Assignment, worksheet: Worksheet | None
    ) -> Written:
        """A table of marks for a spreadsheet, and the feedback in one folder per student."""
        rows = [
            (
                csv_cell(one.student),
                csv_cell(one.lms_id or one.feedback.stem),
                "" if one.points is None else number(one.points),
                number(one.possible),
                csv_cell(one.comment),
            )
            for one in returned
        ]
        table = "".join(map(csv_line, [("student", "id", "mark", "maximum", "comment"), *rows]))
        # The mark tells spreadsheets that it is UTF-8.
        (folder / MARKS).write_text(table, encoding="utf-8-sig")
        write_zip(folder / FEEDBACK, feedback_folders(returned))
        return Written(
            (
                Step(MARKS, "A table for a spreadsheet; whoever has no mark could not be graded."),
                Step(FEEDBACK, "A folder per student with the feedback page, to hand out."),
            )
        )


class Pattern(Plain):
    """Names by a TA's own regular expression; what goes back is as without an LMS."""

    name = "pattern"
    title = "your own pattern"

    def __init__(self, regex: str) -> None:
        """Take the pattern of ``--name-pattern``.

        Args:
            regex: searched for in a file's path, its components joined by ``/``. Its named groups may be
                ``id`` and ``name`` (at least one of them), ``file`` (the student's own path), ``late``
                (late where it matches anything), ``time`` (ISO 8601) and ``attempt`` (a whole number).

        Raises:
            UsageError: it is no regular expression, or its groups are others.
        """
        allowed = ", ".join(_GROUPS)
        try:
            with warnings.catch_warnings(action="ignore"):
                self._regex = re.compile(regex)
        except (re.error, OverflowError, RecursionError) as reason:
            raise UsageError(
                f"--name-pattern: {regex[:200]!r} is no regular expression: {reason}. Expected one of "
                f"Python's with named groups like (?P<id>[0-9]+); groups may be {allowed}"
            ) from None
        unknown = [group for group in self._regex.groupindex if group not in _GROUPS]
        if unknown:
            raise UsageError(
                f"--name-pattern: no group may be called {', '.join(unknown)}; groups may be {allowed}"
            )
        if not {"id", "name"} & set(self._regex.groupindex):
            raise UsageError(
                "--name-pattern: a group (?P<id>…) or (?P<name>…) is needed, else nobody knows whose "
                f"file it is; groups may be {allowed}"
            )

    def origin(self, path: MemberPath, facts: Mapping[str, object]) -> Origin | None:
        """Where the pattern is found in the path, and says who it is."""
        text = "/".join(path)
        found = self._regex.search(text) if len(text) <= LONGEST_PATH else None
        if found is None:
            return None
        groups = found.groupdict()
        lms_id, name = groups.get("id") or "", groups.get("name") or ""
        if not lms_id and not name:
            return None
        return Origin(
            lms_id=lms_id,
            student=name or lms_id,
            place=_place(found),
            path=tuple(part for part in (groups.get("file") or "").split("/") if part) or path[-1:],
            submitted=_time(groups.get("time") or ""),
            late=bool(groups.get("late")),
            attempt=_attempt(groups.get("attempt") or ""),
        )


def _place(found: re.Match[str]) -> str:
    """The path up to the name, without what differs between files of one student.

    Where there is no identifier this is the key: a name in another folder may be somebody else's.
    """
    end = max(found.end(group) for group in ("id", "name") if group in found.groupdict())
    text = list(found.string[:end])
    for group in ("late", "time", "attempt"):
        if found.groupdict().get(group):
            start, stop = found.span(group)
            text[start:stop] = [""] * len(text[start:stop])
    return "".join(text)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _attempt(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) <= 18 else 0


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
    shown = plain(storable(unicodedata.normalize("NFC", text)), LONGEST_NAME)
    name = re.sub(r'[<>:"/\\|?*\ufffd]', " ", shown).strip(" .~") or "student"
    return _RESERVED.sub(r"\1_", name)


_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(?= *(?:\.|$))", re.IGNORECASE)
"""Devices of Windows; no file there can have these names."""


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name.casefold())
