"""The lab's corpus, as the tests ask for it; :mod:`autograder.certify.cases` says what its folders hold."""

from __future__ import annotations

from pathlib import Path

from autograder.certify.cases import SOME, Case, corpus_of
from autograder.certify.percent import Cell, as_notebook, changed, parse
from autograder.config.load import load

__all__ = [
    "SOME",
    "Case",
    "Cell",
    "all_cases",
    "as_notebook",
    "base_cells",
    "cells",
    "changed",
    "notebook",
    "parse",
]

HERE = Path(__file__).parent

CORPUS = corpus_of(load(HERE.parents[1] / "grading_config.yml"))

POINTS = CORPUS.points
"""The auto-graded questions in the order of the lab, and their points: the configuration's."""

ONLY_IN_FULL = CORPUS.settings.left_out
"""Cells that cost two to three seconds and that no question looks at."""

OWN_RUN = "training_loop"
"""The question of which one point is for the whole notebook's own training: with any mistake it may be missing."""

notebook, cells, changes_of = CORPUS.notebook, CORPUS.cells, CORPUS.changes_of


def all_cases() -> tuple[Case, ...]:
    """Every case, sorted by name; read once."""
    return CORPUS.cases


def base_cells() -> list[Cell]:
    """The right notebook that most cases change."""
    return [*CORPUS.base]


def quick_step() -> Cell:
    """A right ``do_training_step`` for a whole minibatch at once: ten times as quick as window by window."""
    (step,) = parse((HERE / "correct/whole_minibatch_at_once/changes.py").read_text("utf-8"))
    return step
