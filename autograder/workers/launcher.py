"""The pool's side of the two zygotes: starts them, and again when they have died; asks for workers."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import socket
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import SandboxError
from autograder.grading.run_settings import RunSettings
from autograder.kernel.zygote import GUEST
from autograder.sandbox import programs
from autograder.sandbox.forks import ForkClient, ForkedProcess
from autograder.sandbox.launcher import ENGINE, Zygote
from autograder.workers.temporary import temporary_folder

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""A worker per core is faster than threads that compete for them, and a process with threads is not to be
forked."""


class Launcher:
    """Starts workers; a context manager that leaves no zygote behind.

    Whoever knows that there will be something to grade makes one early: the zygotes import meanwhile.

    Args:
        settings: of every worker.
        more: environment variables of student processes beside the usual ones, for a trial of other routines.

    Attributes:
        folder: for temporary files of everything that is started.
    """

    def __init__(self, settings: RunSettings, more: Mapping[str, str] | None = None) -> None:
        self.settings = settings
        self._more = more
        self._resources = ExitStack()
        self.folder = self._resources.enter_context(temporary_folder())
        self._kernels: Zygote | None = None
        self._preloads = False
        self._workers: _WorkerZygote | None = None
        self._closed = False

    def __enter__(self) -> Launcher:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the zygotes and remove the folder; the workers are expected to have ended."""
        self._closed = True
        for zygote in (self._workers, self._kernels):
            if zygote is not None:
                zygote.close()
        self._resources.close()

    def begin(self) -> None:
        """Start whatever does not run.

        Raises:
            SandboxError: the launcher is closed.
        """
        if self._closed:
            raise SandboxError("the grading processes have been ended")
        if self._kernels is None or not self._kernels.alive:
            if self._kernels is not None:
                self._kernels.close()
            self._kernels, self._preloads = Zygote(GUEST, str(self.folder), self._more), False
        if self._workers is None or not self._workers.alive:
            if self._workers is not None:
                self._workers.close()
            self._workers = _WorkerZygote(self.settings, self.folder)

    def is_ready(self) -> bool:
        """Whether workers can be asked for now. Starts whatever does not run.

        Raises:
            ConfigurationError: the configuration cannot be read.
            SandboxError: the launcher is closed.
        """
        self.begin()
        if not self._preloads and self._kernels is not None:
            from autograder.config.load import load

            kernel = load(self.settings.config).config.kernel
            self._kernels.preload(kernel.preload, kernel.threads)
            self._preloads = True
        return self._workers is not None and self._workers.ready

    @property
    def starting(self) -> socket.socket | None:
        """What becomes readable when workers can be asked for, or when that failed; ``None``: not awaited."""
        waiting = self._workers is not None and not self._workers.ready and not self._workers.broken
        return self._workers.control if self._workers is not None and waiting else None

    def hear(self) -> None:
        """Take what :attr:`starting` has to say.

        Raises:
            EOFError: the zygote of the workers has died; its argument is the exit code.
        """
        assert self._workers is not None
        self._workers.hear()

    def worker(self, folder: Path, cores: Collection[int]) -> tuple[WorkerProcess, Connection]:
        """A new worker, and our end of its connection.

        Args:
            folder: for its temporary files.
            cores: on which its student processes run.

        Raises:
            SandboxError: the zygote has just died.
        """
        assert self._workers is not None
        assert self._kernels is not None
        from multiprocessing.connection import Connection

        ours, theirs = socket.socketpair()
        connection = Connection(ours.detach())
        descriptors = [theirs.fileno(), self._kernels.nursery.fileno()]
        try:
            with theirs:
                forked = self._workers.client.fork({"folder": str(folder)}, descriptors)
        except SandboxError:
            connection.close()
            self._workers.close()
            raise
        connection.send((self.settings, cores))
        return WorkerProcess(*forked, zygote=self._workers), connection


class _WorkerZygote:
    """The process :mod:`autograder.workers.zygote`.

    Attributes:
        ready: whether it has loaded the lab.
        broken: whether it has died, or is not to be used any more.
    """

    def __init__(self, settings: RunSettings, folder: Path) -> None:
        self.ready = self.broken = False
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.client = ForkClient(self.control)
        path = os.pathsep.join(filter(None, [str(ENGINE), os.environ.get("PYTHONPATH")]))
        with theirs:
            self._process = programs.start_module(
                "autograder.workers.zygote",
                theirs.fileno(),
                environment=os.environ | ONE_THREAD | {"TMPDIR": str(folder), "PYTHONPATH": path},
            )
        with contextlib.suppress(BrokenPipeError):
            self.control.send(pickle.dumps(settings))

    @property
    def alive(self) -> bool:
        return not self.broken and self._process.poll() is None

    def hear(self) -> None:
        """Take its only message of its own: that it is ready.

        Raises:
            EOFError: it has died; the argument is its exit code.
        """
        try:
            said = self.control.recv(64)
        except ConnectionError:
            said = b""
        if not said:
            self.broken = True
            raise EOFError(self._process.wait())
        self.ready = True

    def close(self) -> None:
        """End it, and with it whatever it has forked."""
        self.broken = True
        self._process.kill()
        self._process.wait()
        self.control.close()


@dataclass(frozen=True)
class WorkerProcess(ForkedProcess):
    """A worker's process, and who can tell how it ended."""

    zygote: _WorkerZygote

    def exit_code(self) -> int:
        """How it ended, when it has: its exit code, negative for a signal."""
        with contextlib.suppress(SandboxError):
            if (code := self.zygote.client.exit_code(self)) is not None:
                return code
        return -signal.SIGKILL  # with its zygote, which alone would know
