"""Zygotes that are forked from a process that has imported already, where a test is about something else.

A run starts two processes by ``exec``, and what they import takes most of the time of a small class. Here each
comes as a copy of a process that has imported the same and nothing else: one for the side of the workers, one
for the side of the kernels, so that they have no more in common than otherwise. What is promised of the start
itself is tested with the start itself (``engine/test_zygotes.py``, ``engine/test_worker_pool.py``, the attacks).
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from autograder.sandbox import programs
from autograder.sandbox.forks import ForkClient, ForkedProcess
from autograder.sandbox.launcher import ENGINE, ENVIRONMENT

IMPORTED = {
    "autograder.sandbox.zygote": (
        "autograder.sandbox.zygote", "autograder.kernel.guest.app", "IPython", "ipykernel.kernelapp",
        "ipykernel.zmqshell", "numpy", "requests",
    ),
    "autograder.workers.zygote": (
        "autograder.workers.zygote", "autograder.grading.pipeline", "autograder.grading.course", "otter.test_files",
    ),
}  # fmt: skip
"""What each zygote imports in any case, by its module."""

FORKS = Path(__file__).with_name("forks.py")

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

start_by_exec = programs.start_module


class Forked:
    """A forked process with the methods of ``subprocess.Popen`` that a launcher uses."""

    def __init__(self, server: ForkClient, process: ForkedProcess) -> None:
        self._server, self._process = server, process
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and self._process.ended():
            self._take_code()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            if not self._process.ended(60 if timeout is None else timeout):
                raise subprocess.TimeoutExpired("a forked zygote", timeout or 60)
            self._take_code()
        assert self.returncode is not None
        return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            self._process.kill()

    def _take_code(self) -> None:
        self.returncode = self._server.exit_code(self._process)
        os.close(self._process.pidfd)


@cache
def server_of(module: str) -> ForkClient:
    """The process that forks the zygotes of a module; it ends with this one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    environment = ENVIRONMENT if module == "autograder.sandbox.zygote" else os.environ
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", "-s", str(FORKS), str(theirs.fileno()), *IMPORTED[module]],
            pass_fds=[theirs.fileno()],
            env=environment | ONE_THREAD | {"PYTHONPATH": str(ENGINE)},
            stdin=subprocess.DEVNULL,
        )

    def end() -> None:
        ours.close()
        process.wait()

    atexit.register(end)
    return ForkClient(ours)


def start_by_fork(
    name: str,
    descriptor: int,
    *arguments: str,
    environment: Mapping[str, str],
    options: Sequence[str] = (),
    folder: str | None = None,
    own_session: bool = False,
) -> Forked | subprocess.Popen[bytes]:
    """As :func:`autograder.sandbox.programs.start_module`; by ``exec`` where the place of modules is another one."""
    if set(environment["PYTHONPATH"].split(os.pathsep)) != {str(ENGINE)}:
        return start_by_exec(
            name, descriptor, *arguments,
            environment=environment, options=options, folder=folder, own_session=own_session,
        )  # fmt: skip
    request = {
        "module": name,
        "arguments": arguments,
        "environment": dict(environment),
        "folder": folder or os.getcwd(),
        "own_session": own_session,
    }
    server = server_of(name)
    return Forked(server, ForkedProcess(*server.fork(request, [descriptor, 1, 2])))


@contextmanager
def zygotes_are_forked() -> Iterator[None]:
    """Inside the block, runs in this process have their zygotes forked."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(programs, "start_module", start_by_fork)
        yield
