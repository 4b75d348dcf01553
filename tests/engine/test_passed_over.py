"""What cannot matter to a mark does not stop a cell, and what is needed fails where it is needed."""

from __future__ import annotations

import pytest

from autograder.kernel.cell_reply import LONGEST_REMARK, MOST_REMARKS, cell_run
from autograder.model import Ending
from tests.engine.test_toy_lab import CLASS, COUNTS, MEDIAN, points


def flags(grade):
    return [
        flag.removeprefix("passed over in ") for flag in grade.flags if flag.startswith("passed over in ")
    ]


def endings(grade):
    return [run.ending for run in grade.cells]


def test_an_import_that_nothing_needs_stops_nothing_and_is_a_remark(grade_cells):
    grade = grade_cells(
        f"import seaborn as sns\nsns.set_theme(style='dark')\n{MEDIAN}",
        f"from jaxtyping import Float\ndef kept(x: Float['n']) -> Float['n'] | None: return x\n{COUNTS}",
        f"import nest_asyncio\nnest_asyncio.apply()\n{CLASS}",
        "from google.colab import drive\ndrive.mount('/content/drive')",
        "%%time\nimport plotly.express as px, os\nfrom lightning import *",
        "%%time\n%matplotlib inline\nimport plotly.express as px\nfrom lightning import *",
    )
    assert grade.score == 5
    assert [run.error for run in grade.cells] == [""] * 6
    missing = "which is not installed here"
    assert flags(grade) == [
        f"code cell 1: import of seaborn, {missing}",
        f"code cell 2: import of jaxtyping, {missing}",
        f"code cell 3: import of nest_asyncio, {missing}",
        f"code cell 4: import of google.colab, {missing}",
        f"code cell 5: import of plotly, {missing}",
        f"code cell 5: import of lightning, {missing}",
        f"code cell 6: import of plotly, {missing}",
        f"code cell 6: import of lightning, {missing}",
    ]


def test_a_missing_package_fails_where_it_is_used_and_says_so(grade_cells):
    uses = ["px.line([1])", "px + 1", "for row in px: pass", "class Own(px): pass", "float(px)", "bool(px)"]
    cells = [f"before = 1\n{use}\nafter = 1" for use in uses]
    grade = grade_cells(f"import plotly.express as px\n{MEDIAN}", *cells, f"px.bar()\n{CLASS}", COUNTS)
    assert points(grade) == {"median": 2, "counter": 1}
    assert endings(grade) == [Ending.FINISHED, *[Ending.RAISED] * 7, Ending.FINISHED]
    assert [run.line for run in grade.cells[1:8]] == [2, 2, 2, 2, 2, 2, 1]
    for run in grade.cells[1:8]:
        assert run.error.startswith(
            "ModuleNotFoundError: No module named 'plotly': it is not installed where notebooks are graded"
        )
    assert grade.first_causes[0].startswith("code cell 8 stopped at line 1, `px.bar()`: ModuleNotFoundError")


def test_a_notebook_that_is_prepared_for_a_missing_package_sees_that_it_is_missing(grade_cells):
    prepared = [
        "try:\n    import cupy as np\nexcept ImportError:\n    np = None\nassert np is None",
        "from contextlib import suppress\nthere = 0\nwith suppress(ImportError):\n    import cupy\n    there = 1\nassert not there",
        "def there():\n    import cupy\n    return True\ntry:\n    found = there()\nexcept ModuleNotFoundError:\n    found = False\nassert not found",
        "import cupy\ntry:\n    import cupy\n    found = True\nexcept ImportError:\n    found = False\nassert not found",
        "%%time\ntry:\n    import cupy\n    there = 1\nexcept ImportError:\n    there = 0\nassert not there",
        "import importlib.util, sys\nassert importlib.util.find_spec('cupy') is None and 'cupy' not in sys.modules",
    ]  # fmt: skip
    grade = grade_cells(*prepared)
    assert [run.error for run in grade.cells] == [""] * 6
    assert flags(grade) == ["code cell 4: import of cupy, which is not installed here"]


def test_what_a_package_that_is_there_lacks_is_an_error_as_ever(grade_cells):
    grade = grade_cells("import json.nonsense", "from json import nonsense", "import own_module")
    errors = [run.error.partition(":")[0] for run in grade.cells]
    assert errors == ["ModuleNotFoundError", "ImportError", ""]


def test_extensions_and_magics_that_are_missing_stop_nothing(grade_cells):
    grade = grade_cells(
        f"%load_ext nb_black\n%lab_black on\n{MEDIAN}", f"%time two = 2\nassert two == 2\n{COUNTS}", CLASS
    )
    assert grade.score == 5
    assert endings(grade) == [Ending.FINISHED] * 3
    assert flags(grade) == [
        "code cell 1: the extension nb_black, which is not installed here",
        "code cell 1: the magic %lab_black, which is not there",
    ]


