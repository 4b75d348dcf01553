"""A second assignment, neither RNN nor torch, graded by the same engine: it knows no lab."""

from __future__ import annotations

import nbformat
import pytest

from autograder.grading.namespace import kept
from autograder.kernel import cells
from autograder.kernel.session import Session
from autograder.model import Ending, Outcome, Status
from tests.conftest import TOY_LAB

URL = "https://example.org/words.txt"
MEDIAN = "def median(v):\n    v = sorted(v); n = len(v)\n    return v[n//2] if n % 2 else (v[n//2-1] + v[n//2]) / 2"
COUNTS = (
    "import urllib.request, collections\n"
    f"words = urllib.request.urlopen('{URL}').read().decode().split()\n"
    "counts = dict(collections.Counter(words))"
)
CLASS = (
    "class Counter:\n"
    "    def __init__(self): self.n = {}\n"
    "    def add(self, w): self.n[w] = self.n.get(w, 0) + 1\n"
    "    def total(self, w): return self.n[w]"
)


def points(grade):
    return {question.name: question.points for question in grade.questions}


def test_a_complete_notebook_earns_everything(grade_cells):
    grade = grade_cells(MEDIAN, COUNTS, CLASS)
    assert grade.status is Status.GRADED
    assert points(grade) == {"median": 2, "counter": 3}
    assert (grade.score, grade.max_score) == (5, 5)
    assert [m.name for m in grade.manual] == ["essay"]


def test_an_empty_notebook_earns_nothing_and_says_why(grade_cells):
    grade = grade_cells("pass")
    assert grade.status is Status.GRADED
    assert grade.score == 0
    assert all(case.message for question in grade.questions for case in question.cases)


def test_an_error_in_a_cell_does_not_stop_the_notebook(grade_cells):
    grade = grade_cells("1 / 0", MEDIAN, "raise KeyError('x')", COUNTS, CLASS)
    assert grade.score == 5
    assert [run.ending for run in grade.cells] == [
        Ending.RAISED, Ending.FINISHED, Ending.RAISED, Ending.FINISHED, Ending.FINISHED,
    ]  # fmt: skip
    assert grade.cells[0].error == "ZeroDivisionError: division by zero"


def test_a_cell_that_kills_the_kernel_costs_only_itself(grade_cells):
    grade = grade_cells(MEDIAN, "import os; os._exit(0)", COUNTS, CLASS)
    assert grade.score == 5
    assert grade.cells[1].ending is Ending.DIED
    assert "1 cell(s) ended the kernel" in grade.flags


def test_a_question_that_kills_the_kernel_costs_only_itself(grade_cells):
    grade = grade_cells("def median(v):\n    import os; os._exit(0)", COUNTS, CLASS)
    assert points(grade) == {"median": 0, "counter": 3}
    cases = grade.questions[0].cases
    assert all(case.ending is Ending.DIED for case in cases)
    assert "ended the Python process" in cases[0].message


@pytest.mark.slow
def test_an_endless_cell_is_interrupted_and_the_rest_is_graded(grade_cells):
    grade = grade_cells(MEDIAN, "while True: pass", COUNTS, CLASS, cell_seconds=1)
    assert grade.score == 5
    assert grade.cells[1].ending is Ending.TIMED_OUT
    assert [hit.partition(":")[0] for hit in grade.limits_hit] == ["cell_seconds"]


@pytest.mark.slow
def test_an_endless_cell_that_ignores_interrupts_is_ended(grade_cells, monkeypatch):
    monkeypatch.setattr(cells, "INTERRUPT_GRACE", 1.0)
    ignore = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    grade = grade_cells(
        MEDIAN,
        ignore + "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        COUNTS,
        CLASS,
        cell_seconds=1,
    )
    assert grade.score == 5
    assert grade.cells[1].ending is Ending.TIMED_OUT


@pytest.mark.slow
def test_an_endless_question_costs_only_itself(grade_cells):
    grade = grade_cells("def median(v):\n    while True: pass", COUNTS, CLASS, request_seconds=1)
    assert points(grade) == {"median": 0, "counter": 3}
    assert grade.questions[0].cases[0].ending is Ending.TIMED_OUT
    assert any(hit.startswith("request_seconds") for hit in grade.limits_hit)


def test_output_beyond_the_limit_is_dropped_and_named(grade_cells):
    grade = grade_cells("for i in range(3): print('x' * 500_000)", MEDIAN, COUNTS, CLASS)
    assert grade.score == 5
    assert grade.cells[0].ending is Ending.OUTPUT_LIMIT


