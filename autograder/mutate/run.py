"""Mutants of a lab's solution, or of another right notebook, and what the lab's questions make of them."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.config.load import Lab, load
from autograder.errors import UsageError
from autograder.grading.conditions import Conditions
from autograder.grading.course import Course, opened
from autograder.grading.run_settings import RunSettings
from autograder.mutate.generate import mutants_of
from autograder.mutate.judge import Found, Task
from autograder.mutate.model import Fate, Mutant, Verdict, fate_of
from autograder.mutate.own_code import open_places
from autograder.mutate.owners import Owners
from autograder.mutate.processes import lines, worker
from autograder.mutate.records import Records
from autograder.mutate.whole import asked_as_a_whole
from autograder.mutate.worker import message
from autograder.notebook.template import code_sources, read_template

WORKER = "autograder.mutate.worker"

Notebook = Mapping[str, Any]
"""The JSON of a notebook's file, format 4."""


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        notebook: a right one; ``None`` takes the lab's solution.
        question: only mutants of code that this question asks about; empty for all.
        sample: so many of them, chosen by their codes; ``None`` for all.
        jobs: processes at a time.
        records: where verdicts are kept and found again; ``None`` keeps none.
    """

    settings: RunSettings
    notebook: Path | None = None
    question: str = ""
    sample: int | None = None
    jobs: int = 1
    records: Path | None = None


@dataclass(frozen=True)
class Mutation:
    """A right notebook and those of its mutants that are asked for."""

    lab: Lab
    notebook: Notebook
    mutants: tuple[Mutant, ...]

    @property
    def cells(self) -> list[str | None]:
        """The source of each cell; ``None`` for those without code."""
        return _sources(self.notebook)


def mutation(asked: Asked) -> Mutation:
    """The mutants that are asked for; nothing runs.

    Raises:
        ConfigurationError: the lab's configuration or template is wrong.
        UsageError: there is no such notebook or question, or no code that could change.
    """
    lab = load(asked.settings.config)
    questions = [question.name for question in lab.config.questions]
    if asked.question and asked.question not in questions:
        raise UsageError(f"there is no question {asked.question!r}; there are {', '.join(questions)}")
    solution = _solution(lab)
    notebook = _read(asked.notebook) if asked.notebook else solution
    if notebook is None:
        raise UsageError(f"{lab.path} names no solution notebook that is there: name one with --notebook")
    places = open_places(lab, solution if solution is not None else notebook)
    cells = _sources(notebook)
    owners = Owners(read_template(lab, code_sources) or (), questions)
    found = [
        replace(one, owners=owners.of(one.unit, cells[one.cell] or "")) for one in mutants_of(cells, places)
    ]
    if asked.question:
        found = [one for one in found if asked.question in one.owners]
    if not found:
        raise UsageError("nothing can change there: is it all the template's?")
    if asked.sample is not None:
        chosen = {one.code for one in sorted(found, key=lambda one: one.code)[: asked.sample]}
        found = [one for one in found if one.code in chosen]
    return Mutation(lab, notebook, tuple(found))


def judged(mutated: Mutation, asked: Asked) -> Generator[Verdict]:
    """What becomes of each mutant, as it comes to light; those that are known already come first.

    Raises:
        UsageError: the notebook loses points without any change.
        AutograderError: the lab is broken, or nobody can be confined here.
    """
    conditions = Conditions.of_run(mutated.lab, asked.settings)
    records = Records(asked.records, conditions, mutated.cells)
    for mutant in mutated.mutants:
        if mutant.code in records.known:
            yield replace(records.known[mutant.code], mutant=mutant)
    waiting = [one for one in mutated.mutants if one.code not in records.known]
    with ExitStack() as resources:
        course: Course | None = None
        for verdict in _in_one_process(mutated, waiting, asked):
            if verdict.fate is Fate.SURVIVED:
                course = course or resources.enter_context(opened(mutated.lab, asked.settings))
                verdict = asked_as_a_whole(verdict, mutated.notebook, course)
            records.add(verdict)
            yield verdict


def _in_one_process(mutated: Mutation, mutants: Sequence[Mutant], asked: Asked) -> Iterator[Verdict]:
    """The verdicts of the workers."""
    by_code = {mutant.code: mutant for mutant in mutants}
    places = [number for number, source in enumerate(mutated.cells) if source]
    cells = [source for source in mutated.cells if source]
    tasks = [Task(one.code, places.index(one.cell), one.source, one.unit) for one in mutants]
    with ExitStack() as resources:
        shares = [tasks[first :: asked.jobs] for first in range(asked.jobs)]
        workers = [
            resources.enter_context(worker(WORKER, message(asked.settings, cells, share)))
            for share in shares
            if share
        ]
        for line in lines(workers):
            if "failed" in line:
                raise UsageError(line["failed"])
            if "code" in line:
                yield _verdict(by_code.pop(line["code"]), Found(**line))
    if by_code:
        raise UsageError(f"a worker ended before {len(by_code)} of the mutants were judged")


def _verdict(mutant: Mutant, found: Found) -> Verdict:
    fate = fate_of(mutant, found.lost)
    if found.ended:
        fate = Fate.CAUGHT
    elif fate is Fate.SURVIVED and not found.differs:
        fate = Fate.EQUIVALENT
    return Verdict(mutant, fate, found.lost, found.said, found.differs, found.ended)


def _solution(lab: Lab) -> Notebook | None:
    if lab.config.build is None:
        return None
    file = lab.file(lab.config.build.solution)
    return _read(file) if file.is_file() else None


def _read(file: Path) -> Notebook:
    """A notebook's file.

    Raises:
        UsageError: it is none of format 4.
    """
    try:
        found: Notebook = json.loads(file.read_text(encoding="utf-8"))
        code_sources(found)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as reason:
        raise UsageError(f"{file}: no notebook of format 4: {reason}") from None
    return found


def _sources(notebook: Notebook) -> list[str | None]:
    texts = iter(code_sources(notebook))
    return [next(texts) if cell["cell_type"] == "code" else None for cell in notebook["cells"]]
