"""What people decided about a class: the journal, and the two tables that are ways into it and out of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.config.schema import Config
from autograder.errors import UsageError
from autograder.files.visible import listed, plain
from autograder.marks import NOTHING, Decided
from autograder.model import Entry, Status, Submission
from autograder.store import manual, overrides
from autograder.store.decided import (
    cells_by_student,
    contradictions,
    decided,
    heading,
    kept_for_nothing,
    names,
    out_of_bounds,
    spelled,
)
from autograder.store.journal import Journal
from autograder.store.manual import ManualTable
from autograder.store.overrides import OverridesTable
from autograder.store.records import Decision, Stale
from autograder.store.rubrics import differing, with_rubrics
from autograder.store.told import news

_MOST_NAMED = 50
"""Errors that one message names."""


class ByHand:
    """What people decided, read before anything is graded.

    Attributes:
        config: with the items that hold now, which people may have edited.
        notes: what the TA should know of it, a sentence each.
    """

    def __init__(self, out: Path, config: Config, submissions: Sequence[Submission]) -> None:
        """
        Args:
            submissions: of the class; a row of nobody's is an error.

        Raises:
            UsageError: the journal or a table cannot be read, or something in them cannot be or contradicts
                the rest; the message names every line, and whose it is.
        """
        self._journal = Journal(out)
        before = self._journal.state()
        self._differing = tuple(differing(config, before))
        self.config = config = with_rubrics(config, before)
        self._submissions = submissions
        self._manual = ManualTable(out, config, submissions, before)
        self._overrides = OverridesTable(out, config, submissions, before)
        self._names = self._overrides.names() | self._manual.names()
        self._names |= {one.id: plain(one.student, 60) for one in submissions if one.student.strip()}
        self._seen = before.last
        self._news: list[tuple[str, list[Decision]]] = []
        problems: list[str] = []
        replaced: list[str] = []
        self._state = before
        for file, table in ((manual.FILE, self._manual), (overrides.FILE, self._overrides)):
            found = news(table.told, before, file)
            problems += [*table.problems(), *found.conflicts]
            replaced += found.replaced
            found.decisions.extend(table.looked_at(found.decisions))
            self._news.append((file, found.decisions))
            self._state = self._state.with_decisions(found.decisions, file)
        problems += self._wrong_together()
        if problems:
            more = [f"… and {len(problems) - _MOST_NAMED} more"] if len(problems) > _MOST_NAMED else []
            raise UsageError("\n".join([*problems[:_MOST_NAMED], *more]))
        self._cells = cells_by_student(self._state)
        self.notes = (*replaced[:_MOST_NAMED], *self._what_to_know())

    @property
    def last(self) -> int:
        """Number of the newest record that :meth:`of` knows; 0 where there is none."""
        return self._state.last

    def of(self, submission_id: str) -> Decided:
        """What holds for a submission."""
        cells = self._cells.get(submission_id)
        return decided(cells, self.config) if cells else NOTHING

    def enter(self) -> None:
        """Write into the journal what is new in the tables.

        Raises:
            UsageError: the journal cannot be written, or somebody has decided otherwise since it was read.
        """
        for file, decisions in self._news:
            done = self._journal.append_all(decisions, file, self._seen) if decisions else ()
            if isinstance(done, Stale):
                newest, subject = done.newest, done.decision.subject
                raise UsageError(
                    f"{file}: {self._called(subject.student)}: {heading(subject)}: changed to "
                    f"{spelled(done.decision.value)}, and at this moment by {plain(newest.who, 40)} to "
                    f"{spelled(newest.after)}: run the command again"
                )
        self._news = []
        self._state = self._journal.state()
        self._cells = cells_by_student(self._state)

    def write(self, entries: Iterable[Entry]) -> str:
        """Write both tables from the journal, but none that somebody has saved since it was read.

        Returns:
            Which were left alone, as a sentence; empty where both were written.

        Raises:
            OSError: a file cannot be written.
            UsageError: as :meth:`enter`.
        """
        self.enter()  # what is in no journal would be written over
        state = self._journal.state()
        left_alone = []
        for table in (self._manual, self._overrides):
            if table.changed_meanwhile():
                left_alone.append(table.path.name)
            else:
                table.write(entries, state)
        if not left_alone:
            return ""
        return f"saved while the class was graded, and read by the next run: {' and '.join(left_alone)}"

    def without_effect(self, entries: Iterable[Entry]) -> str:
        """Whose points were changed though they could not be graded; empty where nobody's were."""
        refused = [one.submission for one in entries if one.status is not Status.GRADED]
        found = [one.student or one.id for one in refused if self.of(one.id).overrides]
        if not found:
            return ""
        return f"{overrides.FILE} changes points of {names(found)}, who could not be graded: it has no effect"

    def _wrong_together(self) -> Iterator[str]:
        """Points that contradict each other, or that the lab does not give any more."""
        places = self._manual.places()
        for student, cells in cells_by_student(self._state).items():
            for question, wrong in contradictions(cells, self.config):
                in_the_journal = f"{self._journal.path}: {self._called(student)}: {question}"
                yield f"{places.get((student, question), in_the_journal)}: {wrong}"
        told = {one.subject for table in (self._manual, self._overrides) for one in table.told}
        for subject, value in self._state.held():
            wrong = out_of_bounds(subject, value, self.config)
            if wrong and subject not in told:
                yield f"{self._journal.path}: {self._called(subject.student)}: {heading(subject)}: {wrong}"

    def _what_to_know(self) -> Iterator[str]:
        here = {one.id for one in self._submissions}
        gone = [student for student in self._cells if student not in here]
        scored = [self._called(one) for one in gone if self._is_scored(one)]
        if scored:
            yield f"{manual.FILE} keeps points of {names(scored)}, who are not in the class any more"
        changed = [self._called(one) for one in gone if self._is_changed(one)]
        if changed:
            yield f"{overrides.FILE} keeps changes of {names(changed)}, who are not in the class any more"
        unlisted = [
            f"{self._called(one.student)} ({heading(one)})" for one in self._overrides.unlisted(self._state)
        ]
        if unlisted:
            yield (
                f"{overrides.FILE} has no row for {listed(unlisted)}, whose changes hold all the same; to "
                f"take one back, leave its row and empty points, reason and comment"
            )
        yield from self._differing
        if kept := kept_for_nothing(self._state, self.config):
            yield kept

    def _called(self, student: str) -> str:
        """Whom an id is of, for people."""
        return self._names.get(student, student)

    def _is_scored(self, student: str) -> bool:
        cells = self._cells[student]
        return bool(cells.points or cells.items or any(cells.comments))

    def _is_changed(self, student: str) -> bool:
        cells = self._cells[student]
        return bool(cells.overrides or cells.excused or cells.comments.get(""))
