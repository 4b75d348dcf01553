"""Settings of the machine decide neither what a notebook gets nor what its student reads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.workers.temporary import LONGEST_PLACE
from tests.conftest import ROOT, TOY_LAB

pytestmark = pytest.mark.slow

WRONG_MEDIAN = "def median(v):\n    return v[0]"
COUNTS = "counts = {'one': 1, 'two': 2, 'three': 3}"

HELPER = "def right(given, wanted):\n    assert given == wanted, 'is ∇ really {}?'.format(given)\n"
USES_HELPER = """
from helper_of_the_lab import right
from otter.test_files import test_case

OK_FORMAT = False
name = "median"
points = None


@test_case(name="three numbers", points=0)
def test_three(median):
    assert median([3, 1, 2]) == 2, "the median of 3, 1, 2 is 2"


@test_case(name="an even count", points=2, hidden=True)
def test_even(median):
    right(median([4, 1, 3, 2]), 2.5)
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy lab, with a module that a test file imports and words that are not ASCII, and a wrong notebook."""
    place = tmp_path_factory.mktemp("lab")
    shutil.copytree(TOY_LAB, place, dirs_exist_ok=True)
    (place / "helper_of_the_lab.py").write_text(HELPER, "utf-8")
    (place / "questions" / "median.py").write_text(USES_HELPER, "utf-8")
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in (WRONG_MEDIAN, COUNTS)]
    )
    nbformat.write(notebook, place / "words.ipynb")
    return place


def run(*arguments: object, environment: dict[str, str | None], shell: str = "") -> Any:
    """Run the command with the environment of these tests and these changes to it."""
    kept = {name: value for name, value in os.environ.items() if name not in environment}
    changed = {name: value for name, value in environment.items() if value is not None}
    command = [sys.executable, "-m", "autograder.cli", *map(str, arguments)]
    if shell:
        command = ["bash", "-c", f'"$@" {shell}', "bash", *command]
    return subprocess.run(command, env=kept | changed, cwd=ROOT, capture_output=True, text=True, timeout=300)


def result(lab: Path, environment: dict[str, str | None], shell: str = "") -> dict[str, Any]:
    """What the wrong notebook gets, but for the time that it took."""
    with tempfile.TemporaryDirectory() as out:
        grade = (
            "grade",
            lab / "words.ipynb",
            "--out",
            out,
            "--config",
            lab / "grading_config.yml",
            "--jobs",
            1,
        )
        done = run(*grade, environment=environment, shell=shell)
        assert done.returncode == 0, done.stdout + done.stderr
        [file] = Path(out).glob("results/*.json")
        found = json.loads(file.read_text("utf-8"))
    for case in (case for question in found["questions"] for case in question["cases"]):
        del case["seconds"]
    for cell in found["cells"]:
        del cell["seconds"]
    return {name: found[name] for name in ("score", "questions", "cells", "flags", "fingerprint", "versions")}


@cache
def usual(lab: Path) -> dict[str, Any]:
    return result(lab, {})


ENVIRONMENTS = (
    {"PYTHONOPTIMIZE": "2"},
    {"PYTHONWARNINGS": "error", "PYTHONDEVMODE": "1", "PYTHONINSPECT": "1"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"},
    {"HOME": None, "TZ": "nowhere", "LANG": "xx_nowhere", "OMP_NUM_THREADS": "64", "MPLBACKEND": "TkAgg"},
)
STREAMS = (">&-", "2>&-", "<&-")


@pytest.mark.thorough
@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({name: value for one in ENVIRONMENTS for name, value in one.items()}, id="all of them"),
        *(pytest.param(one, id="+".join(one), marks=pytest.mark.single) for one in ENVIRONMENTS),
    ],
)
def test_the_environment_decides_nothing(lab, environment):
    found = result(lab, environment)
    assert found == usual(lab)
    outcomes = [case["outcome"] for case in found["questions"][0]["cases"]]
    assert outcomes == ["failed", "failed"], "a bare assert counts"
    assert "is ∇ really 4?" in str(found["questions"])


@pytest.mark.thorough  # grades in a shell of its own each time
@pytest.mark.parametrize(
    "shell",
    [
        pytest.param(" ".join(STREAMS), id="all of them"),
        *(pytest.param(one, marks=pytest.mark.single) for one in STREAMS),
    ],
)
def test_closed_streams_decide_nothing(lab, shell):
    assert result(lab, {}, shell) == usual(lab)


@pytest.mark.thorough  # test_the_environment_decides_nothing
def test_modules_of_other_labs_and_another_engine_on_the_path_decide_nothing(lab, tmp_path):
    (tmp_path / "helper_of_the_lab.py").write_text("raise RuntimeError('of another lab')")
    (tmp_path / "autograder").mkdir()
    (tmp_path / "autograder" / "__init__.py").write_text("raise RuntimeError('another engine')")
    path = os.pathsep.join(map(str, (ROOT, tmp_path, lab)))
    assert result(lab, {"PYTHONPATH": path}) == usual(lab)


@pytest.mark.parametrize(
    ("command", "code"), [(("grade", "words.ipynb", "--out", "out"), 2), (("doctor", "--quick"), 1)]
)
def test_too_long_a_name_of_the_temporary_folder_is_said_before_anything_is_graded(
    lab, tmp_path, command, code
):
    place = tmp_path / ("x" * LONGEST_PLACE)
    place.mkdir()
    name, *arguments = (lab / one if one == "words.ipynb" else one for one in command)
    arguments = [tmp_path / one if one == "out" else one for one in arguments]
    done = run(name, *arguments, "--config", lab / "grading_config.yml", environment={"TMPDIR": str(place)})
    assert done.returncode == code
    assert f"to one of at most {LONGEST_PLACE} bytes" in done.stdout + done.stderr
    assert not (tmp_path / "out" / "results").exists()
