"""The student's process lies to the watchdog, hides files from it, and sends what no kernel sends."""

from __future__ import annotations

import mmap
import os
import shutil
import subprocess
import sys

import pytest

from autograder.kernel import watchdog
from autograder.model import Ending, Status
from autograder.sandbox.launcher import resident_bytes
from tests.conftest import ROOT

COUNTS = "counts = {'one': 1, 'two': 2, 'three': 3}"
WRITES = "import time\nfor i in range(12):\n    open(f'f{i}', 'wb').write(bytes(9 << 20))\ntime.sleep(2)"
LIBC = (
    "import ctypes, os, time\n"
    "libc = ctypes.CDLL(None, use_errno=True); libc.mmap.restype = ctypes.c_void_p\n"
    "libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]\n"
)
UNLINKED = (
    "for i in range({count}):\n"
    "    f = os.open('f', os.O_RDWR | os.O_CREAT, 0o600); os.write(f, bytes(9 << 20)); os.unlink('f')\n"
)
THREAD_WITH_FILES_OF_ITS_OWN = (
    LIBC + "import struct\n"
    "flags = 0x100 | 0x800 | 0x10000  # CLONE_VM, CLONE_SIGHAND, CLONE_THREAD; not CLONE_FILES\n"
    "page = libc.mmap(None, 8192, 7, 0x22, -1, 0)\n"
    "stack = libc.mmap(None, 1 << 20, 3, 0x22, -1, 0) + (1 << 20) - 64\n"
    # clone(flags, stack, 0, 0, 0); the parent returns, the thread pauses for ever
    "code = (bytes.fromhex('b838000000bf') + struct.pack('<I', flags) + bytes.fromhex('48be')\n"
    "        + struct.pack('<Q', stack) + bytes.fromhex('31d24d31d24d31c00f0585c07401c3b8220000000f05ebf7'))\n"
    "ctypes.memmove(page, code, len(code))\n"
    "made = ctypes.CFUNCTYPE(ctypes.c_int)(page)()\n"
    "assert made > 0, made\n"
)


@pytest.mark.slow
@pytest.mark.parametrize("name", [rb"\xff\xfe", rb"a\nThreads:\t1\n"])
def test_a_process_with_an_odd_name_is_watched_all_the_same(grade_cells, name):
    rename = f"import ctypes; ctypes.CDLL(None).prctl(15, b'{name.decode()}', 0, 0, 0)"
    grade = grade_cells(rename, WRITES, COUNTS)
    assert grade.cells[1].ending is Ending.DISK_FULL
    assert grade.score == 1


@pytest.mark.slow
def test_a_name_does_not_lie_about_the_threads(grade_cells):
    threads = (
        "import ctypes, threading, time\nctypes.CDLL(None).prctl(15, b'\\x1cThreads: 1', 0, 0, 0)\n"
        "for i in range(150): threading.Thread(target=time.sleep, args=(2,), daemon=True).start()\ntime.sleep(1.5)"
    )
    grade = grade_cells(threads, COUNTS)
    assert any(hit.startswith("threads: ") for hit in grade.limits_hit)
    assert grade.score == 1


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user never sees what is mapped")
def test_files_that_are_only_mapped_count(grade_cells):
    mapped = LIBC + (
        "for i in range(12):\n"
        "    f = os.open('f', os.O_RDWR | os.O_CREAT, 0o600); os.write(f, bytes(9 << 20))\n"
        "    assert libc.mmap(None, 4096, 1, 2, f, 0)\n"
        "    os.close(f); os.unlink('f')\n"
        "time.sleep(2)"
    )
    assert grade_cells(mapped, COUNTS).cells[0].ending is Ending.DISK_FULL


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user never sees what is mapped")
def test_a_list_of_mappings_that_takes_long_to_read_ends_the_process(grade_cells):
    many = LIBC + (
        "os.makedirs('/'.join(['d' * 200] * 5)); os.chdir('/'.join(['d' * 200] * 5))\n"
        "f = os.open('f', os.O_RDWR | os.O_CREAT, 0o600); os.write(f, bytes(4096))\n"
        "for i in range(20_000): assert libc.mmap(None, 4096, 1, 2, f, 0) != 2**64 - 1\n"  # 20 MB of names
        "time.sleep(2)"
    )
    grade = grade_cells(many, COUNTS)
    assert grade.cells[0].ending is Ending.DISK_FULL, grade.cells[0]
    assert grade.score == 1


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0, reason="an ordinary user never sees what is mapped")
def test_empty_files_that_are_mapped_and_removed_count_as_files(grade_cells):
    mapped = LIBC + (
        "for i in range(5500):\n"
        "    f = os.open('f', os.O_RDWR | os.O_CREAT, 0o600)\n"
        "    assert libc.mmap(None, 4096, 1, 2, f, 0) != 2**64 - 1\n"
        "    os.close(f); os.unlink('f')\n"
        "time.sleep(2)"
    )
    grade = grade_cells(mapped, COUNTS)
    assert grade.cells[0].ending is Ending.FILE_LIMIT, grade.cells[0]
    assert grade.score == 1


