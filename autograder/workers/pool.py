"""The parent's side of the workers: who grades what, how long it may take, who has died.

A worker that dies costs the submission that it held one more try and nobody else anything. A worker
that holds a submission too long is ended: deadlines inside the worker cover student code, this one
covers the worker itself, which reads what students wrote.

Each worker's student processes have cores of their own. A submission that missed a deadline all the same
while it had to wait for a processor is graded again at the end, when no other worker has anything to do.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

from autograder.config.schema import Limits
from autograder.errors import AutograderError, SandboxError
from autograder.grading.run_settings import RunSettings
from autograder.kernel.workspace import remove_tree
from autograder.model import Grade, Status, Submission
from autograder.workers.cores import core_shares
from autograder.workers.launcher import Launcher

ATTEMPTS = 2
"""How often a submission is tried when its worker dies: once more, in case something else was to blame."""

FAILED_STARTS = 3
"""Workers in a row that die before they are ready: then it is the machine, not bad luck."""

BEYOND_LIMIT = 120.0
"""Seconds beyond those of the submission that a worker may hold it: reading the notebook,
starting kernels and writing down what was found have no other deadline."""

WATCH_SECONDS = 1.0
"""How often somebody who watches is told what the workers hold."""

END_SECONDS = 10.0
"""What a worker gets to clean up before it is killed."""


def holding_seconds(limits: Limits) -> float:
    """How long a worker may hold a submission, in seconds of wall time."""
    return limits.submission_seconds * limits.busy_factor + BEYOND_LIMIT


@dataclass(frozen=True)
class Held:
    """A submission that a worker has had for ``seconds``."""

    submission: Submission
    seconds: float


class _Worker:
    """One worker process with a folder of its own for temporary files.

    Attributes:
        held: the submission that it has; ``None`` while it is idle or starts.
        since: ``time.monotonic()`` at which it got ``held``.
        until: ``time.monotonic()`` at which ``held`` has taken too long.
        alone: whether no other worker holds anything while this one holds ``held``.
        share: number of the share of cores on which its student processes run.
    """

    def __init__(self, launcher: Launcher, folder: Path, share: int, cores: Collection[int]) -> None:
        self.ready = False
        self.alone = False
        self.share = share
        self.held: Submission | None = None
        self.since = 0.0
        self.until = float("inf")
        self._folder = folder
        self._code: int | None = None
        self._ending = threading.Lock()
        folder.mkdir()
        folder.chmod(0o711)  # a student's user id has to pass on the way to its own directory
        self.process, self.connection = launcher.worker(folder, cores)

    def give(self, submission: Submission, seconds: float, *, alone: bool) -> None:
        """Hand a submission out; a worker that has just died is noticed when its end is read."""
        self.held, self.alone, self.since = submission, alone, time.monotonic()
        self.until = self.since + seconds
        with contextlib.suppress(BrokenPipeError):
            self.connection.send(submission)

    def take(self) -> Grade | None:
        """Its message: a grade, or ``None`` when it has become ready.

        Raises:
            EOFError: it has died.
            AutograderError: what it found wrong with the lab or the machine.
        """
        try:
            message = self.connection.recv()
        except (EOFError, ConnectionResetError):
            raise EOFError from None
        if isinstance(message, AutograderError):
            raise message
        self.held, self.until, self.ready = None, float("inf"), True
        grade: Grade | None = message
        return grade

    def dismiss(self) -> None:
        """Have it end, with everything that it started."""
        if self.connection.closed:
            return
        if self.held is None and self.ready:
            with contextlib.suppress(BrokenPipeError):
                self.connection.send(None)
        else:
            self.process.signal(signal.SIGTERM)
        self.connection.close()

    def end(self) -> int:
        """Wait for its end and remove its files; its exit code."""
        with self._ending:  # a station's pool is closed by another thread than the one that works with it
            if self._code is None:
                self.dismiss()
                if not self.process.ended(END_SECONDS):
                    self.process.kill()
                self._code = self.process.exit_code()
                os.close(self.process.pidfd)
                remove_tree(self._folder)
            return self._code


class WorkerPool:
    """Grades submissions in worker processes; a context manager that leaves none behind.

    Args:
        settings: of every worker.
        count: number of workers.
        seconds: wall time after which a worker that holds a submission is ended.
        launcher: one of the same settings that has begun; it is closed with the pool.
    """

    def __init__(
        self, settings: RunSettings, count: int, seconds: float, launcher: Launcher | None = None
    ) -> None:
        self._count = count
        self._seconds = seconds
        self._launcher = launcher or Launcher(settings)
        self._workers: list[_Worker] = []
        self._started = 0
        self._failed_starts = 0
        self._shares = core_shares(count)

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *exception: object) -> None:
        for worker in self._workers:
            worker.dismiss()  # all at once, so that they clean up side by side
        for worker in self._workers:
            worker.end()
        self._launcher.close()

    def grade(
        self, submissions: Iterable[Submission], watch: Callable[[Sequence[Held]], None] | None = None
    ) -> Iterator[Grade]:
        """Each grade as soon as it is there.

        Args:
            watch: is told what the workers hold, once a second and at every change.

        Raises:
            AutograderError: nothing can be graded (configuration, sandbox).
        """
        waiting = deque(submissions)
        again: deque[Submission] = deque()
        deaths: dict[str, int] = {}
        while waiting or again or any(worker.held for worker in self._workers):
            self._hand_out(waiting, again)
            if watch:
                watch(self._held())
            for worker in self._heard(WATCH_SECONDS if watch else float("inf")):
                had = worker.held
                try:
                    grade = worker.take()
                except EOFError:
                    held, reason = self._bury(worker)
                    if held is None:
                        continue
                    deaths[held.id] = deaths.get(held.id, 0) + 1
                    if deaths[held.id] < ATTEMPTS:
                        waiting.appendleft(held)
                    else:
                        yield _not_gradable(held, reason)
                else:
                    self._failed_starts = 0
                    if grade is None:
                        continue
                    if had is not None and grade.starved and not worker.alone:
                        again.append(had)
                    else:
                        yield grade
            for worker in self._overdue():
                held, _ = self._bury(worker)
                assert held is not None
                yield _not_gradable(held, f"the grader needed more than {self._seconds:g} s for it")

    def _hand_out(self, waiting: deque[Submission], again: deque[Submission]) -> None:
        """Give each idle worker a submission; one of ``again`` when all others are done, each by itself."""
        starting = sum(not worker.ready for worker in self._workers)
        wanted = len(waiting) or min(len(again), 1)
        while len(self._workers) < self._count and starting < wanted and self._launcher.is_ready():
            self._start()
            starting += 1
        for worker in self._workers:
            if not worker.ready or worker.held is not None:
                continue
            if waiting:
                worker.give(waiting.popleft(), self._seconds, alone=self._count == 1)
            elif again and not any(other.held for other in self._workers):
                worker.give(again.popleft(), self._seconds, alone=True)

    def _start(self) -> None:
        self._started += 1
        try:
            share = min(set(range(self._count)) - {worker.share for worker in self._workers})
            folder = self._launcher.folder / str(self._started)
            self._workers.append(_Worker(self._launcher, folder, share, self._shares[share]))
        except SandboxError:  # the zygote has just died: there will be another one
            self._failed_start("they could not be started")

    def _failed_start(self, how: str) -> None:
        """Count a start that failed.

        Raises:
            SandboxError: it was not the first one.
        """
        self._failed_starts += 1
        if self._failed_starts >= FAILED_STARTS:
            raise SandboxError(
                f"the grading processes end while they start ({how}); see their messages above"
            )

    def _held(self) -> list[Held]:
        now = time.monotonic()
        return [Held(worker.held, now - worker.since) for worker in self._workers if worker.held is not None]

    def _heard(self, seconds: float) -> list[_Worker]:
        """The workers that have said something, or died, within so many seconds."""
        by_connection: dict[object, _Worker] = {worker.connection: worker for worker in self._workers}
        starting = self._launcher.starting
        nearest = min((worker.until for worker in self._workers), default=float("inf"))
        longest = min(max(nearest - time.monotonic(), 0), seconds)
        timeout = None if longest == float("inf") else longest
        awaited: list[Connection | socket.socket] = [worker.connection for worker in self._workers]
        awaited += [starting] if starting else []
        heard = wait(awaited, timeout) if awaited else []  # nobody is left: the next ones are started first
        if starting in heard:
            try:
                self._launcher.hear()
            except EOFError as died:
                self._failed_start(_how(died.args[0]))
        return [by_connection[found] for found in heard if found in by_connection]

    def _overdue(self) -> list[_Worker]:
        now = time.monotonic()
        return [worker for worker in self._workers if worker.until < now]

    def _bury(self, worker: _Worker) -> tuple[Submission | None, str]:
        """Remove a dead or overdue worker; what it held, and how it ended."""
        self._workers.remove(worker)
        code = worker.end()
        how = _how(code)
        if not worker.ready:
            self._failed_start(how)
        return worker.held, f"the grading process ended twice while it graded this submission ({how})"


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _not_gradable(submission: Submission, reason: str) -> Grade:
    return Grade(submission=submission, status=Status.NOT_GRADABLE, reason=reason, trouble=True)
