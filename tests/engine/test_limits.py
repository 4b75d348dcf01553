"""Every limit of the configuration is enforced from outside the student's code and named when it is hit."""

from __future__ import annotations

import dataclasses
import resource

import nbformat
import pytest

from autograder.config.load import load
from autograder.config.schema import Limits, Question
from autograder.grading import questions
from autograder.grading.course import opened
from autograder.grading.pipeline import grade
from autograder.grading.questions import ask, load_questions
from autograder.kernel.session import Session
from autograder.model import Ending, Status, Submission
from tests.conftest import TOY_LAB, notebook_bytes

COUNTS = "counts = {'one': 1, 'two': 2, 'three': 3}"
"""Earns one point, before and after whatever happens between."""

CELLS = {
    "cell_seconds": "import time\ntime.sleep(60)",
    "notebook_seconds": "import time\nwhile True: time.sleep(1)",
    "memory_mb": "x = bytearray(4 << 30)",
    "disk_mb": "import time\nfor i in range(8):\n    open(f'f{i}', 'wb').write(bytes(5 << 20))\ntime.sleep(2)",
    "disk_files": "import time\nfor i in range(300): open(f'f{i}', 'w').close()\ntime.sleep(2)",
    "file_mb": "with open('big', 'wb') as file: file.write(bytes(11 << 20))",
    "open_files": "files = [open('words.txt') for _ in range(300)]",
    "threads": "import threading, time\nthreading.stack_size(65536)\n"
    "for i in range(300): threading.Thread(target=time.sleep, args=(2,)).start()\ntime.sleep(2)",
    "output_mb": "for i in range(3): print('x' * 500_000)",
}
QUESTIONS = {
    "request_seconds": "import time\ndef median(v): time.sleep(60)",
    "submission_seconds": "import time\nclass Counter:\n    add = lambda self, word: time.sleep(1.5)\n"
    "    total = lambda self, word: time.sleep(1.5)\ndef median(v): time.sleep(1.5)",
    "reply_mb": "def median(v): return b'x' * (3 << 20)",
}
OF_INTAKE = {"notebook_mb", "archive_mb", "archive_members"}
ELSEWHERE = {"restarts", "grader_mb", "reading_mb", "busy_factor"}


@pytest.fixture(scope="module")
def course_with():
    """The toy course with other limits; one fork server for all of them."""
    lab = load(TOY_LAB / "grading_config.yml")
    with opened(lab) as course:

        def changed(**limits):
            settings = dataclasses.replace(course.settings, **limits)
            return dataclasses.replace(course, settings=settings)

        yield changed


@pytest.fixture
def grade_with(course_with, tmp_path):
    """Grade cells under other limits."""

    def run(*cells, **limits):
        file = tmp_path / "student.ipynb"
        file.write_bytes(notebook_bytes(*cells))
        return grade(Submission("student", "student.ipynb", "student", file=file), course_with(**limits))

    return run


def test_each_limit_is_tested():
    assert set(Limits.model_fields) == {*CELLS, *QUESTIONS, *OF_INTAKE, *ELSEWHERE}


def test_each_limit_of_the_schema_stands_in_the_configuration_with_its_default():
    given = load(TOY_LAB.parents[2] / "grading_config.yml").config.limits
    assert given.model_fields_set == set(Limits.model_fields)
    assert given == Limits()


@pytest.mark.slow
@pytest.mark.parametrize("name", CELLS)
def test_a_limit_that_a_cell_hits_is_named_and_costs_nothing_else(grade_with, course_with, name):
    few_files = dataclasses.replace(course_with().settings.limits, disk_files=200)
    limits = {"limits": few_files}
    if name in ("notebook_seconds", "cell_seconds"):
        limits |= {name: 2.0 if name == "notebook_seconds" else 1.0}
    cells = [COUNTS, CELLS[name], "pass"] if name == "notebook_seconds" else [CELLS[name], COUNTS]
    graded = grade_with(*cells, **limits)
    assert graded.status is Status.GRADED
    assert graded.score == 1
    assert [hit.split(":")[0] for hit in graded.limits_hit if hit.startswith(name)] == [name]


