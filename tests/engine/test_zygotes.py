"""The two processes that fork all others: what they know, what their death costs, what siblings see."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from autograder.errors import SandboxError
from autograder.grading.run_settings import RunSettings
from autograder.kernel.zygote import kernel_zygote
from autograder.model import Ending, Status, Submission
from autograder.sandbox.launcher import ForkServer
from autograder.workers.launcher import Launcher
from autograder.workers.pool import WorkerPool
from tests.conftest import TOY_LAB, notebook_bytes
from tests.engine.processes import started_below, wait_until

CONFIG = TOY_LAB / "grading_config.yml"
COUNTS = "counts = {'one': 1, 'two': 2, 'three': 3}"
SLEEPS = "import time; time.sleep(2)"


@pytest.fixture
def lab(tmp_path):
    """The toy lab in a place where it may be changed; its configuration."""
    shutil.copytree(TOY_LAB, tmp_path / "lab")
    return tmp_path / "lab" / "grading_config.yml"


def submissions(tmp_path, *cells):
    made = []
    for number, source in enumerate(cells):
        file = tmp_path / f"{number}.ipynb"
        file.write_bytes(notebook_bytes(source, COUNTS))
        made.append(Submission(str(number), file.name, str(number), file=file))
    return made


def kernels_zygote(pool):
    return pool._launcher._kernels._process


def workers_zygote(pool):
    return pool._launcher._workers._process


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


class Watching:
    """Calls a function with what the workers of a pool hold, until it says that it is done."""

    def __init__(self, act):
        self.done = False
        self._act = act

    def __call__(self, held):
        self.done = self.done or bool(self._act(held))


@pytest.mark.single  # every other test of this file needs both kinds
def test_each_zygote_forks_its_own_kind(tmp_path, temporary):
    seen = {}
    with WorkerPool(RunSettings(CONFIG), 2, 60) as pool:

        def look(held):
            if len(held) == 2 and len(children_of(kernels_zygote(pool).pid)) == 2:
                seen["workers"] = children_of(workers_zygote(pool).pid)
                seen["fork servers"] = children_of(kernels_zygote(pool).pid)
                seen["known"] = [worker.process.pid for worker in pool._workers]
                return True
            return False

        watching = Watching(look)
        grades = list(pool.grade(submissions(tmp_path, SLEEPS, SLEEPS, COUNTS), watching))
        zygotes = kernels_zygote(pool), workers_zygote(pool)
    assert [grade.status for grade in grades] == [Status.GRADED] * 3
    assert watching.done
    assert sorted(seen["workers"]) == sorted(seen["known"])
    assert not {*seen["workers"]} & {*seen["fork servers"]}
    assert [zygote.returncode for zygote in zygotes] == [0, -signal.SIGKILL]
    assert started_below(temporary) == []
    assert list(temporary.iterdir()) == []


def memory_holds(pid: int, secret: bytes) -> bool:
    """Whether a process has these bytes in memory that it can write."""
    for _ in range(20):
        with suppress(OSError):  # it gave back a part that the list still had: once more from the beginning
            return any(secret in part for part in writable_memory(pid))
    raise AssertionError(f"the memory of process {pid} does not hold still")


def writable_memory(pid: int) -> Iterator[bytes]:
    """What a process has in memory that it can write."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            if found := re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line):
                start, end = (int(part, 16) for part in found.groups())
                memory.seek(start)
                yield memory.read(end - start)


@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user may not read the memory of every process")
def test_neither_tests_nor_submissions_reach_the_processes_that_student_code_comes_from(
    tmp_path, temporary, lab
):
    of_test, of_student = secrets.token_hex(16), secrets.token_hex(16)
    test_file = lab.parent / "questions" / "median.py"
    test_file.write_text(test_file.read_text() + f"\n\nANSWER = {of_test!r}\n")
    found = {}
    with WorkerPool(RunSettings(lab), 2, 60) as pool:

        def look(held):
            servers = children_of(kernels_zygote(pool).pid)
            if len(held) < 2 or len(servers) < 2 or not all(children_of(server) for server in servers):
                return False
            clean = [kernels_zygote(pool).pid, *servers]
            found["in clean ones"] = [memory_holds(pid, of_test.encode()) for pid in clean]
            found["submissions in clean ones"] = [memory_holds(pid, of_student.encode()) for pid in clean]
            found["in the workers' zygote"] = memory_holds(workers_zygote(pool).pid, of_test.encode())
            workers = [worker.process.pid for worker in pool._workers]
            found["submissions in workers"] = [memory_holds(pid, of_student.encode()) for pid in workers]
            return True

        watching = Watching(look)
        cells = (f"import time\nx = {of_student!r}\ntime.sleep(2)",) * 2
        for _ in pool.grade(submissions(tmp_path, *cells), watching):
            pass
    assert watching.done
    assert found["in the workers' zygote"]  # so it would have been found
    assert any(found["submissions in workers"])
    assert found["in clean ones"] == [False] * 3
    assert found["submissions in clean ones"] == [False] * 3


