"""``autograder certify``: how often the grader errs, counted on submissions whose marks are known."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.options import Commands, add_common_options, config_path, whole_number
from autograder.grading.run_settings import RunSettings

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.certify.certificate import Certificate
    from autograder.certify.events import Event

OK, FOUND_SOMETHING = 0, 1


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    certify = commands.add_parser(
        "certify", help="count how often the grader errs, on submissions whose marks are known"
    )
    certify.add_argument("--quick", action="store_true", help="a sample in about a minute, as CI runs it")
    certify.add_argument(
        "--out", metavar="DIR", type=Path, default=Path("certificate"),
        help="where the certificate goes, and what is known: the same command goes on from there "
        "(default: certificate)",
    )  # fmt: skip
    certify.add_argument(
        "--jobs", metavar="N", type=whole_number(1, 1024), help="notebooks at a time (default: one per core)"
    )
    add_common_options(certify)
    certify.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade, count, write, and say what came out.

    Returns:
        0 where every verdict came out as it must, 1 otherwise.

    Raises:
        AutograderError: there is no corpus, or nothing can be graded.
    """
    from rich.console import Console

    from autograder.certify.run import Asked, certify
    from autograder.certify.write import write
    from autograder.workers.cores import default_jobs

    settings = RunSettings(
        config_path(options.config).absolute(), enforce=options.sandbox == "full", keep_executed=False
    )
    console = Console()
    lines = Lines(console)
    try:
        found = certify(Asked(settings, options.out, options.jobs or default_jobs(), options.quick), lines)
    except KeyboardInterrupt:
        lines.close()
        console.print("stopped: what is done is kept; the same command goes on from there", soft_wrap=True)
        raise
    finally:
        lines.close()
    files = write(found, options.out)
    _tell(found, console)
    console.print("written: " + ", ".join(map(str, files)), soft_wrap=True, markup=False)
    return OK if found.holds else FOUND_SOMETHING


class Lines:
    """A line for each part and each wrong verdict; on a terminal, a bar with the time that is left."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        )  # fmt: skip
        self._bar = Bar(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._console = console

    def __call__(self, event: Event) -> None:
        """Show an event."""
        from autograder.certify.events import Begun, Done

        match event:
            case Begun(title, steps, known):
                self._bar.start()
                for task in self._bar.task_ids:
                    self._bar.remove_task(task)
                self._task = self._bar.add_task(title, total=steps, completed=known)
                self._print(f"{title}: {steps}" + (f" ({known} known)" if known else ""))
            case Done(name, wrong):
                self._bar.advance(self._task)
                if wrong:
                    self._print(f"  {name}: {wrong}")

    def close(self) -> None:
        """Take the bar off the terminal."""
        self._bar.stop()

    def _print(self, text: str) -> None:
        from rich.text import Text

        from autograder.files.visible import plain

        self._bar.console.print(Text(plain(text, 500)), soft_wrap=True)


def _tell(found: Certificate, console: Console) -> None:
    """Print the figures, and what is false."""
    from rich.table import Table

    from autograder.certify.write import shown
    from autograder.files.visible import plain

    table = Table(title="False verdicts, and the most that the true rate can be")
    table.add_column("question")
    for heading in ("right work", "right, beside a mistake", "mistakes", "generated ones"):
        table.add_column(heading, justify="right", no_wrap=False)
    for one in (*found.questions, found.total):
        rates = (one.right, one.beside, one.wrong, one.generated)
        table.add_row(
            one.name, *(f"{rate.count}/{rate.of} ≤{shown(rate.high)}" if rate.of else "–" for rate in rates)
        )
    console.print(table)
    if not found.total.wrong.of:
        console.print(
            "no mistake of the corpus was tried: --quick takes those whose expect.yml says `sandbox: true`",
            soft_wrap=True, markup=False,
        )  # fmt: skip
    for luck in found.luck:
        console.print(
            f"{luck.setting}: {luck.missed.count} of {luck.missed.of} trainings miss; a submission at most "
            f"{luck.unlucky:.1e}{' (a setting of the lab)' if luck.suggested else ''}",
            soft_wrap=True, highlight=False,
        )  # fmt: skip
    if found.holds:
        console.print("every verdict came out as it must", style="bold")
        return
    console.print("came out otherwise than it must:", style="bold red")
    for sentence in found.otherwise:
        console.print(f"  {plain(sentence, 500)}", soft_wrap=True, markup=False, highlight=False)
