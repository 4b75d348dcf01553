"""The trusted side of the fork server: start it, ask it for student processes, end them."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from autograder.errors import SandboxError
from autograder.sandbox.forkserver import MESSAGE_BYTES

UIDS = range(61_184, 65_520)
"""User ids for student processes: free by systemd's and Debian's conventions (there they are for dynamic
users), and inside the range that a container maps."""

ENGINE = Path(__file__).resolve().parents[2]
"""Where this engine lies. A process that it starts must not find another one that is installed."""

START_SECONDS = 120.0
"""How long the server may take to import torch from a cold disk."""

ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONHASHSEED": "0",  # sets of strings iterate in the same order on every run
    "PYTHONUNBUFFERED": "1",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
}
"""The whole environment of the server and, but for its directories, of a student's process."""


@dataclass(frozen=True)
class StudentProcess:
    """A process that runs student code.

    Attributes:
        pid: its process id, for messages; never for signals.
        pidfd: a descriptor that cannot come to mean another process.
    """

    pid: int
    pidfd: int

    def signal(self, number: int) -> None:
        """Send a signal; nothing happens when the process is gone."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, number)

    def ended(self, timeout: float = 0.0) -> bool:
        """Whether the process has ended, waiting at most ``timeout`` seconds."""
        watched = select.poll()
        watched.register(self.pidfd, select.POLLIN)
        return bool(watched.poll(timeout * 1000))


@dataclass(frozen=True)
class _Claim:
    """A user id that is ours as long as ``held`` is open."""

    uid: int
    held: socket.socket


def _claim_uid() -> _Claim:
    """A user id that no other fork server on this machine uses.

    The kernel counts the threads of a user: two servers with one id would share one limit. An abstract
    socket's name is taken by one process at a time and free again when that ends, however it ends. The
    search begins anywhere, since a container sees only its own names.

    Raises:
        SandboxError: every id is taken.
    """
    held = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    first = secrets.randbelow(len(UIDS))
    for uid in [*UIDS[first:], *UIDS[:first]]:
        try:
            held.bind(f"\0autograder-uid-{uid}")
        except OSError as taken:
            if taken.errno != errno.EADDRINUSE:
                raise
        else:
            return _Claim(uid, held)
    raise SandboxError(f"all {len(UIDS)} user ids for student processes are in use on this machine")


class ForkServer:
    """One fork server: a context manager that leaves no process behind.

    Args:
        guest: the module whose ``run`` a child calls to become a student's kernel.
        preload: modules to import once.
        served: file by URL, offered to student code in the place of a download.
        own_user: try to give its student processes a user id that no other server has.
        threads: threads of one numerical operation.
    """

    def __init__(
        self,
        guest: str,
        preload: Sequence[str],
        served: Mapping[str, Path],
        *,
        own_user: bool = True,
        threads: int = 1,
    ) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._claim = _claim_uid() if own_user and os.geteuid() == 0 else None
        uid = self._claim.uid if self._claim else None
        settings = {
            "guest": guest,
            "preload": list(preload),
            "served": {url: str(file) for url, file in served.items()},
            "probe_uid": uid,
            "reach": tempfile.gettempdir(),
            "threads": threads,
        }
        counts = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
        environment = ENVIRONMENT | counts | {"MPLCONFIGDIR": str(_matplotlib_cache())}
        environment["PYTHONPATH"] = str(ENGINE)
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-s",
                "-m",
                "autograder.sandbox.forkserver",
                str(theirs.fileno()),
                json.dumps(settings),
            ],
            pass_fds=[theirs.fileno()],
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # a Ctrl-C on the terminal is the parent's to handle
        )
        theirs.close()
        self._control = ours
        self._ready: dict[str, Any] | None = None
        self._uid = uid

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def uid(self) -> int | None:
        """The user id of its student processes; ``None`` when they keep ours."""
        return self._uid if self._wait_ready()["uid_works"] else None

    def fork(self, request: Mapping[str, Any], channel: socket.socket) -> StudentProcess:
        """Fork a student process.

        Args:
            request: what the guest's ``run`` needs.
            channel: the student's end of the question socket.

        Raises:
            SandboxError: the server is gone.
        """
        self._wait_ready()
        data = json.dumps({"op": "fork", **request}).encode()
        try:
            socket.send_fds(self._control, [data], [channel.fileno()])
            reply, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
        except OSError as reason:
            raise SandboxError(f"the fork server is gone: {reason}") from None
        if not reply or not descriptors:
            raise SandboxError("the fork server ended while it was asked for a process")
        return StudentProcess(json.loads(reply)["pid"], descriptors[0])

    def exit_code(self, process: StudentProcess) -> int | None:
        """Exit code of an ended process, negative for a signal; ``None`` while it runs."""
        try:
            self._control.send(json.dumps({"op": "status", "pid": process.pid}).encode())
            reply = self._control.recv(MESSAGE_BYTES)
        except OSError as reason:
            raise SandboxError(f"the fork server is gone: {reason}") from None
        if not reply:
            raise SandboxError("the fork server ended")
        code: int | None = json.loads(reply)["exit"]
        return code

    def end(self, process: StudentProcess) -> int | None:
        """Kill a process, wait until it is gone, release its descriptor; its exit code."""
        process.signal(signal.SIGKILL)
        try:
            process.ended(timeout=10.0)
            return self.exit_code(process)
        finally:
            os.close(process.pidfd)

    def resident_bytes(self) -> int:
        """Resident memory of the server itself, in bytes."""
        return resident_bytes(self._process.pid)

    def close(self) -> None:
        """End the server and all its processes."""
        self._control.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._claim:
            self._claim.held.close()

    def _wait_ready(self) -> dict[str, Any]:
        if self._ready is None:
            self._control.settimeout(START_SECONDS)
            try:
                data = self._control.recv(MESSAGE_BYTES)
            except TimeoutError:
                raise SandboxError(f"the fork server did not start within {START_SECONDS:.0f} s") from None
            if not data:
                code = self._process.wait(timeout=10)
                raise SandboxError(
                    f"the fork server could not start (exit code {code}; see its message above)"
                )
            self._ready = json.loads(data)
        return self._ready


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
