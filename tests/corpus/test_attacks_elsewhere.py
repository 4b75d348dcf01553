"""The attacks by the other ways to a mark: ``regrade``, a cluster, the archive for Gradescope. The same marks come of them.

One of each kind that harms is thorough, the others single: ``test_attacks.py`` shows the whole corpus in every run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml
from autograder.model import Status
from autograder.store.results import read_results

from tests.conftest import ROOT
from tests.engine.processes import autograder, run_here
from tests.engine.test_cluster import DaskCluster

from .attack_cases import LABS, Attack, all_attacks, asked, notebook
from .test_attacks import QUESTIONS, marks, place, small_configuration, temporary_files_in

pytestmark = pytest.mark.slow

FEW = frozenset(
    """forging_results_files spying_other_submissions escaping_programs_and_processes
    exhausting_the_disk_with_names""".split()
)
"""Attacks that take a second or less and are about what each way may do differently: files, processes, limits."""

Marks = dict[str, dict[str, float] | None]
"""Points by question that earned something, by the attack's name; ``None`` where there is no mark."""


def course(folder: Path, lab: str) -> Path:
    """A copy of the lab with limits that are reached soon; its configuration."""
    for name in ("reference", "student_template", "tests/questions"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    config = yaml.safe_load(small_configuration(lab))
    del config["build"]  # nobody builds here, and packing would grade the solution
    for question in config["manual"]:
        del question["solution"]  # which building would make
    (folder / "grading_config.yml").write_text(yaml.safe_dump(config, sort_keys=False), "utf-8")
    return folder / "grading_config.yml"


def handed_in(folder: Path, attacks: Iterable[Attack]) -> Path:
    """The attacks as files in a new folder."""
    folder.mkdir()
    for attack in attacks:
        (folder / f"{attack.name}.ipynb").write_bytes(notebook(attack))
    return folder


def marks_in(out: Path) -> Marks:
    """What the results of a graded folder say."""
    grades = [read_results(file) for file in out.glob("results/*.json")]
    return {
        grade.submission.source.removesuffix(".ipynb"): marks(grade)
        if grade.status is Status.GRADED
        else None
        for grade in grades
    }


def by_regrading(folder: Path, lab: str, attacks: list[Attack]) -> Marks:
    """Grade, change the test files, and grade again what that concerns: everything."""
    config = course(folder / "course", lab)
    out = folder / "out"
    # Processes of their own, as everywhere: spies look for what a forked one would have kept of this one.
    done = autograder(
        "grade", handed_in(folder / "in", attacks), "--out", out, "--config", config, timeout=1800
    )
    assert done.returncode in (0, 3), done.stderr
    before = marks_in(out)
    for file in (config.parent / "tests" / "questions").glob("*.py"):
        file.write_text(file.read_text("utf-8") + "\nCHANGED = True\n", "utf-8")
    written = {file: file.stat().st_mtime_ns for file in out.glob("results/*.json")}
    done = autograder("regrade", out, timeout=1800)
    assert done.returncode in (0, 3), done.stderr
    assert all(file.stat().st_mtime_ns > then for file, then in written.items())
    assert marks_in(out) == before
    return marks_in(out)


def by_a_cluster(folder: Path, lab: str, attacks: list[Attack]) -> Marks:
    """Grade on a worker of a scheduler, both processes of their own."""
    pytest.importorskip("distributed")
    config = course(folder / "course", lab)
    (folder / "dask").mkdir()
    with ExitStack() as resources:
        cluster = DaskCluster(folder / "dask", PYTHONPATH=str(ROOT))
        resources.callback(cluster.end)
        cluster.worker("w0", PYTHONPATH=str(ROOT))
        uploads = handed_in(folder / "in", attacks)
        command = (
            "grade",
            uploads,
            "--out",
            folder / "out",
            "--config",
            config,
            "--cluster",
            cluster.address,
        )
        done = run_here(*command)
        assert done.returncode in (0, 3), done.stderr
    return marks_in(folder / "out")


def by_gradescope(folder: Path, lab: str, attacks: list[Attack]) -> Marks:
    """Pack the lab, in a process that opens nothing else, and run what Gradescope runs, once for each attack."""
    config = course(folder / "course", lab)
    done = autograder("package", "gradescope", "--out", folder / "packed.zip", "--config", config)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(folder / "packed.zip") as archive:
        archive.extractall(folder / "source")
    return {attack.name: _on_gradescope(folder, lab, attack) for attack in attacks}


def _on_gradescope(folder: Path, lab: str, attack: Attack) -> dict[str, float] | None:
    there = folder / attack.name
    for name in ("submission", "results"):
        (there / name).mkdir(parents=True)
    (there / "source").symlink_to(folder / "source")
    (there / "submission" / "rnn_lab.ipynb").write_bytes(notebook(attack))
    command = [sys.executable, "-m", "autograder.package.gradescope_run", there]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((there / "results" / "results.json").read_text("utf-8"))
    if not results.get("tests"):  # nothing could be graded
        return None
    scores = [test["score"] for test in results["tests"]]
    return {name: score for name, score in zip(QUESTIONS[lab], scores, strict=True) if score}


WAYS: dict[str, Callable[[Path, str, list[Attack]], Marks]] = {
    "regrade": by_regrading,
    "cluster": by_a_cluster,
    "gradescope": by_gradescope,
}


@pytest.fixture(scope="module", params=WAYS)
def graded(request: pytest.FixtureRequest) -> Marks:
    """The attacks that this run asks for, graded by one of the ways."""
    found: Marks = {}
    wanted = list({one.name: one for one in asked(request)}.values())
    with place() as folder:
        (folder / "t").mkdir(mode=0o711)
        for lab in LABS:
            attacks = [attack for attack in wanted if attack.lab == lab]
            if attacks:
                (folder / lab).mkdir()
                with temporary_files_in(folder / "t"):
                    found |= WAYS[request.param](folder / lab, lab, attacks)
    return found


@pytest.mark.parametrize(
    "attack",
    [
        pytest.param(one, id=one.name, marks=pytest.mark.thorough if one.name in FEW else pytest.mark.single)
        for one in all_attacks()
    ],
)
def test_attack(attack: Attack, graded: Marks):
    expected = dict(attack.marks) if attack.status is Status.GRADED else None
    assert graded[attack.name] == expected, attack.why


def test_the_few_are_of_every_kind_that_harms():
    assert {one.kind for one in all_attacks() if one.name in FEW} == {
        "forging",
        "spying",
        "escaping",
        "exhausting",
    }
    assert {one.name for one in all_attacks()} >= FEW
