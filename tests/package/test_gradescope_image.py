"""``autograder package gradescope --dockerfile``: what is in the folder, and what its scripts do with an image.

``tests/docker/test_gradescope.py`` builds an image from it.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import stat
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.docker import IMAGE
from autograder.errors import UsageError
from autograder.package.archive import Member, write_folder
from tests.conftest import ROOT, TOY_LAB
from tests.engine.processes import autograder, run_here

Done = subprocess.CompletedProcess[str]

SMALL = ("--config", TOY_LAB / "grading_config.yml")
"""Packing grades the solution of a lab that has one: this has none."""


def written(folder: Path, *options: object, run: Callable[..., Done] = run_here) -> Path:
    done = run("package", "gradescope", "--dockerfile", "--out", folder / "image", *SMALL, *options)
    assert done.returncode == 0, done.stderr
    return folder / "image"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return written(tmp_path_factory.mktemp("gradescope"), run=autograder)


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def instructions(folder: Path) -> list[str]:
    """The lines of the Dockerfile that say something, each with what it is continued with."""
    text = (folder / "Dockerfile").read_text().replace("\\\n", "")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_last_stage_is_gradescopes_and_keeps_its_command(folder):
    lines = instructions(folder)
    assert [line for line in lines if line.startswith(("ARG", "FROM"))] == [
        "ARG BASE=gradescope/autograder-base:ubuntu-22.04", f"ARG IMAGE={IMAGE}",
        "FROM ${IMAGE} AS grader", "FROM ${BASE}",
    ]  # fmt: skip
    assert not [line for line in lines if line.startswith(("CMD", "ENTRYPOINT", "ENV", "USER", "WORKDIR"))]
    assert "COPY run_autograder /autograder/run_autograder" in lines
    assert "COPY source /autograder/source" in lines


def test_everything_that_the_dockerfile_copies_is_there(folder):
    copied = [line.split()[1] for line in instructions(folder) if re.match(r"COPY (?!--from)", line)]
    assert len(copied) == 3
    assert [name for name in copied if not (folder / name).exists()] == []
    assert {file.name for file in folder.iterdir()} == {"Dockerfile", "run_autograder", "source"}


@pytest.mark.single  # make docker-test builds one
def test_the_image_can_have_another_name(tmp_path):
    name = "example.org:5000/Lab/autograder@sha256:" + "0" * 64
    file = written(tmp_path, "--image", name)
    assert f"ARG IMAGE={name}" in instructions(file)


def test_lab_and_decisions_are_those_of_the_archive(tmp_path):
    decisions = ("--visible", "after_published", "--minutes", "20")
    done = run_here("package", "gradescope", "--out", tmp_path / "autograder.zip", *SMALL, *decisions)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "autograder.zip") as opened:
        archive = {name: opened.read(name) for name in opened.namelist()}
    source = files(written(tmp_path, *decisions) / "source")
    both = archive.keys() & source.keys() - {"setup_settings.sh"}
    assert {name for name in archive if name.startswith("lab/")} < both
    assert {"settings.json", "unfinished.json"} < both
    assert {name: archive[name] for name in both} == {name: source[name] for name in both}
    assert source.keys() - archive.keys() == {"engine.sha256", "check_image.sh"}


def test_it_starts_the_images_interpreter_and_else_what_the_archive_starts(folder, tmp_path):
    file = folder / "run_autograder"
    assert stat.S_IMODE(file.stat().st_mode) == 0o755
    done = run_here("package", "gradescope", "--out", tmp_path / "autograder.zip", *SMALL)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "autograder.zip") as opened:
        there = opened.read("run_autograder").decode().splitlines()
    here = file.read_text().splitlines()
    different = [(one, other) for one, other in zip(there, here, strict=True) if one != other]
    assert different == [("python=/autograder/venv/bin/python", "python=/opt/python/bin/python")]


def test_the_same_lab_gives_the_same_folder(folder, tmp_path):
    assert files(written(tmp_path)) == files(folder)


# Another engine


def checked(folder: Path, engine: Path) -> subprocess.CompletedProcess[str]:
    """What the Dockerfile's own line says of the engine in ``engine``."""
    [line] = [line for line in instructions(folder) if "sha256sum" in line]
    command = line.removeprefix("RUN ").replace("/opt/engine", str(engine))
    command = command.replace("/tmp/engine.sha256", str(folder / "source" / "engine.sha256"))
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True)


