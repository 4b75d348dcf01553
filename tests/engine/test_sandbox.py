"""Student code tries what it must not do, in the real sandbox, and is looked at from outside."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

from autograder import doctor
from autograder.kernel.session import Session
from autograder.sandbox.policy import exposes, readable_paths
from autograder.sandbox.user_ids import UIDS
from tests.conftest import ROOT, TOY_LAB


@pytest.fixture
def attempt(toy_course):
    """Run statements as a cell; what they raised, or ``POSSIBLE``."""

    def run(code):
        body = "\n".join(f"    {line}" for line in code.splitlines())
        source = (
            f"try:\n{body}\n    outcome = 'POSSIBLE'\n"
            "except BaseException as error:\n    outcome = type(error).__name__"
        )
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        with Session(toy_course.server, toy_course.settings) as session:
            session.run(notebook)
            return session.names().get("outcome")

    return run


def test_the_doctor_finds_this_machine_fit():
    findings = list(doctor.examine(TOY_LAB / "grading_config.yml", quick=True))
    assert [finding.what for finding in findings if not finding.good] == []
    assert len(findings) > 10


def test_the_doctor_sees_a_sandbox_that_is_off():
    findings = doctor.examine(TOY_LAB / "grading_config.yml", quick=True, enforce=False)
    failed = {finding.what for finding in findings if not finding.good}
    assert "student code cannot use the network" in failed
    assert "student code cannot write outside its folder" in failed
    assert "student code cannot read the hidden tests" in failed


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.fork() or os._exit(0)",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
        "import os; os.execv('/bin/true', ['true'])",
        "import os; os.memfd_create('x')",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "import socket; socket.socket(socket.AF_INET6, socket.SOCK_STREAM)",
        "import socket; socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)",
        "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "import socket; socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "import os; os.kill(os.getppid(), 9)",
        "import os; os.kill(-1, 9)",
        "import os; os.kill(1, 0)",
        "import fcntl, os, socket; a, b = socket.socketpair(); fcntl.fcntl(a, fcntl.F_SETOWN, os.getppid())",
        "import fcntl, socket; a, b = socket.socketpair(); fcntl.fcntl(a, 10, 9)",  # F_SETSIG
        "import os; os.setuid(0); os.listdir('/root')",
        "import os; os.symlink('/etc/passwd', 'link')",
        "import os; os.link('words.txt', 'hard')",
        "import os; os.mkfifo('pipe')",
        "import os; os.chown('words.txt', 0, 0)",
        "open('/etc/passwd').read()",
        "open('/proc/self/environ').read()",
        "open('/proc/self/mem', 'rb').read(1)",
        "import os; os.listdir('/')",
        "import os; os.listdir('/tmp')",
        "import os; os.listdir('..')",
        "open('/tmp/written', 'w')",
        "open('/dev/shm/written', 'w')",
        "import os; os.chmod('/etc/hostname', 0o777)",
        "import os; os.utime('/etc/hostname')",
        "import mmap; mmap.mmap(-1, 1 << 20)",
        "import resource; resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40))",
        "import resource; resource.prlimit(1, resource.RLIMIT_CORE)",
        "import ctypes; assert ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0",
        "import ctypes; assert ctypes.CDLL(None).syscall(425, 8, 0) >= 0",  # io_uring_setup
        "import ctypes; assert ctypes.CDLL(None).unshare(0x10000000) == 0",
        "import ctypes; assert ctypes.CDLL(None).mount(b'none', b'/', b'tmpfs', 0, None) == 0",
        # memory of the system that counts as nobody's
        "import select; select.epoll()",
        "import socket; a, b = socket.socketpair(); a.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 16)",
        "import fcntl, os; fcntl.fcntl(os.pipe()[1], fcntl.F_SETPIPE_SZ, 1 << 20)",
        "import fcntl; fcntl.fcntl(open('x', 'w'), fcntl.F_OFD_SETLK, bytes(32))",
        "import fcntl; fcntl.fcntl(open('x', 'w'), fcntl.F_SETLEASE, fcntl.F_WRLCK)",
        "import fcntl, os; fcntl.fcntl(os.open('.', os.O_RDONLY), fcntl.F_NOTIFY, 1)",
        "import os; os.setxattr('words.txt', 'user.x', bytes(1000))",
        "import os; a, b = os.pipe(); os.splice(os.open('words.txt', os.O_RDONLY), b, 10)",
        "import os; f = os.open('/dev/zero', os.O_RDWR)",
        "import os; os.open('/dev/ptmx', os.O_RDWR)",
        "import ctypes; assert ctypes.CDLL(None).mlock(ctypes.create_string_buffer(4096), 4096) == 0",
        "import ctypes; assert ctypes.CDLL(None).inotify_init1(0) >= 0",
        "import ctypes; assert ctypes.CDLL(None).fanotify_init(0, 0) >= 0",
        "import ctypes; assert ctypes.CDLL(None).timer_create(0, None, ctypes.create_string_buffer(8)) == 0",
        "import ctypes; assert ctypes.CDLL(None).shmget(0, 4096, 0o1600) >= 0",
        "import ctypes; assert ctypes.CDLL(None).msgget(0, 0o1600) >= 0",
        "import ctypes; assert ctypes.CDLL(None).semget(0, 1, 0o1600) >= 0",
        "import ctypes; assert ctypes.CDLL(None).mq_open(b'/x', 0o102, 0o600, None) >= 0",
        "import ctypes; assert ctypes.CDLL(None).sigqueue(__import__('os').getpid(), 40, None) == 0",
        "import ctypes, os; assert ctypes.CDLL(None).syscall(206, 1, ctypes.create_string_buffer(8)) == 0",  # io_setup
    ],
)  # fmt: skip
def test_student_code_cannot(attempt, code):
    assert attempt(code) not in ("POSSIBLE", None)


@contextmanager
def ran(course, code):
    """A session in which the code has run as a cell."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    with Session(course.server, course.settings) as session:
        session.run(notebook)
        yield session