def test_memory_beyond_the_limit_is_a_memory_error(grade_cells):
    grade = grade_cells("x = bytearray(2 << 30)", MEDIAN, COUNTS, CLASS)
    assert grade.score == 5
    assert grade.cells[0].error.startswith("MemoryError")


@pytest.mark.slow
def test_disk_beyond_the_limit_ends_the_kernel_and_costs_only_the_cell(grade_cells):
    fill = "import time\nfor i in range(8):\n    open(f'f{i}', 'wb').write(bytes(5 << 20))\ntime.sleep(2)"
    grade = grade_cells(MEDIAN, fill, COUNTS, CLASS)
    assert grade.score == 5
    assert grade.cells[1].ending is Ending.DISK_FULL
    assert grade.limits_hit == ("disk_mb: 20 MB of disk",)


@pytest.mark.slow
def test_threads_beyond_the_limit_cost_only_the_cell(grade_cells):
    many = "import threading, time\nthreading.stack_size(65536)\nfor i in range(300): threading.Thread(target=time.sleep, args=(2,)).start()\ntime.sleep(2)"
    grade = grade_cells(MEDIAN, many, COUNTS, CLASS)
    assert grade.score == 5
    # With a user id of its own the process cannot start them; else the watchdog ends it.
    assert grade.cells[1].ending is Ending.THREAD_LIMIT or grade.cells[1].error.startswith(
        "RuntimeError: can't start"
    )


def test_commands_are_skipped_and_other_downloads_fail_clearly(grade_cells):
    grade = grade_cells(
        "%pip install anything\n!ls\nlisting = !ls",
        "import urllib.request; urllib.request.urlopen('https://example.org/else')",
        MEDIAN, COUNTS, CLASS,
    )  # fmt: skip
    assert grade.score == 5
    assert grade.cells[0].ending is Ending.FINISHED
    assert "there is no network while grading" in grade.cells[1].error


@pytest.mark.parametrize(
    "download",
    [
        "import requests; text = requests.get(url).text",
        "import urllib.request as r; text = r.urlopen(r.Request(url)).read().decode()",
        "import urllib.request as r; text = open(r.urlretrieve(url, 'copy.txt')[0]).read()",
        "import pandas as pd; text = ' '.join(pd.read_csv(url, sep=' ', header=None).iloc[0])",
        "text = open('words.txt').read()",
    ],
)
def test_the_files_of_the_lab_are_there_however_they_are_fetched(grade_cells, download):
    grade = grade_cells(f"url = '{URL}'\n{download}\nassert text == 'one two two three three three'")
    assert grade.cells[0].error == ""


def test_the_otter_of_the_notebook_is_a_stand_in(grade_cells):
    grade = grade_cells(
        "import otter\ngrader = otter.Notebook('words.ipynb')", "grader.check('median')", "grader.export()",
        MEDIAN, COUNTS, CLASS,
    )  # fmt: skip
    assert grade.score == 5
    assert {run.ending for run in grade.cells} == {Ending.FINISHED}


def test_names_of_builtins_in_the_notebook_disturb_nothing(grade_cells):
    shadow = "list = dict = str = print = len = isinstance = getattr = 5"
    grade = grade_cells(MEDIAN.replace("len(v)", "v.__len__()"), COUNTS, CLASS, shadow)
    assert points(grade)["counter"] == 3


def test_a_notebook_that_is_none_is_not_gradable(grade_cells, tmp_path, toy_course):
    from autograder.grading.pipeline import grade
    from autograder.model import Submission

    file = tmp_path / "broken.ipynb"
    file.write_bytes(b'{"cells": [')
    result = grade(Submission("broken", file.name, "broken", file=file), toy_course)
    assert result.status is Status.NOT_GRADABLE
    assert result.reason
    assert result.questions == ()


def test_a_check_that_breaks_is_not_a_zero(toy_course, write_notebook, tmp_path):
    import dataclasses

    from otter.test_files import ExceptionTestFile

    from autograder.grading.pipeline import grade
    from autograder.model import Submission

    source = (
        "from otter.test_files import test_case\nOK_FORMAT = False\nname = 'median'\npoints = None\n"
        "@test_case(points=2)\ndef test_broken(median):\n    import no_such_module_of_the_lab\n"
    )
    broken = dataclasses.replace(toy_course.questions[0], file=ExceptionTestFile.from_string(source))
    course = dataclasses.replace(toy_course, questions=(broken, toy_course.questions[1]))
    file = write_notebook(MEDIAN, COUNTS, CLASS)
    result = grade(Submission("x", "x", "x", file=file), course)
    assert result.questions[0].cases[0].outcome is Outcome.NOT_CHECKED
    assert result.status is Status.NOT_GRADABLE
    assert "no_such_module_of_the_lab" in result.reason


