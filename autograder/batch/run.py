"""Grades many submissions: one worker process per job, each with a fork server of its own.

The parent only distributes and writes, so it needs neither torch nor the lab's tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder.batch.pool import WorkerPool
from autograder.batch.settings import RunSettings
from autograder.config import load
from autograder.model import Grade, Submission

BEYOND_LIMIT = 120.0
"""Seconds beyond ``submission_seconds`` that a worker may hold a submission: reading the notebook,
starting kernels and writing down what was found have no other deadline."""


def grade_all(submissions: Sequence[Submission], settings: RunSettings, jobs: int) -> Iterator[Grade]:
    """Grade every submission; each grade comes as soon as it is there.

    Args:
        jobs: number of worker processes.

    Raises:
        AutograderError: nothing can be graded (configuration, sandbox).
    """
    if not submissions:
        return
    limits = load(settings.config).config.limits
    with WorkerPool(settings, min(jobs, len(submissions)), limits.submission_seconds + BEYOND_LIMIT) as pool:
        yield from pool.grade(submissions)
