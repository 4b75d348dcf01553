"""Grades where a task of an executor arrives: on another machine, in another process or thread.

A grading process of that machine takes the submission, as in a run on a single one: memory limits,
deadlines and deaths are the pool's, and the executor's own process never looks into what a student
wrote.
"""

from __future__ import annotations

import asyncio
import multiprocessing.util
import os
import queue
import socket
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from autograder.config.load import load
from autograder.errors import AutograderError
from autograder.grading.fingerprint import named_files
from autograder.grading.opened_files import FilesNow
from autograder.grading.run_settings import RunSettings
from autograder.model import Grade, Submission
from autograder.workers.pool import WorkerPool, holding_seconds
from autograder.workers.temporary import temporary_folder


@dataclass(frozen=True)
class Answer:
    """What comes back for a submission: its grade, and the name of the machine that found it."""

    machine: str
    grade: Grade


class _Station:
    """One grading process, and the thread that starts it whenever it has to be started.

    The kernel of the system ends a grading process together with the *thread* that started it, not only
    with its process. An executor's threads come and go, so a station has its own.

    Args:
        settings: of the grading process.
        fingerprint: of the parent whose tasks it takes: the files of a lab change while settings do not.
    """

    def __init__(self, settings: RunSettings, fingerprint: str) -> None:
        self.key = (settings, fingerprint)
        self._lab = load(settings.config)
        self._named = named_files(self._lab)
        self._lab_files: Mapping[str, str] = {}
        seconds = holding_seconds(self._lab.config.limits)
        self._resources = ExitStack()
        self._folder = self._resources.enter_context(temporary_folder())
        self._pool = self._resources.enter_context(WorkerPool(settings, 1, seconds))
        self._asked: queue.SimpleQueue[tuple[Submission, Future[Grade]] | None] = queue.SimpleQueue()
        # A daemon: it must live until the very end of its process, where ``close`` is called.
        threading.Thread(target=self._serve, name="grading", daemon=True).start()

    def grade(self, submission: Submission, notebook: bytes | None) -> Grade:
        """Grade one submission, whose notebook lies in a file only meanwhile."""
        file = self._folder / "notebook.ipynb"
        if notebook is not None:
            file.touch(mode=0o600)
            file.write_bytes(notebook)
            submission = replace(submission, file=file)
        answer: Future[Grade] = Future()
        self._asked.put((submission, answer))
        try:
            grade = answer.result()
        finally:
            file.unlink(missing_ok=True)
        self._lab_files = grade.lab_files
        return grade

    def is_up_to_date(self) -> bool:
        """Whether what its grading process has read, beside what has the fingerprint, is still there."""
        return not FilesNow(self._lab.root, self._named).differing(self._lab_files)

    def _serve(self) -> None:
        while (asked := self._asked.get()) is not None:
            submission, answer = asked
            try:
                (grade,) = self._pool.grade([submission])
            except BaseException as trouble:  # noqa: BLE001  it belongs to the thread that waits for it
                answer.set_exception(trouble)
            else:
                answer.set_result(grade)

    def close(self) -> None:
        """End the grading process, at work or not, and remove its files."""
        self._resources.close()
        self._asked.put(None)


class _Stations:
    """The stations of this process: one per task at a time, kept for the next task."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[_Station] = []
        self._busy: list[_Station] = []
        self._closed_at_exit = False

    @contextmanager
    def one(self, settings: RunSettings, fingerprint: str) -> Iterator[_Station]:
        """A station for one task; after an exception it is not used again."""
        with self._lock:
            if not self._closed_at_exit:
                # Not ``atexit``, which a process of a ProcessPoolExecutor leaves out.
                multiprocessing.util.Finalize(None, self.close, exitpriority=10)
                self._closed_at_exit = True
            fitting = [
                station
                for station in self._idle
                if station.key == (settings, fingerprint) and station.is_up_to_date()
            ]
            others = [station for station in self._idle if station not in fitting]
            station = fitting.pop() if fitting else None
            self._idle = fitting
        for other in others:
            other.close()
        station = station or _Station(settings, fingerprint)
        with self._lock:
            self._busy.append(station)
        fit = False
        try:
            yield station
            fit = True
        finally:
            with self._lock:
                self._busy.remove(station)
                if fit:
                    self._idle.append(station)
            if not fit:
                station.close()

    def close(self, busy: bool = True) -> None:
        """Close them all, or only those without work."""
        with self._lock:
            closing, self._idle = self._idle + (self._busy if busy else []), []
        for station in closing:
            station.close()


_stations = _Stations()


def _forget_stations() -> None:
    """A forked process has its parent's memory but not its threads: the stations are not its own."""
    global _stations
    _forgotten.append(_stations)  # never collected: that would take them for processes of its own
    _stations = _Stations()


_forgotten: list[_Stations] = []
os.register_at_fork(after_in_child=_forget_stations)


def grade_here(
    settings: RunSettings, fingerprint: str, submission: Submission, notebook: bytes | None
) -> Answer:
    """Grade one submission in a grading process of this machine: the task that an executor runs.

    Args:
        settings: of the run.
        fingerprint: the parent's.
        submission: without its file.
        notebook: the bytes of that file; ``None`` when there is none.

    Raises:
        AutograderError: nothing can be graded on this machine; the message names it.
    """
    machine = socket.gethostname()
    try:
        with _stations.one(settings, fingerprint) as station:
            grade = station.grade(submission, notebook)
            if grade.fingerprint != fingerprint:
                # Opened before a change of the lab had come here, perhaps: the next task looks again.
                raise _Outdated(grade)
    except _Outdated as outdated:
        grade = outdated.grade
    except AutograderError as trouble:
        raise type(trouble)(f"on {machine}: {trouble}") from None
    return Answer(machine, grade)


class _Outdated(Exception):
    """The grade does not belong to this run's lab; its station is of no use any more."""

    def __init__(self, grade: Grade) -> None:
        self.grade = grade


async def close_idle_stations() -> None:
    """End the grading processes that this process keeps for its next task, beside its other work."""
    await asyncio.to_thread(_stations.close, busy=False)
