"""``autograder grade``: from paths to a folder with marks, feedback and an overview."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.batch.out_folder import Run, locked, remember
from autograder.batch.progress import JsonLines, Lines, Progress, say
from autograder.batch.results import Conditions, Results, StoredGrades, conditions
from autograder.batch.run import grade_all, grade_class
from autograder.batch.settings import RunSettings
from autograder.batch.temporary import temporary_folder
from autograder.config import Lab, check_files, load
from autograder.errors import UsageError
from autograder.model import Grade, Submission
from autograder.report import terminal
from autograder.report.write import write_report

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
    """

    jobs: int
    cluster: str = ""
    json_lines: bool = False


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
    with opened_class(run, out, console) as (lab, submissions):
        remember(out, run)
        wanted = conditions(lab, run.settings)
        results = Results(out, lab, wanted if reuse else None)
        if not grade_with_progress(submissions, results, wanted, run.settings, means, console):
            return STOPPED
        return report(results.of(submissions), out, lab, means, console)


def console_for(means: Means) -> Console:
    """Where people are told something: not where a program listens."""
    from rich.console import Console

    return Console(stderr=means.json_lines)


@contextmanager
def opened_class(run: Run, out: Path, console: Console) -> Iterator[tuple[Lab, list[Submission]]]:
    """The lab and the submissions of a run; ``out`` is ours inside the block.

    Raises:
        AutograderError: the configuration is wrong, there is nothing to grade, or no place to write to.
    """
    from autograder.intake.discover import discover

    lab = load(run.settings.config)
    check_files(lab)
    with locked(out), temporary_folder() as spool:
        if not run.settings.enforce:
            console.print("The sandbox is off: student code runs with your rights.", style="bold red")
        submissions = discover(run.paths, spool, lab.config.limits, lab.config.assignment.notebook)
        if not submissions:
            raise UsageError(f"there is no notebook in {', '.join(map(str, run.paths))}")
        yield lab, submissions


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
        return grade_all(some, settings, means.jobs, progress.watch)

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


def report(grades: StoredGrades, out: Path, lab: Lab, means: Means, console: Console) -> int:
    """Write the class's pages and say where they are; the command's exit code."""
    names = [question.name for question in lab.config.questions]
    manual = [question.name for question in lab.config.manual]
    figures = write_report(out, grades, lab.config.assignment.title, names, manual)
    if means.json_lines:
        say("report", graded=figures.graded, not_gradable=figures.not_gradable, out=str(out.absolute()))
    else:
        console.print()
        terminal.summary(grades, figures, out, console)
    return SOME_NOT_GRADABLE if figures.not_gradable else 0
