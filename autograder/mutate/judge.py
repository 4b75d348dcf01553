"""What becomes of mutants, in the processes of one worker: a right notebook runs once, each mutant is a fork.

The fork begins with what the cells before the change have left, so only the changed cell and those behind it
run. What took long in the right notebook, its training for example, does not run again: later cells and the
questions get what it left there. So a mutant is judged with right results of such cells; one that takes no
points is asked once more elsewhere, with everything its own.
"""

from __future__ import annotations

import ast
import copy
import json
import os
import select
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from autograder.grading.course import Prepared
from autograder.grading.questions import Question
from autograder.kernel.beside import lay_beside
from autograder.kernel.guest import scenery
from autograder.mutate.calls import Behaviour, RecordedNames, Recorder, behaviour_of, first_difference
from autograder.mutate.in_process import LONGEST_SECONDS, NotebookNames, ask, run_cell
from autograder.mutate.own_code import plain_tree
from autograder.mutate.sameness import difference, plain
from autograder.sandbox import enter
from autograder.sandbox.launcher import ENGINE
from autograder.sandbox.policy import Policy, readable_paths

SLOW_SECONDS = 1.0
"""Processor time of a cell beyond which a right notebook's results are handed to the mutants."""

MANY = 10_000
"""Entries of a list or dictionary that is not compared before and after a cell: it is the raw data."""

MUTANT_SECONDS = 60
"""Processor time of one mutant. One that does nothing wrong takes two seconds; each case has a limit too."""

WAITED_SECONDS = 300.0
"""What a mutant gets by the clock."""


@dataclass(frozen=True)
class Task:
    """A mutant as a worker needs it.

    Attributes:
        cell: position among the code cells.
        source: of the cell with the change.
        unit: ``Class.method`` or ``function`` that changes; empty for a cell's top level.
    """

    code: str
    cell: int
    source: str
    unit: str


@dataclass(frozen=True)
class Found:
    """What a worker found out about a mutant.

    Attributes:
        lost, said: by question, of those that took points.
        differs: in what it differs, of one that took none; empty where it behaves the same.
        ended: how its process ended, where it did not end by itself.
    """

    code: str
    lost: Mapping[str, float]
    said: Mapping[str, str]
    differs: str = ""
    ended: str = ""


