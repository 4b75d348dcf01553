"""Workers that die, hang or cannot start: who pays for it, and what is left of them."""

from __future__ import annotations

import shutil
import signal
import tempfile
import threading
from pathlib import Path

import pytest

from autograder.errors import ConfigurationError, SandboxError, UsageError
from autograder.grading.run_settings import RunSettings
from autograder.model import Status, Submission
from autograder.workers.pool import WorkerPool
from tests.conftest import TOY_LAB, notebook_bytes

CONFIG = TOY_LAB / "grading_config.yml"
COUNTS = "counts = {'one': 1, 'two': 2, 'three': 3}"
SLEEPS = "import time; time.sleep(2)"


@pytest.fixture
def temporary(monkeypatch):
    """An empty folder for all temporary files; a socket's path in it stays short."""
    folder = Path(tempfile.mkdtemp(prefix="p-"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    shutil.rmtree(folder)


def submissions(tmp_path, *cells):
    made = []
    for number, source in enumerate(cells):
        file = tmp_path / f"{number}.ipynb"
        file.write_bytes(notebook_bytes(source))
        made.append(Submission(str(number), file.name, str(number), file=file))
    return made


def killer(pool, victim, times):
    """Kill the worker that holds ``victim``, each time that one holds it, from another thread."""
    killed = []
    done = threading.Event()

    def watch():
        while len(killed) < times and not done.wait(0.02):
            for worker in [*pool._workers]:
                held = worker.held
                if held is not None and held.id == victim and worker.process.pid not in killed:
                    killed.append(worker.process.pid)
                    worker.process.signal(signal.SIGKILL)  # the pool waits for its end, and closes it

    thread = threading.Thread(target=watch)
    thread.start()
    return thread, done, killed


@pytest.mark.parametrize("times", [1, pytest.param(2, marks=pytest.mark.thorough)])
def test_a_worker_that_dies_costs_its_submission_one_more_try_and_nobody_else(tmp_path, temporary, times):
    handed_in = submissions(tmp_path, COUNTS, SLEEPS, COUNTS, COUNTS)
    with WorkerPool(RunSettings(CONFIG), 2, 60) as pool:
        thread, done, killed = killer(pool, "1", times)
        grades = {grade.submission.id: grade for grade in pool.grade(handed_in)}
        done.set()
        thread.join()
    assert len(killed) == times
    assert sorted(grades) == ["0", "1", "2", "3"]
    assert {grades[other].status for other in "023"} == {Status.GRADED}
    if times == 1:
        assert grades["1"].status is Status.GRADED
    else:
        assert grades["1"].status is Status.NOT_GRADABLE
        assert grades["1"].reason == (
            "the grading process ended twice while it graded this submission (signal 9)"
        )
    assert list(temporary.iterdir()) == []


@pytest.mark.thorough
def test_a_worker_that_holds_a_submission_too_long_is_ended(tmp_path, temporary):
    handed_in = submissions(tmp_path, "import time; time.sleep(60)", COUNTS)
    with WorkerPool(RunSettings(CONFIG), 1, 2) as pool:
        stuck, fine = pool.grade(handed_in)
    assert stuck.status is Status.NOT_GRADABLE
    assert stuck.reason == "the grader needed more than 2 s for it"
    assert fine.status is Status.GRADED
    assert list(temporary.iterdir()) == []


def test_what_is_wrong_with_the_lab_ends_the_run_and_its_workers(tmp_path, temporary):
    lab = tmp_path / "lab"
    shutil.copytree(TOY_LAB, lab)
    (lab / "questions" / "median.py").write_text("this is no Python\n")
    with (
        WorkerPool(RunSettings(lab / "grading_config.yml"), 2, 60) as pool,
        pytest.raises(ConfigurationError, match=r"median\.py"),
    ):
        list(pool.grade(submissions(tmp_path, COUNTS, COUNTS)))
    assert list(temporary.iterdir()) == []


def test_workers_that_cannot_start_end_the_run(tmp_path, temporary, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # -P does not protect from this one
    (tmp_path / "resource.py").write_text("import os; os._exit(7)\n")
    with (
        WorkerPool(RunSettings(CONFIG), 2, 60) as pool,
        pytest.raises(SandboxError, match=r"while they start \(exit code 7\)"),
    ):
        list(pool.grade(submissions(tmp_path, COUNTS)))


def test_a_temporary_folder_with_a_long_name_is_explained(tmp_path, monkeypatch):
    long = tmp_path / ("long" * 20)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    with pytest.raises(UsageError, match="set TMPDIR"):
        WorkerPool(RunSettings(CONFIG), 1, 60)
