"""The same test files under stock otter: its own archive, its own run, the same points for each question.

What a course gives up there: the sandbox, deadlines, and what only this engine can do to a notebook (switch
automatic differentiation off, run a cell again). ``forbidden_autograd`` pins the one difference that is known.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.grading.pipeline import grade
from autograder.model import Status, Submission
from tests.conftest import ROOT
from tests.corpus.cases import POINTS, all_cases
from tests.corpus.cases import notebook as of_corpus

# In every run, built notebooks and public tests meet stock otter too (tests/engine/test_build.py).
pytestmark = [pytest.mark.slow, pytest.mark.thorough]

WRONG = {
    "grad_w": "mistakes/grad_w/wraps_around",
    "standardize": "mistakes/standardize/test_with_its_own_statistics",
}
BY_AUTOGRAD = "mistakes/grad_w/by_autograd"

# Python imports a module of this name by itself. It serves the lab's data to a notebook that downloads them.
WITHOUT_NETWORK = """
import gzip, io, os, urllib.request
from email.message import Message
from urllib.response import addinfourl

class LabData(urllib.request.BaseHandler):
    handler_order = 1

    def https_open(self, request):
        with gzip.open(os.environ["LAB_DATA"]) as file:
            response = addinfourl(io.BytesIO(file.read()), Message(), request.full_url, 200)
        response.msg = "OK"
        return response

urllib.request.install_opener(urllib.request.build_opener(LabData()))
"""


@dataclass(frozen=True)
class Stock:
    """Stock otter with an archive of our test files."""

    folder: Path
    archive: Path

    def otter(self, *arguments: object, where: Path) -> subprocess.CompletedProcess[str]:
        """Run an otter command; the checkout is not on its path, only what the archive holds."""
        programs = Path(sys.prefix) / "bin"
        environment = {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": os.environ.get("HOME", "/"),
            "PYTHONPATH": str(self.folder / "without network"),
            "LAB_DATA": str(self.folder / "lab" / "reference" / "data" / "pollution.csv.gz"),
            "OMP_NUM_THREADS": "1",  # as many as the grader gives a notebook
        }
        command = [str(programs / "otter"), *map(str, arguments)]
        return subprocess.run(
            command, cwd=where, env=environment, capture_output=True, text=True, timeout=600
        )

    def points(self, name: str, notebook: bytes) -> dict[str, float]:
        """Points of each question by ``otter run``."""
        place = self.folder / name
        place.mkdir()
        (place / "rnn_lab.ipynb").write_bytes(notebook)
        done = self.otter(
            "run", "--no-logo", "-a", self.archive, "-o", place, place / "rnn_lab.ipynb", where=place
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        tests = json.loads((place / "results.json").read_text("utf-8"))["tests"]
        return {test["name"]: float(test["score"]) for test in tests if "score" in test}


@pytest.fixture(scope="module")
def stock(gradescope_archive, tmp_path_factory) -> Stock:
    """``otter generate`` with the test files and what they import: the lab as it goes to Gradescope."""
    folder = tmp_path_factory.mktemp("otter")
    with zipfile.ZipFile(gradescope_archive) as archive:
        archive.extractall(
            folder, [name for name in archive.namelist() if name.startswith(("lab/", "engine/"))]
        )
    with zipfile.ZipFile(next((folder / "engine").glob("*.whl"))) as engine:
        engine.extractall(
            folder / "lab", [name for name in engine.namelist() if name.startswith("autograder/")]
        )
    (folder / "without network").mkdir()
    (folder / "without network" / "sitecustomize.py").write_text(WITHOUT_NETWORK)
    made = Stock(folder, folder / "stock.zip")
    bare = ["--no-config", "--no-requirements", "--no-environment"]
    files = ["grading_config.yml", "reference", "autograder"]
    done = made.otter(
        "generate", "-t", "tests/questions", "-o", made.archive, *bare, *files, where=folder / "lab"
    )
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def notebooks() -> dict[str, bytes]:
    found = {
        case.name: of_corpus(case) for case in all_cases() if case.name in (*WRONG.values(), BY_AUTOGRAD)
    }
    return {"reference": (ROOT / "reference" / "rnn_lab.ipynb").read_bytes(), **found}


@pytest.fixture
def own(notebooks, lab_course, tmp_path) -> Callable[[str], dict[str, float]]:
    """Points of each question of a notebook by this engine."""

    def points(name: str) -> dict[str, float]:
        file = tmp_path / "rnn_lab.ipynb"
        file.write_bytes(notebooks[name])
        result = grade(Submission("1", name, name, file=file), lab_course)
        assert result.status is Status.GRADED, result.reason
        return {question.name: question.points for question in result.questions}

    return points


def test_the_archive_is_otters_own_and_complete(stock):
    with zipfile.ZipFile(stock.archive) as archive:
        names = archive.namelist()
    assert {f"tests/{question}.py" for question in POINTS} <= set(names)
    assert {
        "run_otter.py",
        "files/reference/oracle.py",
        "files/autograder/grading/checks/__init__.py",
    } <= set(names)


# The next test has a notebook that loses something.
@pytest.mark.parametrize("question", ["", *(pytest.param(one, marks=pytest.mark.single) for one in WRONG)])
def test_otter_gives_every_question_the_same_points(question, stock, own, notebooks):
    name = WRONG.get(question, "reference")
    points = stock.points(question or "reference", notebooks[name])
    assert points == own(name)
    lost = {one for one, most in POINTS.items() if points[one] < most}
    assert lost == ({question} if question else set()), "else it proves nothing"


def test_otter_cannot_forbid_autograd_and_nothing_else_differs(stock, own, notebooks):
    """Stock otter calls the method in the notebook's own process, where nothing switches autograd off."""
    points = stock.points("by autograd", notebooks[BY_AUTOGRAD])
    ours = own(BY_AUTOGRAD)
    assert {one for one in POINTS if points[one] != ours[one]} == {"grad_w"}
    assert (points["grad_w"], ours["grad_w"]) == (POINTS["grad_w"], 0)
