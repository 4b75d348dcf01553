"""Which notebooks are graded, and under which circumstances."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from autograder.certify.cases import Case, Corpus
from autograder.certify.packs import packed
from autograder.grading.case_number import FIXED
from autograder.sandbox.launcher import ENVIRONMENT
from autograder.workers.cores import default_jobs

NUMBERS = range(1, 11)
"""Seeds and case numbers under which every verdict has to be the same."""

QUICK_RIGHT = 2
"""Notebooks of right styles that a quick certificate looks at: those with the most styles in one."""


@dataclass(frozen=True)
class Circumstances:
    """Under which a notebook is graded: verdicts must not depend on them.

    Attributes:
        seed: of random numbers; ``None``: the configuration's.
        case_number: that hidden cases are drawn from.
        first_cell: code that is put before all cells.
        environment: further variables of student processes, as pairs.
        loaded: whether as many processes as there are cores compute beside it.
        turn: 2 where the same is graded a second time.
    """

    name: str
    seed: int | None = None
    case_number: int = FIXED
    first_cell: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    loaded: bool = False
    turn: int = 1


USUAL = Circumstances("as usual")
AGAIN = Circumstances("a second time", turn=2)
LOADED = Circumstances("on a loaded machine", loaded=True)


@dataclass(frozen=True)
class Entry:
    """A notebook with one case in it, or with several that change different cells."""

    name: str
    cases: tuple[Case, ...]
    notebook: bytes


def numbered(number: int) -> Circumstances:
    """Another seed and another case number."""
    return Circumstances(f"with seed and case number {number}", seed=number, case_number=number)


def of_the_lab(corpus: Corpus) -> list[Circumstances]:
    """The circumstances that the configuration names."""
    settings = corpus.settings
    codes = [Circumstances(name, first_cell=code) for name, code in settings.circumstances.items()]
    return codes + [
        Circumstances(name, environment=tuple(variables.items()))
        for name, variables in settings.environments.items()
    ]


def each_alone(corpus: Corpus) -> list[Entry]:
    """Every case in a notebook of its own."""
    return [Entry(case.name, (case,), corpus.notebook(case)) for case in corpus.cases]


def shared(corpus: Corpus) -> list[Entry]:
    """Every case whose outcome is certain, in as few notebooks as possible: right ones and mistakes apart."""
    right = [case for case in corpus.cases if case.correct]
    mistakes = [case for case in corpus.cases if not case.correct and not case.also_may_lose]
    return [*_packed(corpus, right, leave_none=True), *_packed(corpus, mistakes, leave_none=True)]


def without_endless(wanted: Iterable[Entry]) -> list[Entry]:
    """Those without an endless mistake, which waits for each deadline, minutes for a notebook.

    What is random or numerical in other circumstances decides nothing there; how busy the machine is, might.
    """
    return [entry for entry in wanted if not any(case.slow and not case.correct for case in entry.cases)]


def sampled(corpus: Corpus) -> list[Entry]:
    """The notebooks of a quick certificate: many right styles, and mistakes of every question."""
    right = _packed(corpus, (case for case in corpus.cases if case.correct), leave_none=False)
    right.sort(key=lambda entry: -len(entry.cases))
    sample = [case for case in corpus.cases if case.sandbox is True and not case.also_may_lose]
    return [*right[:QUICK_RIGHT], *_packed(corpus, sample, leave_none=True)]


def _packed(corpus: Corpus, cases: Iterable[Case], *, leave_none: bool) -> list[Entry]:
    packs, alone = packed(corpus, cases)
    entries = [Entry(pack.name, tuple(pack.cases), pack.notebook()) for pack in packs]
    if leave_none or not entries:
        entries += [Entry(case.name, (case,), corpus.notebook(case)) for case in alone]
    return entries


def with_first_cell(notebook: bytes, code: str) -> bytes:
    """A notebook with a code cell before all others; itself where there is no code."""
    if not code:
        return notebook
    content = json.loads(notebook)
    cell = {"cell_type": "code", "id": "circumstances", "metadata": {}, "source": code}
    content["cells"].insert(0, cell | {"execution_count": None, "outputs": []})
    return json.dumps(content, ensure_ascii=False).encode()


@contextmanager
def machine_is(loaded: bool) -> Iterator[None]:
    """Inside the block a process computes beside for each core, if the machine is to be loaded."""
    with ExitStack() as resources:
        for _ in range(default_jobs() if loaded else 0):
            busy = subprocess.Popen([sys.executable, "-I", "-c", "while True: pass"], env=ENVIRONMENT)
            resources.callback(busy.wait)
            resources.callback(busy.kill)
        yield
