"""``autograder publish``: write the report and what goes back again, without grading anything."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.grade import PARTIAL, SOME_NOT_GRADABLE
from autograder.commands.options import Commands, add_config_again, add_graded_class, add_json_lines
from autograder.docker import give_to_owner


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    publish = commands.add_parser(
        "publish", help="write a graded class's report again, with what people decided since"
    )
    add_graded_class(publish)
    publish.add_argument("--partial", action="store_true", help=PARTIAL)
    publish.add_argument(
        "--worksheet",
        metavar="FILE",
        type=Path,
        help="your list of the class as the LMS has it now (default: that of the last run)",
    )
    add_config_again(publish)
    add_json_lines(publish)
    publish.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the report, and say what it came to.

    Returns:
        0 when every submission is graded, 3 when some could not be, or something of the LMS does not fit.

    Raises:
        AutograderError: something has to be graded first, or nothing can be written.
    """
    from autograder.class_run.republish import republish
    from autograder.commands.progress import listening
    from autograder.commands.summary import print_published

    try:
        with listening(options.json_lines) as (console, tell):
            published = republish(
                options.out,
                options.config,
                tell,
                partial=options.partial or None,
                worksheet=options.worksheet,
            )
        print_published(published, console, json_lines=options.json_lines)
        return SOME_NOT_GRADABLE if published.figures.not_gradable or published.doubts else 0
    finally:
        give_to_owner(options.out)