def test_the_systems_tables_of_a_process_count_as_its_memory():
    size, step = 4 << 30, 2 << 20  # reading a byte of each 2 MB takes a page of tables, and none of memory
    before = watchdog._look(os.getpid())
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=mmap.PROT_READ) as empty:
        for place in range(0, size, step):
            empty[place]
        assert watchdog._look(os.getpid()).memory - before.memory > 0.9 * size / step * mmap.PAGESIZE
    assert before.threads >= 1
    assert not before.first_thread_ended


@pytest.mark.slow
def test_a_process_whose_first_thread_has_ended_is_not_left_alone(grade_cells):
    """Of such a process the system shows neither memory nor open files."""
    hides = (
        "import ctypes, os, threading, time\ndef hide():\n"
        "    for i in range(12):\n"
        "        f = os.open('f', os.O_RDWR | os.O_CREAT, 0o600); os.write(f, bytes(9 << 20)); os.unlink('f')\n"
        "    time.sleep(10 ** 6)\n"
        "threading.Thread(target=hide, daemon=True).start()\n"
        "ctypes.CDLL(None).syscall({'x86_64': 60, 'aarch64': 93}[os.uname().machine], 0)"
    )
    grade = grade_cells(hides, COUNTS)
    assert grade.cells[0].ending is Ending.DIED
    assert grade.score == 1


@pytest.mark.parametrize(
    "code",
    [
        "import socket, array\na, b = socket.socketpair()\n"
        "a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [1]))])",
        THREAD_WITH_FILES_OF_ITS_OWN,
        "import ctypes\nassert ctypes.CDLL(None).syscall(436, 200, 300, 2) == 0",  # close_range, CLOSE_RANGE_UNSHARE
        LIBC + "assert libc.mmap(None, 1 << 33, 3, 0x122, -1, 0) != 2**64 - 1",  # MAP_GROWSDOWN
        "import os\nos.truncate('words.txt', 0)",
        "import os\nos.open('words.txt', os.O_RDONLY | os.O_TRUNC)",
    ],
    ids=[
        "files in a socket",
        "thread with own files",
        "own files later",
        "grows down",
        "truncate",
        "open and empty",
    ],
)
def test_ways_around_the_limits_are_closed(grade_cells, code):
    assert grade_cells(code).cells[0].ending is Ending.RAISED


@pytest.mark.slow
@pytest.mark.skipif(
    os.getuid() != 0, reason="an ordinary user never sees the open files: tested by every other test"
)
@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv is part of Debian's util-linux")
def test_where_open_files_cannot_be_seen_the_free_space_is_watched(tmp_path):
    # As in a container without CAP_SYS_PTRACE.
    script = tmp_path / "script.py"
    cell = "import os, time\n" + UNLINKED.format(count=25) + "time.sleep(2)"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\n"
        "from autograder.config.load import load\nfrom autograder.grading.course import opened\n"
        "from autograder.model import Submission\nfrom autograder.grading.pipeline import grade\n"
        "from tests.conftest import TOY_LAB, notebook_bytes\n"
        f"file = Path({str(tmp_path / 'x.ipynb')!r}); file.write_bytes(notebook_bytes({cell!r}))\n"
        "with opened(load(TOY_LAB / 'grading_config.yml')) as course:\n"
        "    print(grade(Submission('x', 'x', 'x', file=file), course).cells[0].ending)\n"
    )
    command = ["setpriv", "--bounding-set", "-sys_ptrace,-sys_admin", sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "disk limit", done.stderr


def sent(kind, content, times=1):
    return (
        "k = get_ipython().kernel\n"
        f"for i in range({times}): type(k.session).send(k.session, k.iopub_socket, {kind!r}, content={content}, parent=k.get_parent())"
    )


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", "{'name': 'stdout', 'text': ['a', 'b']}"),
        ("stream", "{'name': 'stdout', 'text': None}"),
        ("stream", "{'name': ['stdout'], 'text': 'x'}"),
        ("stream", "{}"),
        ("display_data", "{'data': {'text/plain': object}, 'metadata': {}}".replace("object", "[{}, 5]")),
        ("display_data", "{'data': 'text', 'metadata': {}}"),
        ("display_data", "{'data': {'text/plain': 5}, 'metadata': []}"),
        ("display_data", "{'data': {}, 'metadata': {}, 'transient': {'display_id': ['x']}}"),
        ("execute_result", "{'data': {'text/plain': 'x'}, 'metadata': {}, 'execution_count': 'many'}"),
        ("error", "{'ename': 5, 'evalue': None, 'traceback': 'text'}"),
        ("error", "{}"),
        ("status", "{}"),
        ("status", "{'execution_state': 5}"),
        ("clear_output", "{'wait': 'for ever'}"),
        ("execute_input", "{'code': 5, 'execution_count': []}"),
        ("no_such_message", "{'x': 1}"),
        ("comm_open", "{'comm_id': 5}"),
    ],
)
def test_messages_of_wrong_types_cost_nothing(grade_cells, kind, content):
    grade = grade_cells(sent(kind, content, 2), COUNTS)
    assert grade.status is Status.GRADED, grade.reason
    assert grade.score == 1
    assert [cell.ending for cell in grade.cells] == [Ending.FINISHED] * 2


