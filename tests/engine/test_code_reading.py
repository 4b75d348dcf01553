"""Cells are read as IPython reads them, and what is made to take long or not to be read has an end."""

from __future__ import annotations

import ast
import time

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.grading.newer_python import newer_syntax
from autograder.notebook.bound_names import bound_by, names_written
from autograder.notebook.code import (
    LONGEST_CELL,
    MOST_SOURCE,
    READING_SECONDS,
    Code,
    CodeReader,
    ReadingTime,
    code_lines,
)


def read(source: str) -> Code:
    return CodeReader().read(source)


def imported(code: Code) -> list[str]:
    nodes = [node for tree in code.trees for node in ast.walk(tree)]
    return [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]


@pytest.mark.parametrize(
    "line",
    [
        "%matplotlib inline", "%pip install x", "!ls -l", "!!ls", "torch?", "torch.nn??", "?torch", "%time?",
        "x = %pwd", "x = !ls", "x: list = !ls", "names = !ls \\\n  -l", "if True:\n    %pwd", "if True:\n    !ls",
        ",print a b", ";print a b", "/print a b", "%time x = 1", "get_ipython().run_line_magic('pwd', '')",
        "sep = '\f'", "# a page\f", "\f", "text = 'a\u2028b'", "# \u2029", "# \x85", "# \x1c \x0b",
        "%env A=\"", "!echo '''", "%cd \"it's", "%pwd\\",
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [True, False])
def test_no_line_hides_the_others(line, before):
    cell = f"{line}\n\nimport ctypes" if before else f"import ctypes\n{line}"
    code = read(cell)
    assert (imported(code), code.problem) == (["ctypes"], "")


@pytest.mark.parametrize(
    "cell",
    [
        "%%time\nimport ctypes", "%%capture out\n\nimport ctypes", "%%timeit -n 1 -r 1\nimport ctypes",
        "\n\n%%time\n%%capture\nimport ctypes", "%%prun\nimport ctypes", "%%their_own\nimport ctypes",
        "%%writefile helper.py\nimport ctypes", "%time import ctypes", "%timeit -n 1 -r1 import ctypes",
        "time import ctypes", "%time %timeit import ctypes", "    import ctypes\n    x = 1", "\timport ctypes",
        ">>> import ctypes\n>>> x = 1", "In [1]: import ctypes", "   ...: import ctypes",
        "for i in ():\n    %time import ctypes",
    ],
)  # fmt: skip
def test_what_a_magic_runs_and_what_was_pasted_is_read(cell):
    code = read(cell)
    assert set(imported(code)) == {"ctypes"}
    assert code.problem == ""


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        ("def f(:", "invalid syntax (line 1)"),
        ("%%time\nx = (", "'(' was never closed (line 1)"),
        ("%%their_own\nnot a language", "invalid syntax (line 1)"),
        ("%time x = (", "behind %time: '(' was never closed (line 1)"),
        ("x = 'a\0b'", "null bytes"),
        ("(" * 5000, "too many nested parentheses"),
        ("-" * 40_000 + "1", "nested too deeply"),
        ("%%time\n" * 50 + "x = 1", "cells nested too deeply"),
        ("a" * 3000 + "?", "very long name"),
        ("a" + "\u0300\u0316" * 20_000, "too many combining marks"),
        ("a" + "\u0f73" * 40_000, "too many combining marks"),  # none itself, but made of two
        ("a" + "\uff9e\u0f71" * 20_000, "too many combining marks"),
        ("x = 1\n" * LONGEST_CELL, "too long to be read"),
    ],
)
def test_what_cannot_be_read_says_so(cell, problem):
    code = read(cell)
    assert problem in code.problem
    assert code.tree is None or code.tree.body


@pytest.mark.parametrize(
    "cell", ["%%bash\nls -l 'x", "%%html\n<b>bold</b>", "%%latex\n\\frac12", "pip install x", "ls"]
)
def test_other_languages_and_commands_are_no_problem(cell):
    assert read(cell).problem == ""


