"""Cells that run again as if the data had fewer rows: what they compute changes, and nothing of it remains."""

from __future__ import annotations

import numpy
import pandas
import pytest
import torch

from autograder.kernel.guest import fewer_rows
from autograder.kernel.guest.questions import assigned_names

READ = "table = torch.arange(12.0).reshape(6, 2)"


def again(*cells, number=0, wanted=("count", "part")):
    """What the cells give for four rows instead of six, and the names that they had given before."""
    names = {"torch": torch, "numpy": numpy, "pandas": pandas}
    for cell in cells:
        exec(cell, names)  # noqa: S102  our own cells
    before = dict(names)

    def run(position):
        try:
            exec(cells[position], names)  # noqa: S102
        except Exception as error:  # noqa: BLE001  as in a notebook
            return error

    found = fewer_rows.rerun(
        names,
        [assigned_names(cell) for cell in cells],
        run,
        table=("table", torch.arange(8.0).reshape(4, 2)),
        wanted=wanted,
        lengths={6: 4, 3: 2},
        number=number,
    )
    assert names.keys() == before.keys()
    assert all(names[name] is value for name, value in before.items())
    return found, before


@pytest.mark.parametrize(
    "cells",
    [
        (READ, "count = len(table) // 2\npart = table[:count]"),
        (READ, "days = len(table) // 2", "count = days", "part = table[:count]"),
        (READ + "\nrows = 6\nhalf = 3", "count = half\npart = table[:rows // 2]"),
        (READ + "\nother = table", "count = len(other) // 2", "part = other[:count]"),
        (READ + "\nother = table.numpy()", "count = len(other) // 2\npart = torch.tensor(other[:count])"),
        (READ + "\nother = table.tolist()", "count = len(other) // 2\npart = torch.tensor(other[:count])"),
        (READ + "\nhalf = torch.tensor(3)", "count = int(half)\npart = table[:count]"),
        (READ + "\nhalf = numpy.int64(3)", "count = int(half)\npart = table[:count]"),
        (READ + "\nhalf = 3.0", "count = int(half)\npart = table[:count]"),
        (
            READ + "\nsizes = {'rows': {'half': 3}, 'of': 'Beijing'}",
            "count = sizes['rows']['half']\npart = table[:count]",
        ),
        (READ + "\ntables = {'all': table}", "count = len(tables['all']) // 2\npart = tables['all'][:count]"),
        (READ + "\nshape = table.shape", "count = shape[0] // 2\npart = table[:count]"),
        (
            READ + "\nframe = pandas.DataFrame(table.numpy())",
            "count = len(frame) // 2\npart = torch.tensor(frame.values[:count])",
        ),
        (
            READ + "\nhalves = table.reshape(3, 2, 2)",
            "count = len(halves)\npart = halves.reshape(-1, 2)[:count]",
        ),
        (READ, "table = table.clone()\ncount = len(table) // 2\npart = table[:count]"),
    ],
)
def test_what_is_computed_is_another_for_fewer_rows(cells):
    found, before = again(*cells)
    assert before["count"] == 3
    assert found["count"] == 2
    assert torch.equal(found["part"], before["part"][:2])
    assert len(found["table"]) == 4


@pytest.mark.parametrize(
    "cell",
    [
        "count = 3\npart = table[:3]",
        "count = 6 // 2\npart = table[:count]",
        "part = table[:3]\ncount = len(part)",
    ],
)
def test_what_was_written_down_stays(cell):
    assert again(READ, cell)[0]["count"] == 3


def test_what_is_written_to_is_a_copy():
    cells = (READ + "\nother = table", "count = 3", "part = other[:count]\npart -= part.mean(0)")
    found, before = again(*cells)
    assert found["part"].shape == (3, 2)
    assert torch.equal(before["other"][3:], torch.arange(6.0, 12.0).reshape(3, 2))
    assert torch.equal(again(*cells)[1]["part"], before["part"])


def test_a_table_that_is_read_once_more_is_whole_again():
    found, _ = again(READ, READ + "\ncount = len(table) // 2\npart = table[:count]")
    assert len(found["table"]) == 6


def test_it_ends_after_the_cell_that_is_asked_for():
    cells = (READ, "count = len(table)", "part = table[:1]", "part = part * 2", "part.mul_(2)", "part = 0")
    assert [again(*cells, number=number)[0].get("part", torch.ones(1)).sum() for number in range(3)] == [
        1,
        2,
        4,
    ]
    assert again(*cells, number=3)[0]["part"] == 0
    assert again(*cells, number=4)[0] == {}
    assert again(*cells, wanted=("nothing",))[0] == {}


MAKE = "count = len(table) // 2\npart = table[:count]"


@pytest.mark.parametrize(
    "cells",
    [
        (READ, "half = table.numpy()", MAKE + "\nhalf += 0\ndel half"),
        ("rows = [*range(12)]", "table = torch.tensor(rows).reshape(6, 2)\ndel rows\n" + MAKE),
    ],
)
def test_names_that_have_been_deleted_since_are_made_again(cells):
    assert again(*cells)[0]["part"].shape[1] == 2


def test_who_cannot_do_with_fewer_rows_gives_nothing():
    assert again(READ, "assert len(table) == 6\ncount = 3\npart = table[:3]")[0] == {}


def test_assignments_out_of_sight_are_found():
    cells = (READ, "exec('count = 3; part = table[:3]')", READ)
    assert again(*cells)[0]["count"] == 3
    assert len(again(*cells)[0]["part"]) == 3


def test_classes_of_the_notebook_are_left_alone():
    trap = "class Trap:\n    def __len__(self): raise SystemError\ntrap = Trap()\ntext = 'abcdef'\nyes = True"
    found, _ = again(READ, trap, "count = len(text)\npart = trap")
    assert found["count"] == 6


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("n = 42984 // 24", "n = 600 // 24"),
        ("n = 42_984", "n = 600"),
        ("days = 1791.0", "days = 25.0"),
        ("x = table[:42984, 6]", "x = table[:600, 6]"),
        ("%time n = int(1791*.8)", "%time n = int(25*.8)"),
        ("n = 34368", "n = 34368"),
        ("n = 142984 + 1791.5 + x1791 + 0.1791 + 1791e3", "n = 142984 + 1791.5 + x1791 + 0.1791 + 1791e3"),
        ("9" * 50_000, "9" * 50_000),
    ],
)
def test_lengths_that_are_written_down_become_others(source, found):
    assert fewer_rows.with_lengths(source, {42_984: 600, 1791: 25}) == found
    assert fewer_rows.with_lengths(source, {}) == source
