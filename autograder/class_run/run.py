"""Grades a class: what is known is used again, copies are graded once, the rest goes to the workers.

The parent only distributes and writes, so it needs neither torch nor the lab's tests, and it holds no
notebook and no result longer than it takes to hand it on.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from autograder.config.load import load
from autograder.grading.conditions import Conditions
from autograder.grading.fingerprint import versions
from autograder.grading.run_settings import RunSettings
from autograder.model import Grade, Status, Submission
from autograder.store.reuse import Known, Results, as_of
from autograder.workers.launcher import Launcher
from autograder.workers.pool import Held, WorkerPool, holding_seconds

MOST_COPIES = 4
"""Sources of other submissions with the same bytes that a result names."""

Grader = Callable[[Sequence[Submission]], Iterator[Grade]]
"""Grades submissions, in any order, wherever it likes."""


def grade_all(
    submissions: Sequence[Submission],
    settings: RunSettings,
    jobs: int,
    watch: Callable[[Sequence[Held]], None] | None = None,
    launcher: Launcher | None = None,
) -> Generator[Grade]:
    """Grade every submission in worker processes of this machine; each grade comes as soon as it is there.

    Args:
        jobs: number of worker processes.
        watch: is told once a second and at every change what the workers hold.
        launcher: of the workers, where one has begun already.

    Raises:
        AutograderError: nothing can be graded (configuration, sandbox).
    """
    if not submissions:
        return
    limits = load(settings.config).config.limits
    count = min(jobs, len(submissions))
    with WorkerPool(settings, count, holding_seconds(limits), launcher) as pool:
        yield from pool.grade(submissions, watch)


def grade_on_cluster(
    address: str,
    submissions: Sequence[Submission],
    settings: RunSettings,
    fingerprint: str,
    watch: Callable[[Sequence[Held]], None] | None = None,
) -> Iterator[Grade]:
    """Grade every submission on the workers of a Dask scheduler.

    Args:
        address: of the scheduler.
        fingerprint: of this machine; the workers must have the same.
        watch: is told every few seconds what is handed out.

    Raises:
        AutograderError: nothing can be graded there.
    """
    if not submissions:
        return
    from autograder.cluster.dask_cluster import dask_executor
    from autograder.cluster.executor import grade_with

    with dask_executor(address) as (executor, window):
        yield from grade_with(executor, submissions, settings, fingerprint, window, watch)


@dataclass(frozen=True)
class Ended:
    """A submission whose grade is made or found.

    Attributes:
        grade: as it is written now.
        known: where it was found; ``None`` when it was made.
    """

    grade: Grade
    known: Known | None = None


def grade_class(
    submissions: Sequence[Submission],
    results: Results,
    wanted: Conditions,
    grader: Grader,
    write: Callable[[Ended], None],
) -> Generator[Ended]:
    """Grade what has no result yet; every grade is written down before it is handed on.

    Args:
        results: where grades are found.
        wanted: the conditions under which this run grades.
        grader: grades what is left.
        write: writes a complete grade down; the notebook as it ran is with it then, and not afterwards.

    Raises:
        AutograderError: nothing can be graded, or nothing can be written.
    """
    digests = {one.id: digest_of(one.file) for one in submissions if one.file is not None}
    copies: dict[str, list[Submission]] = defaultdict(list)
    for submission in submissions:
        if digest := digests.get(submission.id):
            copies[digest].append(submission)

    def ended(grade: Grade, submission: Submission, known: Known | None = None) -> Ended:
        group = copies.get(digests.get(submission.id, ""), [])
        others = (_called(one) for one in group if one.id != submission.id) if len(group) > 1 else ()
        same_as = tuple(source for source, _ in zip(others, range(MOST_COPIES), strict=False))
        if not grade.fingerprint:  # its grading process died and could not say
            grade = _as_if_graded(grade, wanted)
        complete = results.completed(replace(as_of(grade, submission), same_as=same_as))
        write(Ended(complete, known))
        return Ended(replace(complete, executed=b""), known)

    waiting: dict[str, list[Submission]] = {}
    for submission in submissions:
        if submission.file is None:
            reason = submission.problem or "there is no notebook"
            yield ended(Grade(submission, Status.NOT_GRADABLE, reason), submission)
        elif known := results.find(submission, digests[submission.id]):
            yield ended(known.grade, submission, known)
        else:
            # A file that cannot be read has no digest and no copies: its grade says why.
            waiting.setdefault(digests[submission.id] or submission.id, []).append(submission)
    of_first = {group[0].id: group for group in waiting.values()}
    for grade in grader([group[0] for group in waiting.values()]):
        for submission in of_first.pop(grade.submission.id):
            yield ended(grade, submission)


def _called(one: Submission) -> str:
    """How the TA is told of a submission: the LMS's folders say less than who it is."""
    return f"{one.student} ({one.lms_id})" if one.lms_id else one.source


def digest_of(file: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal; empty when it cannot be read."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:
        return ""


def _as_if_graded(grade: Grade, wanted: Conditions) -> Grade:
    """``grade`` with the conditions under which it would have come about."""
    return replace(grade, versions=versions(), **asdict(wanted))
