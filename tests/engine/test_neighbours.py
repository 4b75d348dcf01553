"""A class on a busy machine: neither a neighbour nor another program costs marks."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import yaml

from autograder.class_run.run import grade_all
from autograder.grading.run_settings import RunSettings
from autograder.model import Ending, Grade, Status, Submission
from autograder.sandbox.user_ids import UIDS
from autograder.workers.cores import core_shares
from autograder.workers.pool import WorkerPool
from tests.conftest import ROOT, TOY_LAB, notebook_bytes

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forked_zygotes")]

COUNTS = "counts = {'one': 1, 'two': 2, 'three': 3}"
COMPUTES = "import time\nbegan = time.process_time()\nwhile time.process_time() < began + %s: pass"
CROWD = """
import hashlib, threading

def hog():
    for _ in range(60):
        hashlib.pbkdf2_hmac("sha256", b"x", b"y", 400_000)  # C code without the lock of the interpreter

for _ in range(30):
    threading.Thread(target=hog, daemon=True).start()
"""
THREADS = """
import time, torch
torch.set_num_threads(2)
numbers, began = torch.ones(40_000), time.process_time()
for _ in range(1000):
    numbers = torch.tanh(numbers)
if time.process_time() < began + 1:  # it takes a tenth; where threads wait for each other by computing, five
    counts = {'one': 1, 'two': 2, 'three': 3}
