"""The trusted side of a server of forks: ask it for a process, signal that, hear how it ended."""

from __future__ import annotations

import contextlib
import json
import select
import signal
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.errors import SandboxError
from autograder.sandbox.forkserver import MESSAGE_BYTES

KILLED_SECONDS = 10.0
"""What the system may take to take a killed process apart."""


@dataclass(frozen=True)
class ForkedProcess:
    """A process that another one has forked for us.

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

    def kill(self) -> None:
        """End it at once, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        self.ended(timeout=KILLED_SECONDS)


class ForkClient:
    """The trusted side of a server of forks (:func:`autograder.sandbox.forkserver.serve`)."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._asking = threading.Lock()

    def fork(self, request: Mapping[str, Any], descriptors: Sequence[int]) -> tuple[int, int]:
        """Have it fork; the child's process id, and a descriptor of the child.

        Raises:
            SandboxError: the server is gone.
        """
        data = json.dumps({"op": "fork", **request}).encode()
        try:
            with self._asking:
                socket.send_fds(self._control, [data], descriptors)
                reply, given, _, _ = socket.recv_fds(self._control, MESSAGE_BYTES, 1)
        except OSError as reason:
            raise SandboxError(f"the fork server is gone: {reason}") from None
        if not reply or not given:
            raise SandboxError("the fork server ended while it was asked for a process")
        return json.loads(reply)["pid"], given[0]

    def exit_code(self, process: ForkedProcess) -> int | None:
        """Exit code of an ended process, negative for a signal; ``None`` while it runs.

        Raises:
            SandboxError: the server is gone.
        """
        try:
            with self._asking:
                self._control.send(json.dumps({"op": "status", "pid": process.pid}).encode())
                reply = self._control.recv(MESSAGE_BYTES)
        except OSError as reason:
            raise SandboxError(f"the fork server is gone: {reason}") from None
        if not reply:
            raise SandboxError("the fork server ended")
        code: int | None = json.loads(reply)["exit"]
        return code
