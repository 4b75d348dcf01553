"""Runs a command and watches the time and the memory of everything that it starts."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

EVERY = 0.5
"""Seconds between two looks at the peaks that the kernel keeps: well under a millisecond a process."""

SUM_EVERY = 6
"""Looks between two sums of shared memory: eight milliseconds for a process with torch, so seldom."""

MB = 2**20


@dataclass(frozen=True)
class Measured:
    """One run of one command.

    Attributes:
        seconds: wall time.
        largest_mb: peak resident memory (RSS) of the largest process.
        together_mb: peak memory of all processes together, what they share counted once (PSS).
        ended: whether it came to an end by itself before the time was up.
        code: its exit code.
        output: standard output.
        errors: standard error.
        began: ``time.time()`` at its start.
    """

    seconds: float
    largest_mb: float
    together_mb: float
    ended: bool
    code: int
    output: str
    errors: str
    began: float


def measure(
    command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], longest: float
) -> Measured:
    """Run ``command`` in ``folder``; after ``longest`` seconds end it and all that it started."""
    began, started = time.time(), time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], cwd=folder, env=environment, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with _Watch(process.pid) as watch:
        ended = True
        try:
            output, errors = process.communicate(timeout=longest)
        except subprocess.TimeoutExpired:
            ended = False
            end(process.pid)
            output, errors = process.communicate()
        except KeyboardInterrupt:
            end(process.pid)
            raise
        seconds = time.perf_counter() - started
    return Measured(
        seconds, watch.largest / MB, watch.together / MB, ended, process.returncode, output, errors, began
    )


def end(pid: int) -> None:
    """Kill a process and everything that it started, one by one: a kernel has a session of its own."""
    for one in processes_of(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            one.kill()


def processes_of(pid: int) -> list[psutil.Process]:
    """A process and everything that it started and that still lives."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


class _Watch:
    """Looks at the memory of a process and its descendants; a context manager.

    Attributes:
        largest: bytes; peak RSS of the largest process, as the kernel keeps it.
        together: bytes; the largest sum of PSS that was seen.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look_again)
        self.largest = 0
        self.together = 0

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _look_again(self) -> None:
        looks = 0
        while not self._over.wait(EVERY):
            looks += 1
            processes = [one.pid for one in processes_of(self._pid)]
            self.largest = max([self.largest, *map(peak_memory, processes)])
            if looks % SUM_EVERY == 0:
                self.together = max(self.together, sum(map(share_of_memory, processes)))


def share_of_memory(pid: int) -> int:
    """Bytes of resident memory of a process (PSS): of a page that several share, its part.

    0 for a process that has ended, or that belongs to another user and does not let itself be read.
    """
    return _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss:") * 1024


def peak_memory(pid: int | str) -> int:
    """Bytes of resident memory that a process has had at most; ``"self"`` is this one, 0 one that has ended.

    Not ``ru_maxrss``, which a program inherits from the one that started it.
    """
    return _kilobytes(Path(f"/proc/{pid}/status"), "VmHWM:") * 1024


def _kilobytes(file: Path, label: str) -> int:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(label)), 0)
