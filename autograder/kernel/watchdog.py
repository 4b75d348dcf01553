"""Ends a student process that outgrows its memory, its threads or its disk, whatever it is doing.

One that has a crowd of threads goes behind all others: cores of its own do not protect its neighbours, since
in a control group the system divides the group's share of the machine between cores by the threads on each.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from autograder.kernel.workspace import disk_usage, free_bytes, hidden_usage
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

OF_MEMORY = (b"VmRSS", b"VmPTE", b"HugetlbPages")
"""What counts as memory of a process: its pages, the system's tables of them, pages of the larger kind."""

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
                seen = _look(self._process.pid)
                # Where the first thread alone has ended, the system shows nothing of the others any more.
                if self._process.ended() or seen.first_thread_ended:
                    return
                self.verdict = self._excess(seen)
                if self.verdict is not None:
                    return
        except Exception as trouble:  # noqa: BLE001  in a thread: nobody else would hear of it
            self.trouble = trouble
        finally:  # whatever ends the watch: nobody runs unwatched
            self._process.signal(signal.SIGKILL)

    def _excess(self, seen: _Seen) -> Ending | None:
        if seen.memory > self._limits.resident_bytes:
            return Ending.OUT_OF_MEMORY
        if resident_bytes(os.getpid()) - self._our_bytes > self._reading_bytes:
            return Ending.READING_LIMIT if self.asking else Ending.OUTPUT_LIMIT
        if seen.threads > self._limits.threads:
            return Ending.THREAD_LIMIT
        if seen.threads > self._behind:
            self._behind = seen.threads
            _send_behind(self._process.pid, seen.uid)
        return self._excess_on_disk()

    def _excess_on_disk(self) -> Ending | None:
        limits = self._limits
        size, count = disk_usage(self._work, limits.disk_files)
        self._looks += 1
        looks_at_maps = self._looks % MAPS_EVERY == 0
        hidden = hidden_usage(self._process.pid, self._work, limits.disk_files, mapped=looks_at_maps)
        if hidden is None:
            lost = self._free_bytes - free_bytes(self._work)
            hidden = limits.disk_bytes if lost > UNSEEN_DISKS * limits.disk_bytes else 0, 0
        hidden_size, hidden_count = hidden
        if size + hidden_size > limits.disk_bytes:
            return Ending.DISK_FULL
        return Ending.FILE_LIMIT if count + hidden_count > limits.disk_files else None


def _send_behind(pid: int, uid: int) -> None:
    """Have all threads of a process of that user compute only where nobody else wants to, nearly."""
    # Fairness, no layer of the sandbox: a container may forbid it to us, and threads come and go.
    with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
        threads = os.listdir(f"/proc/{pid}/task")
        try:
            for thread in threads:
                with contextlib.suppress(ProcessLookupError):
                    os.setpriority(os.PRIO_PROCESS, int(thread), LAST)
        except PermissionError:  # without CAP_SYS_NICE nobody but the user itself may
            command = ["renice", "-n", str(LAST), "-p", *threads]
            subprocess.run(
                command,
                check=False,
                capture_output=True,
                user=uid,
                group=uid,
                extra_groups=(),
                cwd="/",
                env={},
            )


@dataclass(frozen=True)
class _Seen:
    """One look at a process; nothing of one that is gone.

    Attributes:
        memory: bytes of :data:`OF_MEMORY`.
        threads: how many it has.
        uid: of the user whose it is.
        first_thread_ended: whether the thread that it began with has ended.
    """

    memory: int = 0
    threads: int = 0
    uid: int = 0
    first_thread_ended: bool = False


def _look(pid: int) -> _Seen:
    try:
        # Bytes: the first line holds a name that the process gives itself, of any bytes but line ends.
        status = Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return _Seen()
    values = dict(re.findall(rb"^(\w+):\t *(\w+)", status, re.M))
    memory = sum(int(values.get(name, 0)) for name in OF_MEMORY) * 1024
    threads, uid = (int(values.get(name, 0)) for name in (b"Threads", b"Uid"))
    return _Seen(memory, threads, uid, values.get(b"State") in (b"Z", b"X"))
