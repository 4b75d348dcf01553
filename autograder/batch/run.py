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
    except BaseException:  # Ctrl-C, or the caller gave up: nobody waits for what is running
        for process in multiprocessing.active_children():
            process.terminate()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class _Worker:
    """What a worker process holds; set once by :func:`_start_worker`."""

    settings: RunSettings
    slot = 0
    course: Course
    resources = ExitStack()
    trouble: Exception | None = None

    @classmethod
    def open(cls) -> None:
        """Open the course, instead of the one that was open."""
        from autograder.config import load
        from autograder.course import opened

        cls.resources.close()
        lab = load(cls.settings.config)
        cls.course = cls.resources.enter_context(
            opened(lab, seed=cls.settings.seed, slot=cls.slot, enforce=cls.settings.enforce)
        )


def _start_worker(settings: RunSettings, slots: Any) -> None:
    from autograder.errors import AutograderError
    from autograder.sandbox.enter import die_with_parent

    die_with_parent()  # a killed parent must not leave workers, and through them kernels, behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what a Ctrl-C ends
    lock: Lock = slots.get_lock()
    with lock:
        _Worker.slot = slots.value
        slots.value += 1
    _Worker.settings = settings
    try:
        _Worker.open()
    except AutograderError as trouble:
        _Worker.trouble = trouble  # raised by the first submission: an initializer's error says nothing
        return
    # The interpreter of a pool's worker ends without running atexit handlers of this kind.
    multiprocessing.util.Finalize(None, _Worker.resources.close, exitpriority=10)


def _grade_one(submission: Submission) -> Grade:
    """Grade one submission; trouble of ours with it becomes its reason and never ends the class."""
    from autograder.errors import ConfigurationError, PolicyNotEnforced
    from autograder.pipeline import grade, not_gradable

    if _Worker.trouble is not None:
        raise _Worker.trouble
    reason = ""
    for attempt in range(ATTEMPTS):
        try:
            if attempt:
                _Worker.open()  # a fork server that died is replaced
            return grade(submission, _Worker.course)
        except (ConfigurationError, PolicyNotEnforced):
            raise  # true for every submission: the run must end and say so
        except Exception as trouble:  # noqa: BLE001  whatever it is, the others are graded
            reason = f"trouble in the grader, twice: {type(trouble).__name__}: {trouble}"
    return not_gradable(submission, _Worker.course, reason)
