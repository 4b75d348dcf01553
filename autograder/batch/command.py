"""``autograder grade``: from paths to a folder with marks, feedback and an overview."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from autograder.batch.run import grade_all
from autograder.batch.settings import RunSettings
from autograder.config import Lab, check_files, load
from autograder.errors import UsageError
from autograder.model import Grade, Status, Submission
from autograder.report import terminal
from autograder.report.write import write_report, write_submission

SOME_NOT_GRADABLE = 3


def grade_command(
    paths: Sequence[Path], out: Path, config: Path, *, jobs: int, seed: int | None, enforce: bool
) -> int:
    """Grade what lies at ``paths`` and write the report to ``out``.

    Returns:
        0 when every submission was graded, 3 when some could not be.

    Raises:
        AutograderError: nothing can be graded (usage, configuration, sandbox).
    """
    from rich.console import Console

    from autograder.intake.discover import discover

    console = Console()
    lab = load(config)
    check_files(lab)
    _make_folder(out)
    if not enforce:
        console.print("The sandbox is off: student code runs with your rights.", style="bold red")
    with tempfile.TemporaryDirectory(prefix="ag-in-") as spool:
        submissions = discover(paths, Path(spool), lab.config.limits, lab.config.assignment.notebook)
        if not submissions:
            raise UsageError(f"there is no notebook in {', '.join(map(str, paths))}")
        settings = RunSettings(config, seed, enforce)
        grades = _grade_with_progress(submissions, settings, jobs, out, lab, console)
    order = {submission.id: place for place, submission in enumerate(submissions)}
    grades.sort(key=lambda grade: order[grade.submission.id])
    names = [question.name for question in lab.config.questions]
    write_report(out, grades, lab.config.assignment.title, names, [one.name for one in lab.config.manual])
    console.print()
    terminal.summary(grades, out, console)
    return 0 if all(grade.status is Status.GRADED for grade in grades) else SOME_NOT_GRADABLE


def _make_folder(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out}: is a file, a folder was expected")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as reason:
        raise UsageError(f"--out {out}: cannot be made: {reason.strerror}") from None


def _grade_with_progress(
    submissions: Sequence[Submission], settings: RunSettings, jobs: int, out: Path, lab: Lab, console: object
) -> list[Grade]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.text import Text

    assert isinstance(console, Console)
    grades: list[Grade] = []
    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("grading", total=len(submissions))
        for grade in grade_all(submissions, settings, jobs):
            write_submission(out, grade, lab.config.assignment.title)
            grades.append(grade)
            # As plain text: a student's name is neither markup nor a reason to wrap a line.
            progress.console.print(Text(terminal.line(grade)), soft_wrap=True)
            progress.advance(task)
    return grades
