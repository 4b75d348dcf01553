"""The students' README promises no Python that notebooks do not get."""

from __future__ import annotations

import re

import pytest

from autograder.class_run.promise import broken_promise
from autograder.config.load import load
from tests.conftest import ROOT, TOY_LAB
from tests.engine.processes import run_here


@pytest.fixture
def lab(tmp_path):
    """A lab whose students get a README with this text."""

    def promising(text):
        config = (ROOT / "grading_config.yml").read_text("utf-8")
        (tmp_path / "grading_config.yml").write_text(config, "utf-8")
        (tmp_path / "student_template").mkdir(exist_ok=True)
        (tmp_path / "student_template" / "README.md").write_text(text, "utf-8")
        return load(tmp_path / "grading_config.yml")

    return promising


@pytest.mark.parametrize(
    ("text", "promised"),
    [
        ("Use Python 3.11.", ""),
        ("Python 3.10 or Python 3.9", ""),
        ("Python 3.11 or newer:", "'Python 3.11 or newer'"),
        ("Python 3.10, or later", "'Python 3.10, or later'"),
        ("Python 3.8+", "'Python 3.8+'"),
        ("Python 3.9 to 3.13", "'Python 3.9 to 3.13'"),
        ("Python 3.9–3.11", ""),
        ("Python 3.12", "'Python 3.12'"),
        ("Python 3.11.2", ""),
        ("Python is fun. 3.13 times.", ""),
    ],
)
def test_what_a_readme_promises(lab, text, promised):
    said = broken_promise(lab(text), (3, 11))
    assert bool(said) == bool(promised)
    assert f"promises students {promised}" in said or not promised


def test_a_lab_without_a_template_or_a_readme_promises_nothing(lab, tmp_path):
    assert broken_promise(load(TOY_LAB / "grading_config.yml")) == ""
    found = lab("")
    (tmp_path / "student_template" / "README.md").unlink()
    assert broken_promise(found) == ""


def test_of_this_lab_readme_image_and_any_supported_python_agree():
    ours = load(ROOT / "grading_config.yml")
    (lock,) = (ROOT / "docker" / "locks").glob("x86_64.txt")
    version = re.search(r"for Python 3\.(\d+)", lock.read_text())
    assert broken_promise(ours, (3, int(version[1]))) == ""
    assert f"| Python | 3.{version[1]}:" in (ROOT / "student_template" / "README.md").read_text("utf-8")


def test_grade_says_it_once(tmp_path, write_notebook):
    folder = tmp_path / "lab"
    (folder / "template").mkdir(parents=True)
    for source in TOY_LAB.rglob("*"):
        if source.is_file() and "__pycache__" not in source.parts:
            target = folder / source.relative_to(TOY_LAB)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    (folder / "template" / "README.md").write_text("Python 3.11 or newer")
    config = folder / "grading_config.yml"
    done = run_here(
        "grade", write_notebook("x = 1"), "--out", tmp_path / "out", "--config", config, "--jobs", "1"
    )
    assert done.returncode == 0, done.stderr
    assert (done.stdout + done.stderr).count("README.md: promises students 'Python 3.11 or newer'") == 1