def test_student_code_finds_no_module_of_grading_loaded(grade_cells):
    foreign = (
        "{'otter.test_files', 'autograder.grading', 'autograder.notebook', 'autograder.config', 'pydantic'}"
    )
    grade = grade_cells(f"import sys\nassert not {foreign} & set(sys.modules)", COUNTS)
    assert grade.cells[0].ending is Ending.FINISHED, grade.cells[0].error


SPY = """
import ctypes, os, signal, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
buffer = ctypes.create_string_buffer(64)

class Piece(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]

place = ctypes.cast(libc.printf, ctypes.c_void_p).value  # where it lies for every sibling too
seen, worked = set(), []
until = time.monotonic() + {seconds}
while time.monotonic() < until:
    for other in range(os.getpid() - 60, os.getpid() + 60):
        if os.path.exists(f"/proc/self/task/{{other}}") or not os.path.exists(f"/proc/{{other}}/stat"):
            continue
        seen.add(other)
        for name in ("mem", "maps", "environ", "cmdline", "stack", "syscall", "auxv"):
            try:
                if open(f"/proc/{{other}}/{{name}}", "rb").read(1):
                    worked.append((other, name))
            except OSError:
                pass
        for name in ("cwd", "root", "fd", "map_files", "task"):
            try:
                worked.append((other, name, os.listdir(f"/proc/{{other}}/{{name}}")))
            except OSError:
                pass
        try:
            os.kill(other, 0)
            worked.append((other, "kill"))
        except OSError:
            pass
        pieces = ctypes.byref(Piece(ctypes.addressof(buffer), 64)), ctypes.byref(Piece(place, 64))
        for call in (310, 311):  # process_vm_readv, process_vm_writev
            if libc.syscall(call, other, pieces[0], 1, pieces[1], 1, 0) > 0:
                worked.append((other, call))
        for request in (16, 0x4206):  # PTRACE_ATTACH, PTRACE_SEIZE
            if libc.syscall(101, request, other, 0, 0) == 0:
                worked.append((other, "ptrace"))
for folder in ("/tmp", os.path.dirname(os.getcwd()), os.path.dirname(os.path.dirname(os.getcwd()))):
    try:
        worked.append((folder, os.listdir(folder)))
    except OSError:
        pass
assert seen, "nobody to look at"
assert not worked, worked[:5]
"""


@pytest.mark.slow
def test_a_student_process_sees_nothing_of_those_that_come_from_the_same_zygote(tmp_path, temporary):
    victim = "import time\nopen('mine', 'w').write('secret')\ntime.sleep(2)\nassert open('mine').read() == 'secret'"
    handed_in = submissions(tmp_path, victim, SPY.format(seconds=1.0))
    with WorkerPool(RunSettings(CONFIG), 2, 60) as pool:
        grades = {grade.submission.id: grade for grade in pool.grade(handed_in)}
    for number in "01":
        assert grades[number].cells[0].ending is Ending.FINISHED, grades[number].cells[0].error
        assert grades[number].score == 1


@pytest.mark.thorough  # of its kind: the next
def test_workers_whose_zygote_dies_cost_their_submissions_one_more_try(tmp_path, temporary):
    killed = []
    with WorkerPool(RunSettings(CONFIG), 2, 60) as pool:

        def kill(held):
            if len(held) == 2 and not killed:
                killed.append(workers_zygote(pool).pid)
                workers_zygote(pool).kill()
            return killed

        grades = list(pool.grade(submissions(tmp_path, SLEEPS, SLEEPS, COUNTS), Watching(kill)))
        assert workers_zygote(pool).pid not in killed
    assert killed
    assert sorted(grade.submission.id for grade in grades) == ["0", "1", "2"]
    assert [grade.score for grade in grades] == [1] * 3
    wait_until(lambda: not started_below(temporary))
    assert list(temporary.iterdir()) == []


