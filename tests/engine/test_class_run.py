"""A class as a use case: values in, events and values out, nothing printed, each result read once."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.class_run import events
from autograder.class_run.grade import Means, grade
from autograder.class_run.regrade import regrade
from autograder.cli import _parser
from autograder.commands.grade import run_of
from autograder.grading.run_settings import RunSettings
from autograder.model import Grade
from autograder.store import results, reuse
from autograder.store.results import read_results
from autograder.store.run import RUN_FILE, Run
from tests.conftest import TOY_LAB, entry_of, notebook_bytes

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forked_zygotes")]

MEDIAN = "def median(v):\n    v = sorted(v); n = len(v)\n    return (v[n//2] + v[(n-1)//2]) / 2"
WRONG = "def median(v):\n    return v[0]"


@pytest.fixture
def handed_in(tmp_path: Path) -> Run:
    """A right notebook, a wrong one, a copy of the wrong one, and a file that is no notebook."""
    folder = tmp_path / "class"
    for student, data in (
        ("ann", notebook_bytes(MEDIAN)),
        ("bob", notebook_bytes(WRONG)),
        ("cem", notebook_bytes(WRONG)),
        ("dee", b"no notebook"),
    ):
        (folder / student).mkdir(parents=True)
        (folder / student / "words.ipynb").write_bytes(data)
    lab = tmp_path / "lab"
    shutil.copytree(TOY_LAB, lab)
    return Run((folder,), RunSettings(lab / "grading_config.yml"))


def heard(run: Run, out: Path) -> tuple[list[events.Event], object]:
    said: list[events.Event] = []
    published = grade(run, out, Means(jobs=1), said.append)
    return said, published


def test_a_run_tells_what_happens_and_prints_nothing(handed_in, tmp_path, capfd):
    said, published = heard(handed_in, tmp_path / "out")
    assert said[0] == events.Begun(4)
    assert any(isinstance(one, events.Running) and one.held for one in said)
    graded = [one for one in said if isinstance(one, events.Graded)]
    assert sorted(one.grade.submission.student for one in graded) == ["ann", "bob", "cem", "dee"]
    assert not any(one.reused for one in graded)
    assert [(one.submission.student, one.score, one.status.value) for one in published.entries] == [
        ("ann", 2, "graded"), ("bob", 0, "graded"), ("cem", 0, "graded"), ("dee", 0, "not_gradable"),
    ]  # fmt: skip
    assert (published.figures.graded, published.figures.not_gradable) == (3, 1)
    assert capfd.readouterr() == ("", "")


def test_a_second_run_reads_each_result_once(handed_in, tmp_path, monkeypatch):
    heard(handed_in, tmp_path / "out")
    read: list[str] = []

    def counted(path: Path) -> Grade:
        read.append(path.name)
        return read_results(path)

    for module in (results, reuse):
        monkeypatch.setattr(module, "read_results", counted)
    said, published = heard(handed_in, tmp_path / "out")
    assert all(one.reused for one in said if isinstance(one, events.Graded))
    assert len(published.entries) == 4
    assert sorted(read) == sorted(path.name for path in (tmp_path / "out" / "results").iterdir())


def test_a_regrading_gives_its_changes_as_values(handed_in, tmp_path, capfd):
    out = tmp_path / "out"
    heard(handed_in, out)
    test = handed_in.settings.config.parent / "questions" / "median.py"
    test.write_text(test.read_text().replace("== 2.5", "in (2.5, 4)"))  # now the wrong notebooks are right
    before = {path: path.read_bytes() for path in out.rglob("*.json") if path.parent.name == "results"}
    tried = regrade(out, [], None, Means(jobs=1), lambda event: None, dry_run=True)
    assert {(one.grade.submission.student, one.question, one.before, one.after) for one in tried.changes} == {
        ("bob", "median", "0", "2"), ("cem", "median", "0", "2"),
    }  # fmt: skip
    assert tried.published is None
    assert {path: path.read_bytes() for path in before} == before
    done = regrade(out, [], None, Means(jobs=1), lambda event: None, dry_run=False)
    assert done.changes == tried.changes
    assert [one.score for one in done.published.entries] == [2, 2, 2, 0]
    assert not (out / ".autograder" / "regrade").exists()
    scores = {read_results(path).submission.student: read_results(path).score for path in before}
    assert scores == {"ann": 2, "bob": 2, "cem": 2, "dee": 0}
    assert capfd.readouterr() == ("", "")


def test_an_entry_says_what_its_grade_says(handed_in, tmp_path):
    said, published = heard(handed_in, tmp_path / "out")
    grades = {one.grade.submission.id: one.grade for one in said if isinstance(one, events.Graded)}
    for entry in published.entries:
        whole = grades[entry.submission.id]
        assert entry == entry_of(whole)
        for name in (
            "status",
            "reason",
            "score",
            "max_score",
            "mark",
            "penalty",
            "flags",
            "limits_hit",
            "same_as",
        ):
            assert getattr(entry, name) == getattr(whole, name), name
        for short, long in zip(entry.questions, whole.questions, strict=True):
            for name in ("name", "title", "points", "possible", "checked", "failures"):
                assert getattr(short, name) == getattr(long, name), name
        assert all(one.answer == "" for one in entry.manual)


def test_a_run_is_written_read_and_said_again(tmp_path):
    run = Run(
        paths=(tmp_path / "class.zip",),
        settings=RunSettings(
            tmp_path / "lab.yml",
            seed=0,
            case_number=2**63 - 1,
            enforce=False,
            all_cells=True,
            keep_executed=False,
        ),
        lms="moodle",
        worksheet=tmp_path / "sheet.csv",
        name_pattern="-(?P<id>x)",
        partial=True,
        similar=True,
    )
    assert Run.from_json(run.to_json()) == run
    files = [str(run.paths[0]), "--worksheet", str(run.worksheet), "--config", str(run.settings.config)]
    asked = _parser().parse_args(["grade", "--out", "o", *files, *run.options()])
    assert run_of(asked) == run


@pytest.fixture
def one_notebook(handed_in: Run) -> Run:
    for student in ("bob", "cem", "dee"):
        shutil.rmtree(handed_in.paths[0] / student)
    return handed_in


def numbers_in(out: Path) -> set[int]:
    return {read_results(file).case_number for file in (out / "results").glob("*.json")}


def graded(run: Run, out: Path, **options: bool) -> list[bool]:
    """Whether each grade of a run was known."""
    said: list[events.Event] = []
    grade(run, out, Means(jobs=1), said.append, **options)
    return [one.reused for one in said if isinstance(one, events.Graded)]


def test_a_class_keeps_the_case_number_that_is_drawn_for_it(one_notebook, tmp_path):
    out, other = tmp_path / "out", tmp_path / "other"
    assert graded(one_notebook, out) == [False]
    [number] = numbers_in(out)
    assert json.loads((out / RUN_FILE).read_text())["drawn_number"] == number
    assert graded(one_notebook, out) == [True]
    assert graded(one_notebook, out, reuse=False) == [False]
    added = tmp_path / "eve" / "words.ipynb"
    added.parent.mkdir()
    added.write_bytes(notebook_bytes(WRONG))
    grade(replace(one_notebook, paths=(added,)), out, Means(jobs=1), lambda event: None, add=True)
    test = one_notebook.settings.config.parent / "questions" / "median.py"
    test.write_text(test.read_text() + "\n# another one\n")
    regrade(out, [], None, Means(jobs=1), lambda event: None, dry_run=False)
    assert numbers_in(out) == {number}
    assert len(list((out / "results").iterdir())) == 2
    graded(one_notebook, other)
    assert numbers_in(other) != {number}
    pages = [
        file
        for file in out.rglob("*")
        if file.is_file() and file.suffix != ".json" and file.name != "index.html"
    ]
    assert any(file.parent.name == "feedback" for file in pages)
    assert not [file for file in pages if str(number) in file.read_text("utf-8")]


def test_a_result_of_another_case_number_is_not_known(one_notebook, tmp_path):
    out = tmp_path / "out"
    for number, known in ((5, False), (5, True), (6, False), (None, True)):
        settings = replace(one_notebook.settings, case_number=number)
        assert graded(replace(one_notebook, settings=settings), out) == [known]
    assert numbers_in(out) == {6}
    config = one_notebook.settings.config
    config.write_text(config.read_text() + "case_number: 7\n")
    assert graded(one_notebook, out) == [False]
    assert numbers_in(out) == {7}
