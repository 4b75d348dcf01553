"""Grades many submissions: one worker process per job, each with a fork server of its own.

The parent only distributes and writes, so it needs neither torch nor the lab's tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.batch.pool import WorkerPool
from autograder.batch.worker import WorkerSettings
from autograder.config import load
from autograder.model import Grade, Submission

BEYOND_LIMIT = 120.0
"""Seconds beyond ``submission_seconds`` that a worker may hold a submission: reading the notebook,
starting kernels and writing down what was found have no other deadline."""


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
    if not submissions:
        return
    limits = load(settings.config).config.limits
    each = WorkerSettings(settings.config, seed=settings.seed, enforce=settings.enforce)
    jobs = min(settings.jobs, len(submissions))
    with WorkerPool(each, jobs, limits.submission_seconds + BEYOND_LIMIT) as pool:
        yield from pool.grade(submissions)
