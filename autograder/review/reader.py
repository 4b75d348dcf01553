"""Asks the process that reads what students wrote; kills it when it hangs, and goes on with another one."""

from __future__ import annotations

import json
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.store.companion import Companion

SECONDS = 8.0
"""Processor time for one request; an ordinary answer takes some milliseconds."""
BUSY_FACTOR = 8.0
"""How many times as long a request may take by the clock: grading beside the pages uses the processors."""
START_SECONDS = 60.0
"""Until the process is ready; usually one."""
LARGEST_REPLY = 64 * 2**20
"""Bytes of a reply: a page of text, or one picture."""


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
        self._companion: Companion | None = None

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
            companion = self._companion or self._begin(config)
            connection = companion.connection
            try:
                connection.send_bytes(message)
                self._await(companion)
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

    def _await(self, companion: Companion) -> None:
        """Wait for a reply as long as the process may compute.

        Raises:
            OSError: nothing comes in time.
        """
        clock = _processor_clock(companion.pid)
        before, until = time.clock_gettime(clock), time.monotonic() + BUSY_FACTOR * self.seconds
        while not companion.connection.poll(min(self.seconds, 1.0)):
            if time.clock_gettime(clock) - before > self.seconds or time.monotonic() > until:
                raise TimeoutError(f"took more than {self.seconds:g} s")

    @property
    def pid(self) -> int | None:
        """Of the process; ``None`` where there is none."""
        return self._companion.pid if self._companion else None

    def close(self) -> None:
        """End the process, if there is one."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        if self._companion is not None:
            self._companion.end()
        self._companion = None

    def _begin(self, config: Path) -> Companion:
        """
        Raises:
            Unread: the process does not begin.
        """
        self._companion = Companion("autograder.review.reading", str(config), quiet=True)
        self._config = config
        try:
            _received(self._companion.connection, START_SECONDS)
        except (OSError, EOFError):
            self._end()
            raise Unread("the process that reads what students wrote does not begin") from None
        return self._companion


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
