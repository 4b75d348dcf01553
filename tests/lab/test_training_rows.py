"""Training on the test rows is seen where it is sure, and honest ways to hand over the training rows are not."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from reference.training_rows import MOST_ROWS, TEST_ROWS, TEST_ROWS_TOO, which_test_rows
from tests.corpus.in_one_process import Cells, run_cell

LOOP = """
def train_rnn(data_train, num_steps):
    losses = []
    rnn = RNN()
    for _ in range(num_steps):
        losses.append(do_training_step(rnn, {rows}, 4, 0.1))
    return rnn, losses
"""


def notebook(call: str, rows: str = "data_train") -> Cells:
    """A notebook in which a call trains; its loop hands ``rows`` to each step."""
    data = torch.randn(400, 6, generator=torch.Generator().manual_seed(0))
    data[:4] = data[396:]  # some weather comes again
    names: dict[str, Any] = {"torch": torch, "RNN": object, "data_train": data[:300], "data_test": data[300:]}
    names |= {"do_training_step": None, "rnn": "before"}
    source = LOOP.format(rows=rows)
    run_cell(source, names)
    return Cells(names, [source, f"rnn, losses = {call}"])


@pytest.mark.parametrize(
    "env",
    [
        notebook("train_rnn(data_test, 500)"),
        notebook("train_rnn(data_test.double().clone(), 500)"),
        notebook("train_rnn(data_train, 500)", rows="data_test"),
        notebook("train_rnn(data_test[torch.randperm(100)], 500)"),
    ],
)
def test_test_rows_are_seen(env):
    assert which_test_rows(env) == TEST_ROWS
    assert env.get("rnn") == "before"


def test_test_rows_beside_the_others_are_seen():
    assert which_test_rows(notebook("train_rnn(torch.cat([data_train, data_test]), 500)")) == TEST_ROWS_TOO


@pytest.mark.parametrize(
    "call",
    [
        "train_rnn(data_train, 500)",
        "train_rnn(num_steps=500, data_train=data_train.double())",
        "train_rnn(data_train[torch.randperm(300)].clone(), 500)",
        "train_rnn(data_train[:48], 500)",
        "train_rnn(data_train[:4], 500)",  # each of these rows is a test row, too
        "train_rnn(2 * data_train, 500)",
        "(None, [])",
        "train_rnn(None, 500)",
    ],
)
def test_honest_ways_are_not(call):
    assert which_test_rows(notebook(call)) == ""


def test_nothing_is_said_where_both_parts_are_the_same():
    env = notebook("train_rnn(data_train, 500)")
    env["data_test"] = env.get("data_train")
    assert which_test_rows(env) == ""


def test_a_table_of_a_great_many_rows_is_not_looked_at():
    env = notebook("train_rnn(data_test, 500)")
    assert which_test_rows(env) == TEST_ROWS
    many = MOST_ROWS // len(env["data_test"]) + 1
    env["data_test"] = env["data_test"].repeat(many, 1)
    assert which_test_rows(env) == ""
