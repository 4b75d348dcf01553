"""Deadlines count what a process has had, not what others took from it: here with processes on one core."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest

from autograder.kernel.clock import StudentClock
from autograder.sandbox.forks import ForkedProcess

CORE = min(os.sched_getaffinity(0))

ALONE = "import os; os.sched_setaffinity(0, {%d})\n" % CORE  # noqa: UP031  the programs below hold braces
SPINS = "while True: pass"
SLEEPS = "import time; time.sleep(1000)"
CROWDS = (
    "import hashlib, threading\n"
    "def hog():\n    while True: hashlib.pbkdf2_hmac('sha256', b'x', b'y', 400_000)\n"
    "for _ in range(20): threading.Thread(target=hog).start()\n"
)


@contextmanager
def running(program: str, times: int = 1) -> Iterator[list[ForkedProcess]]:
    """Processes that run a program on the one core."""
    with ExitStack() as resources:
        started = []
        for _ in range(times):
            process = subprocess.Popen([sys.executable, "-c", ALONE + "print(flush=True)\n" + program],
                                       stdout=subprocess.PIPE)  # fmt: skip
            resources.callback(process.wait)
            resources.callback(process.kill)
            assert process.stdout is not None
            resources.enter_context(process.stdout).readline()
            pidfd = os.pidfd_open(process.pid)
            resources.callback(os.close, pidfd)
            started.append(ForkedProcess(process.pid, pidfd))
        yield started


def seconds_until_missed(program: str, seconds: float, clock: StudentClock, beside: int = 0) -> float:
    """How long a deadline lasts by the clock on the wall for a process, beside so many that are busy."""
    with running(SPINS, beside), running(program) as (process,), clock.following(process):
        began = time.monotonic()
        deadline = clock.deadline(seconds)
        while not deadline.missed():
            time.sleep(max(0.005, min(deadline.remaining(), 0.1)))
        return time.monotonic() - began


# Bounds from above are bounds of processor time, or generous: this machine may be busy with more than the test.


def test_a_process_that_shares_its_core_gets_all_its_seconds():
    clock = StudentClock(100)
    lasted = seconds_until_missed(SPINS, 0.5, clock, beside=3)
    assert lasted > 0.8  # a quarter of the core
    assert 0.4 < clock.read().processor < 1
    assert clock.starved
    assert clock.cut_short == ""  # it has had them


def test_a_process_that_sleeps_wins_no_time_on_a_busy_core():
    clock = StudentClock(100)
    lasted = seconds_until_missed(SLEEPS, 0.5, clock, beside=3)
    assert 0.5 <= lasted < 5
    assert clock.cut_short == ""


def test_threads_that_crowd_each_other_out_win_no_time():
    clock = StudentClock(100)
    seconds_until_missed(CROWDS + SPINS, 0.5, clock)
    assert clock.read().processor < 1.5
    assert clock.cut_short == ""


def test_by_the_clock_on_the_wall_a_deadline_lasts_a_bounded_time_and_the_reason_is_ours():
    clock = StudentClock(2)
    lasted = seconds_until_missed(SPINS, 0.5, clock, beside=8)
    assert lasted >= 1
    assert clock.read().processor < 0.5
    assert clock.starved
    assert clock.cut_short.startswith(
        "the processor was busy with other programs: a time limit of 0.5 s passed"
    )


def test_a_part_ends_with_the_whole_and_each_says_for_itself_whether_it_was_missed():
    clock = StudentClock(8)
    whole = clock.deadline(0.05)
    part = whole.part(10)
    assert 0 < part.remaining() <= 0.05
    time.sleep(0.06)
    assert part.missed()
    assert whole.missed()
    beside = whole.beside(10)
    assert beside.remaining() > 9
    assert not beside.missed()


def test_time_of_a_process_that_is_gone_stays_counted():
    clock = StudentClock(8)
    with running(SPINS) as (process,):
        with clock.following(process):
            deadline = clock.deadline(100)
            time.sleep(0.3)
            process.signal(signal.SIGKILL)
            process.ended(5)
            os.waitpid(process.pid, 0)
            while_followed = clock.read()
        after = clock.read()
    assert after.processor == while_followed.processor
    assert after.processor >= 0
    assert deadline.remaining() < 99.8


@pytest.mark.parametrize(("program", "factor"), [(SPINS, 100), (SLEEPS, 3)])
def test_where_nobody_tells_who_waits_only_processor_time_counts(program, factor):
    clock = StudentClock(factor, line="/proc/{}/no such file")
    lasted = seconds_until_missed(program, 0.3, clock)
    assert clock.cut_short == ""  # nobody knows, and what sleeps must end
    assert clock.read().processor >= 0.3 if program == SPINS else lasted >= 0.9
