"""What Moodle tells of an assignment's people: numbers, hand-ins, marks, states, locks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.errors import ServiceRefused
from autograder.online.answers import Part
from autograder.online.moodle_calls import Calls
from autograder.online.service import HandedIn, HandedInFile

_NO_RIGHT = 1
"""Code of the warning that the account may not see something; others say that there is nothing yet."""


@dataclass(frozen=True)
class Lists:
    """One assignment's lists.

    Attributes:
        calls: the way into the site.
        assignment: Moodle's number of it; not the one in the address.
    """

    calls: Calls
    assignment: int

    def numbers(self) -> dict[int, int]:
        """Participants' numbers by person; none where the account may not see them."""
        rows = self._rows("mod_assign_get_user_mappings", "mappings")
        return {row.whole("userid"): row.whole("id") for row in rows}

    def submissions(self) -> Iterator[Part]:
        """The newest attempt of each person, and of each team."""
        return self._rows("mod_assign_get_submissions", "submissions", "what was handed in")

    def graded(self) -> dict[int, float | None]:
        """Marks by person, of all for whom anything was ever saved in their newest attempt.

        Whoever has no row of a submission is missing.
        """
        rows = self._rows("mod_assign_get_grades", "grades", "the marks")
        return {row.whole("userid"): mark_in(row) for row in rows}

    def flags(self) -> dict[int, tuple[str, int]]:
        """State of the marking workflow and granted date, by person."""
        rows = self._rows("mod_assign_get_user_flags", "userflags", "states of the marking workflow")
        return {
            row.whole("userid"): (row.text("workflowstate", "", 100), row.whole("extensionduedate", 0))
            for row in rows
        }

    def locked(self, course: int) -> dict[int, str]:
        """Why the gradebook takes no mark, by person.

        Raises:
            ServiceRefused: the account may not see it, here as in all of these.
        """
        answer = self.calls.ask("gradereport_user_get_grade_items", courseid=course, userid=0)
        found = {}
        for one in answer.list_of("usergrades"):
            for item in one.list_of("gradeitems"):
                if item.shown("itemmodule") != "assign" or item.whole("iteminstance", 0) != self.assignment:
                    continue
                if item.flag("gradeislocked") or item.flag("locked"):
                    found[one.whole("userid")] = "the mark is locked in Moodle's gradebook"
                elif item.flag("gradeisoverridden"):
                    found[one.whole("userid")] = "the mark was set by hand in Moodle's gradebook (overridden)"
        return found

    def _rows(self, function: str, rows: str, called: str = "") -> Iterator[Part]:
        """Rows about this assignment.

        Args:
            called: what the rows are, where not to see them is an error.
        """
        answer = self.calls.ask(function, assignmentids__0=self.assignment)
        if called:
            may_see(answer, self.calls.site.address, called)
        for one in answer.list_of("assignments"):
            yield from one.list_of(rows)


def may_see(answer: Part, site: str, called: str) -> None:
    """Make sure that an answer has no warning that the account may not see something.

    Raises:
        ServiceRefused: it has.
    """
    for warning in answer.list_of("warnings"):
        if warning.whole("warningcode", 0) == _NO_RIGHT:
            raise ServiceRefused(
                f"{site}: this account may not see {called} – Moodle says “{warning.shown('message')}”"
            )


def mark_in(row: Part) -> float | None:
    """The mark in a row; ``None`` where it says that there is none."""
    mark = row.number("grade")
    return mark if mark >= 0 else None


def handed_in_of(row: Part) -> HandedIn:
    """What a row of submissions says."""
    files = [
        file
        for plugin in row.list_of("plugins")
        if plugin.shown("type") == "file"
        for file in files_of(plugin, "submission_files")
    ]
    return HandedIn(
        row.text("status", "", 100), row.whole("timemodified", 0), row.whole("attemptnumber", 0), tuple(files)
    )


def files_of(plugin: Part, area: str) -> Iterator[HandedInFile]:
    """The files in one area of a plug-in."""
    for one in plugin.list_of("fileareas"):
        for file in one.list_of("files") if one.shown("area") == area else ():
            yield HandedInFile(
                file.text("filepath", "/", 4000), file.text("filename", limit=1000), file.whole("filesize"),
                file.text("fileurl", limit=8000),
            )  # fmt: skip
