"""Which rows the notebook's own training works on: those of the test set are none to train on."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from autograder.errors import RequestTimedOut
from autograder.grading import checks
from autograder.grading.namespace import kept, namespace_of, replaced, student_errors

SECONDS = 10.0
"""Of the cell that trains, which ends at its first step."""

MOST_ROWS = 100_000
"""Of a table that is looked at; the lab's has 43,000. Rows are kept on our side, where nothing ends that."""

NEARLY_ALL, HALF = 0.99, 0.5
"""Shares of rows. Some hours have the same weather as another one, so that a row may be in both parts."""

TEST_ROWS, TEST_ROWS_TOO = "trained_on_test_rows", "trained_on_test_rows_too"


def which_test_rows(env: Any) -> str:
    """What the cell that assigns ``losses`` trains on, as far as that is sure.

    Returns:
        :data:`TEST_ROWS` where all of it are rows of the notebook's ``data_test``,
        :data:`TEST_ROWS_TOO` where most of these are among it; empty otherwise, and wherever it cannot be
        seen.
    """
    failures: tuple[type[Exception], ...] = (checks.CheckFailed, RequestTimedOut, *student_errors(env))
    try:
        rows = _rows_of_the_first_step(env)
        if rows is None or not (used := _kinds(rows)) & (test := _table(env, "data_test")):
            return ""
        train = _table(env, "data_train")
    except failures:
        return ""
    if len(used & test) >= NEARLY_ALL * len(used) and len(used - train) >= HALF * len(used):
        return TEST_ROWS
    telling = test - train
    return TEST_ROWS_TOO if telling and len(used & telling) >= HALF * len(telling) else ""


def _rows_of_the_first_step(env: Any) -> Tensor | None:
    """What the first step of the own training is given, (N, F); None where there is no such step."""
    names, seen = namespace_of(env), []

    def first_step(*arguments: Any, **keywords: Any) -> None:
        seen.append(keywords.get("data_train", arguments[1] if len(arguments) > 1 else None))
        checks.fail("The training ends here: this is all that the grader wanted to see.")

    with kept(env, "rnn", "losses"), replaced(env, do_training_step=first_step), names.time_limit(SECONDS):
        names.rerun("losses", {})
    return seen[0] if seen and isinstance(seen[0], Tensor) and seen[0].dim() == 2 else None


def _table(env: Any, name: str) -> set[bytes]:
    value = env.get(name)
    return _kinds(value) if isinstance(value, Tensor) and value.dim() == 2 else set()


def _kinds(rows: Tensor) -> set[bytes]:
    """The different rows of a table (N, F), to the precision of float32; none where they are too many."""
    if len(rows) > MOST_ROWS:
        return set()
    return {row.tobytes() for row in rows.detach().to("cpu", torch.float32).numpy()}
