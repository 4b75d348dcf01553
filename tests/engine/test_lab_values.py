"""The values of ``lab:`` reach the test cases: typed, checked, and always those of the lab that is graded."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from autograder.config.lab_values import LabValues
from autograder.config.load import load
from autograder.errors import ConfigurationError
from autograder.grading.course import opened
from autograder.grading.lab_settings import handed_out, lab_settings
from autograder.grading.pipeline import grade
from autograder.model import Submission
from tests.conftest import ROOT, TOY_LAB, notebook_bytes
from tests.engine.processes import autograder, run_here
from tests.engine.test_whole_class import MEDIAN, known, table


@dataclass(frozen=True)
class Tolerance:
    rtol: float
    floor: Annotated[float, Field(gt=0)] = 1e-9


@dataclass(frozen=True)
class Wanted:
    tolerance: Tolerance
    even: float
    seeds: tuple[int, ...] = ()
    names: dict[str, Tolerance] = field(default_factory=dict)


SETTINGS = """
from dataclasses import dataclass
from pathlib import Path
from autograder.grading.lab_settings import lab_settings


@dataclass(frozen=True)
class Settings:
    even: float
    cases: int = 1


settings = lab_settings(Settings, Path(__file__).with_name("grading_config.yml"))
"""


def toy(folder: Path, lab: str, settings: str = SETTINGS) -> Path:
    """A copy of the toy lab whose second case of ``median`` compares with ``even``; its configuration."""
    shutil.copytree(TOY_LAB, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "settings.py").write_text(settings)
    question = folder / "questions" / "median.py"
    text = question.read_text()
    assert "== 2.5" in text
    text = text.replace("from otter", "from settings import settings\nfrom otter", 1)
    question.write_text(text.replace("== 2.5", "== settings().even"))
    config = folder / "grading_config.yml"
    config.write_text(config.read_text() + lab)
    return config


def of(tmp_path: Path, text: str) -> Wanted:
    file = tmp_path / "grading_config.yml"
    file.write_text((TOY_LAB / "grading_config.yml").read_text() + text)
    return LabValues(load(file)).of(Wanted)


def test_values_have_the_types_that_the_lab_declares(tmp_path):
    found = of(
        tmp_path,
        "lab:\n  even: 3\n  seeds: [1, 2]\n  tolerance: {rtol: 1e-3}\n  names: {a: {rtol: 1, floor: 2}}\n",
    )
    assert found == Wanted(Tolerance(0.001, 1e-9), 3.0, (1, 2), {"a": Tolerance(1.0, 2.0)})
    assert type(found.even) is float


@pytest.mark.parametrize(
    ("lab", "says"),
    [
        ("lab:\n  tolerance: {rtol: 1}\n", ["34: lab.even: is missing"]),
        ("", ["1: lab.tolerance: is missing", "1: lab.even: is missing"]),
        (
            "lab:\n  evne: 1\n  even: 1\n  tolerance: {rtol: 1}\n",
            ["35: lab.evne: unknown field; did you mean 'even'? allowed: tolerance, even, seeds, names"],
        ),
        (
            "lab:\n  even: '1'\n  tolerance:\n    rtol: yes\n    flor: 1\n",
            [
                "37: lab.tolerance.rtol: expected a valid number; found True",
                "38: lab.tolerance.flor: unknown field; did you mean 'floor'? allowed: rtol, floor",
                "35: lab.even: expected a valid number; found '1'",
            ],
        ),
        (
            "lab:\n  even: .nan\n  seeds: [1, 2.5]\n  tolerance: 3\n",
            [
                "37: lab.tolerance: expected a mapping; found 3",
                "35: lab.even: expected a finite number; found nan",
                "36: lab.seeds[1]: expected a valid integer; found 2.5",
            ],
        ),
    ],
)
def test_every_mistake_is_named_with_its_line(tmp_path, lab, says):
    file = tmp_path / "grading_config.yml"
    with pytest.raises(ConfigurationError) as caught:
        of(tmp_path, lab)
    assert str(caught.value).splitlines() == [f"{file}:{one}" for one in says]


def test_what_one_submission_could_change_is_refused(tmp_path):
    with pytest.raises(TypeError, match="frozen=True"):
        lab_settings(dict, tmp_path)
    with pytest.raises(TypeError, match="frozen=True"):
        lab_settings(dataclass(type("Loose", (), {"__annotations__": {"a": int}})), tmp_path)


def test_two_labs_in_one_process_keep_their_values(tmp_path, forked_zygotes):
    configs = [toy(tmp_path / name, f"lab: {{even: {even}}}\n") for name, even in (("one", 2.5), ("two", 3))]
    with opened(load(configs[0])) as one, opened(load(configs[1])) as two:
        file = tmp_path / "student.ipynb"
        file.write_bytes(notebook_bytes(MEDIAN))
        handed_in = Submission("student", file.name, "student", file=file)
        assert [grade(handed_in, course).score for course in (one, two, one)] == [2, 0, 2]


def test_one_lab_with_two_configurations_in_one_process_too(tmp_path, forked_zygotes):
    """Its modules are imported once: only asking at the time of use tells whose turn it is."""
    config = toy(tmp_path / "lab", "lab: {even: 2.5}\n")
    other = config.with_name("other.yml")
    other.write_text(config.read_text().replace("even: 2.5", "even: 3"))
    wrong = config.with_name("wrong.yml")
    wrong.write_text(config.read_text().replace("even: 2.5", "even: many"))
    file = tmp_path / "student.ipynb"
    file.write_bytes(notebook_bytes(MEDIAN))
    handed_in = Submission("student", file.name, "student", file=file)
    with opened(load(config)) as one, opened(load(other)) as two:
        assert [grade(handed_in, course).score for course in (one, two, one)] == [2, 0, 2]
    with opened(load(wrong)) as course, pytest.raises(ConfigurationError, match=r"lab\.even"):
        grade(handed_in, course)


def test_a_thread_that_a_test_case_starts_gets_the_same_values(tmp_path):
    config = toy(tmp_path / "lab", "lab: {even: 2.5}\n")
    values = LabValues(load(config))
    settings = lab_settings(Wanted, TOY_LAB / "grading_config.yml")
    found: list[object] = []

    def ask() -> None:
        try:
            found.append(settings())
        except ConfigurationError as error:
            found.append(str(error))

    with handed_out(values):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert str(config) in str(found[0])
    ask()
    assert str(TOY_LAB) in str(found[1]), "outside of the engine, the file that the lab names"


@pytest.fixture
def lab(tmp_path):
    return toy(tmp_path / "lab", "lab:\n  even: 2.5\n")


@pytest.fixture
def copy(lab):
    """A copy of the configuration, under another name, with another value."""
    file = lab.with_name("copy.yml")
    file.write_text(lab.read_text().replace("even: 2.5", "even: 3"))
    return file


def test_the_configuration_that_is_named_reaches_the_test_cases(lab, copy, tmp_path):
    notebook = tmp_path / "ann.ipynb"
    notebook.write_bytes(notebook_bytes(MEDIAN))
    out = tmp_path / "out"
    for config, points in ((lab, "2"), (copy, "0"), (lab, "2")):
        done = run_here("grade", notebook, "--out", out, "--config", config)
        assert known(done) == set()
        assert table(out)[0]["score"] == points
    done = run_here("regrade", out, "--config", copy)
    assert "median 2 → 0" in done.stdout


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("grade", "ann.ipynb", "--out", "out"), 2),
        (("doctor", "--quick"), 1),
        pytest.param(("build",), 2, marks=pytest.mark.single),  # grade
        pytest.param(("build", "--check"), 2, marks=pytest.mark.single),  # build
        (("package", "gradescope", "--out", "packed.zip"), 2),
        pytest.param(  # the archive
            ("package", "gradescope", "--dockerfile", "--out", "packed"), 2, marks=pytest.mark.single
        ),
    ],
)
def test_a_wrong_value_ends_every_command_before_anything_is_done(lab, tmp_path, command, code):
    """In a process of its own, as every command is, also the one behind ``autograder review --new``.

    A lab's modules are imported once, and that is when the types are asked for: in a process that has graded
    by them before, a wrong value ends the first test case that asks for it instead (the test of one lab with
    two configurations). ``autograder review`` reads no test files, so no user meets that.
    """
    lab.write_text(lab.read_text().replace("even: 2.5", "evne: 2.5"))
    (tmp_path / "ann.ipynb").write_bytes(notebook_bytes(MEDIAN))
    paths = {"ann.ipynb", "out", "packed.zip", "packed"}
    done = autograder(*(tmp_path / word if word in paths else word for word in command), "--config", lab)
    assert done.returncode == code, done.stderr
    said = done.stdout + done.stderr
    assert f"{lab}:35: lab.evne: unknown field; did you mean 'even'? allowed: even, cases" in said
    assert f"{lab}:34: lab.even: is missing" in said
    assert not (tmp_path / "packed").exists()
    assert not [file for file in tmp_path.rglob("*.json") if file.name != "run.json"]


@pytest.mark.thorough  # test_the_configuration_that_is_named_reaches_the_test_cases grades by it in every run
@pytest.mark.parametrize("way", ["zip", pytest.param("folder", marks=pytest.mark.single)])
def test_a_packed_lab_grades_by_the_configuration_that_was_named(lab, copy, tmp_path, way):
    """As Gradescope runs it, where the lab lies elsewhere and nobody names a configuration."""
    scores = []
    for config in (lab, copy):
        place = tmp_path / config.stem
        options = ("--dockerfile",) if way == "folder" else ()
        done = autograder("package", "gradescope", *options, "--out", place, "--config", config)
        assert done.returncode == 0, done.stderr
        if way == "zip":
            archive = place.rename(place.with_suffix(".zip"))
            with zipfile.ZipFile(archive) as opened_archive:
                opened_archive.extractall(place / "source")
        for folder in ("submission", "results"):
            (place / folder).mkdir()
        (place / "submission" / "words.ipynb").write_bytes(notebook_bytes(MEDIAN))
        run = [sys.executable, "-m", "autograder.package.gradescope_run", place]
        done = subprocess.run(run, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout
        tests = json.loads((place / "results" / "results.json").read_text())["tests"]
        scores.append([test["score"] for test in tests])
    assert scores == [[2, 0], [0, 0]]


@pytest.mark.slow
@pytest.mark.single  # test_the_configuration_that_is_named_reaches_the_test_cases, with the lab itself
def test_the_thresholds_of_the_lab_are_those_of_the_configuration_that_is_named(tmp_path):
    text = (ROOT / "grading_config.yml").read_text()
    for old, new in (
        ("loss_threshold: 0.075", "loss_threshold: 1.0e-7"),
        ("mse_limit: 0.1", "mse_limit: 1e-7"),
    ):
        assert old in text
        text = text.replace(old, new)
    # Beside the lab's own, as a course would do it; the lab itself is not touched.
    for name in ("reference", "tests", "student_template"):
        (tmp_path / name).symlink_to(ROOT / name)
    for config in ("grading_config.yml", "copy.yml"):
        shutil.copyfile(ROOT / "grading_config.yml", tmp_path / config)
    (tmp_path / "copy.yml").write_text(text)
    out = tmp_path / "out"
    done = autograder(
        "grade", ROOT / "reference" / "rnn_lab.ipynb", "--out", out, "--config", tmp_path / "copy.yml"
    )
    assert done.returncode == 0, done.stderr
    [row] = table(out)
    assert (row["score"], row["training_loop"]) == ("24", "1")
