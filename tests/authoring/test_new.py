"""The first lab of ``autograder new``: built, tried, broken, packed; through the commands, as its author does."""

import io
import zipfile

import nbformat
import pytest

from autograder import cli
from autograder.authoring.trial import SOLUTION, unwanted
from autograder.model import CaseResult, Outcome, QuestionResult


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The new lab, built."""
    out = tmp_path_factory.mktemp("new") / "lab"
    assert cli.main(["new", str(out)]) == 0
    assert cli.main(["build", "--config", str(out / "grading_config.yml")]) == 0
    return out


def command(lab, *words):
    return cli.main([words[0], *map(str, words[1:]), "--config", str(lab / "grading_config.yml")])


def test_the_lab_is_ready_at_once(lab, capsys):
    assert command(lab, "test") == 0
    said = capsys.readouterr().out
    assert "must earn everything: 6 of 6 points" in said
    assert "must earn nothing: 0 of 6 points" in said


def test_one_question_is_put_to_a_notebook_of_ones_own_and_the_mistake_is_named(lab, tmp_path, capsys):
    solved = nbformat.read(lab / "solution" / "lab.ipynb", as_version=4)
    for cell in solved.cells:
        cell.source = cell.source.replace("2 * (a * x", "(a * x")
    nbformat.write(solved, tmp_path / "mine.ipynb")
    assert command(lab, "test", "gradient", "--notebook", tmp_path / "mine.ipynb") == 0
    said = capsys.readouterr().out
    assert "mine.ipynb: 0 of 3 points" in said
    assert "The factor 2 of the square's derivative is missing." in said
    assert "descend" not in said


def test_a_public_check_that_the_solution_fails_is_told_though_it_costs_nothing():
    cases = [
        CaseResult("public", Outcome.FAILED, 0.0, 0.0, hidden=False, message="[1, 2]"),
        CaseResult("hidden", Outcome.PASSED, 2.0, 2.0, hidden=True, message=""),
    ]
    assert unwanted(QuestionResult("rotate", "Rotate", tuple(cases)), SOLUTION)
    assert not unwanted(QuestionResult("rotate", "Rotate", tuple(cases[1:])), SOLUTION)


def test_a_lab_whose_solution_loses_points_is_told_from_a_bad_machine(lab, tmp_path, capsys):
    """Case and message are named, and the machine is not blamed."""
    question = lab / "questions" / "loss.py"
    before = question.read_text()
    try:
        question.write_text(before.replace("oracle.loss(0.5", "2 * oracle.loss(0.5"))
        assert command(lab, "doctor") == 1
    finally:
        question.write_text(before)
    said = capsys.readouterr().out
    assert "loss 0 of 1: 'random points' failed: The loss has wrong values." in said
    assert "This machine can grade." in said
    assert "The lab is not ready" in said


def test_students_get_the_files_beside_the_notebook_and_nothing_hidden(lab, tmp_path):
    archive = tmp_path / "students.zip"
    assert command(lab, "package", "student", "--out", archive) == 0
    with zipfile.ZipFile(io.BytesIO(archive.read_bytes())) as packed:
        names = {name.rpartition("/")[2] for name in packed.namelist()}
        text = "\n".join(packed.read(name).decode() for name in packed.namelist())
    assert {"lab.ipynb", "plots.py", "gradient.py"} <= names
    assert not {"oracle.py", "master.py", "grading_config.yml"} & names
    assert not any(secret in text for secret in ("derived_seed", "differences = [", "By the chain rule"))


def test_a_folder_that_holds_something_is_left_alone(tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert cli.main(["new", str(tmp_path)]) == 2
    assert "new or empty" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("preload: [numpy]", "preload: [numpyy]", "no module of this name is installed: numpyy"),
        ("- plots.py", "- plots.py\n  - points.csv", "points.csv is taken by data"),
        ("files:\n  - plots.py", "files:\n  - plot.py", "no such file: plot.py"),
        (
            "seed: 1",
            "packages: [no-such-package-of-ours]\nseed: 1",
            "no-such-package-of-ours is not installed: pip",
        ),
        ("seed: 1", "packages: ['numpy>=99']\nseed: 1", "is installed: pip install 'numpy>=99'"),
        ("seed: 1", "packages: ['numpy; rm -rf']\nseed: 1", "packages"),
    ],
)
def test_what_the_lab_needs_and_lacks_is_said_with_its_line(lab, tmp_path, capsys, old, new, said):
    config = lab / "grading_config.yml"
    before = config.read_text()
    assert old in before
    try:
        config.write_text(before.replace(old, new))
        assert command(lab, "test", "loss") == 2
    finally:
        config.write_text(before)
    printed = capsys.readouterr().err
    assert said in printed
    assert "grading_config.yml:" in printed