@pytest.mark.single  # test_a_dead_fork_server_costs_one_try
def test_a_dead_zygote_of_kernels_is_replaced_when_it_is_needed(tmp_path, temporary):
    killed, dead = [], []
    with WorkerPool(RunSettings(CONFIG), 2, 60) as pool:

        def kill(held):
            if len(held) == 2 and not killed:
                killed.append(kernels_zygote(pool).pid)
                kernels_zygote(pool).kill()
                kernels_zygote(pool).wait()
                for worker in pool._workers:  # and so the next ones need fork servers
                    dead.append(worker.process.pid)
                    worker.process.kill()
            return killed

        grades = list(pool.grade(submissions(tmp_path, SLEEPS, SLEEPS, COUNTS), Watching(kill)))
        assert kernels_zygote(pool).pid not in killed
    assert len(dead) == 2
    assert [grade.score for grade in grades] == [1] * 3
    wait_until(lambda: not started_below(temporary))


def test_a_dead_fork_server_costs_one_try(tmp_path, temporary):
    killed = []
    with WorkerPool(RunSettings(CONFIG), 1, 60) as pool:

        def kill(held):
            servers = children_of(kernels_zygote(pool).pid) if held and not killed else []
            if servers and children_of(servers[0]):
                killed.extend(servers)
                os.kill(servers[0], signal.SIGKILL)
            return killed

        grades = list(pool.grade(submissions(tmp_path, SLEEPS, COUNTS), Watching(kill)))
    assert killed
    assert [grade.score for grade in grades] == [1, 1]


def test_a_worker_gets_a_fork_server_of_its_own_where_the_zygote_has_died(tmp_path, temporary):
    from autograder.grading.course import prepared
    from autograder.grading.pipeline import grade
    from autograder.workers.worker import Worker, load

    settings = RunSettings(CONFIG)
    with prepared(load(CONFIG)) as loaded, kernel_zygote((), 1) as zygote:
        zygote._process.kill()
        zygote._process.wait()
        with pytest.raises(SandboxError, match="is gone"):
            ForkServer(zygote.nursery, {})
        with Worker(settings, loaded, zygote.nursery) as worker:
            (submission,) = submissions(tmp_path, COUNTS)
            assert grade(submission, worker._course).score == 1


@pytest.mark.thorough  # every other lab of this file has workers that are copies
def test_a_lab_that_starts_a_thread_is_graded_by_processes_that_are_no_copies(tmp_path, temporary, lab):
    # A copy of a process has one thread only, and what another one held stays locked for ever.
    test_file = lab.parent / "questions" / "median.py"
    test_file.write_text(
        "import threading\nlock = threading.Lock()\nlock.acquire()\n"
        "never = threading.Event()\nthreading.Thread(target=never.wait, daemon=True).start()\n"
        + test_file.read_text()
    )
    seen = []
    with WorkerPool(RunSettings(lab), 2, 60) as pool:

        def look(held):
            seen.extend(Path(f"/proc/{worker.process.pid}/cmdline").read_bytes() for worker in pool._workers)

        grades = list(pool.grade(submissions(tmp_path, SLEEPS, SLEEPS), look))
    assert [grade.score for grade in grades] == [1, 1]
    assert any(b"autograder.workers.worker" in command for command in seen)
    wait_until(lambda: not started_below(temporary))
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("wait_for_workers", [False, True])
def test_a_launcher_that_is_not_needed_leaves_nothing(temporary, wait_for_workers):
    with Launcher(RunSettings(CONFIG)) as launcher:
        launcher.begin()
        pids = [launcher._kernels._process.pid, launcher._workers._process.pid]
        if wait_for_workers:
            assert not launcher.is_ready()
            launcher.hear()
            assert launcher.is_ready()
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    assert list(temporary.iterdir()) == []
    with pytest.raises(SandboxError, match="have been ended"):
        launcher.is_ready()


def test_zygotes_that_are_asked_at_once_mix_nothing_up(temporary):
    """Several threads ask one zygote for fork servers, as the workers of a pool do from their processes."""
    servers: list[int] = []
    with kernel_zygote((), 1) as zygote:

        def ask():
            with ForkServer(zygote.nursery, {}) as server:
                servers.append(server.process.pid)

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_until(lambda: children_of(zygote._process.pid) == [])  # none is left, not even as a zombie
    assert len(set(servers)) == 6
