"""The corpus without a sandbox: cells run in this process, otter's own classes ask the questions.

What makes a sandboxed submission slow is left out where it changes nothing: there is no process to start, the
table is handed in instead of read, and a right run's weights and losses stand in for the 500 steps. Mistakes
that cost a point of the training loop find neither, so that the question trains for itself, with all that the
notebook defines: so it is seen that their own training comes to nothing. That the own training of the others
reaches the threshold is seen in the sandbox alone. What only the engine can do (switch
automatic differentiation off, stop an endless loop) has to be seen in the sandbox.
"""

from __future__ import annotations

import contextlib
import functools
import io
from collections.abc import Iterable
from typing import Any

import torch
from autograder.mutate.in_process import NotebookNames as Cells
from autograder.mutate.in_process import run_cell
from otter.test_files import ExceptionTestFile
from reference.dataset import features
from reference.stand_ins import TrainingSteps, small_weights

from tests.conftest import ROOT

from .cases import POINTS, Cell

HANDED_IN = ("download", "header", "features", "train", "threshold", "evaluate", "scatter")
"""Cells of ``base.py`` that do not run; ``dataset``, ``rnn`` and ``losses`` are there all the same."""

NEEDS_A_KERNEL = "set_matplotlib_formats('png', 'pdf')"
"""The one line of ``base.py`` that looks for IPython's shell."""


class Trained:
    """Holds weights."""


@functools.cache
def trained() -> tuple[Trained, list[float]]:
    """Weights that a right run of 500 steps ends with, and its losses."""
    raw = features()[:34_368].double()
    steps = TrainingSteps((raw - raw.mean(0)) / raw.std(0), seed=0)
    rnn = Trained()
    for name, value in small_weights(10, 6, torch.Generator().manual_seed(0)).tensors().items():
        setattr(rnn, name, value)
    for _ in range(500):
        steps.do_training_step(rnn, None, 4, 0.05)
    return rnn, steps.losses


def run(cells: Iterable[Cell], *, trained_already: bool) -> Cells:
    """Run the code cells in order; one that raises stops nothing, as in a kernel.

    Args:
        trained_already: whether the names that the cell ``train`` assigns hold what a right run gives.
            They are ``None`` otherwise.
    """
    names: dict[str, Any] = {"__name__": "__main__", "dataset": features().clone()}
    ran = []
    for cell in cells:
        if cell.name == "train":
            rnn, losses = trained() if trained_already else (None, None)
            names |= {"rnn": rnn, "losses": losses and [*losses]}
        if cell.kind != "code" or cell.name in HANDED_IN:
            continue
        ran.append(cell.source.replace(NEEDS_A_KERNEL, ""))
        run_cell(ran[-1], names)
    return Cells(names, ran)


@functools.cache
def question(name: str) -> ExceptionTestFile:
    """The test file of a question of the lab."""
    return ExceptionTestFile.from_file(str(ROOT / "tests" / "questions" / f"{name}.py"))


def ask(env: Any, name: str) -> tuple[float, str]:
    """Points of one question, and all that its failing cases say."""
    file = question(name)
    with contextlib.redirect_stdout(io.StringIO()):  # students print
        file.run(env)
    failures = [result.message for result in file.test_case_results if not result.passed]
    return file.score, "\n".join(failures)


def named(name: str, told: str) -> set[str]:
    """Codes of the mistakes that what a question told begins a line with: others' sentences may hold theirs."""
    mistakes = question(name).test_cases[0].body.test_func.__globals__["mistakes"]()
    return {one.code for one in mistakes if any(line.startswith(str(one)) for line in told.splitlines())}


def grade(env: Any, names: Iterable[str] = tuple(POINTS)) -> dict[str, float]:
    """Points by question."""
    return {name: ask(env, name)[0] for name in names}