def test_record_locks_seem_to_be_taken_and_are_not(toy_course):
    code = (
        "import fcntl, os\nfile = open('l', 'w+')\n"
        "for k in range(20_000): fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 2 * k)\npid = os.getpid()"
    )
    with ran(toy_course, code) as session:
        pid = session.names()["pid"]
        assert not [line for line in Path("/proc/locks").read_text().splitlines() if f" {pid} " in line]


def test_what_locks_its_files_or_waits_for_events_works_as_ever(attempt):
    code = (
        "import asyncio, fcntl, sqlite3, struct, tempfile, threading\n"
        "one, two = sqlite3.connect('a.db'), sqlite3.connect('a.db')\n"
        "for mode in ('delete', 'wal'):\n"
        "    one.execute(f'pragma journal_mode={mode}').fetchall()\n"
        "    one.execute(f'create table {mode}_(x)'); one.execute(f'insert into {mode}_ values (1)'); one.commit()\n"
        "    assert two.execute(f'select x from {mode}_').fetchall() == [(1,)]\n"
        "    two.execute(f'insert into {mode}_ values (2)'); two.commit()\n"
        "with tempfile.NamedTemporaryFile() as file:\n"
        "    fcntl.flock(file, fcntl.LOCK_EX); fcntl.lockf(file, fcntl.LOCK_EX); fcntl.lockf(file, fcntl.LOCK_UN)\n"
        "    asked = struct.pack('hhqqi4x', fcntl.F_WRLCK, 0, 0, 10, 0)\n"
        "    assert struct.unpack('hhqqi4x', fcntl.fcntl(file, fcntl.F_GETLK, asked))[0] == fcntl.F_UNLCK\n"
        "got = []\n"
        "def loop(): got.append(asyncio.run(asyncio.wait_for(asyncio.sleep(0, 'awaited'), 5)))\n"
        "thread = threading.Thread(target=loop); thread.start(); thread.join()\n"
        "assert got == ['awaited']"
    )
    assert attempt(code) == "POSSIBLE"


def test_signals_that_wait_are_few(attempt):
    code = (
        "import ctypes, os, signal\nlibc = ctypes.CDLL(None)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, {40})\n"
        "tgkill = {'x86_64': 234, 'aarch64': 131}[os.uname().machine]\n"
        "sent = sum(libc.syscall(tgkill, os.getpid(), os.getpid(), 40) == 0 for _ in range(5000))\n"
        "assert 0 < sent <= 1024, sent"
    )
    assert attempt(code) == "POSSIBLE"


def test_a_thread_that_existed_before_the_seal_is_confined_too(attempt):
    code = (
        "import threading\n"
        "app = get_ipython().kernel\n"
        "done, result = threading.Event(), []\n"
        "def inside():\n"
        "    try:\n"
        "        open('/etc/passwd').read(); result.append('read')\n"
        "    except OSError:\n"
        "        pass\n"
        "    import socket\n"
        "    try:\n"
        "        socket.socket(); result.append('socket')\n"
        "    except OSError:\n"
        "        pass\n"
        "    done.set()\n"
        "app.iopub_thread.io_loop.add_callback(inside)\n"
        "assert done.wait(5)\n"
        "assert result"
    )
    assert attempt(code) == "AssertionError"  # raised by the last line: nothing worked


