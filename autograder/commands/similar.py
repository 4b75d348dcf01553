"""``autograder similar``: which submissions of a graded class share code, wrong code first."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from autograder.commands.options import Commands, add_config_again, add_graded_class
from autograder.docker import give_to_owner

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.class_run.similar import Similar


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    similar = commands.add_parser("similar", help="which submissions of a graded class share code")
    add_graded_class(similar, paths=True)
    add_config_again(similar)
    similar.add_argument(
        "--json-lines", action="store_true", help="say what was found as one JSON object, for programs"
    )
    similar.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Compare, write, and say where; 0 whatever was found.

    Raises:
        AutograderError: nothing was graded before, or it is not where it was.
    """
    from autograder.class_run.similar import similar
    from autograder.commands.progress import listening

    try:
        with listening(options.json_lines) as (console, tell):
            found = similar(options.out, options.paths, options.config, tell)
        print_similar(found, console, json_lines=options.json_lines)
        return 0
    finally:
        give_to_owner(options.out)


def print_similar(found: Similar, console: Console, *, json_lines: bool) -> None:
    """Say what a comparison came to.

    Args:
        json_lines: to a program: one object, on the standard output.
    """
    from autograder.commands.json_lines import say
    from autograder.files.visible import plain

    if json_lines:
        say(
            "similar",
            pairs=found.pairs,
            wrong=found.wrong,
            file=str(found.file.absolute()),
            notes=found.notes,
        )
        return
    amount = f"{found.pairs} pair{'' if found.pairs == 1 else 's'}, {found.wrong} of them with wrong code"
    lines = [f"similar work: {amount}: {found.file}", f"for Dolos: {found.archive}", *found.notes]
    for line in lines:
        console.print(plain(line, 2000), soft_wrap=True, markup=False, emoji=False)
