"""Grading in the container: the same marks as outside, in every way that it may be started."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.docker import IMAGE
from autograder.model import Grade, Status
from autograder.store.results import read_results
from tests.conftest import ROOT, TOY_LAB, notebook_bytes
from tests.corpus.attack_cases import Attack, all_attacks, asked, attack_cell, notebook
from tests.corpus.test_attacks import marks, small_configuration, told
from tests.engine.processes import autograder

from .conftest import AS_DOCUMENTED, CLASS, QUICK, QUICKEST, class_of, docker, rows

pytestmark = [pytest.mark.slow, pytest.mark.docker]

OWNER = 1234
"""A user id that neither runs the tests nor exists in the image."""

WITHOUT_RIGHTS = ("--cap-drop", "ALL", "--security-opt", "no-new-privileges")

WAYS = {
    "as documented": ((), 0),
    "without any rights": (WITHOUT_RIGHTS, 0),
    "as an ordinary user": (("--user", "1000:1000"), 1000),
    "as an ordinary user without any rights": (("--user", "1000:1000", *WITHOUT_RIGHTS), 1000),
}
"""Arguments of ``docker run``, and who has to own the folder that they can write to."""

IN_EVERY_RUN = "as an ordinary user without any rights"
"""The way with the least of both. The example class is graded as documented."""


def ways(*always: str) -> list[object]:
    """All of them as parameters, single but for some."""
    return [pytest.param(way, marks=[] if way in always else pytest.mark.single) for way in WAYS]


def folder_of(owner: int, path: Path) -> Path:
    """A new folder that belongs to ``owner``."""
    path.mkdir()
    if os.geteuid() == 0:
        os.chown(path, owner, owner)
    return path


def in_container(image: str, *arguments: str, mounts: dict[Path, str], options: tuple[str, ...] = ()) -> str:
    """Run the command of the image as the documentation has it; its output."""
    volumes = [part for source, target in mounts.items() for part in ("--volume", f"{source}:{target}")]
    return docker("run", "--rm", *AS_DOCUMENTED, *options, *volumes, image, *arguments).stdout


@pytest.fixture(scope="module")
def small_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quick ones of the example class."""
    return class_of(tmp_path_factory.mktemp("small") / "class.zip", QUICK)


