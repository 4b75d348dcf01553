"""``examples/perceptron``: a second lab with gradients by hand, from its sources to marks and packages."""

import importlib
import json
import shutil
import sys
import zipfile

import pytest
import torch
from otter.test_files import ExceptionTestFile

from autograder.certify.cases import SOME, corpus_of
from autograder.config.load import load
from autograder.gradients.cases import cases_of
from autograder.grading.checks import CheckFailed, collected_notes
from autograder.mutate.in_process import run_cell
from tests.conftest import ROOT
from tests.engine.processes import run_here

LAB = ROOT / "examples" / "perceptron"
CORPUS = corpus_of(load(LAB / "grading_config.yml"))


@pytest.fixture(scope="module")
def oracle():
    """The lab's own module, which has the name that other labs give theirs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(LAB)
        patch.delitem(sys.modules, "oracle", raising=False)
        yield importlib.import_module("oracle")
        sys.modules.pop("oracle")


@pytest.fixture(scope="module")
def questions(oracle):
    """The test files by question, in the order of the lab."""
    files = {name: str(LAB / "questions" / f"{name}.py") for name in CORPUS.points}
    return {name: ExceptionTestFile.from_file(file) for name, file in files.items()}


def asked(file, names):
    """Points lost in a question, the codes of what it named, and what it said."""
    lost, codes, said = 0.0, set(), []
    for case in file.test_cases:
        try:
            with collected_notes():
                case.body.call_func(names)
        except CheckFailed as failure:
            codes |= {failure.mistake} - {""}
            said.append(str(failure))
        except Exception as error:  # noqa: BLE001  of the student's code, whatever it is
            said.append(str(error))
        else:
            continue
        lost += case.points
    return lost, codes, "\n".join(said)


@pytest.mark.parametrize("case", CORPUS.cases, ids=lambda case: case.name)
def test_each_submission_loses_what_it_must_and_reads_why(case, questions):
    names = {}
    for cell in CORPUS.cells(case):
        if cell.kind == "code" and cell.name not in ("table", "training"):
            assert run_cell(cell.source, names) is None
    found = {name: asked(file, names) for name, file in questions.items()}
    assert {name: lost for name, (lost, _, _) in found.items() if lost} == case.loses
    assert SOME not in case.loses.values()
    for question in case.loses:
        _, codes, said = found[question]
        assert codes == case.names, said
        assert case.says in said


def test_there_are_mistakes_for_each_question_and_right_styles():
    for question in CORPUS.points:
        assert sum(case.name.startswith(f"mistakes/{question}/") for case in CORPUS.cases) >= 4
    assert sum(case.correct for case in CORPUS.cases) >= 3


def test_the_formulas_are_the_gradients_of_the_loss(oracle):
    """Said otherwise than in the oracle: by automatic differentiation."""
    values = cases_of(oracle.STEP[0])[-1].values
    leaves = {name: values[name].clone().requires_grad_() for name in "wbvc"}
    sums = values["x"] @ leaves["w"].T + leaves["b"]
    sums.retain_grad()
    hidden = torch.tanh(sums)
    y_pred = hidden @ leaves["v"] + leaves["c"]
    (y_pred - values["y_true"]).square().mean().backward()
    computed = values | {"hidden": hidden.detach(), "y_pred": y_pred.detach(), "grad_a": sums.grad}
    by_hand = {
        "w": oracle.GRAD_W.right(computed),
        "a": oracle.GRAD_A.right(computed),
        "v": oracle.GRAD_V.right(computed),
        **{part.part: (values[part.part] - part.right(values)) / values["lr"] for part in oracle.STEP},
    }
    expected = {name: leaf.grad for name, leaf in leaves.items()} | {"a": sums.grad}
    for name, gradient in by_hand.items():
        torch.testing.assert_close(gradient, expected[name], msg=name)


def test_helpers_of_the_lab_are_few():
    """What its author writes beside the formulas and their mistakes, which are what the lab teaches."""
    text = (LAB / "oracle.py").read_text("utf-8")
    helpers = text[text.index("\ndef ") : text.index("\nHIDDEN = ")]
    assert len([line for line in helpers.splitlines() if line.strip()]) <= 40


def test_what_the_documentation_shows_stands_in_the_lab():
    section = (
        (ROOT / "docs" / "authoring.md")
        .read_text("utf-8")
        .partition("## Gradients\n")[2]
        .partition("\n## ")[0]
    )
    lines = [line.strip() for line in section.splitlines() if line.startswith("    ")]
    lab = "".join(file.read_text("utf-8") for file in (LAB / "oracle.py", *(LAB / "questions").glob("*.py")))
    assert len(lines) > 8
    assert [line for line in lines if line not in lab] == []


@pytest.fixture(scope="module")
def built(oracle, tmp_path_factory):
    """A copy of the lab with its students' notebook and its solution; its configuration."""
    root = tmp_path_factory.mktemp("perceptron") / "lab"
    shutil.copytree(LAB, root, ignore=shutil.ignore_patterns("solution", "template", "corpus"))
    config = root / "grading_config.yml"
    config.write_text(config.read_text("utf-8").partition("# Submissions whose marks")[0], "utf-8")
    done = run_here("build", "--config", config)
    assert done.returncode == 0, done.stderr
    return config


@pytest.mark.slow
def test_the_solution_earns_everything_and_the_template_nothing_in_the_sandbox(built):
    done = run_here("test", "--config", built)
    assert done.returncode == 0, done.stdout
    assert "must earn everything: 12 of 12 points" in done.stdout
    assert "must earn nothing: 0 of 12 points" in done.stdout


def test_students_get_the_data_and_nothing_hidden(built, tmp_path):
    archive = tmp_path / "students.zip"
    assert run_here("package", "student", "--config", built, "--out", archive).returncode == 0
    with zipfile.ZipFile(archive) as packed:
        names = {name.rpartition("/")[2] for name in packed.namelist()}
        text = "\n".join(packed.read(name).decode() for name in packed.namelist())
    assert {"perceptron.ipynb", "ridge.csv", "grad_a.py"} <= names
    assert "oracle" not in text
    assert "np.outer(factors, v)" not in text


@pytest.mark.slow
@pytest.mark.thorough  # tests/engine/test_certify.py counts in every run
def test_its_grader_counts_its_errors(tmp_path):  # tests/package/test_wheel.py packs it
    out = tmp_path / "certificate"
    whole = shutil.copytree(LAB, tmp_path / "whole", ignore=shutil.ignore_patterns("solution", "template"))
    assert run_here("build", "--config", whole / "grading_config.yml").returncode == 0
    done = run_here("certify", "--quick", "--config", whole / "grading_config.yml", "--out", out, "--jobs", 2)
    assert done.returncode == 0, done.stdout
    assert json.loads((out / "certificate.json").read_text("utf-8"))["holds"]
