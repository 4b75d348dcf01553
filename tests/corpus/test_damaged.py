"""Damaged, odd and merely unusual notebooks: repaired and graded, or refused with a reason that helps.

    damaged/<name>/expect.yml
    damaged/<name>/submission.ipynb   or, for large ones, build.py with build() -> bytes

All are submissions to the toy lab (``tests/engine/toy_lab``, five points). ``expect.yml`` knows

* ``why``: one sentence.
* ``file``: the name under which it is handed in. Default: ``submission.ipynb``.
* ``status``: ``graded`` or ``not_gradable``.
* ``marks``: question -> points, a question that is not named gets 0; ``all`` where nothing is lost.
* ``reason``: what the reason of a submission that is not gradable says.
* ``notes``: what the notes say, each somewhere: nothing is repaired silently.
* ``errors``: what the errors of the cells say, each somewhere.
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from autograder.config.load import load
from autograder.grading.pipeline import grade
from autograder.model import Status
from autograder.submissions.discover import discover

from tests.conftest import TOY_LAB

HERE = Path(__file__).parent / "damaged"
POINTS = {
    question.name: question.points for question in load(TOY_LAB / "grading_config.yml").config.questions
}


@dataclass(frozen=True)
class Case:
    """What is handed in, and what must come of it."""

    folder: Path
    why: str
    status: str
    file: str = "submission.ipynb"
    marks: Mapping[str, float] | str = ""
    reason: str = ""
    notes: Sequence[str] = ()
    errors: Sequence[str] = ()

    def bytes(self) -> bytes:
        """The file that is handed in."""
        build = self.folder / "build.py"
        if build.exists():
            return runpy.run_path(str(build))["build"]()
        return (self.folder / "submission.ipynb").read_bytes()


def toy_notebook() -> dict[str, Any]:
    """A good notebook of the toy lab, for cases that are built."""
    return json.loads((HERE / "name_numbered" / "submission.ipynb").read_bytes())


def written(notebook: dict[str, Any]) -> bytes:
    """A notebook as a file."""
    return json.dumps(notebook, ensure_ascii=False).encode()


CASES = [
    Case(file.parent, **yaml.safe_load(file.read_text("utf-8"))) for file in sorted(HERE.glob("*/expect.yml"))
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_damaged_notebook(case, toy_course, tmp_path):
    upload, spool = tmp_path / "upload", tmp_path / "spool"
    upload.mkdir()
    spool.mkdir()
    (upload / case.file).write_bytes(case.bytes())
    (submission,) = discover([upload], spool, toy_course.lab.config.limits, "words.ipynb")
    result = grade(submission, toy_course)
    if case.status == "not_gradable":
        assert result.status is Status.NOT_GRADABLE, case.why
        assert case.reason in result.reason
        return
    assert result.status is Status.GRADED, (case.why, result.reason)
    expected = POINTS if case.marks == "all" else dict.fromkeys(POINTS, 0) | dict(case.marks)
    errors = [run.error for run in result.cells if run.error]
    assert {question.name: question.points for question in result.questions} == expected, (case.why, errors)
    for text in case.notes:
        assert any(text in note for note in result.notes), (text, result.notes)
    for text in case.errors:
        assert any(text in error for error in errors), (text, errors)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_expectation_is_complete(case):
    assert case.status in ("graded", "not_gradable")
    if case.status == "graded":
        assert not case.reason
        assert case.marks == "all" or set(case.marks) <= set(POINTS)
    else:
        assert case.reason
        assert not case.marks
        assert not case.notes
        assert not case.errors
    (handed_in,) = {path.name for path in case.folder.iterdir()} - {"expect.yml", "__pycache__"}
    assert handed_in in ("build.py", "submission.ipynb")


def test_a_repair_that_could_change_a_mark_is_noted():
    """A graded case without a note is one whose text could be read in one way only."""
    silent = {case.folder.name for case in CASES if case.status == "graded" and not case.notes}
    assert not silent & {"latin_1", "format_missing", "cells_twice", "text_after_the_end", "code_as_raw"}
    assert len(CASES) >= 100