"""
LOOP = "while True: pass"


@pytest.fixture
def lab(tmp_path_factory):
    """The toy lab with other limits."""

    def made(preload=("numpy",), **limits):
        folder = tmp_path_factory.mktemp("lab") / "lab"
        subprocess.run(["cp", "-r", str(TOY_LAB), str(folder)], check=True)
        file = folder / "grading_config.yml"
        config = yaml.safe_load(file.read_text())
        config["limits"] |= limits
        config["kernel"] = {**config.get("kernel", {}), "preload": [*preload]}
        file.write_text(yaml.safe_dump(config))
        return RunSettings(file)

    return made


@pytest.fixture
def submissions(tmp_path):
    """Notebooks as submissions, by name."""

    def made(notebooks):
        handed_in = []
        for name, cells in notebooks.items():
            file = tmp_path / f"{name}.ipynb"
            file.write_bytes(notebook_bytes(*cells))
            handed_in.append(Submission(name, file.name, name, file=file))
        return handed_in

    return made


@pytest.fixture
def graded(submissions):
    """Grades of notebooks that are graded together, by name."""

    def run(settings, jobs, **notebooks):
        handed_in = submissions(notebooks)
        return {grade.submission.id: grade for grade in grade_all(handed_in, settings, jobs)}

    return run


@contextmanager
def busy_processes(count: int) -> Iterator[None]:
    """So many other programs that compute, until the end of the block."""
    with ExitStack() as resources:
        for _ in range(count):
            process = subprocess.Popen([sys.executable, "-c", LOOP])
            resources.callback(process.wait)
            resources.callback(process.kill)
        yield


def cell_seconds(grade: Grade, ending: Ending) -> list[float]:
    return [cell.seconds for cell in grade.cells if cell.ending is ending]


@pytest.mark.single  # the next two say how; this one compares times, which wants a machine that does nothing else
@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one core, so there are no neighbours")
def test_a_crowd_of_threads_takes_no_core_of_its_neighbour(lab, graded):
    settings = lab(cell_seconds=60, notebook_seconds=120, submission_seconds=240)
    honest = [COUNTS, COMPUTES % 2]
    alone = graded(settings, 1, honest=honest)["honest"]
    beside = graded(settings, 2, crowd=[COUNTS, CROWD, COMPUTES % 1], honest=honest)
    assert beside["honest"].score == alone.score == 1
    assert beside["crowd"].score == 1
    assert sum(cell_seconds(beside["honest"], Ending.FINISHED)) < 2 * sum(
        cell_seconds(alone, Ending.FINISHED)
    )


def test_a_job_keeps_to_its_cores_and_cannot_leave_them(lab, graded):
    cell = (
        "import os\ntry:\n    os.sched_setaffinity(0, range(os.cpu_count()))\nexcept PermissionError:\n"
        "    refused = True\ncores = os.sched_getaffinity(0)\n"
        "if refused and len(cores) == %d:\n    " + COUNTS
    )
    several = {f"student{number}": [cell % len(core_shares(2)[0])] for number in range(4)}
    assert [grade.score for grade in graded(lab(), 2, **several).values()] == [1] * 4


def test_more_threads_than_cores_cost_no_time(lab, graded):
    """Each job has a core of its own here, on a machine of two."""
    both = graded(lab(preload=["torch"]), 2, one=[THREADS], other=[THREADS])
    assert [grade.score for grade in both.values()] == [1, 1]


def test_a_crowd_of_threads_goes_behind_and_a_few_do_not(lab, graded):
    waits = "import os, threading, time\nfor _ in range(%d): threading.Thread(target=time.sleep, args=(1,)).start()\n"
    looks = (
        "for _ in range(50):\n    time.sleep(0.02)\nif os.getpriority(os.PRIO_PROCESS, 0) == %d:\n    "
        + COUNTS
    )
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    grades = graded(lab(), 1, crowd=[waits % 30 + looks % 19], few=[waits % 3 + looks % usual])
    assert {name: grade.score for name, grade in grades.items()} == {"crowd": 1, "few": 1}


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives a process to another user")
@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is part of Debian's util-linux")
def test_a_crowd_of_another_user_goes_behind_where_we_may_not_send_it():
    """As in a container without CAP_SYS_NICE."""
    uid = UIDS[0]
    crowd = subprocess.Popen(["sleep", "60"], user=uid, group=uid, extra_groups=())
    try:
        code = f"from autograder.kernel.watchdog import _send_behind; _send_behind({crowd.pid}, {uid})"
        command = ["setpriv", "--bounding-set", "-sys_nice", sys.executable, "-c", code]
        subprocess.run(command, check=True, cwd=ROOT)
        assert os.getpriority(os.PRIO_PROCESS, crowd.pid) == 19
    finally:
        crowd.kill()
        crowd.wait()


@pytest.mark.thorough  # tests/engine/test_clock.py has such deadlines in every run
def test_a_loop_ends_after_its_seconds_although_the_machine_is_busy(lab, graded):
    cores = len(os.sched_getaffinity(0))
    with busy_processes(2 * cores):
        grade = graded(lab(cell_seconds=1, busy_factor=50), 1, loop=[LOOP, COUNTS])["loop"]
    assert grade.status is Status.GRADED
    assert grade.score == 1
    [seconds] = cell_seconds(grade, Ending.TIMED_OUT)
    assert 1 <= seconds < 40
    assert grade.limits_hit == ("cell_seconds: 1 s for one cell",)


@pytest.mark.thorough  # test_what_missed_a_deadline_beside_others_is_graded_again_alone
def test_what_was_cut_short_for_want_of_a_processor_is_no_zero(lab, graded):
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # where a session gets a share of each core, it gets half of one
    try:
        with busy_processes(4):
            grade = graded(lab(cell_seconds=2, busy_factor=1.05), 1, slow=[COMPUTES % 1.9, COUNTS])["slow"]
    finally:
        os.sched_setaffinity(0, cores)
    assert grade.status is Status.NOT_GRADABLE
    assert grade.trouble  # so the result is not used again
    assert grade.starved
    assert grade.reason.startswith("the processor was busy with other programs: a time limit of 2 s passed")


@pytest.mark.thorough  # test_clock has the clock itself
def test_what_missed_a_deadline_beside_others_is_graded_again_alone(lab, submissions):
    """Two jobs share one core, so neither gets its seconds in time before the other is done."""
    together: list[frozenset[str]] = []
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        slow = {name: [COMPUTES % 1.9, COUNTS] for name in ("one", "two")}
        with WorkerPool(lab(cell_seconds=2, busy_factor=1.05), 2, 60) as pool:
            grades = list(
                pool.grade(
                    submissions(slow),
                    lambda held: together.append(frozenset(one.submission.id for one in held)),
                )
            )
    finally:
        os.sched_setaffinity(0, cores)
    held = [ids for ids, _ in itertools.groupby(filter(None, together))]
    assert frozenset(slow) in held
    assert held[-2:] in ([{"one"}, {"two"}], [{"two"}, {"one"}])
    assert sorted(grade.submission.id for grade in grades) == ["one", "two"]
    for grade in grades:  # where other programs keep even one job from its time, nobody gets a zero
        assert (grade.status, grade.score) == (Status.GRADED, 1) or (grade.trouble and grade.starved)


@pytest.mark.single  # of its kind: test_a_loop_ends_after_its_seconds_although_the_machine_is_busy
def test_marks_are_the_same_with_eight_busy_processes_beside(lab, graded):
    notebooks = {
        "honest": [COUNTS, COMPUTES % 2],
        "loop": [COUNTS, LOOP],
        "slow": [
            "def median(values):\n    "
            + (COMPUTES % 1).replace("\n", "\n    ")
            + "\n    return sorted(values)[1]"
        ],
        "endless": ["def median(values):\n    while True: pass"],
        "sleeper": [COUNTS, "import time; time.sleep(10 ** 6)"],
    }
    idle = graded(lab(busy_factor=50), 2, **notebooks)
    with busy_processes(8):
        busy = graded(lab(busy_factor=50), 2, **notebooks)
    for name in notebooks:
        assert judged(busy[name]) == judged(idle[name]), name


def judged(grade: Grade) -> dict[str, object]:
    """What must not depend on who else computes."""
    cases = [(case.name, case.outcome, case.ending) for one in grade.questions for case in one.cases]
    endings = [cell.ending for cell in grade.cells]
    return {
        "status": grade.status, "score": grade.score, "cases": cases, "cells": endings,
        "limits": grade.limits_hit,
    }  # fmt: skip
