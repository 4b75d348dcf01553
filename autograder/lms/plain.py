"""No LMS at all, or one that is not known here: a folder of notebooks, names by a TA's own rule.

Nothing is relied on: marks go into a table for people, feedback into one folder per student. A
:class:`Pattern` reads names by a regular expression of the TA's, for exports of plug-ins and the like.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from autograder.errors import UsageError
from autograder.files.visible import csv_cell, number
from autograder.lms.base import Lms
from autograder.lms.handback import HAND_OUT, Handback, Step, Table, Zip, feedback_folders
from autograder.lms.model import Export, MemberPath, Origin, Returned
from autograder.lms.names import GROUPS, origin_of

MARKS = "marks.csv"
FEEDBACK = "feedback.zip"
LONGEST_PATH = 1_000
"""Characters; a longer path matches no pattern: a TA's own expression may take its time."""


class Plain(Lms):
    """A folder or an archive that no LMS made; never recognised, it is what is left."""

    name = "plain"
    title = "no LMS"
    met = True
    takes_marks = False

    def left_out_because(self, one: Returned, back: Handback) -> str:
        """Nothing: the table is for people."""
        return ""

    def steps(self, back: Handback) -> Iterator[Step]:
        """A table of marks for a spreadsheet, and the feedback in one folder per student."""
        rows = [("student", "id", "mark", "maximum", "comment")]
        rows += [
            (
                csv_cell(one.student),
                csv_cell(one.lms_id or one.feedback.stem),
                "" if one.points is None else number(one.points),
                number(one.possible),
                csv_cell(one.comment),
            )
            for one in back.returned
        ]
        text = "A table for a spreadsheet; whoever has no mark could not be graded or waits for a person."
        yield Table(MARKS, text, rows, signed=True)
        yield Zip(FEEDBACK, HAND_OUT, feedback_folders(back.returned))


class Pattern(Plain):
    """Names by a TA's own regular expression; what goes back is as without an LMS."""

    name = "pattern"
    title = "your own pattern"

    def __init__(self, regex: str) -> None:
        """Take the pattern of ``--name-pattern``.

        Args:
            regex: searched for in a file's path, its components joined by ``/``. Its named groups are some of
                :data:`~autograder.lms.names.GROUPS`, ``id`` or ``name`` among them.

        Raises:
            UsageError: it is no regular expression, or its groups are others.
        """
        allowed = f"groups may be {', '.join(GROUPS)}"
        try:
            with warnings.catch_warnings(action="ignore"):
                self._regex = re.compile(regex)
        except (re.error, OverflowError, RecursionError) as reason:
            raise UsageError(
                f"--name-pattern: {regex[:200]!r} is no regular expression: {reason}. Expected one of "
                f"Python's with named groups like (?P<id>[0-9]+); {allowed}"
            ) from None
        groups = set(self._regex.groupindex)
        if unknown := groups.difference(GROUPS):
            raise UsageError(
                f"--name-pattern: no group may be called {', '.join(sorted(unknown))}; {allowed}"
            )
        if not groups & {"id", "name"}:
            raise UsageError(
                "--name-pattern: a group (?P<id>…) or (?P<name>…) is needed, otherwise nobody knows whose "
                f"file it is; {allowed}"
            )

    def origin(self, path: MemberPath, export: Export) -> Origin | None:
        """Where the pattern is found in the path, and says who it is."""
        text = "/".join(path)
        found = self._regex.search(text) if len(text) <= LONGEST_PATH else None
        if found is None or not any(found.groupdict().get(group) for group in ("id", "name")):
            return None
        return origin_of(found, _place(found), path[-1:])


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