def test_one_long_line_of_output_costs_no_time_of_ours(grade_cells):
    grade = grade_cells("print('x' * 900_000)", MEDIAN, COUNTS, CLASS)
    assert grade.score == 5


def test_temporary_files_go_to_the_working_directory(grade_cells):
    grade = grade_cells(
        "import tempfile, os\nwith tempfile.NamedTemporaryFile() as f: assert f.name.startswith(os.getcwd())"
    )
    assert grade.cells[0].error == ""


@pytest.mark.slow
def test_a_notebook_that_closes_the_question_channel_gets_zero_soon_and_hears_why(grade_cells):
    grade = grade_cells(MEDIAN, COUNTS, CLASS, "import os; os.close(3)")
    assert grade.score == 0
    assert "closed the channel" in grade.questions[0].cases[0].evidence


def test_when_the_time_is_used_up_the_report_says_so(toy_course, write_notebook):
    import dataclasses

    from autograder.grading.pipeline import grade
    from autograder.model import Submission

    settings = dataclasses.replace(toy_course.settings, submission_seconds=1.5)
    course = dataclasses.replace(toy_course, settings=settings)
    file = write_notebook("import time; time.sleep(1.7)", MEDIAN, COUNTS, CLASS)
    result = grade(Submission("slow", "slow", "slow", file=file), course)
    assert {case.ending for question in result.questions for case in question.cases} == {Ending.TIME_USED_UP}
    assert any(hit.startswith("submission_seconds") for hit in result.limits_hit)


@pytest.mark.slow
def test_unlinked_and_deeply_nested_files_count_too(grade_cells):
    unlinked = (
        "import os, time\nkeep = []\nfor i in range(6):\n    f = open('f', 'wb'); f.write(bytes(5 << 20)); f.flush()\n"
        "    os.unlink('f'); keep.append(f)\ntime.sleep(2)"
    )
    deep = "import os, time\nfor i in range(60):\n    os.mkdir('d' * 100); os.chdir('d' * 100)\ntime.sleep(2)"
    assert grade_cells(MEDIAN, unlinked, COUNTS, CLASS).cells[1].ending is Ending.DISK_FULL
    grade = grade_cells(MEDIAN, deep, COUNTS, CLASS)
    assert grade.cells[1].ending is Ending.FILE_LIMIT
    assert grade.score == 5


def test_a_fork_server_that_dies_is_replaced(write_notebook):
    from autograder.grading.run_settings import RunSettings
    from autograder.model import Submission
    from autograder.workers.worker import Worker

    file = write_notebook(MEDIAN, COUNTS, CLASS)
    with Worker(RunSettings(TOY_LAB / "grading_config.yml")) as worker:
        worker._course.server.process.kill()
        assert worker.grade(Submission("a", "a", "a", file=file)).score == 5


@pytest.mark.parametrize("magic", ["", "%%time\n", "%%capture\n", "%matplotlib inline\n", "\n%%time\n%pwd\n"])
def test_a_cell_below_a_magic_can_be_asked_to_run_again(toy_course, magic):
    cells = [
        nbformat.v4.new_code_cell(source)
        for source in ("value = 1", f"{magic}twice = 2 * value", "%nothing?")
    ]
    with Session(toy_course.server, toy_course.settings) as session:
        session.run(nbformat.v4.new_notebook(cells=cells))
        names = session.names()
        names.begin_case(1, forbid_autograd=False, patience=None)
        with kept(names, "twice"):
            assert names.rerun("twice", {"value": 21})
            assert names["twice"] == 42
            assert not names.rerun("thrice", {})
        names.begin_case(1, forbid_autograd=False, patience=None)
        assert (names["value"], names["twice"]) == (1, 2), "the next case finds what the notebook left"


def test_what_a_case_sets_is_gone_in_the_next_one(toy_course):
    """A test that replaces a function and does not put it back must not cost the questions after it."""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("def f(x):\n    return 1\n\nkept = 5")]
    )
    with Session(toy_course.server, toy_course.settings) as session:
        session.run(notebook)
        names = session.names()
        names.begin_case(1, forbid_autograd=False, patience=None)
        names["f"] = lambda x: 2
        names["new"] = 3
        del names["kept"]
        assert names["f"](0) == 2
        names.begin_case(1, forbid_autograd=False, patience=None)
        assert (names["f"](0), names["kept"], "new" in names) == (1, 5, False)
