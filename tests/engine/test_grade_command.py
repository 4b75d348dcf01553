"""``autograder grade`` as a user runs it: real processes, real files, exit codes, output."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest

from tests.conftest import TOY_LAB, notebook_bytes
from tests.engine.processes import (
    PATIENCE,
    autograder,
    run_here,
    start,
    started_below,
    wait_until,
    with_patience,
)

CONFIG = TOY_LAB / "grading_config.yml"
GOOD = (
    "def median(v):\n    v = sorted(v); n = len(v)\n    return v[n//2] if n % 2 else (v[n//2-1] + v[n//2]) / 2",
    "counts = {'one': 1, 'two': 2, 'three': 3}",
    "class Counter:\n    def __init__(self): self.n = {}\n    def add(self, w): self.n[w] = self.n.get(w, 0) + 1\n"
    "    def total(self, w): return self.n[w]",
)  # fmt: skip


def rows(out: Path) -> dict[str, dict[str, str]]:
    with (out / "grades.csv").open(encoding="utf-8", newline="") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded_class(tmp_path_factory):
    """A zip of everything at once, graded by two workers: result of the command and its folder."""
    folder = tmp_path_factory.mktemp("class")
    archive = folder / "class.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("anna/words.ipynb", notebook_bytes(*GOOD))
        zipped.writestr("bert.ipynb", notebook_bytes(GOOD[0]))
        zipped.writestr("empty.ipynb", b"")
        zipped.writestr("truncated.ipynb", notebook_bytes(*GOOD)[:300])  # within a cell
        r_notebook = json.loads(notebook_bytes("x <- 1"))
        r_notebook["metadata"] = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
        zipped.writestr("statistician.ipynb", json.dumps(r_notebook))
        zipped.writestr("../escape.ipynb", notebook_bytes(*GOOD))
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        zipped.writestr(link, "/etc/passwd")
    out = folder / "out"
    return autograder("grade", archive, "--out", out, "--config", CONFIG, "--jobs", 2), out


def test_some_that_cannot_be_graded_give_exit_code_3_and_each_is_named(graded_class):
    done, out = graded_class
    assert done.returncode == 3, done.stderr
    table = rows(out)
    bad = {name: row["flags"] for name, row in table.items() if row["status"] == "not_gradable"}
    assert len(bad) == 5
    assert all(bad.values())
    assert any("R" in reason for name, reason in bad.items() if name == "statistician.ipynb")
    for name in ("empty", "truncated", "statistician", "escape", "link"):
        assert name in done.stdout


def test_the_others_are_graded(graded_class):
    _, out = graded_class
    table = rows(out)
    assert table["anna/words.ipynb"]["score"] == "5"
    assert table["anna/words.ipynb"]["student"] == "anna"
    assert table["anna/words.ipynb"]["median"] == "2"
    assert table["anna/words.ipynb"]["essay"] == ""
    assert (table["bert.ipynb"]["score"], table["bert.ipynb"]["max_score"]) == ("2", "5")
    assert table["empty.ipynb"]["score"] == ""


def test_the_columns_are_the_contract(graded_class):
    _, out = graded_class
    header = (out / "grades.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == (
        "submission,student,lms_id,late,score,max_score,status,median,counter,essay,flags,seconds"
    )


def test_every_submission_has_results_and_feedback(graded_class):
    _, out = graded_class
    results = [json.loads(path.read_text()) for path in (out / "results").glob("*.json")]
    assert len(results) == len(list((out / "feedback").glob("*.html"))) == len(rows(out)) == 7
    assert {len(result["fingerprint"]) for result in results} == {64}
    assert (out / "index.html").is_file()


def test_nothing_was_written_outside(graded_class):
    _, out = graded_class
    assert not (out.parent / "escape.ipynb").exists()
    assert not (out.parent.parent / "escape.ipynb").exists()
    assert sorted(path.name for path in out.iterdir()) == [
        ".autograder",
        "executed",
        "feedback",
        "grades.csv",
        "index.html",
        "manual.csv",
        "results",
    ]


def test_no_process_is_left(graded_class):
    orphans = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
            parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        # Those of other runs, and of the session's own toy course, have their parents.
        if re.search(rb"autograder\.(sandbox|workers)\.", command) and parent == "1":
            orphans.append(command)
    assert orphans == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["grade", "no-such.ipynb", "--out", "{out}", "--config", CONFIG], "no-such.ipynb"),
        (["grade", "{nb}", "--out", "{out}", "--config", "no-such.yml"], "no-such.yml"),
        (["grade", "{nb}", "--out", "{nb}", "--config", CONFIG], "--out"),
        (["grade", "{nb}"], "--out"),
        (["grade", "{nb}", "--out", "{out}", "--jobs", "0"], "--jobs"),
        (["no-such-command"], "no-such-command"),
    ],
)
def test_usage_and_configuration_give_exit_code_2_and_a_reason(write_notebook, tmp_path, arguments, said):
    places = {"nb": write_notebook(*GOOD), "out": tmp_path / "out"}
    done = run_here(*[str(argument).format(**places) for argument in arguments])
    assert done.returncode == 2
    assert said in done.stderr


def test_a_usage_error_of_the_command_itself_has_no_traceback(tmp_path):
    done = autograder("grade", "no-such.ipynb", "--out", tmp_path / "out", "--config", CONFIG)
    assert done.returncode == 2
    assert "no-such.ipynb" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_test_file_is_named(tmp_path, write_notebook):
    lab = tmp_path / "lab"
    shutil.copytree(TOY_LAB, lab)
    (lab / "questions" / "median.py").write_text("OK_FORMAT = False\nname = 'median'\nthis is no Python\n")
    done = run_here(
        "grade", write_notebook(*GOOD), "--out", tmp_path / "o", "--config", lab / "grading_config.yml"
    )
    assert done.returncode == 2
    assert "median.py" in done.stderr
    assert "Traceback" not in done.stderr


def test_points_that_disagree_are_named(tmp_path, write_notebook):
    lab = tmp_path / "lab"
    shutil.copytree(TOY_LAB, lab)
    config = lab / "grading_config.yml"
    config.write_text(config.read_text().replace("title: Median, points: 2", "title: Median, points: 4"))
    done = run_here("grade", write_notebook(*GOOD), "--out", tmp_path / "o", "--config", config)
    assert done.returncode == 2
    assert "has 2 points" in done.stderr


def test_a_folder_and_single_files_are_taken_together(tmp_path, write_notebook):
    folder = tmp_path / "folder"
    write_notebook(*GOOD, name="folder/a.ipynb")
    write_notebook(*GOOD, name="folder/sub/b.ipynb")
    single = write_notebook("pass", name="c.ipynb")
    out = tmp_path / "out"
    done = run_here("grade", folder, single, "--out", out, "--config", CONFIG, "--jobs", 1)
    assert done.returncode == 0, done.stderr
    assert sorted(row["score"] for row in rows(out).values()) == ["0", "5", "5"]


def test_a_name_that_the_terminal_cannot_show_ends_nothing(write_notebook, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    file, out = write_notebook(*GOOD, name="李明.ipynb"), tmp_path / "out"
    done = autograder("grade", file, "--out", out, "--config", CONFIG)
    assert done.returncode == 0, done.stderr
    assert rows(out)["李明.ipynb"]["score"] == "5"


def test_help_loads_nothing_heavy():
    code = (
        "import sys, contextlib\nfrom autograder.cli import main\n"
        "with contextlib.suppress(SystemExit): main(['--help'])\n"
        "heavy = {'torch', 'otter', 'pydantic', 'rich', 'nbformat', 'jinja2', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    "number", [pytest.param(signal.SIGTERM, marks=pytest.mark.single), signal.SIGINT, signal.SIGKILL]
)
def test_a_run_that_is_ended_leaves_no_process(write_notebook, tmp_path, number):
    temporary = Path(tempfile.mkdtemp(prefix="ended-"))  # not tmp_path: a socket's path must be short
    notebook = write_notebook("import time; time.sleep(500)")
    lab = with_patience(tmp_path / "lab")
    running = start(temporary, "grade", notebook, "--out", tmp_path / "out", "--config", lab)
    wait_until(lambda: list(temporary.glob("**/ipc/k-1")))  # the notebook is about to run
    running.send_signal(number)
    assert running.wait(timeout=PATIENCE) == (-number if number == signal.SIGKILL else 130)
    wait_until(lambda: not started_below(temporary))
    if number != signal.SIGKILL:
        assert list(temporary.iterdir()) == []
    shutil.rmtree(temporary)
