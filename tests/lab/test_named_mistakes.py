"""Mistakes that the lab's questions name have codes, and a course can give points for them."""

from __future__ import annotations

import sys
from typing import ClassVar

import pytest
import yaml

from autograder.config.lab_values import LabValues
from autograder.config.load import Lab, load
from autograder.errors import ConfigurationError
from autograder.grading import questions
from autograder.grading.course import read_questions
from autograder.grading.lab_settings import handed_out
from autograder.language import speaking
from autograder.model import Ending
from reference.settings import CONFIG
from tests.corpus.cases import POINTS, all_cases, cells
from tests.corpus.in_one_process import Cells, run

CASES = {case.name.removeprefix("mistakes/"): case for case in all_cases() if not case.correct}


class Notebook(Cells):
    """A notebook in this process, as the engine asks it."""

    missing: ClassVar[dict[str, None]] = {}

    doubles = False

    def begin_case(self, seed, *, forbid_autograd, patience):
        pass

    def ending(self):
        return Ending.FINISHED


class Respondent:
    """Whom the engine asks: a corpus case."""

    def __init__(self, name):
        found = run(cells(CASES[name]), trained_already=True)
        self._names = Notebook(found.names, found.cells)

    def names(self):
        return self._names

    def ending(self):
        return Ending.FINISHED


def lab_with(folder, partial_credit, monkeypatch):
    """The lab's questions and values where a course gives points for mistakes."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    file = folder / "grading_config.yml"
    config = yaml.safe_load(CONFIG.read_text("utf-8")) | {"partial_credit": partial_credit}
    file.write_text(yaml.safe_dump(config, sort_keys=False))
    values = LabValues(Lab(root=CONFIG.parent, config=load(file).config, path=file))
    return {question.name: question for question in read_questions(values)}, values


def test_every_question_knows_codes_and_each_stands_for_one_sentence(tmp_path, monkeypatch):
    known, _ = lab_with(tmp_path, {}, monkeypatch)
    for name in POINTS:
        question = known[name]
        said = question.file.test_cases[0].body.test_func.__globals__["mistakes"]()
        sentences = {str(mistake): mistake.code for mistake in said}
        assert len(question.mistakes) == len(sentences) > 0, name
        assert all(code.isidentifier() for code in question.mistakes)


def test_the_names_that_the_corpus_expects_are_those_of_the_questions(tmp_path, monkeypatch):
    known, _ = lab_with(tmp_path, {}, monkeypatch)
    unknown = {
        name: found
        for name, case in CASES.items()
        if (found := case.names - {*known[next(iter(case.loses))].mistakes})
    }
    assert not unknown
    assert sum(bool(case.names) for case in CASES.values()) > 100


def test_a_course_that_taught_the_published_sums_gives_their_points(tmp_path, monkeypatch):
    credit = {"grad_b": {"first_step_left_out": 2}, "grad_u": {"first_step_left_out": 1.5}}
    known, values = lab_with(tmp_path, credit, monkeypatch)
    slips = Respondent("whole/split_and_sums_as_published")
    with handed_out(values):
        earned = {
            name: questions.ask(known[name], slips, 0).points for name in ("grad_b", "grad_u", "grad_w")
        }
    assert earned == {"grad_b": 2, "grad_u": 1.5, "grad_w": 3}


def test_cases_are_called_in_the_language_of_the_course(tmp_path, monkeypatch):
    known, values = lab_with(tmp_path, {}, monkeypatch)
    right = Respondent("grad_b/first_step_left_out")
    with handed_out(values):
        english = questions.ask(known["grad_h"], right, 0)
        with speaking("de"):
            german = questions.ask(known["grad_h"], right, 0)
    assert [case.name for case in english.cases][-1] == "the recursion"
    assert [case.name for case in german.cases][-1] == "die Rekursion"


def test_a_code_of_another_question_is_refused_with_the_list(tmp_path, monkeypatch):
    with pytest.raises(
        ConfigurationError, match=r"grad_w\.first_step_left_out: unknown mistake; .*transposed"
    ):
        lab_with(tmp_path, {"grad_w": {"first_step_left_out": 2}}, monkeypatch)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("grad_b/first_step_left_out", "first_step_left_out"),
        ("grad_w/transposed", "transposed"),
        ("grad_h/w_not_transposed", "w_not_transposed"),
        ("forward/keeps_h0", "initial_state_kept"),
        ("loss/half", "half"),
        ("training_step/uphill", "uphill"),
        ("training_step/forgets_u", "parameters_not_updated"),
        ("standardize/variance_for_std", "variances"),
        ("random_day/one_too_far", "beyond_the_data"),
        ("split/seventy_percent_for_training", "other_share"),
    ],
)
def test_the_mistake_of_a_notebook_is_one_that_its_question_knows(tmp_path, monkeypatch, name, code):
    known, values = lab_with(tmp_path, {}, monkeypatch)
    question = known[name.partition("/")[0]]
    with handed_out(values):
        found = questions.ask(question, Respondent(name), 0)
    assert code in {case.mistake for case in found.cases}
    assert code in question.mistakes
