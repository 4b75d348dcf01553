"""A cell that stops takes others along: the first one is named, wherever something is missing."""

from __future__ import annotations

import sys
import time

import nbformat
import pytest

from autograder.grading.first_cause import explained, stopped_cells
from autograder.grading.newer_python import newer_syntax
from autograder.model import CaseResult, CellRun, Ending, Outcome, QuestionResult
from autograder.report.student import feedback_page
from tests.engine.test_toy_lab import CLASS, COUNTS, MEDIAN


def case(message, *missing, outcome=Outcome.FAILED):
    return CaseResult("case", outcome, 0, 1, hidden=True, message=message, missing=missing)


def question(name, *cases):
    return QuestionResult(name, name, cases)


def notebook(*sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


def raised(index, error, line=0):
    return CellRun(index, Ending.RAISED, 0.0, error, line)


def test_the_page_the_flags_and_each_message_name_the_cell_that_stopped(grade_cells):
    grade = grade_cells(f"import math\nmath.no_such_thing\n{MEDIAN}", COUNTS, f"half = median([1])\n{CLASS}")
    cause = (
        "code cell 1 stopped at line 2, `math.no_such_thing`: AttributeError: module 'math' has no attribute"
    )
    (first,) = grade.first_causes
    assert first.startswith(cause)
    assert first.endswith("; 2 questions depend on what follows it")
    assert first in grade.flags
    messages = [one.message for result in grade.questions for one in result.cases if one.message]
    assert [message.partition(" is not defined: ")[0] for message in messages] == [
        "median",
        "median",
        "Counter",
    ]
    assert all(f"is not defined: {cause}" in message for message in messages)
    page = feedback_page(grade, "Toy")
    assert 0 < page.index("Look at this first") < page.index("Questions</h2>")


def test_a_name_of_a_function_that_is_missing_leads_to_its_cell(grade_cells):
    grade = grade_cells(
        "1 / 0\nimport statistics", "def median(v):\n    return statistics.median(v)", COUNTS, CLASS
    )
    (message, *_) = [one.message for one in grade.questions[0].cases if one.message]
    assert message.startswith(
        "statistics is not defined: code cell 1 stopped at line 1, `1 / 0`: ZeroDivisionError"
    )


def test_who_never_wrote_it_hears_the_usual_message(grade_cells):
    grade = grade_cells("1 / 0", COUNTS, CLASS)
    assert grade.first_causes == ()
    assert not any("code cell" in one.message for result in grade.questions for one in result.cases)


def test_a_chain_of_cells_leads_to_its_beginning():
    cells = notebook("import torch\nimport seaborn.nonsense", "class RNN:\n    x = seaborn", "net = RNN()")
    runs = [
        raised(0, "ModuleNotFoundError: No module named 'seaborn'", 2),
        raised(1, "NameError: name 'seaborn' is not defined", 1),
        raised(2, "NameError: name 'RNN' is not defined", 1),
    ]
    results, causes = explained(cells, runs, [question("a", case("net is None: is it there?", "net"))])
    assert causes == (
        "code cell 1 stopped at line 2, `import seaborn.nonsense`: ModuleNotFoundError: No module named 'seaborn' "
        "(this package is not installed here); 1 question depends on what follows it",
    )
    assert results[0].cases[0].message.startswith("net is not defined: code cell 1 stopped at line 2")


def test_only_what_stands_behind_the_line_is_missing():
    cells = notebook(
        "early = 1\nif early:\n    inside = 2\n    early()\nlate: int = 3\nfor i, (j, k) in (): w = (z := 1)"
    )
    (stopped,) = stopped_cells(cells, [raised(0, "TypeError: 'int' object is not callable", 4)])
    assert stopped.names == {"inside", "late", "i", "j", "k", "w", "z"}
    (stopped,) = stopped_cells(cells, [CellRun(0, Ending.TIMED_OUT, 90.0)])
    assert {"early", "late"} <= stopped.names
    assert stopped.what == "did not come to its end (timed out)"


def test_messages_about_something_else_and_other_outcomes_stay_as_they_are():
    cells, runs = notebook("1 / 0\nclass RNN: pass"), [raised(0, "ZeroDivisionError: division by zero", 1)]
    before = [
        question("wrong", case("The numbers are wrong.", "RNN")),
        question("passed", case("", outcome=Outcome.PASSED)),
        question("ours", case("the check itself broke", "RNN", outcome=Outcome.NOT_CHECKED)),
        question("another", case("TRNN is not defined", "TRNN")),
    ]
    assert explained(cells, runs, before) == (tuple(before), ())


def test_the_students_words_are_cut_and_lines_that_are_not_there_are_not_quoted():
    cells = notebook(f"x = 1; {'y' * 500}\nclass RNN: pass")
    error = "E\nx: " + "z" * 5000
    _, (cause,) = explained(cells, [raised(0, error, 1)], [question("a", case("RNN is missing", "RNN"))])
    assert len(cause) < 400
    assert "\n" not in cause
    (stopped,) = stopped_cells(cells, [raised(0, "E: x", 77)])
    assert stopped.what == "stopped: E: x"


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
def test_a_newer_python_is_named_with_both_versions():
    source = '%matplotlib inline\nnames = {}\nprint(f"{names["a"]}")\nclass RNN(Base):\n    pass\ndef help_me(): pass\nfrom torch import (nn, Tensor as T)\na, b = 1, 2'
    cells = notebook(source)
    runs = [raised(0, "SyntaxError: f-string: unmatched '[' (123.py, line 3)", 3)]
    (stopped,) = stopped_cells(cells, runs, "3.13.1")
    assert stopped.names == {"names", "RNN", "help_me", "nn", "T", "a", "b"}
    assert stopped.what == (
        'stopped at line 3, `print(f"{names["a"]}")`: SyntaxError: f-string: unmatched \'[\' (quotes, backslashes '
        "or line ends inside the braces of an f-string: that needs Python 3.12, here is 3.11; the notebook names "
        "Python 3.13.1)"
    )


NEWER = [
    ('print(f"uses {names["state"]}")', (3, 12)),
    ("x = f\"{'\\n'.join(a)}\" + '# no comment'", (3, 12)),
    ('f"{d["k"]!r:>{w["x"]}} {{no}}"\n# it\'s a comment\ny = f\'{1}\'', (3, 12)),
    ("type X = int\nx: X = 3", (3, 12)),
    ("def first[T](x: list[T]) -> T:\n    return x[0]", (3, 12)),
    ("try:\n    pass\nexcept ValueError, TypeError:\n    pass", (3, 14)),
    ('template = t"{name}"', (3, 14)),
]


@pytest.mark.parametrize(("source", "version"), NEWER)
def test_newer_syntax_is_recognised(source, version):
    expected = None if version <= sys.version_info[:2] else f"{version[0]}.{version[1]}"
    found = newer_syntax(source)
    assert (found and found[1]) == expected


@pytest.mark.parametrize(
    "source", ["x = 1", "x = (1", 'f"{a["b"]', 'x = f"{a["b"]}" + (', "type = 3\ntype X", "'" * 50_000 + 'f"{'],
)  # fmt: skip
def test_what_no_version_reads_or_ours_does_is_not_newer(source):
    assert newer_syntax(source) is None


@pytest.mark.parametrize(
    "before", ["", "\n\n", "%matplotlib inline\n", "sep = '\f'\n", "torch?\n", "%%time\n"]
)
def test_the_line_is_the_one_that_stopped_whatever_stands_above_it(before):
    source = f"{before}early = 1\n1 / 0\nlate = 2"
    line = 2 + before.lstrip("\n").count("\n")  # IPython takes empty lines above away
    (stopped,) = stopped_cells(notebook(source), [raised(0, "ZeroDivisionError: division by zero", line)])
    assert stopped.what == f"stopped at line {line}, `1 / 0`: ZeroDivisionError: division by zero"
    assert stopped.names == {"late"}


def test_cells_beyond_all_reading_cost_little_and_quote_nothing():
    sources = ["x = 1\n" * 100_000, *["late = 1\n" * 5000] * 100]
    runs = [raised(index, "E: x", 1) for index in range(len(sources))]
    began = time.thread_time()
    stopped = stopped_cells(notebook(*sources), runs)
    assert time.thread_time() - began < 4
    assert (stopped[0].what, stopped[0].names) == ("stopped: E: x", frozenset())
    assert (stopped[1].what, stopped[1].names) == ("stopped at line 1, `late = 1`: E: x", {"late"})


def test_a_pattern_for_newer_syntax_does_not_backtrack():
    assert newer_syntax("type x" + " " * 40_000 + "(") is None  # quadratic once: half a minute
