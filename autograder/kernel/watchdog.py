"""Ends a student process that outgrows its memory, its threads or its disk, whatever it is doing.

One that has a crowd of threads goes behind all others: cores of its own do not protect its neighbours, since
in a control group the system divides the group's share of the machine between cores by the threads on each.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import threading
from pathlib import Path
from types import TracebackType

from autograder.kernel.workspace import disk_usage, free_bytes, hidden_bytes
from autograder.model import Ending
from autograder.sandbox.launcher import StudentProcess, resident_bytes
from autograder.sandbox.policy import Limits

PERIOD = 0.1
"""Seconds between two looks. A disk that writes 2 GB/s gains 200 MB in between; a look takes 0.3 ms, one that
includes the mapped files 3 ms (measured with torch loaded)."""

MAPS_EVERY = 5
"""Looks between two at the mapped files, whose list has a thousand lines in a process with torch."""

CROWD = 24
"""Threads beyond which a process goes behind: IPython, the kernel's channels and torch use about 20."""

LAST = 19
"""The ``nice`` value of whoever goes behind: a thread of it counts for a seventieth of a usual one."""

UNSEEN_DISKS = 8
"""Where the open files of the process cannot be looked at: how many times its share the disk may lose.
Others write there too, hence not once."""


class Watchdog:
    """Watches one process from a thread of the trusted side; a context manager.

    Args:
        reading_bytes: what this process may gain while it reads what the notebook sends: the largest honest
            outputs and answers take a few hundred MB in between. libzmq bounds neither the parts of a message
            nor their sum.

    Attributes:
        asking: whether it is asked for answers, and sends no outputs any more.
        verdict: why the process was ended; ``None`` while it behaves.
        trouble: why it is not watched any more, which is no fault of the process; it is ended then.
    """

    def __init__(self, process: StudentProcess, work: Path, limits: Limits, reading_bytes: int) -> None:
        self.asking = False
        self.verdict: Ending | None = None
        self.trouble: Exception | None = None
        self._process = process
        self._work = work
        self._limits = limits
        self._reading_bytes = reading_bytes
        self._looks = 0
        self._behind = CROWD
        """Threads that the process had at most when it was sent behind; new ones inherit that."""
        self._our_bytes = resident_bytes(os.getpid())
        self._free_bytes = free_bytes(work)
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
        try:
            while not self._stop.wait(PERIOD):
                if self._process.ended():
                    return
                self.verdict = self._excess()
                if self.verdict is not None:
                    return
        except Exception as trouble:  # noqa: BLE001  in a thread: nobody else would hear of it
            self.trouble = trouble
        finally:  # whatever ends the watch: nobody runs unwatched
            self._process.signal(signal.SIGKILL)

    def _excess(self) -> Ending | None:
        if resident_bytes(self._process.pid) > self._limits.resident_bytes:
            return Ending.OUT_OF_MEMORY
        if resident_bytes(os.getpid()) - self._our_bytes > self._reading_bytes:
            return Ending.READING_LIMIT if self.asking else Ending.OUTPUT_LIMIT
        threads = _threads(self._process.pid)
        if threads > self._limits.threads:
            return Ending.THREAD_LIMIT
        if threads > self._behind:
            self._behind = threads
            _send_behind(self._process.pid)
        return self._excess_on_disk()

    def _excess_on_disk(self) -> Ending | None:
        size, count = disk_usage(self._work, self._limits.disk_files)
        self._looks += 1
        hidden = hidden_bytes(self._process.pid, self._work, mapped=self._looks % MAPS_EVERY == 0)
        if hidden is None:
            lost = self._free_bytes - free_bytes(self._work)
            hidden = self._limits.disk_bytes if lost > UNSEEN_DISKS * self._limits.disk_bytes else 0
        if size + hidden > self._limits.disk_bytes:
            return Ending.DISK_FULL
        return Ending.FILE_LIMIT if count > self._limits.disk_files else None


def _send_behind(pid: int) -> None:
    """Have all threads of a process compute only where nobody else wants to, nearly."""
    # Fairness, no layer of the sandbox: a container may forbid it to us, and threads come and go.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.setpriority(os.PRIO_PROCESS, int(thread), LAST)


def _threads(pid: int) -> int:
    """Threads of a process; 0 when it is gone."""
    try:
        # Bytes: the first line holds a name that the process gives itself, of any bytes but line ends.
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return 0
    found = re.search(rb"\nThreads:\t(\d+)\n", status)
    return int(found[1]) if found else 0