@pytest.fixture(scope="module")
def smallest_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The quickest ones of the example class."""
    return class_of(tmp_path_factory.mktemp("smallest") / "class.zip", QUICKEST)


@pytest.mark.single  # some of them in the next test; two take minutes, and what else runs must not take their time
def test_the_example_class_gets_the_same_rows_as_outside(image, tmp_path):
    done = autograder("grade", CLASS, "--out", tmp_path / "outside", timeout=900)
    assert done.returncode == 0, done.stderr
    out = folder_of(OWNER, tmp_path / "out")
    said = in_container(
        image, "grade", "/in/class.zip", "--out", "/out", mounts={CLASS: "/in/class.zip:ro", out: "/out"}
    )
    assert "9 graded, 0 not gradable" in said
    inside = rows(out)
    assert inside == rows(tmp_path / "outside")
    assert len(inside) == 9
    assert sorted(os.listdir(out)) == sorted(os.listdir(tmp_path / "outside"))
    if os.geteuid() == 0:
        owners = {path.lstat().st_uid for path in [out, *out.rglob("*")]}
        assert owners == {OWNER}


@pytest.mark.parametrize("way", ways(IN_EVERY_RUN))
def test_every_way_of_running_gives_the_same_rows(way, image, outside, small_class, tmp_path):
    options, owner = WAYS[way]
    out = folder_of(owner, tmp_path / "out")
    mounts = {small_class: "/in/class.zip:ro", out: "/out"}
    in_container(image, "grade", "/in/class.zip", "--out", "/out", mounts=mounts, options=options)
    everybody = outside.rows()
    assert rows(out) == {name: row for name, row in everybody.items() if any(part in name for part in QUICK)}
    assert {path.lstat().st_uid for path in out.rglob("*")} == {owner}
    layers = [" ".join(json.loads(file.read_text())["sandbox_layers"]) for file in out.glob("results/*.json")]
    assert len(layers) == len(QUICK)
    for found in layers:
        assert all(name in found for name in ("rlimits", "landlock", "seccomp")), found


@pytest.mark.parametrize("way", ways(IN_EVERY_RUN, "as documented"))
def test_the_doctor_finds_nothing_to_complain_about(way, image):
    said = in_container(image, "doctor", "--quick", mounts={}, options=WAYS[way][0])
    assert "This machine can grade." in said
    own_user = "own user id" in said
    assert own_user == (way == "as documented")


def test_the_command_line_runs_itself_in_the_image(image, outside, smallest_class, tmp_path):
    out = folder_of(OWNER, tmp_path / "marks, 2nd term")  # docker reads a comma as its own
    command = [sys.executable, "-m", "autograder.cli", "grade", str(smallest_class), "--out", str(out)]
    done = subprocess.run(
        [*command, "--docker", "--image", image, "--json-lines"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    events = [json.loads(line)["event"] for line in done.stdout.splitlines()]
    told = [event for event in events if event != "held"]  # what is being graded, at every change
    assert told == ["start", *["ended"] * len(QUICKEST), "report"]
    everybody = outside.rows()
    assert rows(out) == {name: everybody[name] for name in rows(out)}
    if os.geteuid() == 0:
        assert {path.lstat().st_uid for path in [out, *out.rglob("*")]} == {OWNER}
    layers = [json.loads(file.read_text())["sandbox_layers"] for file in out.glob("results/*.json")]
    assert all("own user id" in " ".join(found) for found in layers)


def test_a_regrading_in_the_image_says_who_changes(image, tmp_path):
    lab, out, uploads = tmp_path / "lab", tmp_path / "out", tmp_path / "class"
    shutil.copytree(TOY_LAB, lab)
    uploads.mkdir()
    (uploads / "alice.ipynb").write_bytes(notebook_bytes("def median(v):\n    return sorted(v)[len(v) // 2]"))
    command = [sys.executable, "-m", "autograder.cli"]
    config = lab / "grading_config.yml"

    def run(*arguments: object) -> str:
        done = subprocess.run([*command, *map(str, arguments), "--docker"], cwd=ROOT, capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    run("grade", uploads, "--config", config, "--out", out, "--image", image)
    assert rows(out)["alice.ipynb"]["score"] == "0"
    question = lab / "questions" / "median.py"
    text = question.read_text("utf-8")
    question.write_text(text.replace("== 2.5", "in (2.5, 3)"), "utf-8")
    assert text != question.read_text("utf-8")
    assert "alice: median 0 → 2" in run("regrade", out, "--dry-run")
    assert rows(out)["alice.ipynb"]["score"] == "0"
    run("regrade", out)
    assert rows(out)["alice.ipynb"]["score"] == "2"


def test_compose_grades_with_the_rights_that_it_names(image, outside, smallest_class, tmp_path):
    plugin = (
        subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    )
    compose = ["docker", "compose"] if plugin else ["docker-compose"]
    if shutil.which(compose[0]) is None:
        pytest.skip("no docker-compose, nor the plug-in compose: apt-get install docker-compose")
    text = (ROOT / "compose.yml").read_text("utf-8")
    assert IMAGE in text
    (tmp_path / "compose.yml").write_text(text.replace(IMAGE, image), "utf-8")
    (tmp_path / "submissions").mkdir()
    shutil.copy(smallest_class, tmp_path / "submissions" / "class.zip")
    out = folder_of(OWNER, tmp_path / "graded")
    done = subprocess.run(
        [*compose, "run", "--rm", "grade", "grade", "/in/class.zip", "--out", "/out"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    everybody = outside.rows()
    assert rows(out) == {name: everybody[name] for name in rows(out)}
    assert len(rows(out)) == len(QUICKEST)
    if os.geteuid() == 0:
        assert {path.lstat().st_uid for path in [out, *out.rglob("*")]} == {OWNER}


def test_an_image_that_is_not_there_is_a_mistake_of_usage(image, small_class, tmp_path):
    command = [
        sys.executable,
        "-m",
        "autograder.cli",
        "grade",
        str(small_class),
        "--out",
        str(tmp_path / "o"),
    ]
    done = subprocess.run(
        [*command, "--docker", "--image", "nobody.invalid/nothing:0"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 2
    assert "make docker" in done.stderr


# --- limits of the container ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "most"),
    [
        (("--cpus", "1.5", "--memory", "2g"), 1),
        pytest.param(("--memory", "1500m"), 1, marks=pytest.mark.single),
        pytest.param(("--memory", "100m"), 1, marks=pytest.mark.single),
        pytest.param(("--cpus", "0.5"), 1, marks=pytest.mark.single),
        (("--cpuset-cpus", "0"), 1),
        pytest.param(("--memory", "2g"), 2, marks=pytest.mark.single),
        ((), 1024),
    ],
)
def test_jobs_fit_into_what_the_container_may_use(limits, most, image):
    program = "from autograder.workers.cores import default_jobs; print(default_jobs())"
    said = docker("run", "--rm", "--network", "none", *limits, "--entrypoint", "python", image, "-c", program)
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 30
    assert int(said.stdout) == max(1, min(most, len(os.sched_getaffinity(0)), machine))


def test_who_takes_the_memory_of_the_whole_container_harms_nobody_else(image, outside, smallest_class, tmp_path):  # fmt: skip
    handed_in = tmp_path / "in"
    with zipfile.ZipFile(smallest_class) as archive:
        archive.extractall(handed_in)
    greedy = "import numpy\nkept = []\nfor _ in range(30):\n    kept.append(numpy.ones(1 << 24))"
    cells = [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], "execution_count": None, "source": greedy}]  # fmt: skip
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (handed_in / "Greedy_999_assignsubmission_file_").mkdir()
    (handed_in / "Greedy_999_assignsubmission_file_" / "rnn_lab.ipynb").write_text(json.dumps(book))
    out = folder_of(0, tmp_path / "out")
    mounts = {handed_in: "/in/class:ro", out: "/out"}
    limits = ("--memory", "1200m", "--memory-swap", "1200m")
    in_container(image, "grade", "/in/class", "--out", "/out", mounts=mounts, options=limits)
    found = rows(out)
    greedy_row = found.pop(next(name for name in found if name.startswith("Greedy")))
    assert greedy_row["status"] == "graded"
    assert float(greedy_row["score"]) == 0
    everybody = outside.rows()
    assert found == {name: everybody[name] for name in found}
    assert len(found) == len(QUICKEST)


# --- attacks -------------------------------------------------------------------------------------

ATTACKS = all_attacks()
OUTWARDS = ("escaping", "spying")
"""Kinds that try what a container may allow and a machine does not, or the other way round."""
ONE_IN = 5
"""Of the other kinds, which meet the same engine inside and outside; of the small lab, since what asks all questions
does too."""
ASKED = [
    pytest.param(
        attack,
        id=attack.name,
        marks=[]
        if attack.lab != "whole" and (attack.kind in OUTWARDS or number % ONE_IN == 0)
        else pytest.mark.single,
    )
    for number, attack in enumerate(ATTACKS)
]


@pytest.fixture(scope="module")
def attacked(
    image: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Grade]:
    """The attacks that this run asks for, graded in a container for each lab; grades by the attack's name."""
    place = tmp_path_factory.mktemp("attacks")
    course = place / "course"
    for name in ("reference", "student_template", "tests/questions"):
        shutil.copytree(ROOT / name, course / name, ignore=shutil.ignore_patterns("__pycache__"))
    grades = []
    wanted = asked(request)
    for lab in dict.fromkeys(attack.lab for attack in wanted):
        (course / "grading_config.yml").write_text(small_configuration(lab), "utf-8")
        handed_in = place / f"in-{lab}"
        handed_in.mkdir()
        for attack in wanted:
            if attack.lab == lab:
                (handed_in / f"{attack.name}.ipynb").write_bytes(notebook(attack))
        out = folder_of(0, place / f"out-{lab}")
        docker(
            "run", "--rm", *AS_DOCUMENTED, "--volume", f"{course}:/course:ro", "--volume", f"{handed_in}:/in/all:ro",
            "--volume", f"{out}:/out", image,
            "grade", "/in/all", "--out", "/out", "--config", "/course/grading_config.yml", check=False,
        )  # fmt: skip
        grades += [read_results(file) for file in out.glob("results/*.json")]
    return {grade.submission.source.removesuffix(".ipynb"): grade for grade in grades}


@pytest.mark.parametrize("attack", ASKED)
def test_attack(attack: Attack, attacked: dict[str, Grade]):
    grade = attacked[attack.name]
    assert grade.status is attack.status, grade.reason
    if grade.status is Status.GRADED:
        assert any("landlock" in layer for layer in grade.sandbox_layers)
    assert marks(grade) == dict(attack.marks), (attack.why, told(grade))
    if attack.endings:
        found = {run.index: run for run in grade.cells}[attack_cell(notebook(attack))]
        assert found.ending in attack.endings, (attack.why, found)
    for limit in attack.limits:
        assert any(hit.startswith(limit) for hit in grade.limits_hit), (limit, grade.limits_hit)
    for flag in attack.flags:
        assert any(flag in one for one in grade.flags), (flag, grade.flags)