def test_the_engine_that_packed_is_accepted(folder):
    done = checked(folder, ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("change", ["changed", "missing"])
def test_another_engine_is_refused(change, folder, tmp_path):
    shutil.copytree(ROOT / "autograder", tmp_path / "autograder")
    file = tmp_path / "autograder" / "grading" / "pipeline.py"
    if change == "changed":
        file.write_bytes(file.read_bytes() + b"\n")
    else:
        file.unlink()
    done = checked(folder, tmp_path)
    assert done.returncode == 1
    assert "autograder/grading/pipeline.py" in done.stdout
    assert "build the image again" in done.stderr


# The check at the end of the build

FAILING = """#!/bin/sh
case "$2" in
    {which}) echo "no such library" >&2; exit 1 ;;
esac
"""


def image_checked(folder: Path, place: Path, interpreter: Path) -> subprocess.CompletedProcess[str]:
    text = (folder / "source" / "check_image.sh").read_text()
    for there, here in (("/autograder/source", folder / "source"), ("/opt/python/bin/python", interpreter)):
        assert there in text
        text = text.replace(there, str(here))
    script = place / "check_image.sh"
    script.write_text(text)
    # As in an image: the checkout is not the current folder.
    return subprocess.run(["bash", script], capture_output=True, text=True, cwd=place)


@pytest.mark.single  # make docker-test tries it in the image
@pytest.mark.slow
def test_an_interpreter_that_works_passes_and_the_lab_is_tried_with_it(folder, tmp_path):
    done = image_checked(folder, tmp_path, Path(sys.executable))
    assert done.returncode == 0, done.stderr
    assert "This machine can grade." in done.stdout


def failing(place: Path, which: str) -> Path:
    program = place / "python"
    program.write_text(FAILING.format(which=which))
    program.chmod(0o755)
    return program


def test_an_interpreter_that_does_not_work_ends_the_build(folder, tmp_path):
    done = image_checked(folder, tmp_path, failing(tmp_path, "-c"))
    assert done.returncode == 1
    assert "no such library" in done.stderr
    assert "does not work on this base" in done.stderr


def test_a_sandbox_that_does_not_work_while_the_image_is_built_decides_nothing(folder, tmp_path):
    done = image_checked(folder, tmp_path, failing(tmp_path, "-m"))
    assert done.returncode == 0
    assert "See what a run says" in done.stdout


# What cannot be


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--dockerfile", "--torch-index", "https://example.org"), "leave out --wheels, --torch-index"),
        (("--dockerfile", "--wheels", "."), "leave out --wheels, --torch-index"),
        (("--dockerfile", "--image", "a b"), "no name of an image"),
        (("--dockerfile", "--image", "a\nRUN b"), "no name of an image"),
        (("--image", "autograder:1"), "goes with --dockerfile"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options, words, tmp_path):
    done = run_here("package", "gradescope", "--out", tmp_path / "image", *options)
    assert done.returncode == 2
    assert words in done.stderr
    assert not (tmp_path / "image").exists()


@pytest.mark.single  # test_lab_and_decisions_are_those_of_the_archive fills one
def test_an_empty_folder_is_filled_and_one_with_something_in_it_left_alone(tmp_path):
    (tmp_path / "image").mkdir()
    before = files(written(tmp_path))
    again = ("--dockerfile", "--out", tmp_path / "image", "--minutes", "20")
    done = run_here("package", "gradescope", *again, *SMALL)
    assert done.returncode == 2
    assert "is not empty" in done.stderr
    assert files(tmp_path / "image") == before


def test_a_folder_is_written_whole_or_not_at_all(tmp_path):
    members = {"a": Member(b"a"), "b/c": Member(b"c"), "d": Member(tmp_path / "nothing"), "e": Member(b"e")}
    with pytest.raises(UsageError, match="nothing: No such file or directory; nothing was written"):
        write_folder(tmp_path / "out", members)
    assert os.listdir(tmp_path / "out") == []


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(UsageError, match="out: File exists"):
        write_folder(tmp_path / "out", {"a": Member(b"a")})
    assert (tmp_path / "out").read_text() == "mine"


# Packing inside of the image


def test_the_image_knows_what_the_engine_needs(tmp_path):
    script = ROOT / "docker" / "metadata.py"
    subprocess.run([sys.executable, script, ROOT / "pyproject.toml", tmp_path], check=True)
    [found] = importlib.metadata.distributions(path=[str(tmp_path)])
    assert (found.name, found.version) == ("lab-autograder", IMAGE.partition(":")[2])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert found.requires == project["dependencies"]
