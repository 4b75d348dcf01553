"""``autograder grade``: from paths to a folder with marks, feedback and an overview."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.class_run.progress import JsonLines, Lines, Progress, say
from autograder.class_run.run import grade_all, grade_class, grade_on_cluster
from autograder.config.load import Lab, check_files, load
from autograder.errors import UsageError
from autograder.lms.base import Assignment, Lms, Worksheet
from autograder.lms.known import KNOWN, lms_named
from autograder.lms.plain import Pattern, Plain
from autograder.lms.returning import assignment_of, is_named_by, nobody_of, write_lms
from autograder.model import Grade, Submission
from autograder.report import terminal
from autograder.report.write import write_report
from autograder.store.manual import ManualMarks
from autograder.store.out_folder import Run, locked, remember
from autograder.store.reuse import Conditions, Results, StoredGrades, conditions
from autograder.submissions.lateness import with_lateness
from autograder.workers.launcher import Launcher
from autograder.workers.settings import RunSettings
from autograder.workers.temporary import temporary_folder

if TYPE_CHECKING:
    from rich.console import Console

SOME_NOT_GRADABLE = 3
STOPPED = 130


@dataclass(frozen=True)
class Means:
    """With what a class is graded; no mark depends on it.

    Attributes:
        jobs: worker processes of this machine.
        cluster: address of a Dask scheduler whose workers grade instead; empty: none.
        json_lines: whether to talk to a program instead of a person.
        launcher: of this machine's workers, where one has begun already.
    """

    jobs: int
    cluster: str = ""
    json_lines: bool = False
    launcher: Launcher | None = None


def grade_command(run: Run, out: Path, means: Means, *, reuse: bool) -> int:
    """Grade what lies at ``run.paths`` and write the report to ``out``.

    Args:
        reuse: whether results that are in ``out`` already may stand.

    Returns:
        0 when every submission was graded, 3 when some could not be, 130 when it was stopped.

    Raises:
        AutograderError: nothing can be graded (usage, configuration, sandbox).
    """
    console = console_for(means)
    with opened_class(run, out, console) as one_class:
        remember(out, run)
        wanted = conditions(one_class.lab, run.settings)
        results = Results(out, one_class.lab, one_class.manual, wanted if reuse else None)
        if not grade_with_progress(one_class.submissions, results, wanted, run.settings, means, console):
            return STOPPED
        return report(one_class, results.of(one_class.submissions), out, means, console)


@dataclass(frozen=True)
class OneClass:
    """What a run works on.

    Attributes:
        lms: where all of it comes from, as far as anybody knows.
        worksheet: the TA's own list of the class.
        manual: what a person has scored.
    """

    lab: Lab
    submissions: list[Submission]
    lms: Lms | None
    worksheet: Worksheet | None
    manual: ManualMarks


def console_for(means: Means) -> Console:
    """Where people are told something: not where a program listens."""
    from rich.console import Console

    return Console(stderr=means.json_lines)


@contextmanager
def opened_class(run: Run, out: Path, console: Console) -> Iterator[OneClass]:
    """What a run works on; ``out`` is ours inside the block.

    Raises:
        AutograderError: the configuration is wrong, there is nothing to grade, or no place to write to.
    """
    from autograder.submissions.discover import discover

    lab = load(run.settings.config)
    check_files(lab)
    with locked(out), temporary_folder() as spool:
        if not run.settings.enforce:
            console.print("The sandbox is off: student code runs with your rights.", style="bold red")
        asked_for = lms_named(run.lms, run.name_pattern)
        assignment = assignment_of(lab.config.assignment.title, lab.config.lms)
        lists: dict[str, Worksheet | None] = {}

        def learn(lms: Lms, facts: Mapping[str, object]) -> Mapping[str, object]:
            if lms.name not in lists:
                lists[lms.name] = _worksheet(run.worksheet, lms, assignment) or lms.roster(facts)
            return {**facts, "worksheet": lists[lms.name]}

        submissions = discover(
            run.paths, spool, lab.config.limits, lab.config.assignment.notebook,
            lms=None if isinstance(asked_for, Plain) and not isinstance(asked_for, Pattern) else asked_for,
            known=() if asked_for else KNOWN, learn=learn,
        )  # fmt: skip
        if not submissions:
            raise UsageError(f"there is no notebook in {', '.join(map(str, run.paths))}")
        lms = asked_for or _only([one.lms for one in submissions])
        if lms is None and run.worksheet is not None:
            raise UsageError(
                f"--worksheet {run.worksheet}: no LMS was recognised that it could be from; "
                f"name it with --lms"
            )
        worksheet = lists.get(lms.name) if lms else None
        yield OneClass(
            lab=lab,
            submissions=[_with_lateness(one, lms, worksheet, lab) for one in submissions],
            lms=lms,
            worksheet=worksheet,
            manual=ManualMarks(out, lab.config.manual),
        )


def _with_lateness(one: Submission, lms: Lms | None, worksheet: Worksheet | None, lab: Lab) -> Submission:
    person = lms.person(worksheet, one.lms_id, one.student) if lms and worksheet else None
    return with_lateness(one, person, lab.config.late)


def _only(names: Sequence[str]) -> Lms | None:
    """The one LMS that submissions come from.

    Raises:
        UsageError: they come from several.
    """
    found = set(filter(None, names))
    if len(found) > 1:
        raise UsageError(
            f"the uploads come from different LMSs ({', '.join(sorted(found))}): grade them one at a time"
        )
    return lms_named(found.pop()) if found else None


def _worksheet(path: Path | None, lms: Lms, assignment: Assignment) -> Worksheet | None:
    if path is None:
        return None
    try:
        return lms.worksheet(path.read_bytes(), assignment)
    except OSError as reason:
        raise UsageError(f"--worksheet {path}: cannot be read: {reason.strerror}") from None


def grade_with_progress(
    submissions: Sequence[Submission],
    results: Results,
    wanted: Conditions,
    settings: RunSettings,
    means: Means,
    console: Console,
) -> bool:
    """Grade what has no result yet and say so. Whether it came to its end: a Ctrl-C stops it.

    Raises:
        AutograderError: nothing can be graded, or nothing can be written.
    """
    progress: Progress = JsonLines(len(submissions)) if means.json_lines else Lines(console, len(submissions))
    done = 0

    def grader(some: Sequence[Submission]) -> Iterator[Grade]:
        if means.cluster:
            return grade_on_cluster(means.cluster, some, settings, wanted.fingerprint, progress.watch)
        return grade_all(some, settings, means.jobs, progress.watch, means.launcher)

    try:
        with progress, closing(grade_class(submissions, results, wanted, grader)) as all_graded:
            for graded in all_graded:
                done += 1
                progress.ended(graded)
    except KeyboardInterrupt:
        kept = f"{done} of {len(submissions)} submissions are done and kept"
        console.print(f"stopped: {kept}; the same command goes on from there", soft_wrap=True)
        return False
    return True


def report(one_class: OneClass, grades: StoredGrades, out: Path, means: Means, console: Console) -> int:
    """Write the class's pages and say where they are; the command's exit code."""
    config = one_class.lab.config
    names = [question.name for question in config.questions]
    manual = [question.name for question in config.manual]
    figures = write_report(
        out, grades, config.assignment.title, names, manual, with_marks=config.late is not None
    )
    one_class.manual.write(grades)
    upload = None
    if one_class.lms is not None:
        upload = write_lms(
            out, grades, one_class.lms, one_class.worksheet, config.assignment.title, config.lms
        )
    if means.json_lines:
        say("report", graded=figures.graded, not_gradable=figures.not_gradable, out=str(out.absolute()))
    else:
        console.print()
        terminal.summary(grades, figures, out, console)
        if upload is not None and one_class.lms is not None:
            console.print(f"for {one_class.lms.title}: {upload}", soft_wrap=True, markup=False)
            if not any(is_named_by(one_class.lms, one) for one in one_class.submissions):
                console.print(f"    {nobody_of(one_class.lms)}", soft_wrap=True, markup=False)
    return SOME_NOT_GRADABLE if figures.not_gradable else 0
