"""The image, built once from this checkout, and some of the example class graded outside of it."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT

from .engine import BASE, NoEngine, engine

CLASS = ROOT / "examples" / "class.zip"

QUICK = ("Chen", "Mateo", "Tomasz")
"""Students of the example class: one who stopped, one mistake, one kernel that dies."""

QUICKEST = ("Chen", "Zoé")
"""Two who stopped early: where it matters who grades, not what."""

HOSTILE = {
    "constraint": "/nowhere/constraints.txt", "requirement": "/nowhere/requirements.txt", "user": "1",
    "target": "/nowhere", "prefix": "/nowhere", "root": "/nowhere", "no-binary": ":all:", "dry-run": "1",
    "require-virtualenv": "1", "no-index": "1", "platform": "win32", "quiet": "3",
}  # fmt: skip
"""What pip may be told on a machine and must not be told in the build."""

AS_DOCUMENTED = ("--network", "none", "--read-only", "--tmpfs", "/tmp")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "docker: builds the image and runs it (make docker-test)")


def docker(*arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command of the client; what it said, errors included."""
    done = subprocess.run(["docker", *arguments], capture_output=True, check=False, text=True)
    assert not check or done.returncode == 0, f"docker {' '.join(arguments)}\n{done.stdout}{done.stderr}"
    return done


def rows(out: Path) -> dict[str, dict[str, str]]:
    """The rows of ``grades.csv`` by submission, but for the time that each took."""
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        found = {row["submission"]: row for row in csv.DictReader(file)}
    for row in found.values():
        del row["seconds"]
    return found


@dataclass(frozen=True)
class Outside:
    """Some of the example class as this machine grades them, in a process of its own."""

    process: subprocess.Popen[bytes]
    out: Path
    said: Path

    def rows(self) -> dict[str, dict[str, str]]:
        """Its rows of ``grades.csv``, once it has come to its end."""
        assert self.process.wait() == 0, self.said.read_text("utf-8")
        return rows(self.out)


def class_of(path: Path, names: tuple[str, ...]) -> Path:
    """An archive with some of the example class, as they lie in the whole."""
    with zipfile.ZipFile(CLASS) as whole, zipfile.ZipFile(path, "w") as some:
        for member in whole.infolist():
            if any(name in member.filename for name in names):
                some.writestr(member, whole.read(member))
    return path


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """Those that are graded in the container, graded outside while the image is built."""
    folder = tmp_path_factory.mktemp("outside")
    uploads = class_of(folder / "class.zip", (*QUICK, *QUICKEST))
    command = [sys.executable, "-m", "autograder.cli", "grade", str(uploads), "--out", str(folder / "out")]
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, stdout=said, stderr=said)
        yield Outside(process, folder / "out", folder / "said")
        process.terminate()
        process.wait()


@pytest.fixture(scope="session")
def image(outside: Outside) -> Iterator[str]:
    """The name of the image, built from this checkout by a machine whose pip is told the worst."""
    name = f"autograder-test:{os.getpid()}"
    try:
        with engine() as own:
            if own:
                subprocess.run(["sh", str(ROOT / "docker" / "base.sh"), BASE], check=True)
            network = ["--network", "host"] if own else []
            build = [sys.executable, str(ROOT / "docker" / "build.py"), "--tag", name, *network]
            told = {f"PIP_{name.upper().replace('-', '_')}": value for name, value in HOSTILE.items()}
            done = subprocess.run(build, capture_output=True, text=True, check=False, env=os.environ | told)
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
            yield name
            docker("image", "rm", "--force", name)
    except NoEngine as reason:
        pytest.skip(str(reason))
