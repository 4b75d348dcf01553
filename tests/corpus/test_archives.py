"""Archives that are hostile, damaged or merely odd: nobody gets out, nobody is lost.

``archives/<name>/build.py`` writes the upload (``build(path)``); ``expect.yml`` knows

* ``why``: one sentence.
* ``refused``: what the single row says that stands for an upload that cannot be used at all.
* ``submissions``: member path -> ``graded``, ``not_gradable`` (unpacked, but no notebook), or what the
  reason says why it was not unpacked. A list of pairs where two members have the same path.
* ``limits``: settings of the lab that differ from the defaults.
* ``command``: whether the archive is also graded with the command line, all of these in one run.
"""

from __future__ import annotations

import csv
import os
import re
import runpy
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from autograder.config.schema import Limits
from autograder.submissions.discover import discover

from tests.conftest import ROOT, TOY_LAB

HERE = Path(__file__).parent / "archives"
MEMORY_MB = 1000
"""Far above what grading takes (torch is never loaded here), far below what the bombs would take."""

WEIGHED = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stderr=subprocess.STDOUT)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
"""Runs a command and says the most memory that one of its processes had, in KB. A process of its own, since the
system counts for a command also what the process had that started it: here all that the tests have imported."""


@dataclass(frozen=True)
class Case:
    """An upload, and what must become of its members."""

    folder: Path
    why: str
    refused: str = ""
    submissions: Mapping[str, str] | list[list[str]] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    command: bool = False

    @property
    def upload(self) -> str:
        """The name of the file that is handed in."""
        return f"{self.folder.name}.zip"

    def build(self, folder: Path) -> Path:
        """Write the upload into ``folder``."""
        path = folder / self.upload
        runpy.run_path(str(self.folder / "build.py"))["build"](path)
        return path

    def expected(self) -> list[tuple[str, str]]:
        """Pairs of member path and fate."""
        if self.refused:
            return [(self.upload, self.refused)]
        pairs = self.submissions.items() if isinstance(self.submissions, Mapping) else self.submissions
        return [(source, fate) for source, fate in pairs]


CASES = [
    Case(file.parent, **yaml.safe_load(file.read_text("utf-8"))) for file in sorted(HERE.glob("*/expect.yml"))
]
ON_THE_COMMAND_LINE = [case for case in CASES if case.command]


def files_below(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if not path.is_dir()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_members(case, tmp_path):
    spool = tmp_path / "spool"
    spool.mkdir()
    path = case.build(tmp_path)
    found = discover([path], spool, Limits(**case.limits), "words.ipynb")
    assert Counter(one.source for one in found) == Counter(source for source, _ in case.expected())
    left = case.expected()
    for one in found:
        place = next(
            i for i, (source, fate) in enumerate(left) if source == one.source and fits(one.problem, fate)
        )
        del left[place]
        assert (one.file is None) == bool(one.problem)
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,80}", one.id)
    assert len({one.id for one in found}) == len(found)
    # What is handed on lies in the spool, and nothing was written outside of it.
    assert {one.file for one in found if one.file} <= files_below(spool)
    assert files_below(tmp_path) - files_below(spool) == {path}


def fits(problem: str, fate: str) -> bool:
    return not problem if fate in ("graded", "not_gradable") else fate in problem


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """One run over all archives for the command line: folder, exit code, output, memory in MB."""
    folder = tmp_path_factory.mktemp("archives")
    uploads, temporary = folder / "uploads", folder / "temporary"
    uploads.mkdir()
    temporary.mkdir()
    paths = [case.build(uploads) for case in ON_THE_COMMAND_LINE]
    command = [sys.executable, "-m", "autograder.cli", "grade", *paths, "--out", folder / "out"]
    command += ["--config", TOY_LAB / "grading_config.yml", "--jobs", "2"]
    with (folder / "said").open("wb") as said, (folder / "kilobytes").open("w+") as kilobytes:
        done = subprocess.run(
            [sys.executable, "-I", "-c", WEIGHED, *map(str, command)],
            cwd=ROOT, env=os.environ | {"TMPDIR": str(temporary)},
            stdout=said, stderr=kilobytes,
        )  # fmt: skip
        kilobytes.seek(0)
        megabytes = int(kilobytes.read()) / 1024
    (folder / "kilobytes").unlink()
    return folder, done.returncode, (folder / "said").read_bytes(), megabytes


@pytest.mark.slow
def test_every_member_has_its_row(graded):
    folder, code, said, _ = graded
    assert code == 3, said.decode()
    with (folder / "out" / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = [pair for case in ON_THE_COMMAND_LINE for pair in case.expected()]
    assert len(rows) == len(expected)
    for row, (source, fate) in zip(rows, expected, strict=True):
        good = fate == "graded"
        assert (row["status"], row["score"]) == (("graded", "5") if good else ("not_gradable", "")), (
            source,
            row,
        )
        assert row["flags"] or good
        if fate not in ("graded", "not_gradable"):
            assert fate in row["flags"]
        # The row shows the path as far as it can be shown: cut, on one line, never a formula.
        assert row["submission"].lstrip("'")[:50] == source.lstrip("'")[:50]


@pytest.mark.slow
def test_nothing_is_written_elsewhere_and_nothing_is_left(graded):
    folder, *_ = graded
    assert not list((folder / "temporary").iterdir())
    assert {path.name for path in (folder / "uploads").iterdir()} == {
        case.upload for case in ON_THE_COMMAND_LINE
    }
    assert {path.name for path in folder.iterdir()} == {"uploads", "temporary", "out", "said"}
    assert {path.name for path in (folder / "out").iterdir()} == {
        ".autograder",
        "feedback",
        "grades.csv",
        "index.html",
        "manual.csv",
        "results",
        "executed",
    }
    assert not Path("/tmp/evil.ipynb").exists()
    members = [pair for case in ON_THE_COMMAND_LINE for pair in case.expected()]
    for kind, suffix in (("feedback", ".html"), ("results", ".json")):
        files = list((folder / "out" / kind).iterdir())
        assert len(files) == len(members)
        assert all(
            re.fullmatch(r"[A-Za-z0-9._-]{1,90}", file.name) and file.suffix == suffix for file in files
        )


@pytest.mark.slow
def test_the_memory_stays_bounded_and_the_terminal_in_peace(graded):
    _, _, said, megabytes = graded
    assert megabytes < MEMORY_MB
    assert b"Traceback" not in said
    assert b"\x1b[2J" not in said


def test_there_are_enough_of_them():
    assert len(CASES) >= 60
    assert len(ON_THE_COMMAND_LINE) >= 10
    assert all(bool(case.refused) != bool(case.submissions) for case in CASES)
