"""``autograder package gradescope``: what is in the archive, and what it makes of Gradescope's limits."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import zipfile
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest

from autograder.config.load import load
from autograder.errors import SandboxError
from autograder.grading.fingerprint import fingerprint
from autograder.package.engine import requirements, wheel
from autograder.package.gradescope_limits import adapted, limits_within
from autograder.package.gradescope_run import OutOfTime, Packed, time_limit
from autograder.workers.pool import BEYOND_LIMIT
from tests.conftest import ROOT, TOY_LAB, notebook_bytes
from tests.engine.processes import autograder, run_here
from tests.engine.test_whole_class import MEDIAN
from tests.package.gradescope_schema import problems, shape

CONFIG = ROOT / "grading_config.yml"
SMALL = ("--config", TOY_LAB / "grading_config.yml")


def packed(folder: Path, *options: object) -> Path:
    done = run_here("package", "gradescope", "--out", folder / "autograder.zip", *options)
    assert done.returncode == 0, done.stderr
    return folder / "autograder.zip"


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(SMALL[1], id="small lab"),
        pytest.param(CONFIG, id="the lab", marks=pytest.mark.single),  # packing grades its solution
    ],
)
def config(request) -> Path:
    return request.param


@pytest.fixture(scope="module")
def archive(config, request, tmp_path_factory) -> Path:
    if config == CONFIG:
        return request.getfixturevalue("gradescope_archive")
    return packed(tmp_path_factory.mktemp("packed"), "--config", config)


def unpacked(archive: Path, folder: Path) -> Path:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def test_what_gradescope_wants_lies_at_the_root_and_can_be_run(archive):
    with zipfile.ZipFile(archive) as opened:
        for name in ("setup.sh", "run_autograder"):
            member = opened.getinfo(name)
            assert stat.S_IMODE(member.external_attr >> 16) == 0o755
            assert opened.read(name).startswith(b"#!/usr/bin/env bash\n")
            checked = subprocess.run(["bash", "-n"], input=opened.read(name), capture_output=True)
            assert checked.returncode == 0, checked.stderr


def test_the_lab_in_it_grades_like_the_lab_here(config, archive, tmp_path):
    copy = unpacked(archive, tmp_path) / "lab" / "grading_config.yml"
    assert fingerprint(load(copy)) == fingerprint(load(config))
    template = tmp_path / "lab" / "student_template" / "rnn_lab.ipynb"
    assert template.is_file() == (config == CONFIG), "it says which cells carry no mark"


@pytest.fixture
def elsewhere():
    """A folder that is not for temporary files."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        yield Path(name)


@pytest.mark.thorough  # packs twice; test_what_decides sees what questions open
@pytest.mark.parametrize("outside", [False, True])
def test_a_file_that_only_a_question_opens_goes_along(tmp_path, elsewhere, outside):
    folder = shutil.copytree(TOY_LAB, tmp_path / "lab")
    limits = (elsewhere if outside else folder) / "limits.json"
    limits.write_text("2.5")
    question = folder / "questions" / "median.py"
    text = question.read_text()
    question.write_text(text.replace("== 2.5", f"== float(open({str(limits)!r}).read())"))
    (folder / "words_solution.ipynb").write_bytes(notebook_bytes(MEDIAN))
    done = autograder("package", "gradescope", "--out", tmp_path / "a.zip", "--config", folder / CONFIG.name)
    if outside:
        assert done.returncode == 2
        assert f"the tests open {limits} outside of {folder}" in done.stderr
        return
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "a.zip") as opened:
        assert {name for name in opened.namelist() if name.startswith("lab/")} == {
            "lab/data/words.txt", "lab/grading_config.yml", "lab/limits.json",
            "lab/questions/counter.py", "lab/questions/median.py",
        }  # fmt: skip


def test_it_holds_neither_master_nor_solution_nor_the_projects_own_tests(config, archive):
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
    lab = load(config).config
    assert lab.build is not None
    assert not {f"lab/{lab.build.master}", f"lab/{lab.build.solution}"} & {*names}
    assert not [name for name in names if "rnn_lab.py" in name or "reference/rnn_lab.ipynb" in name]
    assert not [name for name in names if name.startswith(("lab/tests/engine", "lab/tests/corpus"))]
    tests = [name for name in names if name.startswith(f"lab/{lab.tests}/")]
    assert sorted(tests) == sorted(f"lab/{lab.tests}/{question.name}.py" for question in lab.questions)
    if config == CONFIG:
        assert "lab/reference/data/README.md" in names, "the data's provenance goes along"


def test_the_wheel_is_one_by_its_own_record(archive):
    name, member = wheel()
    assert isinstance(member.content, bytes)
    with zipfile.ZipFile(archive) as opened:
        assert opened.read(f"engine/{name}") == member.content
    with zipfile.ZipFile(io.BytesIO(member.content)) as opened:
        [record] = [one for one in opened.namelist() if one.endswith(".dist-info/RECORD")]
        rows = list(csv.reader(io.TextIOWrapper(opened.open(record))))
        assert sorted(row[0] for row in rows) == sorted(opened.namelist())
        for file, digest, size in rows:
            if file != record:
                data = opened.read(file)
                right = urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                assert (digest, size) == (f"sha256={right}", str(len(data)))
        modules = {one for one in opened.namelist() if one.startswith("autograder/") and one.endswith(".py")}
    here = {
        f"autograder/{file.relative_to(ROOT / 'autograder')}" for file in (ROOT / "autograder").rglob("*.py")
    }
    assert modules == here