@pytest.mark.slow
@pytest.mark.parametrize("name", QUESTIONS)
def test_a_limit_that_an_answer_hits_is_named(grade_with, name):
    seconds = 3.0 if name == "submission_seconds" else 60.0
    hurried = {"request_seconds": 1.0} if name == "request_seconds" else {}
    graded = grade_with(COUNTS, QUESTIONS[name], submission_seconds=seconds, **hurried)
    assert graded.status is Status.GRADED
    assert [hit.split(":")[0] for hit in graded.limits_hit] == [name]


def test_who_answers_more_than_the_grader_can_hold_hears_that_and_not_of_outputs(grade_with):
    source = "def median(v): return [0.5] * 900_000"
    graded = grade_with(COUNTS, source, reply_bytes=16 << 20, reading_bytes=8 << 20)
    ended = [
        case for result in graded.questions for case in result.cases if case.ending is Ending.READING_LIMIT
    ]
    assert ended
    assert ended[0].message.endswith("it gave more answers than the grader can hold.")
    assert [run.ending for run in graded.cells] == [Ending.FINISHED] * 2
    assert [hit.split(":")[0] for hit in graded.limits_hit] == ["reading_mb"]


def test_after_too_many_deaths_the_rest_of_the_notebook_is_left_out(grade_with):
    graded = grade_with(COUNTS, *["import os; os._exit(1)"] * 6, "pass", restarts=3)
    assert [run.ending for run in graded.cells] == [
        Ending.FINISHED, *[Ending.DIED] * 3, *[Ending.RESTART_LIMIT] * 4
    ]  # fmt: skip
    assert graded.score == 1
    assert any(hit.startswith("restarts: ") for hit in graded.limits_hit)


def put_four_cases(toy_course, tmp_path, source):
    """Four cases that all call ``f`` of a notebook that is ``source``: their results, and the session."""
    cases = "".join(f"@test_case(name='{n}', points=1)\ndef case_{n}(f):\n    f()\n" for n in range(4))
    (tmp_path / "four.py").write_text(
        f"from otter.test_files import test_case\nOK_FORMAT = False\nname = 'four'\npoints = None\n{cases}"
    )
    wanted = Question(name="four", title="Four", points=4)
    (question,) = load_questions(tmp_path, ".", [wanted])
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    with Session(toy_course.server, toy_course.settings) as session:
        session.run(notebook)
        return ask(question, session, 0).cases, session


def test_a_question_that_ends_the_process_is_not_asked_for_ever(toy_course, tmp_path):
    cases, _ = put_four_cases(toy_course, tmp_path, "def f():\n    import os; os._exit(1)")
    assert [case.ending for case in cases] == [Ending.DIED] * 4
    # The first two cases were asked; the others would only cost time.
    assert ["not asked again" in case.evidence for case in cases] == [False, False, True, True]


def test_a_student_who_says_too_large_has_hit_no_limit(toy_course, tmp_path):
    source = "from autograder.kernel.plain import NotPlain\ndef f():\n    raise NotPlain('it is too large')"
    cases, _ = put_four_cases(toy_course, tmp_path, source)
    assert {case.ending for case in cases} == {Ending.FINISHED}
    assert {case.evidence for case in cases} == {"it is too large"}


@pytest.mark.thorough
@pytest.mark.slow
def test_after_a_timeout_a_question_has_less_time(toy_course, tmp_path, monkeypatch):
    monkeypatch.setattr(questions, "AFTER_A_TIMEOUT", 0.2)
    session = dataclasses.replace(toy_course.settings, request_seconds=1.5)
    course = dataclasses.replace(toy_course, settings=session)
    takes_long = "import time\nwaits = [{}, 0.6, 0.6, 0.6]\ndef f(): time.sleep(waits.pop(0))"
    patient, _ = put_four_cases(course, tmp_path, takes_long.format(0.6))
    assert [case.ending for case in patient] == [Ending.FINISHED] * 4
    hurried, _ = put_four_cases(course, tmp_path, takes_long.format(60))
    assert [case.ending for case in hurried] == [Ending.TIMED_OUT] * 4


def test_a_grading_process_has_a_memory_limit(tmp_path):
    from autograder.grading.run_settings import RunSettings
    from autograder.workers.worker import Worker

    before = resource.getrlimit(resource.RLIMIT_DATA)
    try:
        with Worker(RunSettings(TOY_LAB / "grading_config.yml")):
            soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
            assert soft == Limits().grader_mb << 20
            assert hard == before[1]  # the students' own limit is set below this one
            with pytest.raises(MemoryError):
                bytearray(7 << 30)
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
