"""``autograder regrade``: after a change of the tests, who changes and why."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.grade import PARTIAL, SOME_NOT_GRADABLE, STOPPED
from autograder.commands.options import (
    Commands,
    add_graded_class,
    add_image_options,
    add_means_options,
    means_of,
)
from autograder.docker import docker_regrade_command, give_to_owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from autograder.class_run.regrade import Regraded

MOST_VERDICTS = 10
"""Checks that are named although they change no points."""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    regrade = commands.add_parser("regrade", help="after a change of the tests: who changes, and why")
    add_graded_class(regrade, paths=True)
    regrade.add_argument(
        "--dry-run", action="store_true", help="grade and say who changes; leave DIR's report"
    )
    regrade.add_argument("--partial", action="store_true", help=PARTIAL)
    regrade.add_argument("--config", metavar="FILE", type=Path, help="another configuration than last time")
    add_image_options(regrade, "the one that graded")
    add_means_options(regrade)
    regrade.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Grade again what a change concerns, and print who changes.

    Returns:
        0 when every submission is graded, 3 when some could not be, 130 when it was stopped.

    Raises:
        AutograderError: nothing was graded before, or nothing can be graded now.
    """
    if options.docker:
        return docker_regrade_command(options)
    from autograder.class_run.regrade import regrade
    from autograder.commands.progress import listening
    from autograder.commands.summary import print_published

    try:
        with listening(options.json_lines) as (console, tell):
            regraded = regrade(
                options.out,
                options.paths,
                options.config,
                means_of(options),
                tell,
                dry_run=options.dry_run,
                partial=options.partial,
            )
        if regraded is None:
            return STOPPED
        if options.json_lines:
            _say_changes(regraded)
        else:
            _print_changes(regraded, console)
        if regraded.published is not None:
            print_published(regraded.published, console, json_lines=options.json_lines)
        return SOME_NOT_GRADABLE if regraded.refused else 0
    finally:
        give_to_owner(options.out)


def _say_changes(regraded: Regraded) -> None:
    from autograder.commands.json_lines import say

    for change in regraded.changes:
        one = change.grade.submission
        say(
            "change", id=one.id, student=one.student, question=change.question, before=change.before,
            after=change.after, why=change.why,
        )  # fmt: skip
    for (question, check), count in regraded.verdicts.items():
        say("verdicts", question=question, check=check, submissions=count)
    say(
        "changes", submissions=regraded.submissions, changed=_students(regraded),
        dry_run=regraded.published is None,
    )  # fmt: skip


def _print_changes(regraded: Regraded, console: Console) -> None:
    from rich.text import Text

    for line in _lines(regraded, "->" if console.options.ascii_only else "→"):
        console.print(Text(line), soft_wrap=True)


def _lines(regraded: Regraded, arrow: str) -> Iterator[str]:
    from autograder.files.visible import plain

    yield ""
    for change in regraded.changes:
        name = plain(change.grade.submission.student or change.grade.submission.source, 60)
        what = f"{change.question} " if change.question else ""
        yield f"{name}: {what}{change.before} {arrow} {change.after}"
        yield from (f"    {reason}" for reason in change.why)
    total = regraded.submissions
    yield f"{_students(regraded)} of {total} submission{'' if total == 1 else 's'} change"
    if regraded.verdicts:
        named = [
            f"{question}: {plain(check, 80)} ({count})"
            for (question, check), count in regraded.verdicts.items()
        ]
        more = f" and {len(named) - MOST_VERDICTS} more" if len(named) > MOST_VERDICTS else ""
        shown = ", ".join(named[:MOST_VERDICTS])
        yield f"Checks that come out differently and change no points: {shown}{more}"
    if regraded.published is None:
        yield "The report is as it was. Without --dry-run this is taken over, and not graded again."


def _students(regraded: Regraded) -> int:
    return len({change.grade.submission.id for change in regraded.changes})
