"""What is said once a class's report is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograder.class_run.publish import Published
from autograder.commands.json_lines import say
from autograder.commands.similar import print_similar
from autograder.files.visible import plain
from autograder.report import terminal

if TYPE_CHECKING:
    from rich.console import Console


def print_published(published: Published, console: Console, *, json_lines: bool) -> None:
    """Say what the class came to and where it is written.

    Args:
        json_lines: to a program: one object, on the standard output.
    """
    figures = published.figures
    if json_lines:
        out = str(published.out.absolute())
        say(
            "report",
            graded=figures.graded,
            not_gradable=figures.not_gradable,
            out=out,
            doubts=published.doubts,
        )
    else:
        _print_report(published, console)
    if published.similar is not None:
        print_similar(published.similar, console, json_lines=json_lines)


def _print_report(published: Published, console: Console) -> None:
    console.print()
    terminal.summary(published.entries, published.figures, published.out, console)
    if published.upload is not None and published.lms is not None:
        console.print(f"for {published.lms.title}: {published.upload}", soft_wrap=True, markup=False)
        for doubt in published.doubts:
            console.print(f"    {plain(doubt, 2000)}", soft_wrap=True, markup=False, emoji=False)