def test_only_the_kernels_own_descriptors_are_open(attempt):
    # Descriptors 0 to 3 are /dev/null three times and the question channel; every other one was made
    # in this process by Python, asyncio or libzmq: none is a file or leads to the fork server.
    code = (
        "import os, stat\n"
        "files = []\n"
        "for fd in range(4, 256):\n"
        "    try:\n"
        "        mode = os.fstat(fd).st_mode\n"
        "    except OSError:\n"
        "        continue\n"
        "    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):\n"
        "        files.append(fd)\n"
        "assert files, files"
    )
    assert attempt(code) == "AssertionError"


def test_the_environment_holds_nothing_of_the_graders(attempt, monkeypatch):
    code = (
        "import os\n"
        "allowed = {'HOME', 'TMPDIR', 'IPYTHONDIR', 'MPLBACKEND', 'PATH', 'LANG', 'LC_ALL', 'PYTHONHASHSEED',\n"
        "           'PYTHONUNBUFFERED'}\n"
        "extra = {n for n in os.environ if n not in allowed and not n.startswith(('JPY_', 'KERNEL_', 'PYDEVD_',\n"
        "         'CLICOLOR', 'TERM', 'PAGER', 'GIT_PAGER', 'FORCE_COLOR', 'CLICOLOR_FORCE'))}\n"
        "assert not extra, extra"
    )
    assert attempt(code) == "POSSIBLE"


def test_nothing_of_the_lab_can_be_imported_or_is_in_memory(attempt):
    code = (
        "import sys, gc\n"
        "names = [m for m in sys.modules if m.split('.')[0] in ('reference', 'tests', 'otter', 'pytest')]\n"
        "assert [n for n in names if n != 'otter'] == []\n"
        "assert not any(m.startswith(('autograder.grading', 'autograder.notebook', 'autograder.uploads')) for m in sys.modules)\n"
        "import reference.oracle"
    )
    assert attempt(code) == "ModuleNotFoundError"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_what_a_result_says_of_the_layers_does_not_tell_which_user_id_was_free():
    become = "import sys; from autograder.sandbox import enter; print(enter._become(int(sys.argv[1])))"
    said = {
        subprocess.check_output([sys.executable, "-c", become, str(uid)], cwd=ROOT, text=True)
        for uid in UIDS[:2]
    }
    assert said == {"own user id\n"}


def test_after_a_session_nothing_is_left(toy_course, temporary):
    source = (
        "import os, threading\npid = os.getpid()\n"
        "threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    with Session(toy_course.server, toy_course.settings) as session:
        session.run(notebook)
        pid = session.names()["pid"]
        assert Path(f"/proc/{pid}").exists()
    assert not Path(f"/proc/{pid}").exists()
    assert list(temporary.iterdir()) == []


def test_the_sockets_of_a_kernel_cannot_be_reached_by_another(toy_course, temporary):
    idle = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("pass")])
    with Session(toy_course.server, toy_course.settings) as first:
        first.run(idle)
        (shell,) = temporary.glob("*/ipc/k-1")
        with socket.socket(socket.AF_UNIX) as from_here:
            from_here.connect(str(shell))  # it is a live socket: from outside the sandbox it answers
        code = f"import socket\nsocket.socket(socket.AF_UNIX).connect({str(shell)!r})"
        spy = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        with Session(toy_course.server, toy_course.settings) as second:
            executed = second.run(spy)
        assert executed.cells[0].error.startswith("OSError")


def test_a_lab_inside_the_interpreters_own_folders_is_refused():
    readable = readable_paths()
    assert exposes(readable, Path(os.__file__).parent / "lab") is not None
    assert exposes(readable, TOY_LAB) is None


def test_tests_that_are_a_link_into_the_interpreters_own_folders_are_refused(tmp_path):
    from autograder.config.load import load
    from autograder.errors import SandboxError
    from autograder.grading.course import opened

    (tmp_path / "data").symlink_to(TOY_LAB / "data")
    (tmp_path / "questions").symlink_to(Path(os.__file__).parent / "json")
    (tmp_path / "grading_config.yml").write_bytes((TOY_LAB / "grading_config.yml").read_bytes())
    with (
        pytest.raises(SandboxError, match="holds hidden tests"),
        opened(load(tmp_path / "grading_config.yml")),
    ):
        pass
