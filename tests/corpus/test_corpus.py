"""Every ordinary submission of the corpus gets the marks that it must get, in the real sandbox.

All of them are graded once, by as many workers as there are cores; each case is then a test.
"""

from __future__ import annotations

import os

import pytest
from autograder.class_run.run import grade_all
from autograder.model import Status, Submission
from autograder.workers.settings import RunSettings

from tests.conftest import ROOT

from .cases import SOME, all_cases, notebook

pytestmark = pytest.mark.slow

CASES = all_cases()


@pytest.fixture(scope="session")
def grades(tmp_path_factory):
    """Grade by case name."""
    folder = tmp_path_factory.mktemp("corpus")
    submissions = []
    for number, case in enumerate(CASES):
        file = folder / f"{number}.ipynb"
        file.write_bytes(notebook(case))
        submissions.append(Submission(str(number), case.name, case.name, file=file))
    settings, jobs = RunSettings(ROOT / "grading_config.yml"), len(os.sched_getaffinity(0))
    return {grade.submission.source: grade for grade in grade_all(submissions, settings, jobs)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_marks(case, grades):
    grade = grades[case.name]
    assert grade.status is Status.GRADED, grade.reason
    lost = {q.name: q.possible - q.points for q in grade.questions if q.points != q.possible}
    told = {q.name: [c.message for c in q.cases if c.message] for q in grade.questions if q.name in lost}
    unexpected = set(lost) - set(case.loses) - set(case.also_may_lose)
    assert not unexpected, (case.why, {name: told[name] for name in unexpected})
    for question, amount in case.loses.items():
        if amount == SOME:
            assert lost.get(question, 0) > 0, case.why
        else:
            assert lost.get(question, 0) == pytest.approx(amount), (case.why, told.get(question))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_lost_mark_is_explained(case, grades):
    for question in grades[case.name].questions:
        if question.points < question.possible:
            assert any(result.message for result in question.cases)


def test_there_are_enough_of_each_kind():
    correct = [case for case in CASES if case.correct]
    assert len(correct) >= 35
    assert len(CASES) - len(correct) >= 110
    questions = {name for case in CASES for name in case.loses}
    assert len(questions) == 13
