"""Ends a student process that outgrows its memory, its threads or its disk, whatever it is doing."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import threading
from pathlib import Path
from types import TracebackType

from autograder.kernel.workspace import disk_usage
from autograder.model import Ending
from autograder.sandbox.launcher import StudentProcess, resident_bytes
from autograder.sandbox.policy import Limits

PERIOD = 0.1
"""Seconds between two looks. A disk that writes 2 GB/s gains 200 MB in between; a look costs far less
than a millisecond."""


class Watchdog:
    """Watches one process from a thread of the trusted side; a context manager.

    Attributes:
        verdict: why the process was ended; ``None`` while it behaves.
    """

    def __init__(self, process: StudentProcess, work: Path, limits: Limits) -> None:
        self.verdict: Ending | None = None
        self._process = process
        self._work = work
        self._limits = limits
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"watchdog-{process.pid}", daemon=True)

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(PERIOD):
            if self._process.ended():
                return
            self.verdict = self._excess()
            if self.verdict is not None:
                self._process.signal(signal.SIGKILL)
                return

    def _excess(self) -> Ending | None:
        if resident_bytes(self._process.pid) > self._limits.resident_bytes:
            return Ending.OUT_OF_MEMORY
        if _threads(self._process.pid) > self._limits.threads:
            return Ending.THREAD_LIMIT
        size, count = disk_usage(self._work, self._limits.disk_files)
        size += _unlinked_bytes(self._process.pid)
        if size > self._limits.disk_bytes:
            return Ending.DISK_FULL
        if count > self._limits.disk_files:
            return Ending.FILE_LIMIT
        return None


def _unlinked_bytes(pid: int) -> int:
    """Bytes of files that a process holds open though they have no name any more.

    An ordinary user may not look at a process that protects itself; then only the limit per file holds.
    """
    size = 0
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                status = os.stat(entry.path)
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                    size += status.st_blocks * 512
    except OSError:
        return size
    return size


def _threads(pid: int) -> int:
    """Threads of a process; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("Threads:")), 0)
