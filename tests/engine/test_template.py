"""Whether anything was done, and for this lab: told by the template, of which no mark depends."""

from __future__ import annotations

import json
import time

import pytest

from autograder.config.load import load
from autograder.errors import ConfigurationError
from autograder.notebook.read import read_notebook
from autograder.notebook.template import lab_template, template_of
from tests.conftest import ROOT, notebook_bytes
from tests.corpus.cases import all_cases, notebook

LAB = load(ROOT / "grading_config.yml")
DEFINED = "def first():\n    raise NotImplementedError('TODO')"
SOURCES = ["import math", "total = ...\nmean = ...", DEFINED, "class Second:\n    pass", "print(total)"]
TEMPLATE = template_of({"cells": [{"cell_type": "code", "source": source} for source in SOURCES]})

UNTOUCHED = ("nothing done: the code is that of the template",)


def test_the_template_itself_is_nothing_done_however_it_was_saved():
    assert TEMPLATE.remarks(SOURCES) == UNTOUCHED
    assert TEMPLATE.remarks(SOURCES[1:]) == UNTOUCHED
    lines = [source.replace("\n", "  \r\n\n") for source in SOURCES]
    assert (
        TEMPLATE.remarks(["", "%pip install x", "import numpy", *lines, "# a note", "first()"]) == UNTOUCHED
    )


@pytest.mark.parametrize(
    "done", ["total = 3\nmean = 1", "def first():\n    return 1", "extra = 1", "total = (", "class Second: x = 1"],
)  # fmt: skip
def test_one_cell_of_the_students_own_is_something_done(done):
    assert TEMPLATE.remarks([*SOURCES, done]) == ()


EARLIER = ["import csv", "rows = csv.reader(open('a.csv'))"]
NOW = ["import csv, os", "rows = csv.reader(open(os.environ['DATA']))", *SOURCES]
CHANGED = template_of({"cells": [{"cell_type": "code", "source": source} for source in NOW]})


@pytest.mark.parametrize("earlier", [EARLIER, EARLIER[1:], ["rows = []\nprint(rows)"]])
def test_the_template_of_last_week_is_nothing_done(earlier):
    assert CHANGED.remarks([*earlier, *SOURCES]) == UNTOUCHED
    assert CHANGED.is_untouched_file(notebook_bytes(*earlier, *SOURCES), 1 << 20)


@pytest.mark.parametrize(
    "done",
    [
        [*EARLIER, "total = 3\nmean = 1", *SOURCES[2:]],  # in its place
        [*EARLIER, *SOURCES, "total = 3"],  # below, under a name that is the student's to bind
        [*EARLIER, *SOURCES, "rows = average = 3"],
        [*EARLIER, *SOURCES, "rows = 3\nSecond.__init__ = lambda self: None"],
        [*EARLIER, *SOURCES, "rows = 3\nglobals()['total'] = 3"],
        [*EARLIER, *SOURCES, "rows = ("],
        [*EARLIER, SOURCES[1]],  # a TODO is gone, so it may have become something
    ],
)
def test_a_template_of_last_week_with_something_done_is_not(done):
    assert CHANGED.remarks(done) == ()


def test_a_template_without_anything_to_do_has_no_earlier_version():
    closed = template_of(
        {"cells": [{"cell_type": "code", "source": "a = 1"}, {"cell_type": "code", "source": "b = 1"}]}
    )
    assert closed.remarks(["a = 1", "b = 2"]) == ()


def test_a_notebook_with_next_to_none_of_the_names_may_be_anothers():
    others = [
        "import math\nfrom torch import nn",
        "class Net(nn.Module):\n    total = mean = 1",
        "[total for total in []]",
    ]
    assert TEMPLATE.remarks(others) == ("another lab's notebook? It has 0 of the 4 names of the template",)
    assert TEMPLATE.remarks([]) == ("another lab's notebook? It has 0 of the 4 names of the template",)
    assert TEMPLATE.remarks(["def first(): return 1"]) == ()
    assert (
        TEMPLATE.remarks(["class Second(: pass"]) == ()
    )  # it cannot be read, and says what it is all the same


def test_only_code_and_names_of_their_own_count():
    assert TEMPLATE.names == {"total", "mean", "first", "Second"}
    assert TEMPLATE.definitions == {"first", "Second"}


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b'{"cells": 3}', b'{"cells": [3, {"cell_type": "code"}]}', b"PK"]
)
def test_a_file_that_is_no_notebook_is_not_the_template(data):
    assert not TEMPLATE.is_untouched_file(data, 1 << 20)


def test_a_file_that_is_the_template_is_told_by_its_bytes():
    assert TEMPLATE.is_untouched_file(notebook_bytes(*SOURCES), 1 << 20)
    assert not TEMPLATE.is_untouched_file(notebook_bytes(*SOURCES, "extra = 1"), 1 << 20)
    assert not TEMPLATE.is_untouched_file(notebook_bytes(*SOURCES), 10)


def remarks(data):
    code = [
        cell.source
        for cell in read_notebook(data, LAB.config.limits).notebook.cells
        if cell.cell_type == "code"
    ]
    return lab_template(LAB).remarks(code)


@pytest.mark.parametrize("every_case", [False, pytest.param(True, marks=pytest.mark.single)])
def test_of_this_lab_the_template_and_text_alone_are_remarked_and_no_ordinary_notebook(every_case):
    assert remarks(LAB.template().read_bytes()) == UNTOUCHED
    assert remarks((ROOT / LAB.config.build.solution).read_bytes()) == ()
    cases = [case for case in all_cases() if case.correct or case.sandbox or every_case]
    assert [case.name for case in cases if remarks(notebook(case))] == ["mistakes/whole/only_text"]


def test_a_template_that_is_no_notebook_is_named(tmp_path):
    for name in ("grading_config.yml", "student_template/rnn_lab.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text((ROOT / name).read_text("utf-8"), "utf-8")
    lab = load(tmp_path / "grading_config.yml")
    lab.template().write_text(json.dumps([]))
    with pytest.raises(ConfigurationError, match=r"rnn_lab\.ipynb: the template cannot be read"):
        lab_template(lab)
    lab.template().unlink()
    assert lab_template(lab) is None


@pytest.mark.parametrize("added", ["torch?", "x = %pwd", "sep = '\f'", "%%time\nfirst()", "# a\u2028"])
def test_a_line_of_ipythons_own_hides_no_names(added):
    one_of_four = [f"{added}\ntotal = 1"]
    assert TEMPLATE.remarks(["x = 1", *one_of_four, "mean = 2"]) == ()


def test_a_class_is_not_held_up_by_files_that_may_be_the_template():
    data = notebook_bytes(*SOURCES, *["%pwd\n" * 450 + "first()\n" * 4_000] * 5)
    began = time.thread_time()
    assert not TEMPLATE.is_untouched_file(data, 1 << 20)
    assert time.thread_time() - began < 1.5


def test_cells_that_bind_nothing_are_read_within_bounds():
    sources = [*SOURCES, *["(" * 90 + "1" + ")" * 90 + "\n" * 40_000] * 200]
    assert not TEMPLATE.is_untouched(sources)  # nobody has read all of it
