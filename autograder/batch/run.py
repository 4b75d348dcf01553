"""Grades many submissions: one worker process per job, each with a fork server of its own.

The parent only distributes and writes, so it needs neither torch nor the lab's tests.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.util
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.synchronize import Lock
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.model import Grade, Status, Submission

if TYPE_CHECKING:
    from autograder.course import Course

ATTEMPTS = 2
"""How often a submission is tried when its worker dies: once more, in case another one was to blame."""


@dataclass(frozen=True)
class RunSettings:
    """How a class is graded.

    Attributes:
        config: path of ``grading_config.yml``.
        jobs: number of worker processes.
        seed: instead of the configuration's; ``None`` keeps it.
        enforce: whether student code is confined.
    """

    config: Path
    jobs: int
    seed: int | None = None
    enforce: bool = True


def grade_all(submissions: Sequence[Submission], settings: RunSettings) -> Iterator[Grade]:
    """Grade every submission; each grade comes as soon as it is there.

    Raises:
        AutograderError: nothing can be graded (configuration, sandbox).
    """
    waiting = list(submissions)
    for attempt in range(ATTEMPTS):
        # After a death each submission gets a pool of its own, so that the guilty one is known.
        batches = [waiting] if attempt == 0 else [[submission] for submission in waiting]
        left: list[Submission] = []
        for batch in batches:
            for submission, grade in _grade_batch(batch, settings):
                if grade is None:
                    left.append(submission)
                else:
                    yield grade
        waiting = left
    for submission in waiting:
        yield Grade(
            submission=submission,
            status=Status.NOT_GRADABLE,
            reason="the grading process ended while it graded this submission (out of memory?)",
        )


def _grade_batch(
    batch: Sequence[Submission], settings: RunSettings
) -> Iterator[tuple[Submission, Grade | None]]:
    """Pairs of submission and grade; the grade is ``None`` when the worker died."""
    if not batch:
        return
    context = multiprocessing.get_context("spawn")
    slots: Any = context.Value("i", 0)
    pool = ProcessPoolExecutor(
        max_workers=min(settings.jobs, len(batch)),
        mp_context=context,
        initializer=_start_worker,
        initargs=(settings, slots),
    )
    try:
        futures: dict[Future[Grade], Submission] = {pool.submit(_grade_one, one): one for one in batch}
        for future in as_completed(futures):
            try:
                yield futures[future], future.result()
            except BrokenProcessPool:
                yield futures[future], None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """What a worker process holds; set once by :func:`_start_worker`."""

    course: Course
    resources = ExitStack()
    trouble: Exception | None = None


def _start_worker(settings: RunSettings, slots: Any) -> None:
    from autograder.config import load
    from autograder.course import opened
    from autograder.errors import AutograderError

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what a Ctrl-C ends
    lock: Lock = slots.get_lock()
    with lock:
        slot = slots.value
        slots.value += 1
    try:
        _Worker.course = _Worker.resources.enter_context(
            opened(load(settings.config), seed=settings.seed, slot=slot, enforce=settings.enforce)
        )
    except AutograderError as trouble:
        _Worker.trouble = trouble  # raised by the first submission: an initializer's error says nothing
        return
    # The interpreter of a pool's worker ends without running atexit handlers of this kind.
    multiprocessing.util.Finalize(None, _Worker.resources.close, exitpriority=10)


def _grade_one(submission: Submission) -> Grade:
    from autograder.pipeline import grade

    if _Worker.trouble is not None:
        raise _Worker.trouble
    return grade(submission, _Worker.course)
