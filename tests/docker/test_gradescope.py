"""Gradescope on our image: the folder is built on a stand-in for Gradescope's base and grades there as Gradescope does.

The stand-in is Debian with Gradescope's folders and a command that does what theirs does: fetch a submission, run
``/autograder/run_autograder`` as root, hand the results on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT, TOY_LAB
from tests.corpus.cases import POINTS
from tests.engine.processes import autograder, run_here
from tests.package.gradescope_schema import problems
from tests.package.test_gradescope_runs import METADATA, MISTAKE, Ran, corpus, points, reference

from .conftest import AS_DOCUMENTED, docker
from .engine import BASE
from .test_image import DISTRIBUTIONS, FINGERPRINT, python_inside

sys.path.insert(0, str(ROOT / "docker"))
from build import client

pytestmark = [pytest.mark.slow, pytest.mark.docker]

OWNER = 1234
"""A user id that neither runs the tests nor exists in the image."""

ITS_CONTAINER = ("--memory", "1536m", "--cpus", "1")
"""What docs/gradescope.md asks for."""

HARNESS = """#!/bin/bash
cd /autograder
cp -r /upload/submission/. submission/
cp /upload/submission_metadata.json .
./run_autograder >results/stdout 2>&1
echo $? >/sent/status
cp results/* /sent/
"""

STAND_IN = """
ARG BASE
FROM ${BASE}
ENV OF_THE_BASE=1
COPY harness.sh /autograder/update_and_run_harness.sh
RUN mkdir -p /autograder/source /autograder/submission /autograder/results
CMD ["bash", "/autograder/update_and_run_harness.sh"]
"""


def build(folder: Path, tag: str, **arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*client(), "build", "--tag", tag, "--network", "host"]
    command += [part for name, value in arguments.items() for part in ("--build-arg", f"{name}={value}")]
    environment = os.environ | {"DOCKER_BUILDKIT": "1", "BUILDKIT_PROGRESS": "plain"}
    return subprocess.run([*command, str(folder)], capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def packed(image, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("packed") / "gradescope"
    done = autograder("package", "gradescope", "--dockerfile", "--image", image, "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


@dataclass(frozen=True)
class OnGradescope:
    """Names of the image for Gradescope and of the one that it is based on."""

    name: str
    base: str


@pytest.fixture(scope="module")
def there(packed, tmp_path_factory) -> Iterator[OnGradescope]:
    """The image that the folder gives on a base of Gradescope's kind."""
    base, name = (f"autograder-test-{part}:{os.getpid()}" for part in ("base", "gradescope"))
    folder = tmp_path_factory.mktemp("base")
    try:
        (folder / "context").mkdir()
        (folder / "context" / "harness.sh").write_text(HARNESS)
        (folder / "context" / "Dockerfile").write_text(STAND_IN)
        for context, tag, arguments in ((folder / "context", base, {"BASE": BASE}), (packed, name, {"BASE": base})):  # fmt: skip
            done = build(context, tag, **arguments)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
        yield OnGradescope(name, base)
    finally:
        docker("image", "rm", "--force", name, base, check=False)


@pytest.fixture(scope="module")
def ran(there, tmp_path_factory) -> dict[str, Ran]:
    """What Gradescope has of the solution and of one mistake."""
    found = {}
    for case, notebook in (("reference", reference()), ("mistake", corpus(MISTAKE))):
        folder = tmp_path_factory.mktemp("run")
        (folder / "upload" / "submission").mkdir(parents=True)
        (folder / "upload" / "submission" / "rnn_lab.ipynb").write_bytes(notebook)
        (folder / "upload" / "submission_metadata.json").write_text(json.dumps(METADATA))
        (folder / "sent").mkdir()
        volumes = ("--volume", f"{folder}/upload:/upload:ro", "--volume", f"{folder}/sent:/sent")
        docker("run", "--rm", "--network", "none", *ITS_CONTAINER, *volumes, there.name)
        sent = folder / "sent"
        results = json.loads((sent / "results.json").read_text())
        found[case] = Ran(int((sent / "status").read_text()), results, (sent / "stdout").read_text())
    return found


def test_the_solution_gets_every_point_in_the_sandbox(ran):
    assert ran["reference"].status == 0
    assert problems(ran["reference"].results) == [], ran["reference"].log
    assert points(ran["reference"]) == list(POINTS.values())
    layers = " ".join(ran["reference"].results["extra_data"]["sandbox"])
    assert "landlock" in layers
    assert "own user id" in layers, "Gradescope runs as root"


def test_a_mistake_costs_its_question_and_says_why(ran):
    assert problems(ran["mistake"].results) == [], ran["mistake"].log
    scores = dict(zip(POINTS, points(ran["mistake"]), strict=True))
    assert [question for question, score in scores.items() if score < POINTS[question]] == ["grad_w"]
    [told] = [test for test in ran["mistake"].results["tests"] if test["status"] == "failed"]
    assert len(told["output"]) > 100


def test_engine_lab_and_packages_are_those_of_the_image(there, image):
    config = json.loads(docker("image", "inspect", image).stdout)[0]["Config"]
    program = FINGERPRINT.replace("grading_config.yml", "/autograder/source/lab/grading_config.yml")
    assert program != FINGERPRINT
    python = ("--entrypoint", "/opt/python/bin/python", there.name, "-I", "-c")
    said = docker("run", "--rm", "--network", "none", *python, program).stdout
    assert said.strip() == config["Labels"]["autograder.lab.fingerprint"]
    packages = docker("run", "--rm", "--network", "none", *python, DISTRIBUTIONS).stdout
    assert sorted(packages.split()) == sorted(python_inside(image, DISTRIBUTIONS).split())


def test_how_it_is_started_and_what_it_starts_with_is_the_bases(there):
    ours, theirs = (json.loads(docker("image", "inspect", one).stdout)[0]["Config"] for one in (there.name, there.base))  # fmt: skip
    for setting in ("Cmd", "Entrypoint", "Env", "User", "WorkingDir"):
        assert ours.get(setting) == theirs.get(setting)
    assert "OF_THE_BASE=1" in ours["Env"]
    python = (
        "run",
        "--rm",
        "--network",
        "none",
        "--entrypoint",
        "readlink",
        there.name,
        "-f",
        "/usr/bin/python3",
    )
    assert docker(*python).stdout.startswith("/usr/bin/"), "the base's own commands keep their Python"


def test_the_solution_is_not_in_it(there):
    look = "find / -xdev '(' -name rnn_lab.py -o -name rnn_lab.ipynb -o -name 'class.zip' ')' -print"
    found = docker("run", "--rm", "--network", "none", "--entrypoint", "sh", there.name, "-c", look).stdout
    assert found.split() == ["/autograder/source/lab/student_template/rnn_lab.ipynb"]


def test_an_image_with_another_engine_is_refused(packed, tmp_path):
    lines = (packed / "source" / "engine.sha256").read_text().splitlines()
    folder = tmp_path / "other"
    subprocess.run(["cp", "-r", packed, folder], check=True)
    other = [
        "0" * 64 + line[64:] if line.endswith("  autograder/grading/pipeline.py") else line for line in lines
    ]
    assert other != lines
    (folder / "source" / "engine.sha256").write_text("\n".join(other) + "\n")
    done = build(folder, f"autograder-test-refused:{os.getpid()}", BASE=BASE)
    assert done.returncode != 0
    assert "autograder/grading/pipeline.py: FAILED" in done.stdout + done.stderr
    assert "The image has another engine" in done.stdout + done.stderr


def test_the_image_itself_can_pack(image, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    if os.geteuid() == 0:
        os.chown(out, OWNER, OWNER)

    def run(*arguments: str) -> None:
        volumes = ("--volume", f"{out}:/out", "--volume", f"{TOY_LAB}:/course:ro")
        docker("run", "--rm", *AS_DOCUMENTED, *volumes, image, "package", *arguments)

    # Another lab: packing this one grades its solution each time.
    run(
        "gradescope",
        "--config",
        "/course/grading_config.yml",
        "--dockerfile",
        "--image",
        image,
        "--out",
        "/out/gradescope",
    )
    run("gradescope", "--config", "/course/grading_config.yml", "--out", "/out/autograder.zip")
    run("student", "--out", "/out/students.zip")
    small = ("--config", TOY_LAB / "grading_config.yml")
    done = run_here(
        "package", "gradescope", *small, "--dockerfile", "--image", image, "--out", tmp_path / "outside"
    )
    assert done.returncode == 0, done.stderr
    content, same = (
        {str(file.relative_to(place)): file.read_bytes() for file in place.rglob("*") if file.is_file()}
        for place in (out / "gradescope", tmp_path / "outside")
    )
    assert content == same
    assert {file.stat().st_uid for file in (out / "gradescope").rglob("*")} == {out.stat().st_uid}
    done = run_here("package", "gradescope", *small, "--out", tmp_path / "outside.zip")
    assert done.returncode == 0, done.stderr
    with (
        zipfile.ZipFile(out / "autograder.zip") as inside,
        zipfile.ZipFile(tmp_path / "outside.zip") as outside,
    ):
        assert inside.namelist() == outside.namelist()
        wanted = inside.read("requirements.txt").decode().splitlines()[1:]
    installed = python_inside(image, DISTRIBUTIONS).split()
    assert {line.lower().replace("_", "-") for line in wanted} <= set(installed)
    with zipfile.ZipFile(out / "students.zip") as archive:
        assert "rnn_lab.ipynb" in archive.namelist()