@pytest.mark.parametrize(
    "cell",
    [
        "%pwd\n" * 450 + "x = 1\n" * 7000, ("a" * 1990 + "?\n") * 25, "x = %a \\\n" * 5000, "'\n" * 20_000, "?" * 40_000,
        "f'" + "{a:{b}}" * 7000 + "'", "f'''" + "{a}\n" * 12_000 + "'''", "a" * LONGEST_CELL, "\f" * LONGEST_CELL,
        "\\\n" * 20_000, "\n" * LONGEST_CELL + "?", " " * (LONGEST_CELL - 1) + "x", ">>> '''\n" * 6000,
    ],
)  # fmt: skip
def test_no_cell_takes_longer_than_the_time_for_reading(cell):
    began = time.thread_time()
    CodeReader(seconds=0.3).read(cell)
    assert time.thread_time() - began < 1.5


def test_the_time_and_the_characters_are_those_of_a_notebook():
    reader = CodeReader(seconds=0)
    assert reader.read("x = 1").problem == "took too long to be read"
    reader = CodeReader(most_source=10)
    assert [reader.read("x = 1").problem for _ in range(3)] == ["", "", "too long to be read"]
    assert MOST_SOURCE >= LONGEST_CELL
    assert READING_SECONDS < 10


def test_all_readers_of_a_submission_share_one_time():
    slow = "%pwd\n" * 450 + "x = 1\n" * 7000
    shared, began = ReadingTime(1.0), time.thread_time()
    with shared:
        assert CodeReader(0.2, shared=shared).read(slow).problem
    sum(range(10_000_000))  # what is no reading does not count
    with shared:
        assert not CodeReader(shared=shared).read("x = 1").problem
        assert CodeReader(shared=shared).read(slow).problem
    with shared:
        assert CodeReader(shared=shared).read("x = 1").problem == "took too long to be read"
    assert time.thread_time() - began < 5


STARTS = ["a", "time", "ls", "%time", "%time -", "%timeit -n 1", "%timeit -s", "x =", "=", "?"]
PARTS = [" ", "-", "-a ", "\t", "1", " 1", "\n", "=", "?", "%", "\f"]


@pytest.mark.parametrize(
    ("start", "part"),
    [
        # In every run each start and each part twice.
        pytest.param(start, part, marks=[] if (here - there) % len(STARTS) in (0, 3) else pytest.mark.single)
        for here, start in enumerate(STARTS)
        for there, part in enumerate(PARTS)
    ],
)
def test_no_line_of_ipythons_own_is_searched_in_every_way(start, part):
    began = time.thread_time()
    CodeReader(seconds=0.3).read(start + part * (40_000 // len(part)) + "\nb c")
    assert time.thread_time() - began < 1.5


@pytest.mark.parametrize("read", [newer_syntax, names_written], ids=lambda read: read.__name__)
@pytest.mark.parametrize(
    "part",
    ["type x ", "type x[a] ", "class A ", "async ", "except a, ", "except a ,b\t", "a,", "a ,", "a:", "from a ", "\t",
     " ", "(", "{", "f'{", "f'{#", "\"'", "def f", "import a,", "f'{{", "x" ],
)  # fmt: skip
def test_no_pattern_backtracks(read, part):
    began = time.thread_time()
    for text in (
        "#\n" * 20_000 + part,
        part * (LONGEST_CELL // len(part)),
        part + " " * 40_000 + ")",
        f"{part}\n" * 10_000,
    ):
        read(text[:LONGEST_CELL])
    assert time.thread_time() - began < 3


def test_lines_are_counted_as_in_tracebacks():
    for source, line, text in [
        ("\n\n  \nx = 1\n1 / 0", 2, "1 / 0"),
        ("sep = '\f'\n1 / 0", 2, "1 / 0"),
        ("%matplotlib inline\n1 / 0", 2, "1 / 0"),
        ("%%time\nx = 1\n1 / 0", 3, "1 / 0"),
        ("!ls \\\n -l\n1 / 0", 2, "1 / 0"),
        ("    x = 1\n    1 / 0", 2, "    1 / 0"),
        ("x = 1\n!ls", 2, "!ls"),
    ]:
        assert code_lines(source, read(source))[line - 1] == text


@pytest.mark.parametrize(
    "source", ["a = 1\nb = 20 % 3", "x = f(1)[2]\n", "'50 %'", "# why?!", "...", "a != b", "d = {}"]
)
def test_where_ipython_changes_nothing_it_is_not_asked(source):
    assert not read(source).is_special
    assert TransformerManager().transform_cell(source).rstrip("\n") == source.rstrip("\n")


def test_names_below_a_magic_are_bound():
    tree = read("%%time\nx = 1\ny: int = %pwd").tree
    assert tree is not None
    assert bound_by(tree.body) == {"x", "y"}
