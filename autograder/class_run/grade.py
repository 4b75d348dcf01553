"""Grade a class: from paths to a folder with marks, feedback and an overview."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from autograder.class_run.earlier import check_nobody_disappears, check_same_lab, completed
from autograder.class_run.events import Begun, Graded, Listener, Noted, Running, Stopped, Unconfined
from autograder.class_run.one_class import OneClass, opened_class
from autograder.class_run.publish import Published, not_written, publish, withdraw_lms, write_student
from autograder.class_run.run import Ended, grade_all, grade_class, grade_on_cluster
from autograder.grading.conditions import Conditions
from autograder.grading.run_settings import RunSettings
from autograder.model import Grade, Submission
from autograder.store.entries import Entries
from autograder.store.executed import copy_executed, executed_file, write_executed
from autograder.store.reuse import Results
from autograder.store.run import Run, remember
from autograder.workers.launcher import Launcher
from autograder.workers.pool import Held


@dataclass(frozen=True)
class Means:
    """With what a class is graded; no mark depends on it.

    Attributes:
        jobs: worker processes of this machine.
        cluster: address of a Dask scheduler whose workers grade instead; empty: none.
        launcher: of this machine's workers, where one has begun already.
    """

    jobs: int
    cluster: str = ""
    launcher: Launcher | None = None


def grade(
    asked: Run, out: Path, means: Means, tell: Listener, *, reuse: bool = True, add: bool = False
) -> Published | None:
    """Grade what lies at ``asked.paths`` and write the report to ``out``.

    Args:
        tell: hears what happens.
        reuse: whether results that are in ``out`` already may stand.
        add: whether the paths are added to the class that is in ``out`` already.

    Returns:
        What the class came to; ``None`` when somebody stopped the run.

    Raises:
        AutograderError: nothing can be graded (usage, configuration, sandbox), or nothing can be written.
    """
    with completed(asked, out, add) as asked_for, opened_class(asked_for.run, out, tell) as one_class:
        run = asked_for.run
        given = run.paths if add else asked.paths
        check_same_lab(out, run, asked_for.before, one_class.lab)
        missing = check_nobody_disappears(out, given, asked_for.before, one_class.submissions)
        for note in filter(None, (*asked_for.notes, missing)):
            tell(Noted(note))
        remember(out, run, one_class.submissions, one_class.lab)
        withdraw_lms(out)
        wanted = Conditions.of_run(one_class.lab, run.settings)
        one_class.by_hand.enter()
        entries = Entries(one_class.submissions)
        with closing(Results(out, one_class.lab, one_class.by_hand, wanted if reuse else None)) as results:
            if not grade_and_tell(
                one_class, results, wanted, run.settings, means, tell, lambda ended: entries.add(ended.grade)
            ):
                return None
        return publish(one_class, entries, out, tell, partial=run.partial, similar=run.similar)


def grade_and_tell(
    one_class: OneClass,
    results: Results,
    wanted: Conditions,
    settings: RunSettings,
    means: Means,
    tell: Listener,
    keep: Callable[[Ended], None],
) -> bool:
    """Grade what has no result yet, write page and result of each, and tell of it.

    Args:
        keep: gets everything that ended, before others hear of it.

    Returns:
        Whether it came to its end: a Ctrl-C stops it.

    Raises:
        AutograderError: nothing can be graded, or nothing can be written.
    """
    submissions = one_class.submissions
    files = {one.id: one.file for one in submissions}

    def grader(some: Sequence[Submission]) -> Iterator[Grade]:
        if means.cluster:
            return grade_on_cluster(means.cluster, some, settings, wanted.fingerprint, watch)
        return grade_all(some, settings, means.jobs, watch, means.launcher)

    def watch(held: Sequence[Held]) -> None:
        tell(Running(tuple(held)))

    def write(ended: Ended) -> None:
        _write_executed(results.out, ended, keep=settings.keep_executed)
        pictures = results.pictures(ended.grade, files[ended.grade.submission.id])
        write_student(results.out, ended.grade, one_class.lab.config.assignment, pictures)

    if not settings.enforce:
        tell(Unconfined())
    tell(Begun(len(submissions)))
    done = 0
    try:
        with closing(grade_class(submissions, results, wanted, grader, write)) as all_ended:
            for ended in all_ended:
                done += 1
                keep(ended)
                tell(Graded(ended.grade, ended.known is not None))
    except KeyboardInterrupt:
        tell(Stopped(done, len(submissions)))
        return False
    return True


def _write_executed(out: Path, ended: Ended, *, keep: bool) -> None:
    """Write the notebook of one submission as it ran: before its page, which may lead there, and its result.

    Raises:
        AutograderError: ``out`` cannot be written to.
    """
    one = ended.grade.submission
    try:
        if ended.known is None or not keep:
            write_executed(out, one.id, ended.grade.executed)
        else:
            copy_executed(executed_file(ended.known.place, ended.known.id), out, one.id)
    except OSError as reason:
        raise not_written(out, reason) from None