class Judge:
    """A right notebook, and what its mutants are judged with.

    Args:
        course: the lab; its values and case number are handed out already.
        cells: sources of the code cells.

    Attributes:
        lost: points that the notebook loses without any change, by question, and what its failing cases
            say; it is no use then.
    """

    def __init__(self, course: Prepared, cells: Sequence[str]) -> None:
        self._course, self._cells = course, cells
        # They look at the whole notebook: where others take points, they say nothing new, and take long.
        self._of_all = {one.name for one in course.lab.config.questions if one.flag_if_alone}
        self._handed_in: dict[int, dict[str, Any]] = {}
        self.lost: dict[str, tuple[float, str]] = {}
        self._seconds = min(course.settings.request_seconds, LONGEST_SECONDS)
        self._behaviour, self._reached = self._look()

    def judged(self, tasks: Sequence[Task]) -> Iterator[Found]:
        """What becomes of each mutant, in the order of the cells."""
        names = self._new_names()
        ran: list[str] = []
        for number, source in enumerate(self._cells):
            for task in tasks:
                if task.cell == number:
                    yield self._in_a_fork(task, NotebookNames(names, ran))
            self._run(number, source, names)
            ran.append(source)

    def _look(self) -> tuple[Behaviour, dict[str, frozenset[str]]]:
        """Run the right notebook, ask it everything, and see how it behaves and which question meets what."""
        names, recorder = self._new_names(), Recorder()
        makers: dict[str, int] = {}
        for number, source in enumerate(self._cells):
            before, data = dict(names), _data_in(source, names)
            began = time.process_time()
            with recorder.running(number):
                run_cell(source, names)
            is_slow = time.process_time() - began > SLOW_SECONDS
            made = {name: value for name, value in names.items() if before.get(name, names) is not value}
            makers |= {name: number for name, value in made.items() if not callable(value)}
            if is_slow:
                made |= {
                    name: names[name]
                    for name, value in data.items()
                    if difference(plain(names.get(name)), value)
                }
                self._handed_in[number] = _copied(made)
            recorder.watch(names, number)
        left = self._left(names)
        env = RecordedNames(names, self._cells, recorder)
        for question in self._course.questions:
            with recorder.asking(question.name):
                lost, said = ask(question, env, self._course.conditions.seed)
            if lost:
                self.lost[question.name] = lost, said
        recorder.stop()
        behaviour = behaviour_of(NotebookNames(names, self._cells), recorder, left)
        own = {name: number for name, number in makers.items() if number not in self._handed_in}
        return behaviour, recorder.questions_by_unit(own)

    def _new_names(self) -> dict[str, Any]:
        scenery.seed(self._course.conditions.seed)
        return {"__name__": "__main__"}

    def _left(self, names: Mapping[str, Any]) -> dict[str, Any]:
        """The names that cells left which are not handed in, as plain data."""
        handed_in = {name for made in self._handed_in.values() for name in made}
        return {
            name: plain(value)
            for name, value in names.items()
            if not name.startswith("_") and name not in handed_in and not callable(value)
        }

    def _run(self, number: int, source: str, names: dict[str, Any]) -> None:
        """Run a cell, or put what it gives into its place."""
        if number in self._handed_in:
            names.update(_copied(self._handed_in[number]))
        else:
            run_cell(source, names, self._seconds)

    def _asked(self, task: Task) -> list[Question]:
        """The questions that can see a change of a function: what they do not meet, they cannot see."""
        meet = self._reached.get(task.unit)
        asked = [one for one in self._course.questions if meet is None or one.name in meet]
        return sorted(asked, key=lambda one: one.name in self._of_all)

    def _in_a_fork(self, task: Task, env: NotebookNames) -> Found:
        """Judge a mutant in a process of its own, which is confined and ends with it."""
        with tempfile.TemporaryDirectory(prefix="ag-mutant-") as work:
            ours, theirs = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(ours)
                _end_with(lambda: self._as_a_mutant(task, env, Path(work)), theirs)
            os.close(theirs)
            answer = _answer(ours, child)
        if answer:
            return Found(task.code, **json.loads(answer))
        return Found(task.code, {}, {}, ended="its process ended, or did not end in time")

    def _as_a_mutant(self, task: Task, env: NotebookNames, work: Path) -> dict[str, Any]:
        self._confine(work)
        for number in range(task.cell, len(self._cells)):
            if number == task.cell:
                run_cell(task.source, env.names, self._seconds)
            else:
                self._run(number, self._cells[number], env.names)
        cells = [*self._cells]
        cells[task.cell] = task.source
        env = NotebookNames(env.names, cells)
        left = self._left(env.names)
        lost: dict[str, float] = {}
        said: dict[str, str] = {}
        for question in self._asked(task):
            if question.name in self._of_all and lost:
                continue
            points, text = ask(question, env, self._course.conditions.seed, self._seconds)
            if points:
                lost[question.name], said[question.name] = points, text[:2000]
        differs = "" if lost else first_difference(env, self._behaviour, left)
        return {"lost": lost, "said": said, "differs": differs}

    def _confine(self, work: Path) -> None:
        """Enter the sandbox, in which everything of the lab may be read: the questions are asked in it."""
        settings, conditions = self._course.settings, self._course.conditions
        lay_beside(settings.files, work)
        limits = replace(settings.limits, cpu_seconds=MUTANT_SECONDS)
        readable = (*readable_paths(), str(self._course.lab.root), str(ENGINE))
        policy = Policy(str(work), str(work), limits, None, readable, conditions.confined)
        if policy.enforce:
            enter.confine(policy)
            enter.seal(policy)
        else:
            os.chdir(work)
            enter.die_with_parent()


def _data_in(source: str, names: Mapping[str, Any]) -> dict[str, Any]:
    """What a cell might change without assigning it: the data and objects that it names, as plain data."""
    tree = plain_tree(source) or ast.Module([], [])
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & names.keys()
    return {
        name: plain(names[name])
        for name in named
        if not callable(names[name])
        and not (isinstance(names[name], list | dict) and len(names[name]) > MANY)
    }


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Copies of values by name, which may share parts; what cannot be copied, such as a module, is shared."""
    memo: dict[int, Any] = {}
    found = {}
    for name, value in values.items():
        try:
            found[name] = copy.deepcopy(value, memo)
        except Exception:  # noqa: BLE001  of a class of the notebook, whatever it is
            found[name] = value
    return found


def _end_with(answer: Callable[[], dict[str, Any]], descriptor: int) -> NoReturn:
    """Write what a function gives, and end this process without anything that its parent would do."""
    try:
        text = json.dumps(answer())
        with os.fdopen(descriptor, "w") as out:
            out.write(text)
    except BaseException:  # noqa: BLE001  whatever it is, the other side hears of no answer
        os._exit(1)
    os._exit(0)


def _answer(descriptor: int, child: int) -> str:
    """What a child writes; empty where it does not come to that. It is gone afterwards."""
    found, complete, until = b"", False, time.monotonic() + WAITED_SECONDS
    with os.fdopen(descriptor, "rb", buffering=0) as pipe:
        while (left := until - time.monotonic()) > 0 and select.select([pipe], [], [], left)[0]:
            part = pipe.read(1 << 16)
            if not part:
                complete = True
                break
            found += part
    if not complete:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return found.decode() if os.waitstatus_to_exitcode(status) == 0 else ""
