"""Asks the process that reads what students wrote; kills it when it hangs, and goes on with another one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

SECONDS = 8.0
"""Processor time for one request; an ordinary answer takes some milliseconds."""
BUSY_FACTOR = 8.0
"""How many times as long a request may take by the clock: grading beside the pages uses the processors."""
START_SECONDS = 60.0
"""Until the process is ready; usually one."""
LARGEST_REPLY = 64 * 2**20
"""Bytes of a reply: a page of text, or one picture."""

_ENGINE = Path(__file__).resolve().parents[2]


class Unread(Exception):
    """What a student wrote could not be read; the message says why, for people."""


class Reader:
    """One such process at a time, from the first question on. Any thread may ask.

    Attributes:
        seconds: for one request.
    """

    def __init__(self) -> None:
        self.seconds = SECONDS
        self._lock = threading.Lock()
        self._config: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def ask(self, config: Path, what: str, **asked: Any) -> tuple[dict[str, Any], bytes]:
        """Ask for something (:class:`~autograder.review.reading.Reading`).

        Args:
            config: of the lab.

        Returns:
            The reply, and bytes.

        Raises:
            Unread: it could not be done, or the process hung or died over it.
        """
        message = json.dumps({"ask": what, **asked}).encode()
        with self._lock:
            if self._config != config:
                self._end()
            connection = self._connection or self._begin(config)
            try:
                connection.send_bytes(message)
                self._await(connection)
                reply = connection.recv_bytes(LARGEST_REPLY)
                body = _received(connection, self.seconds)
            except (OSError, EOFError) as reason:
                self._end()  # the next one gets another process
                why = str(reason) if isinstance(reason, TimeoutError) else "ended the process that reads"
                raise Unread(f"reading it {why}") from None
        found: dict[str, Any] = json.loads(reply)
        if "failed" in found:
            raise Unread(str(found["failed"]))
        return found, body

    def _await(self, connection: Connection) -> None:
        """Wait for a reply as long as the process may compute.

        Raises:
            OSError: nothing comes in time.
        """
        assert self._process is not None
        clock = _processor_clock(self._process.pid)
        before, until = time.clock_gettime(clock), time.monotonic() + BUSY_FACTOR * self.seconds
        while not connection.poll(min(self.seconds, 1.0)):
            if time.clock_gettime(clock) - before > self.seconds or time.monotonic() > until:
                raise TimeoutError(f"took more than {self.seconds:g} s")

    @property
    def pid(self) -> int | None:
        """Of the process; ``None`` where there is none."""
        return self._process.pid if self._process else None

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._connection = self._process = None

    def _begin(self, config: Path) -> Connection:
        """
        Raises:
            Unread: the process does not begin.
        """
        ours, theirs = socket.socketpair()
        path = os.pathsep.join(filter(None, [str(_ENGINE), os.environ.get("PYTHONPATH")]))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "autograder.review.reading", str(theirs.fileno()), str(config)],
                pass_fds=[theirs.fileno()],
                env=os.environ | {"PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what it says when it dies may quote a student
            )
        self._connection = Connection(ours.detach())
        self._config = config
        try:
            _received(self._connection, START_SECONDS)
        except (OSError, EOFError):
            self._end()
            raise Unread("the process that reads what students wrote does not begin") from None
        return self._connection


def _processor_clock(pid: int) -> int:
    """The clock of the processor time of all threads of a process, as ``clock_getcpuclockid`` gives it."""
    return (~pid << 3) | 2


def _received(connection: Connection, seconds: float) -> bytes:
    """
    Raises:
        OSError, EOFError: nothing comes in time, the process is gone, or the reply is too large.
    """
    if not connection.poll(seconds):
        raise TimeoutError(f"took more than {seconds:g} s")
    return connection.recv_bytes(LARGEST_REPLY)
