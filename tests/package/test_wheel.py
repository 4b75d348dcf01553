"""A wheel of the engine, installed where its checkout is not, grades and packs another lab in another folder."""

from __future__ import annotations

import ast
import csv
import os
import re
import shutil
import site
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder import DISTRIBUTION, __version__
from autograder.package.engine import wheel
from tests.conftest import ROOT
from tests.package.test_student_archive import found_in, hidden_cases, layers, own_lines, solution_lines

pytestmark = [pytest.mark.slow, pytest.mark.thorough]  # the archive for Gradescope holds a wheel in every run

LAB = ROOT / "examples" / "perceptron"
QUESTIONS = sorted(LAB.glob("questions/*.py"))
BESIDE = "sympy>=1"
"""A package that the copy of the lab says that it needs; torch brings it."""

Command = Callable[..., subprocess.CompletedProcess[str]]


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, timeout=300, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def built_wheel(tmp_path_factory) -> Path:
    """What the build backend makes of a copy of the checkout: it leaves its own files beside the sources."""
    folder = tmp_path_factory.mktemp("sources")
    shutil.copytree(ROOT / "autograder", folder / "autograder", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    options = ("--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", folder / "wheels")
    run(sys.executable, "-m", "pip", "wheel", *options, folder)
    (file,) = (folder / "wheels").iterdir()
    return file


@pytest.fixture(scope="module")
def autograder(built_wheel, tmp_path_factory) -> Command:
    """The command of an environment with that wheel and, lent, the packages of this one."""
    folder, elsewhere = tmp_path_factory.mktemp("environment"), tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", built_wheel)
    (packages,) = folder.glob("lib/python*/site-packages")
    # As folders of packages of its own: what a .pth file names is no place that students may read.
    lent = [entry for entry in sys.path if entry.endswith("-packages")]
    # So by a line of code, and not in sitecustomize.py: Debian's Python has one of its own, which comes first.
    lines = f"import site, sys; site.PREFIXES += {site.PREFIXES!r}; sys.path += {lent!r}\n"
    (packages / "lent.pth").write_text(lines)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def command(*arguments: object) -> subprocess.CompletedProcess[str]:
        return run(folder / "bin" / "autograder", *arguments, cwd=elsewhere, env=environment)

    where = run(python, "-c", "import autograder; print(autograder.__file__)", cwd=elsewhere, env=environment)
    assert Path(where.stdout).is_relative_to(folder)
    return command


@pytest.fixture(scope="module")
def lab(autograder, tmp_path_factory) -> Path:
    """The configuration of a copy of the second lab, which needs one package more; built."""
    root = tmp_path_factory.mktemp("labs") / "perceptron"
    shutil.copytree(LAB, root, ignore=shutil.ignore_patterns("solution", "template", "corpus", "__pycache__"))
    config = root / "grading_config.yml"
    text = config.read_text("utf-8").partition("# Submissions whose marks")[0]
    config.write_text(f"{text}packages: ['{BESIDE}']\n", "utf-8")
    autograder("build", "--config", config)
    return config


def packed(file: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """The members of an archive, and everything that can be read in them."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return members, {place: text for name, data in members.items() for place, text in layers(name, data)}


def test_it_has_the_engines_name_and_all_that_the_engine_brings(built_wheel):
    with zipfile.ZipFile(built_wheel) as archive:
        names = {*archive.namelist()}
    about = f"{DISTRIBUTION.replace('-', '_')}-{__version__}.dist-info"
    assert f"{about}/METADATA" in names
    _, ours = wheel()
    (built_wheel.parent / "ours.whl").write_bytes(ours.read())
    with zipfile.ZipFile(built_wheel.parent / "ours.whl") as archive:
        everything = {name for name in archive.namelist() if not name.startswith(about)}
    assert {name for name in everything - names if not name.endswith(".po")} == set()
    assert {name.partition("/")[0] for name in names} == {"autograder", about}


def test_it_grades_a_lab_from_a_third_folder(autograder, lab, tmp_path):
    for student, notebook in (("ann", "solution"), ("ben", "template")):
        (tmp_path / "in" / student).mkdir(parents=True)
        shutil.copy(lab.parent / notebook / "perceptron.ipynb", tmp_path / "in" / student)
    autograder("grade", tmp_path / "in", "--config", lab, "--out", tmp_path / "out")
    with (tmp_path / "out" / "grades.csv").open(encoding="utf-8") as table:
        marks = {row["student"]: row["score"] for row in csv.DictReader(table)}
    assert marks == {"ann": "12", "ben": "0"}


def test_students_get_files_and_packages_of_the_lab_and_nothing_hidden(autograder, lab, tmp_path):
    autograder("package", "student", "--config", lab, "--out", tmp_path / "students.zip")
    members, readable = packed(tmp_path / "students.zip")
    tests = {f"tests/{file.name}" for file in QUESTIONS}
    assert {*members} == {"otter.py", "perceptron.ipynb", "requirements.txt", "ridge.csv", *tests}
    assert members["ridge.csv"] == (LAB / "ridge.csv").read_bytes()
    assert members["requirements.txt"].decode().split() == [BESIDE]
    public = "\n".join(text for place, text in readable.items() if ":" not in place)
    secrets = solution_lines(lab.parent / "master.py")
    secrets |= own_lines((LAB / "oracle.py").read_text("utf-8"), (LAB / "master.py").read_text("utf-8"))
    for file in QUESTIONS:
        source, cases = file.read_text("utf-8"), hidden_cases(file)
        assert cases
        secrets |= {title for _, title in cases}
        for case, _ in cases:
            secrets |= own_lines(ast.get_source_segment(source, case) or "", public)
    assert len(secrets) > 50
    assert not found_in(readable, secrets)


def test_gradescope_gets_what_grades_the_lab_and_no_solution(autograder, lab, tmp_path):
    autograder("package", "gradescope", "--config", lab, "--out", tmp_path / "autograder.zip")
    members, readable = packed(tmp_path / "autograder.zip")
    names = {name.removeprefix("lab/") for name in members if name.startswith("lab/")}
    questions = {f"questions/{file.name}" for file in QUESTIONS}
    assert names == {"grading_config.yml", "oracle.py", "ridge.csv", "template/perceptron.ipynb", *questions}
    assert [name for name in members if name.startswith("engine/")] == [
        f"engine/{DISTRIBUTION.replace('-', '_')}-{__version__}-py3-none-any.whl"
    ]
    pinned = members["requirements.txt"].decode()
    assert re.search(r"^sympy==\d", pinned, re.MULTILINE)
    assert re.search(r"^torch==\d", pinned, re.MULTILINE)
    assert not found_in(readable, solution_lines(lab.parent / "master.py"))
