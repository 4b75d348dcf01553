"""``grade --docker``: which command line the container gets, and what it sees of the machine."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from autograder.cli import _parser, main
from autograder.commands.grade import run_of
from autograder.docker import (
    CAPABILITIES,
    IMAGE,
    OUT,
    docker_command,
    docker_regrade_command,
    give_to_owner,
    translated,
)
from autograder.grading.run_settings import RunSettings
from autograder.store.run import RUN_FILE, SEEN, Run, remember
from tests.conftest import ROOT


def options(*arguments: str):
    return _parser().parse_args(["grade", "--docker", *arguments])


def translate(given):
    return translated(given, run_of(given))


def grade_in_docker(given):
    return docker_command(given, run_of(given))


def seen(mounts) -> dict[str, str]:
    """Where on this machine lies what the container sees, as docker reads the arguments."""
    found = {}
    for mount in mounts:
        (fields,) = csv.reader([mount.argument()])
        values = dict(field.partition("=")[::2] for field in fields)
        assert values.pop("type") == "bind"
        target = values.pop("target")
        found[target] = values.pop("source")
        assert set(values) == {"readonly"}
    return found


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("class.zip", "sheet.csv", 'odd, "name".zip', "lab/course.yml", "more/class.zip"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    return tmp_path


def test_every_option_reaches_the_container(place):
    given = options(
        "class.zip", "--out", "marks", "--lms", "moodle", "--worksheet", "sheet.csv", "--name-pattern=-(?P<id>x)",
        "--seed", "0", "--no-cache", "--all-cells", "--jobs", "3", "--json-lines", "--sandbox", "none", "--add", "--partial",
        "--config", "lab/course.yml", "--case-number", "7", "--no-executed", "--similar",
    )  # fmt: skip
    mounts, arguments = translate(given)
    assert seen(mounts) == {
        "/in/0/class.zip": str(place / "class.zip"),
        "/course": str(place / "lab"),
        "/worksheet/sheet.csv": str(place / "sheet.csv"),
    }
    inside = _parser().parse_args(arguments)
    ours = {"paths", "out", "config", "worksheet", "docker", "image", "run"}
    assert vars(inside).keys() == vars(given).keys()
    # The one that is refused, and one that is about the program that was started here.
    for name in vars(given).keys() - ours - {"cluster", "stop_at_eof"}:
        assert getattr(inside, name) == getattr(given, name), name
        assert getattr(given, name) != getattr(options("a", "--out", "b"), name), f"{name} is not tried here"
    assert not inside.docker
    assert [path.as_posix() for path in inside.paths] == ["/in/0/class.zip"]
    assert (inside.out.as_posix(), inside.config.as_posix()) == ("/out", "/course/course.yml")


def test_files_keep_their_names_and_do_not_meet(place):
    mounts, arguments = translate(
        options("class.zip", "more/class.zip", 'odd, "name".zip', ".", "--out", "o")
    )
    names = ["/in/0/class.zip", "/in/1/class.zip", '/in/2/odd, "name".zip', f"/in/3/{place.name}"]
    assert arguments[1:5] == names
    assert [seen(mounts)[name] for name in names] == [
        str(place / part) for part in ("class.zip", "more/class.zip", 'odd, "name".zip', "")
    ]


def test_a_later_run_sees_what_an_earlier_one_was_given(place):
    before = Run(
        (Path("/in/0/class.zip"),), RunSettings(Path("/lab.yml")), worksheet=Path("/worksheet/sheet.csv")
    )
    (place / "o").mkdir()
    mounts = {"/in/0/class.zip": str(place / "class.zip"), "/worksheet/sheet.csv": str(place / "sheet.csv")}
    record = before.to_json() | {"docker": {"image": "x", "mounts": mounts}, "people": []}
    (place / "o" / RUN_FILE).parent.mkdir()
    (place / "o" / RUN_FILE).write_text(json.dumps(record))
    again, arguments = translate(options("class.zip", "--out", "o"))
    assert seen(again) == mounts
    assert "--worksheet" not in arguments  # the run in the image knows, and says so
    added, arguments = translate(options("more/class.zip", "--out", "o", "--add"))
    assert seen(added) == mounts | {"/in/1/class.zip": str(place / "more" / "class.zip")}
    assert arguments[1] == "/in/1/class.zip"


@pytest.mark.parametrize("wrong", [("missing.zip",), ("class.zip", "--config", "missing.yml"), ("class.zip", "--worksheet", "no")])  # fmt: skip
def test_what_is_not_there_is_no_new_folder(wrong, place, capsys):
    assert main(["grade", "--docker", "--out", "o", *wrong]) == 2
    assert "No such file" in capsys.readouterr().err
    assert not (place / "o").exists()


def test_a_cluster_grades_elsewhere(place, capsys):
    assert main(["grade", "--docker", "--out", "o", "class.zip", "--cluster", "tcp://x:1"]) == 2
    assert "--cluster" in capsys.readouterr().err


def test_without_docker_that_is_said(place, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(place))
    assert main(["grade", "--docker", "--out", "o", "class.zip"]) == 2
    assert "docker cannot be started" in capsys.readouterr().err


def test_the_container_may_do_little(place, asked):
    assert grade_in_docker(options("class.zip", "--out", "o")) == 3
    arguments = asked.read_text().split("\n")
    for pair in (("--network", "none"), ("--cap-drop", "ALL"), ("--security-opt", "no-new-privileges"), ("--tmpfs", "/tmp")):  # fmt: skip
        assert pair in set(pairwise(arguments))
    assert "--read-only" in arguments
    assert f"type=bind,source={place}/o,target={OUT}" in arguments, "the one that it can write to"
    assert "--tty" not in arguments
    assert arguments[arguments.index(IMAGE) :][:2] == [IMAGE, "grade"]


def regrade_options(*arguments: str):
    return _parser().parse_args(["regrade", "--docker", *arguments])


def write_run(out: Path, docker: object) -> None:
    (out / RUN_FILE).parent.mkdir(parents=True)
    (out / RUN_FILE).write_text(json.dumps({"docker": docker}))


@pytest.fixture
def asked(place, monkeypatch) -> Path:
    """A file with the arguments that ``docker`` got, one a line."""
    said = place / "said"
    (place / "docker").write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{said}\nexit 3\n')
    (place / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    return said


def test_a_regrading_sees_what_the_grading_saw_in_the_same_places(place, asked):
    given = options("class.zip", "--out", "o", "--image", "old:1", "--worksheet", "sheet.csv")
    assert grade_in_docker(given) == 3
    [told] = [line for line in asked.read_text().splitlines() if line.startswith(f"{SEEN}=")]
    before = [line for line in asked.read_text().splitlines() if line.startswith("type=bind")]
    write_run(place / "o", json.loads(told.partition("=")[2]))
    assert docker_regrade_command(regrade_options("o", "--dry-run", "--jobs", "2", "--json-lines")) == 3
    lines = asked.read_text().splitlines()
    assert [line for line in lines if line.startswith("type=bind")] == before
    assert lines[lines.index("old:1") :] == ["old:1", "regrade", OUT, "--dry-run", "--jobs=2", "--json-lines"]


def test_a_regrading_with_other_tests_or_uploads_that_have_moved(place, asked):
    write_run(
        place / "o",
        {"image": "old:1", "mounts": {"/in/0/class.zip": "/gone/class.zip", "/course": "/gone/too"}},
    )
    again = regrade_options("o", "more/class.zip", "--config", "lab/course.yml", "--image", "new:2")
    assert docker_regrade_command(again) == 3
    lines = asked.read_text().splitlines()
    assert f"type=bind,source={place}/more/class.zip,target=/in/0/class.zip,readonly" in lines
    assert f"type=bind,source={place}/lab,target=/course,readonly" in lines
    assert lines[lines.index("new:2") + 1 :] == [
        "regrade",
        OUT,
        "/in/0/class.zip",
        "--config",
        "/course/course.yml",
    ]


@pytest.mark.parametrize(
    ("docker", "words"),
    [
        (None, "without --docker last time"),
        ({"image": "old:1", "mounts": {"/in/0/class.zip": "gone.zip"}}, "gone.zip: No such file"),
        ({"image": "old:1"}, "cannot be read"),
    ],
)
def test_a_regrading_that_cannot_be(docker, words, place, asked, capsys):
    write_run(place / "o", docker)
    assert main(["regrade", "--docker", "o"]) == 2
    assert words in capsys.readouterr().err
    assert not asked.exists()


def test_a_folder_that_the_image_graded_says_so_outside(place, monkeypatch, capsys):
    monkeypatch.setenv(SEEN, json.dumps({"image": "old:1", "mounts": {}}))
    (place / "o" / ".autograder").mkdir(parents=True)
    remember(place / "o", Run((Path("/in/0/class.zip"),), RunSettings(Path("/lab/grading_config.yml"))), [])
    assert main(["regrade", "o"]) == 2
    assert "was graded in the image: autograder regrade o --docker" in capsys.readouterr().err


def test_it_needs_nothing_but_the_standard_library(place):
    (place / "docker").write_text("#!/bin/sh\nexit 3\n")
    (place / "docker").chmod(0o755)
    command = [sys.executable, "-S", "-m", "autograder.cli", "grade", "--docker", "class.zip", "--out", "o"]
    paths = {"PYTHONPATH": str(ROOT), "PATH": f"{place}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(command, env=os.environ | paths, check=False, capture_output=True, text=True)
    assert done.returncode == 3, done.stderr


def test_compose_gives_the_same_rights():
    service = yaml.safe_load((ROOT / "compose.yml").read_text("utf-8"))["services"]["grade"]
    assert service["cap_drop"] == ["ALL"]
    assert service["cap_add"] == list(CAPABILITIES)
    assert service["network_mode"] == "none"
    assert service["read_only"] is True
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["image"] == IMAGE


def test_outside_of_the_image_no_file_changes_hands(place, monkeypatch):
    monkeypatch.delenv("AUTOGRADER_CONTAINER", raising=False)
    before = [path.stat().st_uid for path in place.rglob("*")]
    give_to_owner(place)
    assert [path.stat().st_uid for path in place.rglob("*")] == before
