"""Adapters of other packages: installed beside the engine, found by the command, and never in its way."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from autograder.lms.known import GROUP, KNOWN
from tests.conftest import ROOT, TOY_LAB, notebook_bytes

MEDIAN = "def median(v):\n    v = sorted(v); n = len(v)\n    return v[n//2] if n % 2 else (v[n//2-1] + v[n//2]) / 2"

CAMPUS = '''"""Campus, an LMS of one university: everything about it is regular."""

from autograder.files.visible import number
from autograder.lms.base import Lms
from autograder.lms.handback import PAGE, Table, Zip
from autograder.lms.names import Names
from autograder.lms.sheet import Sheet


class Campus(Lms):
    """Folders like ``jdoe (Doe, Jane)``, with a ``+`` where it is late; lists with semicolons."""

    name = "campus"
    title = "Campus"
    names = Names(folder=r"(?P<id>[a-z0-9]+) \\\\((?P<name>[^()]+)\\\\)(?P<late>\\\\+?)")
    sheet = Sheet(
        "Campus's list (Kennung;Name;Punkte)", id=("Kennung",), name=("Name",), mark=("Punkte",)
    )
    unlisted = "Campus has nobody of this name"

    def steps(self, back):
        rows = [(one.lms_id, number(one.mark), one.comment) for one in back.marked]
        header = ("Kennung", "Punkte", "Kommentar")
        yield Table("campus.csv", "Upload it." + self.nobody_looked(back), [header, *rows], delimiter=";")
        yield Zip("campus.zip", "Then this.", ((f"{one.lms_id}/{PAGE}", one.feedback) for one in back.returned))
'''.replace("\\\\", "\\")


def install(site: Path, name: str, code: str, *points: str) -> None:
    """What an installation leaves of a package: its module, and its metadata beside it."""
    (site / f"{name}.py").write_text(code, encoding="utf-8")
    about = site / f"{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{GROUP}]\n" + "".join(f"{point}\n" for point in points))


def autograder(site: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command with what is installed in ``site``."""
    paths = [str(site), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "autograder.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT, env=environment)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site").mkdir()
    return tmp_path / "site"


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    shutil.copytree(TOY_LAB, tmp_path / "lab")
    return tmp_path / "lab" / "grading_config.yml"


def export(tmp_path: Path, *members: str) -> Path:
    file = tmp_path / "export.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for member in members:
            archive.writestr(member, notebook_bytes(MEDIAN))
    return file


def test_an_adapter_of_another_package_is_used_as_ours_are(site: Path, lab: Path, tmp_path: Path) -> None:
    install(site, "campus_autograder", CAMPUS, "campus = campus_autograder:Campus")
    sheet = tmp_path / "list.csv"
    sheet.write_text("KENNUNG; Name ;Punkte\njdoe;Doe, Jane;1,5\nroe;Roe, Rob;\n", encoding="utf-8")
    file = export(tmp_path, "Lab 9/jdoe (Doe, Jane)/words.ipynb", "Lab 9/poe (Poe, Pia)+/words.ipynb")
    out = tmp_path / "out"
    done = autograder(site, "grade", file, "--out", out, "--config", lab, "--partial", "--worksheet", sheet)
    assert done.returncode == 0, done.stderr
    assert f"for Campus: {out}" in done.stdout.replace("\n", "")
    assert "cannot be used" not in done.stdout
    with (out / "lms" / "campus.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter=";"))
    assert [(row["Kennung"], row["Punkte"]) for row in rows] == [("jdoe", "2")]
    with zipfile.ZipFile(out / "lms" / "campus.zip") as archive:
        assert set(archive.namelist()) == {"jdoe/feedback.html", "poe/feedback.html"}
    upload = (out / "lms" / "UPLOAD.md").read_text(encoding="utf-8")
    assert "Doe, Jane (jdoe): 1,5 → 2" in upload
    assert "Poe, Pia (poe): Campus has nobody of this name" in upload
    assert "Roe, Rob (roe)" in upload
    wrong = autograder(site, "grade", file, "--out", tmp_path / "o", "--config", lab, "--lms", "x")
    assert "campus" in wrong.stderr


BROKEN = {
    "unimportable": ("import a_package_that_nobody_has\n", "ModuleNotFoundError"),
    "ends": ("raise SystemExit(1)\n", "SystemExit"),
    "nothing": ("Adapter = 7\n", "no subclass"),
    "abstract": ("from autograder.lms.base import Lms\nclass Adapter(Lms): name = title = 'x'\n", "abstract"),
    "taken": (CAMPUS.replace('"campus"', '"moodle"').replace("class Campus", "class Adapter"), "one for 'moodle' already"),
    "failing": (
        CAMPUS.replace("class Campus", "class Adapter") + "    def origin(self, path, export): return 1 / 0\n",
        "ZeroDivisionError",
    ),
}  # fmt: skip


@pytest.mark.single  # test_an_adapter_of_another_package_is_used_as_ours_are
def test_broken_ones_are_named_and_do_not_end_a_run_without_them(
    site: Path, lab: Path, tmp_path: Path
) -> None:
    for name, (code, _) in BROKEN.items():
        install(site, f"{name}_package", code, f"{name} = {name}_package:Adapter")
    file = export(tmp_path, "Jane Doe_2_assignsubmission_file/words.ipynb")
    out = tmp_path / "out"
    done = autograder(site, "grade", file, "--out", out, "--config", lab, "--partial")
    assert done.returncode == 0, done.stderr
    assert "for Moodle" in done.stdout
    assert "Participant 2,2,-," in (out / "lms" / "moodle_grades.csv").read_text()
    lines = [line for line in done.stdout.splitlines() if "cannot be used" in line]
    assert len(lines) == len(BROKEN)
    for _, reason in BROKEN.values():
        assert sum(reason in line for line in lines) == 1, reason
    asked = autograder(site, "grade", file, "--out", tmp_path / "o", "--config", lab, "--lms", "unimportable")
    assert asked.returncode == 2
    assert "a_package_that_nobody_has" in asked.stderr


def test_what_lies_in_the_current_folder_is_no_package_that_somebody_installed(
    site: Path, lab: Path, tmp_path: Path
) -> None:
    """A student's archive that a TA unpacked there may hold anything."""
    install(site, "evil", f"open({str(tmp_path / 'ran')!r}, 'w')\n{CAMPUS}", "campus = evil:Campus")
    file = export(tmp_path, "ada/words.ipynb")
    command = [
        sys.executable,
        "-m",
        "autograder.cli",
        "grade",
        file,
        "--out",
        tmp_path / "out",
        "--config",
        lab,
    ]
    done = subprocess.run(
        [*map(str, command), "--lms", "campus"], capture_output=True, text=True, timeout=300, cwd=site,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "--lms campus: not known" in done.stderr
    assert not (tmp_path / "ran").exists()


def test_ours_are_entry_points_too() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    ours = {lms.name: f"{type(lms).__module__}:{type(lms).__qualname__}" for lms in KNOWN}
    assert project["entry-points"][GROUP] == ours