@pytest.mark.single  # test_gradescope_runs runs what is packed
def test_the_wheel_can_be_installed_and_finds_its_templates(tmp_path):
    name, member = wheel()
    assert isinstance(member.content, bytes)
    (tmp_path / name).write_bytes(member.content)
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target"]
    done = subprocess.run([*install, tmp_path / "site", tmp_path / name], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    code = "import autograder.package.gradescope as g; print(g.__file__, sorted(p.name for p in g.TEMPLATES.iterdir()))"
    shown = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "site")},
    )  # fmt: skip
    assert shown.stdout.split()[0].startswith(str(tmp_path / "site")), shown.stderr
    assert "run_autograder" in shown.stdout


def test_versions_are_those_of_here_without_what_only_one_index_has(archive):
    wanted = requirements()
    assert {"torch", "otter-grader", "nbclient", "pyseccomp"} <= set(wanted)
    assert not {"pytest", "ruff", "distributed"} & set(wanted), "nobody develops there"
    assert not [version for version in wanted.values() if "+" in version]
    with zipfile.ZipFile(archive) as opened:
        lines = opened.read("requirements.txt").decode().splitlines()[1:]
    assert lines == sorted(f"{name}=={version}" for name, version in wanted.items())


@pytest.mark.single  # test_gradescope_image has the same for a folder
def test_the_same_lab_gives_the_same_bytes(tmp_path):
    once, again = (packed(tmp_path, *SMALL).read_bytes() for _ in range(2))
    assert once == again


@pytest.mark.single  # the small lab shows it in every run
def test_the_lab_itself_gives_the_same_bytes_too(gradescope_archive, tmp_path):
    # In a process of its own: what tests have imported from the lab's folder would be packed, too.
    done = autograder("package", "gradescope", "--out", tmp_path / "autograder.zip")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "autograder.zip").read_bytes() == gradescope_archive.read_bytes()


def test_the_results_that_are_there_from_the_beginning_are_no_mark(archive):
    with zipfile.ZipFile(archive) as opened:
        unfinished = json.loads(opened.read("unfinished.json"))
    assert not shape(unfinished)
    assert any("neither a score" in problem for problem in problems(unfinished))


def test_options_arrive(tmp_path):
    (tmp_path / "wheels").mkdir()
    (tmp_path / "wheels" / "torch-0-py3-none-any.whl").write_bytes(b"a wheel")
    (tmp_path / "wheels" / "notes.txt").write_text("no wheel")
    file = packed(
        tmp_path, "--visible", "after_published", "--minutes", "20", "--wheels", tmp_path / "wheels",
        "--torch-index", "https://example.org/it's a test", "--config", TOY_LAB / CONFIG.name,
    )  # fmt: skip
    folder = unpacked(file, tmp_path / "out")
    assert Packed.from_json((folder / "settings.json").read_text()) == Packed(
        "grading_config.yml", "after_published", 20
    )
    assert [one.name for one in (folder / "wheels").iterdir()] == ["torch-0-py3-none-any.whl"]
    shell = 'set -eu; . ./setup_settings.sh; printf "%s\\n" "$TORCH_INDEX" "$CONFIG" "$PACKED_WITH"'
    said = subprocess.run(["bash", "-c", shell], cwd=folder, capture_output=True, text=True, check=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    assert said.stdout.splitlines() == ["https://example.org/it's a test", "lab/grading_config.yml", version]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--visible", "sometimes"), "after_due_date"),
        (("--minutes", "60"), "from 5 to 40"),
        (("--wheels", "{empty}"), "no file *.whl"),
        (("--config", "{empty}/nothing.yml"), "nothing.yml"),
    ],
)
def test_what_cannot_be_is_refused(options, words, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    given = [option.format(empty=empty) for option in options]
    done = run_here("package", "gradescope", "--out", tmp_path / "out.zip", *given)
    assert done.returncode == 2
    assert words in done.stderr
    assert not (tmp_path / "out.zip").exists()


# Limits


@pytest.mark.parametrize("minutes", [5, 10, 20, 40])
def test_everything_ends_before_gradescope_ends_it(minutes):
    config = load(CONFIG).config
    limits = limits_within(config, minutes, None)
    assert limits["submission_seconds"] * limits["busy_factor"] + BEYOND_LIMIT < 60 * minutes
    assert limits["busy_factor"] >= 1
    assert limits["cell_seconds"] <= limits["notebook_seconds"] < limits["submission_seconds"]
    assert limits["submission_seconds"] <= config.limits.submission_seconds
    assert limits["memory_mb"] == config.limits.memory_mb


def test_with_time_and_memory_enough_the_limits_are_the_labs():
    config = load(CONFIG).config
    assert limits_within(config, 125, 16_000) == config.limits.model_dump()


def test_less_memory_means_less_for_the_student_and_too_little_is_refused():
    config = load(CONFIG).config
    memory = [limits_within(config, 40, mb)["memory_mb"] for mb in (1536, 3072, 6144)]
    assert memory == sorted(set(memory))
    assert memory[0] >= 900
    with pytest.raises(SandboxError, match="768 MB of memory, at least"):
        limits_within(config, 40, 768)


def test_the_adapted_configuration_is_the_labs_with_other_limits(tmp_path):
    for name in ("reference", "tests", "student_template"):
        (tmp_path / name).symlink_to(ROOT / name)
    original = shutil.copy(CONFIG, tmp_path / CONFIG.name)
    lab = adapted(original, 10, 1536)
    assert lab.root == original.parent
    assert lab.config.limits.submission_seconds < load(original).config.limits.submission_seconds
    same = {"limits": load(original).config.limits}
    assert lab.config.model_copy(update=same) == load(original).config


def test_the_time_limit_ends_what_hangs_and_nothing_else():
    with pytest.raises(OutOfTime, match="within 0 s"), time_limit(0.05):
        signal.pause()
    with time_limit(60):
        pass
