"""A notebook whose forward pass and gradients never end costs a deadline a question, and nothing of the others."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.grading import questions
from autograder.grading.pipeline import grade
from autograder.model import Ending, Status, Submission
from tests.corpus.cases import POINTS, all_cases, notebook

NAME = "mistakes/whole/never_ends"


@pytest.mark.slow
@pytest.mark.thorough  # test_limits: an endless question costs only itself
def test_what_never_ends_is_waited_for_once_a_question(lab_course, tmp_path, monkeypatch):
    monkeypatch.setattr(questions, "AFTER_A_TIMEOUT", 0.2)
    settings = dataclasses.replace(lab_course.settings, cell_seconds=0.5, request_seconds=1.5)
    course = dataclasses.replace(lab_course, settings=settings)
    (case,) = [case for case in all_cases() if case.name == NAME]
    file = tmp_path / "endless.ipynb"
    file.write_bytes(notebook(case))
    result = grade(Submission("1", NAME, NAME, file=file), course)
    assert result.status is Status.GRADED, result.reason
    asked = {question.name: question for question in result.questions}
    endings = {
        name: [one.ending for one in asked[name].cases] for name in case.loses if name != "training_loop"
    }
    assert all({*found} == {Ending.TIMED_OUT} for found in endings.values()), endings
    kept = {name: POINTS[name] for name in ("split", "standardize", "random_day", "loss", "training_step")}
    assert {name: asked[name].points for name in kept} == kept
