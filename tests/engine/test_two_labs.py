"""Two labs in one process, whose modules have the same names: each is judged by its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.config.lab_values import LabValues
from autograder.config.load import load
from autograder.grading.course import read_questions
from autograder.grading.lab_modules import own_modules
from autograder.grading.lab_settings import handed_out
from autograder.grading.questions import ask
from tests.engine.test_partial_credit import Notebook

CONFIG = """\
assignment: {title: Toy, notebook: toy.ipynb}
tests: .
questions:
  - {name: number, title: Number, points: 3}
"""

NUMBER = """
from otter.test_files import test_case

import oracle

OK_FORMAT = False
name = "number"
points = None


@test_case(name="what the file imports", points=1, hidden=True)
def at_its_top(answer):
    assert answer == oracle.RIGHT


@test_case(name="what a case imports", points=1, hidden=True)
def late(answer):
    from helpers import late

    assert answer == late.RIGHT


@test_case(name="what a module imports", points=1, hidden=True)
def behind_a_module(answer):
    assert answer == oracle.later()
"""

ORACLE = """
RIGHT = {right}


def later():
    import helpers.later

    return helpers.later.RIGHT
"""


class SomeLab:
    """A lab in which one number is right, made of modules whose names every such lab has."""

    def __init__(self, root: Path, right: int) -> None:
        (root / "helpers").mkdir(parents=True)
        (root / "grading_config.yml").write_text(CONFIG)
        (root / "number.py").write_text(NUMBER)
        (root / "oracle.py").write_text(ORACLE.format(right=right))
        for name in ("late", "later"):
            (root / "helpers" / f"{name}.py").write_text(f"RIGHT = {right}\n")
        self.root, self.right = root, right

    def open(self) -> None:
        self._values = LabValues(load(self.root / "grading_config.yml"))
        (self._question,) = read_questions(self._values)

    def points(self) -> float:
        with handed_out(self._values):
            return ask(self._question, Notebook({"answer": self.right}), 0).points


@pytest.fixture(autouse=True)
def as_before(monkeypatch):
    """The path of this process, and its modules, as they were."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = {**sys.modules}
    yield
    for name in sys.modules.keys() - before.keys():
        del sys.modules[name]


@pytest.mark.parametrize("turns", ["0110", "1001"])
@pytest.mark.parametrize("inner", [".", "examples/second"], ids=["beside", "inside"])
def test_each_lab_is_judged_by_its_own_modules_in_either_order_and_back(tmp_path, turns, inner):
    first = SomeLab(tmp_path / "first", 1)
    second = SomeLab((first.root if inner != "." else tmp_path) / inner / "second", 2)
    labs = (first, second)
    for turn in dict.fromkeys(turns):
        labs[int(turn)].open()
    assert [labs[int(turn)].points() for turn in turns] == [3, 3, 3, 3]


def test_a_lab_that_is_read_again_still_has_its_modules(tmp_path):
    first, second = SomeLab(tmp_path / "first", 1), SomeLab(tmp_path / "second", 2)
    for lab in (first, second, first):
        lab.open()
        assert lab.points() == 3


def test_a_package_of_one_lab_and_a_module_of_another_do_not_meet(tmp_path):
    first, second = SomeLab(tmp_path / "first", 1), SomeLab(tmp_path / "second", 2)
    (second.root / "oracle.py").rename(second.root / "helpers" / "oracle.py")
    (second.root / "oracle").mkdir()
    (second.root / "oracle" / "__init__.py").write_text("from helpers.oracle import *\n")
    for lab in (first, second):
        lab.open()
    assert [lab.points() for lab in (second, first, second)] == [3, 3, 3]


def test_what_a_process_has_imported_of_that_name_from_elsewhere_is_not_the_labs(tmp_path, monkeypatch):
    """As a test of a lab does, or a command that is started in another lab's folder."""
    monkeypatch.delitem(sys.modules, "oracle", raising=False)  # of a test before this one
    elsewhere = SomeLab(tmp_path / "elsewhere", 3)
    sys.path.insert(0, str(elsewhere.root))
    import oracle

    lab = SomeLab(tmp_path / "lab", 1)
    lab.open()
    assert lab.points() == 3
    assert sys.modules["oracle"] is oracle
    assert oracle.RIGHT == 3


def test_folders_with_the_names_of_packages_replace_none(tmp_path):
    import yaml

    import autograder.grading.checks as checks

    for name in ("yaml", "autograder"):
        (tmp_path / name).mkdir()
    with own_modules(tmp_path):
        assert sys.modules["yaml"] is yaml
        assert sys.modules["autograder.grading.checks"] is checks