def test_errors_count_as_output(grade_cells):
    flood = sent("error", "{'ename': 'x', 'evalue': 'y', 'traceback': ['A' * 1_000_000]}", 30)
    before = resident_bytes(os.getpid())
    grade = grade_cells(flood, COUNTS)
    assert grade.cells[0].ending is Ending.OUTPUT_LIMIT
    assert grade.score == 1
    assert resident_bytes(os.getpid()) - before < 100 << 20


@pytest.mark.slow
def test_a_message_of_endless_parts_ends_the_process_before_it_fills_our_memory(grade_cells):
    parts = (
        "import gc, threading, zmq\n"
        "app = get_ipython().kernel.parent\n"
        "sockets = [one for one in gc.get_objects() if isinstance(one, zmq.Socket) and not one.closed and one.type == zmq.XPUB]\n"
        "part = bytes(1_000_000)\n"
        "def flood():\n"
        "    for _ in range(1800): sockets[0].send(part, zmq.SNDMORE, copy=False)\n"
        "    sockets[0].send(b'end')\n"  # libzmq sends nothing of a message before it is whole
        "app.iopub_thread.io_loop.add_callback(flood)\n"
        "threading.Event().wait()"
    )
    # Far less than the message, so that most of the time in which it comes is beyond the limit.
    grade = grade_cells(parts, COUNTS, reading_bytes=200 << 20)
    assert grade.cells[0].ending is Ending.OUTPUT_LIMIT, grade.cells[0]
    assert grade.score == 1


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("np.empty((0, 200_000_000))", "enormous sizes"),
        ("[np.zeros(1)] * 30_000", "too many parts"),
        ("'x' * 30_000_000", "too large"),
        ("np.broadcast_to(np.zeros(1), 10**10)", "too large"),
        ("np.zeros(300_000, dtype=bool)", "too large"),  # 0.3 MB, and 2.4 as the numbers that they become
        ("[np.zeros(100_000, dtype='int8') for _ in range(3)]", "too large"),
        ("[1.25] * 500_000", "too large"),  # as text
        ("['[' * 200_000, '{' * 150_000]", "too many parts"),
        ("16 ** 20_000", "not an integer"),
    ],
)
def test_answers_that_would_grow_on_our_side_are_refused(grade_cells, value, said):
    grade = grade_cells(COUNTS, f"import numpy as np\ndef median(v): return {value}")
    case = grade.questions[0].cases[1]
    too_large = case.ending is Ending.REPLY_LIMIT
    assert too_large == (said == "too large"), case
    what = "more than one answer may hold." if too_large else "something that is not plain data."
    assert case.message == f"Your code returned {what}"
    assert said in case.evidence
    assert {one.ending for one in grade.questions[0].cases} <= {Ending.FINISHED, Ending.REPLY_LIMIT}
    assert grade.score == 1


def test_a_long_answer_is_not_quoted_in_full(grade_cells):
    grade = grade_cells("counts = 'x' * 1_500_000")
    assert all(len(case.message) + len(case.evidence) < 11_000 for q in grade.questions for case in q.cases)


def test_an_exception_of_enormous_text_costs_only_its_cell(grade_cells):
    grade = grade_cells("raise ValueError('x' * 80_000_000)", COUNTS)
    assert grade.cells[0].ending is Ending.RAISED
    assert grade.cells[0].error.startswith("ValueError: xxx")
    assert grade.score == 1


def test_a_watchdog_that_breaks_is_not_the_students_fault(toy_course, write_notebook, monkeypatch):
    from autograder.errors import SandboxError
    from autograder.grading.pipeline import grade
    from autograder.model import Submission

    def broken(directory, stop_at_files):
        raise RuntimeError("no such disk")

    monkeypatch.setattr(watchdog, "disk_usage", broken)
    file = write_notebook("import time; time.sleep(60)")
    with pytest.raises(SandboxError, match="no such disk"):
        grade(Submission("s", file.name, "s", file=file), toy_course)


def test_a_kernel_that_is_asked_before_it_greets_runs_as_usual(grade_cells, monkeypatch):
    from autograder.kernel import cells

    monkeypatch.setattr(cells, "GREETING_SECONDS", -1.0)  # asked at every look until it greets
    grade = grade_cells("print('one')", COUNTS, "1 / 0")
    assert [cell.ending for cell in grade.cells] == [Ending.FINISHED, Ending.FINISHED, Ending.RAISED]
    assert grade.cells[2].error == "ZeroDivisionError: division by zero"
    assert grade.score == 1