def test_what_stands_below_a_cell_magic_that_is_missing_runs(grade_cells):
    grade = grade_cells(
        f"%%black -l 99\n{MEDIAN}",
        f"%%heat\n%%time\nimport plotly\n{COUNTS}",
        f"%%matplotlib inline\n{CLASS}\nseven = 7",
        "%%nothing",
        "%%heat\nx = 1\n1 / 0",
        "%%heat\nx = = 1",
        "%%html\nmedian = 1",
        "%%bash\nmedian = 1",
        "%%writefile own.py\nmedian = 1",
        "%%R\nmedian <- 1",
        "assert seven == 7 and callable(median) and open('own.py').read() == 'median = 1\\n'",
    )
    assert grade.score == 5
    errors = [run.error for run in grade.cells]
    assert errors[:4] == [""] * 4
    assert (errors[4], grade.cells[4].line) == ("ZeroDivisionError: division by zero", 3)
    assert (errors[5].partition(":")[0], grade.cells[5].line) == ("SyntaxError", 2)
    assert errors[6:9] == [""] * 3
    assert errors[9].startswith("UsageError: Cell magic `%%R` not found")
    assert errors[10] == ""
    there = "which is not there"
    assert flags(grade) == [
        f"code cell 1: the magic %%black, {there}",
        "code cell 2: import of plotly, which is not installed here",
        f"code cell 2: the magic %%heat, {there}",
        f"code cell 3: the magic %%matplotlib, {there}",
        f"code cell 4: the magic %%nothing, {there}",
        f"code cell 5: the magic %%heat, {there}",
        f"code cell 6: the magic %%heat, {there}",
    ]


@pytest.mark.parametrize(
    "reset", ["%reset -f", "%reset", "get_ipython().magic('reset -sf')", "%reset_selective -f [a-zA-Z]"]
)
def test_names_that_the_last_cell_takes_away_are_asked_for_all_the_same(grade_cells, reset):
    grade = grade_cells(MEDIAN, COUNTS, CLASS, f"{reset}\nprint('bye')")
    assert grade.score == 5
    assert flags(grade) == ["code cell 4: %reset: the names that it took away are asked for all the same"]


def test_a_reset_at_the_top_is_no_remark_and_one_in_between_takes_names_away(grade_cells):
    grade = grade_cells(f"%reset -f\n{MEDIAN}", "old = 1", "%reset -f", "print(old)", COUNTS, CLASS)
    assert endings(grade)[3] is Ending.RAISED
    assert grade.cells[3].error == "NameError: name 'old' is not defined"
    assert [flag[:11] for flag in flags(grade)] == ["code cell 3"]


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("x = 1\n\n1 / 0", 3),
        ("def f():\n    return 1 / 0\n\nf()", 4),
        ("%%time\nx = 1\n1 / 0", 3),
        ("%%capture\nx = 1\n1 / 0", 3),
        ("x = 1\nclass A:\n    class B:\n        1 / 0", 4),
        ("%%time\ndef f():\n    return 1 / 0\n[f() for _ in '1']", 4),
        ("%%capture\nx = = 1", 2),
        ("%matplotlib inline\nx = = 1", 2),
    ],
)
def test_the_line_at_which_a_cell_stopped(grade_cells, cell, line):
    (run,) = grade_cells(cell).cells
    assert (run.ending, run.line) == (Ending.RAISED, line)


def test_a_reply_that_lies_says_nothing_or_something_short():
    for lie in (
        None,
        7,
        "x",
        [],
        {"line": "3", "passed_over": 7},
        {"line": True, "passed_over": [["package"]]},
    ):
        run = cell_run(0, Ending.FINISHED, 0.0, {"content": {"status": "ok", "autograder": lie}})
        assert (run.line, run.passed_over) == (0, ())
    for lie in (None, 7, "", ["x"]):
        report = {"kept_back": lie}
        assert cell_run(0, Ending.FINISHED, 0.0, {"content": {"autograder": report}}).error == ""
    for line in (-1, 0, 10**9, 1.0):
        assert cell_run(0, Ending.RAISED, 0.0, {"content": {"autograder": {"line": line}}}).line == 0
    said = [
        ["package", "x" * 10_000],
        ["grade", "25"],
        ["package", 3],
        *(["style", str(i)] for i in range(1000)),
    ]
    found = cell_run(0, Ending.FINISHED, 0.0, {"content": {"autograder": {"line": 2, "passed_over": said}}})
    assert found.line == 2
    assert found.passed_over[0] == f"import of {'x' * LONGEST_REMARK}, which is not installed here"
    assert len(found.passed_over) == MOST_REMARKS - 2
    assert not any("25" in what for what in found.passed_over)
