"""The trusted side of zygote and fork server: start the one, ask it for the other, ask that for processes."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.errors import SandboxError
from autograder.sandbox import programs
from autograder.sandbox.forks import ForkClient, ForkedProcess
from autograder.sandbox.forkserver import MESSAGE_BYTES
from autograder.sandbox.user_ids import claim_uid

ENGINE = Path(__file__).resolve().parents[2]
"""Where this engine lies. A process that it starts must not find another one that is installed."""

START_SECONDS = 120.0
"""How long the server may take to import torch from a cold disk."""

IDLE_SECONDS = 1.0
"""What a zygote gets to end by itself when nobody can ask it any more."""

END_SECONDS = 10.0
"""What a fork server gets to end its processes and itself before it is killed."""

ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",  # sets of strings iterate in the same order on every run
    "PYTHONUNBUFFERED": "1",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
}
"""The whole environment of the server and, but for its directories, of a student's process."""


class StudentProcess(ForkedProcess):
    """A process that runs student code."""


class Zygote:
    """The process that forks fork servers; a context manager that leaves no process behind.

    It begins to import what every kernel needs, and waits for :meth:`preload`.

    Args:
        guest: the module whose ``run`` a child of a fork server calls to become a student's kernel.
        folder: for temporary files.
        more: environment variables beside :data:`ENVIRONMENT`, for a trial of other routines.

    Attributes:
        nursery: the socket over which fork servers are asked for. Whoever holds it can ask, in any process;
            the zygote ends when nobody does.
    """

    def __init__(self, guest: str, folder: str, more: Mapping[str, str] | None = None) -> None:
        self.nursery, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        places = {"MPLCONFIGDIR": str(_matplotlib_cache()), "TMPDIR": folder, "PYTHONPATH": str(ENGINE)}
        with theirs:
            self._process = programs.start_module(
                "autograder.sandbox.zygote",
                theirs.fileno(),
                guest,
                environment={**ENVIRONMENT, **(more or {}), **places},
                options=["-s"],
                folder="/",
                own_session=True,  # a Ctrl-C on the terminal is the parent's to handle
            )

    def preload(self, modules: Sequence[str], threads: int) -> None:
        """Have it import the modules, and fork from then on.

        Args:
            modules: to import once.
            threads: threads of one numerical operation.
        """
        with contextlib.suppress(OSError):  # it has died, which whoever asks it for a fork server will hear
            self.nursery.send(json.dumps({"preload": list(modules), "threads": threads}).encode())

    def __enter__(self) -> Zygote:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it, and wait for the fork servers that are ending because their workers have ended."""
        self.nursery.close()
        try:
            self._process.wait(IDLE_SECONDS)
        except subprocess.TimeoutExpired:  # it is still importing, for nobody
            self._process.kill()
            self._process.wait()


class ForkServer(ForkClient):
    """One fork server: a context manager that leaves no process behind.

    Args:
        nursery: of the zygote that forks it.
        served: file by URL, offered to student code in the place of a download.
        own_user: try to give its student processes a user id that no other server has.

    Raises:
        SandboxError: the zygote is gone.
    """

    def __init__(self, nursery: socket.socket, served: Mapping[str, Path], *, own_user: bool = True) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(ours)
        self._claim = claim_uid() if own_user and os.geteuid() == 0 else None
        self._uid = self._claim.uid if self._claim else None
        self._started: ForkedProcess | None = None
        self._uid_works = False
        settings = {
            "served": {url: str(file) for url, file in served.items()},
            "probe_uid": self._uid,
            "reach": tempfile.gettempdir(),
        }
        try:
            with theirs:
                socket.send_fds(nursery, [b"1"], [theirs.fileno()])
            ours.send(json.dumps(settings).encode())
        except OSError as reason:
            self.close()
            raise SandboxError(f"the process that forks fork servers is gone: {reason}") from None

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def uid(self) -> int | None:
        """The user id of its student processes; ``None`` when they keep ours."""
        self._wait_ready()
        return self._uid if self._uid_works else None

    @property
    def process(self) -> ForkedProcess:
        """The server's own process, for tests that look at it from outside."""
        return self._wait_ready()

    def keep_to(self, cores: Collection[int]) -> None:
        """Have the student processes to come run on these cores: they inherit it, and the sandbox keeps it.

        Raises:
            SandboxError: the server is gone.
        """
        # Fairness, no layer of the sandbox: a container may have lost the cores, or forbid the call.
        with contextlib.suppress(OSError):
            os.sched_setaffinity(self._wait_ready().pid, cores)

    def student(self, request: Mapping[str, Any], channel: socket.socket) -> StudentProcess:
        """Fork a student process.

        Args:
            request: what the guest's ``run`` needs.
            channel: the student's end of the question socket.

        Raises:
            SandboxError: the server is gone.
        """
        self._wait_ready()
        return StudentProcess(*self.fork(request, [channel.fileno()]))

    def end(self, process: StudentProcess) -> int | None:
        """Kill a process, wait until it is gone, release its descriptor; its exit code."""
        try:
            process.kill()
            return self.exit_code(process)
        finally:
            os.close(process.pidfd)

    def close(self) -> None:
        """End the server and all its processes."""
        self._control.close()
        if self._started is not None:
            if not self._started.ended(END_SECONDS):
                self._started.kill()
            os.close(self._started.pidfd)
            self._started = None
        if self._claim:
            self._claim.held.close()

    def _wait_ready(self) -> ForkedProcess:
        if self._started is None:
            self._control.settimeout(START_SECONDS)
            try:
                data, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
            except TimeoutError:
                raise SandboxError(f"the fork server did not start within {START_SECONDS:.0f} s") from None
            except OSError as reason:
                raise SandboxError(f"the fork server is gone: {reason}") from None
            if not data:
                raise SandboxError("the fork server could not start (see its message above)")
            ready = json.loads(data)
            self._uid_works = ready["uid_works"]
            self._started = ForkedProcess(ready["pid"], descriptors[0])
        return self._started


def resident_bytes(pid: int) -> int:
    """Resident memory of a process in bytes; 0 when it is gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _matplotlib_cache() -> Path:
    """Where matplotlib keeps its list of fonts, so that only the first run builds it."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = Path(base) / "autograder" / "matplotlib"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:  # a read-only home: build the list once per server instead
        path = Path(tempfile.gettempdir()) / f"autograder-matplotlib-{os.getuid()}"
        path.mkdir(mode=0o700, exist_ok=True)
    return path
