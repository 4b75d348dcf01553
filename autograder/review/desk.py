"""A graded class as the pages need it: results in memory, decisions from the journal, always as of now.

Results change when somebody grades beside the open page, decisions when somebody else decides, here, in
another program or in a table. So every page asks for the class anew; only what has changed is read again.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.config.load import Lab, load
from autograder.config.schema import Config
from autograder.errors import UsageError
from autograder.marks import NOTHING, with_mark
from autograder.model import Grade
from autograder.notebook.solutions import solutions
from autograder.store.decided import cells_by_student, decided
from autograder.store.journal import Journal
from autograder.store.records import Decision, Record, Stale, State
from autograder.store.results import read_results
from autograder.store.reuse import as_asked_now
from autograder.store.rubrics import Edit, with_rubrics
from autograder.store.run import Before, Member, before


@dataclass(frozen=True)
class ClassNow:
    """A class at one moment.

    Attributes:
        config: of the lab.
        state: what people decided.
        grades: complete, with everything that people decided, by the submission's id, in the class's order.
        broken: who of the class has a result that cannot be read.
        missing: who of the class has no result: a run was stopped, or somebody removed it.
    """

    config: Config
    state: State
    grades: Mapping[str, Grade]
    broken: Sequence[Member] = ()
    missing: Sequence[Member] = ()


@dataclass(frozen=True)
class _Stored:
    """A result as it lies on the disk: when it was changed, in nanoseconds; ``None``: it is broken."""

    changed: int
    grade: Grade | None


class Desk:
    """The class in a report's folder. Any thread may call.

    Args:
        out: the report's folder.
        config: another configuration than that of the run that graded.

    Attributes:
        run: what was graded, and how.
        lab: whose questions these are.
        solutions: the course's answer to each question that has one, as Markdown.

    Raises:
        AutograderError: nothing was graded there, or the lab's configuration cannot be read.
    """

    def __init__(self, out: Path, config: Path | None = None) -> None:
        earlier = before(out)
        if earlier is None:
            raise UsageError(f"{out}: nothing was graded there yet: run autograder grade first")
        self.out = out
        self.run = earlier.run
        path = config or earlier.run.settings.config
        if not path.is_file():
            raise UsageError(f"{path}: is not there; name the lab's configuration with --config")
        self.lab: Lab = load(path)
        self.solutions = solutions(self.lab)
        self._journal = Journal(out)
        self._state = self._journal.state()
        self._config = self.lab.config
        self._stored: dict[str, _Stored] = {}
        self._complete: dict[str, tuple[_Stored, int, Grade]] = {}
        self._lock = threading.Lock()

    def now(self) -> ClassNow:
        """The class as it is now.

        Raises:
            AutograderError: the folder or the journal cannot be read any more.
        """
        with self._lock:
            self._state = self._journal.after(self._state)
            return self._class(self._state)

    def decide(self, decisions: Sequence[Decision], who: str, seen: int) -> Sequence[Record] | Stale:
        """Write decisions down, all or none; see :meth:`~autograder.store.journal.Journal.append_all`."""
        return self._journal.append_all(decisions, who, seen)

    def edit(self, edit: Edit, who: str) -> Sequence[Record] | Stale:
        """Change the items of a question, and score again what was given for them."""
        return self._journal.append_made(edit.decisions, who)

    def _class(self, state: State) -> ClassNow:
        config = with_rubrics(self.lab.config, state)
        if config.manual != self._config.manual:
            self._config = config
            self._complete.clear()
        self._read_again()
        cells = cells_by_student(state)
        grades = {}
        people = self._people()
        for id in (one.id for one in people if one.id in self._stored):
            stored = self._stored[id]
            if stored.grade is None:
                continue
            last = state.last_of(id)
            known = self._complete.get(id)
            if known is None or known[0] is not stored or known[1] != last:
                asked = as_asked_now(stored.grade, config)
                found = decided(cells[id], config) if id in cells else NOTHING
                known = stored, last, with_mark(asked, config.late, config.rounding, found)
                self._complete[id] = known
            grades[id] = known[2]
        broken = [one for one in people if one.id in self._stored and one.id not in grades]
        missing = [one for one in people if one.id not in self._stored]
        return ClassNow(config, state, grades, broken, missing)

    def _read_again(self) -> None:
        """Read results that are new or have changed, and forget those that are gone."""
        found: dict[str, _Stored] = {}
        for id, file in _results(self.out):
            try:
                changed = os.stat(file).st_mtime_ns
            except OSError:  # replaced at this moment
                continue
            known = self._stored.get(id)
            found[id] = known if known and known.changed == changed else _read(Path(file), changed)
        self._stored = found

    def _people(self) -> Sequence[Member]:
        """Whom a run put into the class, in its order."""
        earlier: Before | None = before(self.out)
        return earlier.people if earlier else ()


def _results(out: Path) -> Iterator[tuple[str, str]]:
    """The ids of results and their files; text, since every page asks for hundreds of them."""
    try:
        with os.scandir(out / "results") as entries:
            for one in entries:
                if one.name.endswith(".json") and not one.name.startswith("."):
                    yield one.name.removesuffix(".json"), one.path
    except FileNotFoundError:
        return


def _read(file: Path, changed: int) -> _Stored:
    try:
        grade = read_results(file)
    except (OSError, ValueError):
        return _Stored(changed, None)
    return _Stored(changed, replace(grade, executed=b""))
