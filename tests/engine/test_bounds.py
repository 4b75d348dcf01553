"""A notebook may try to lengthen every list that ends in a result, a page, a table or a line of JSON."""

from __future__ import annotations

import json
import time
from dataclasses import fields, replace

from autograder.grading import bounds
from autograder.grading.bounds import bounded
from autograder.grading.pipeline import MOST_PASSED_OVER
from autograder.model import (
    CaseResult,
    CellRun,
    Ending,
    Grade,
    Outcome,
    Picture,
    QuestionResult,
    Status,
    Submission,
)
from autograder.report.grades import MOST_FLAGS, remarks, write_grades
from autograder.report.student import feedback_page
from autograder.store.results import to_dict
from tests.conftest import entry_of
from tests.engine.test_toy_lab import CLASS, COUNTS, MEDIAN

SUBMISSION = Submission("ada", "ada.ipynb", "Ada")
MANY = tuple(f"{i} {'x' * 5000}" for i in range(10_000))
CASE = CaseResult("case", Outcome.FAILED, 0, 1, True, *(["m" * 100_000] * 3), missing=MANY)
PICTURE = Picture("title", "x", "y", (0, 1), (0, 1), ("0" * 40,) * 40)
CELL = CellRun(0, Ending.RAISED, 0.0, "e" * 100_000, 1, MANY[:20], "a" * 100_000)
HUGE = Grade(
    SUBMISSION,
    Status.NOT_GRADABLE,
    reason="r" * 1_000_000,
    questions=(QuestionResult("q", "Q", (CASE,) * 30, MANY, (PICTURE,) * 1000),),
    cells=tuple(replace(CELL, index=i) for i in range(10_000)),
    first_causes=MANY,
    flags=MANY,
    notes=MANY,
    limits_hit=MANY,
)


def test_no_list_and_no_text_of_a_grade_grows_without_end():
    grade = bounded(HUGE)
    assert len(json.dumps(to_dict(grade), indent=1)) < 8_000_000  # most of it the cells, which are counted
    assert len(grade.cells) == 10_000
    for texts, most, longest in [
        (grade.flags, bounds.MOST_FLAGS, bounds.LONGEST_FLAG),
        (grade.notes, bounds.MOST_NOTES, bounds.LONGEST_NOTE),
        (grade.first_causes, bounds.MOST_NOTES, bounds.LONGEST_NOTE),
        (grade.limits_hit, bounds.MOST_NAMES, bounds.LONGEST_NAME),
        (grade.questions[0].notes, bounds.MOST_NOTES, bounds.LONGEST_NOTE),
        (grade.questions[0].cases[0].missing, bounds.MOST_NAMES, bounds.LONGEST_NAME),
    ]:
        assert len(texts) == most + 1
        assert texts[-1] == f"and {10_000 - most} more"
        assert max(map(len, texts)) == longest
    assert sum(len(cell.error) for cell in grade.cells) < 1_300_000
    assert sum(len(cell.passed_over) for cell in grade.cells) <= bounds.MOST_PASSED_OVER + 1
    assert len(grade.questions[0].pictures) == bounds.MOST_PICTURES
    assert len(grade.reason) == bounds.LONGEST_REASON


def test_every_list_of_a_grade_is_bounded_here_or_where_it_is_made():
    elsewhere = {
        "submission",  # of the upload: tests/engine/test_discover.py
        "manual",  # tests/engine/test_answers.py
        "sandbox_layers", "versions", "lab_files", "same_as", "phases",  # not the student's
    }  # fmt: skip
    long = {
        field.name
        for field in fields(Grade)
        if isinstance(getattr(HUGE, field.name), tuple | dict | Submission)
    }
    unchanged = {name for name in long if getattr(bounded(HUGE), name) == getattr(HUGE, name)}
    assert unchanged == elsewhere


def test_an_honest_grade_stays_as_it_is():
    grade = replace(
        HUGE, reason="", questions=(), cells=(), first_causes=("a",), flags=("b",), notes=(), limits_hit=()
    )
    assert bounded(grade) == grade


def test_the_table_says_how_many_remarks_it_left_out(tmp_path):
    entry = entry_of(replace(bounded(HUGE), submission=SUBMISSION))
    write_grades(tmp_path / "grades.csv", [entry], [], [])
    text = (tmp_path / "grades.csv").read_text()
    assert f"and {len(remarks(entry)) - MOST_FLAGS} more" in text
    assert len(text) < 40_000


def test_a_notebook_that_lengthens_everything_gets_a_short_result(grade_cells):
    reads = "\n".join(f"open('secret-{i}'); import tests.a{i}" for i in range(300))
    indented = reads.replace("\n", "\n  ")
    missing = [f"import no_such_package_{i}" for i in range(25)]
    fails = [f"raise ValueError('{i}' + 'x' * 5000)" for i in range(15)]
    addresses = [
        f"import urllib.request\nurllib.request.urlopen('https://example.com/{i}')" for i in range(5)
    ]
    began = time.thread_time()
    grade = grade_cells(
        COUNTS, reads, *[f"if 0:\n  {indented}"] * 2, *missing, *fails, *addresses, MEDIAN, CLASS
    )
    assert time.thread_time() - began < 8
    assert grade.score == 5
    assert len(grade.flags) < bounds.MOST_FLAGS
    assert f"and {25 - MOST_PASSED_OVER} more passed over" in grade.flags
    assert "and 2 more with an address that is not the lab's data" in grade.flags
    assert any(flag.endswith("more flags of reading the source") for flag in grade.flags)
    assert len(json.dumps(to_dict(grade))) < 500_000
    assert len(feedback_page(grade, "Toy")) < 200_000
