"""``autograder pull``: fetch submissions and the list of the class from the LMS, over its web service."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.online import FORMS, add_login_options, entered
from autograder.commands.options import Commands


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    pull = commands.add_parser(
        "pull", help="fetch submissions and the list of the class from Moodle or Canvas, over their service"
    )
    pull.add_argument(
        "--assignment", metavar="URL", required=True, help=f"the assignment's address in the browser, {FORMS}"
    )
    pull.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        required=True,
        help="the folder to put them in; made where it is not there",
    )
    add_login_options(pull)
    pull.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fetch, and say what to do next.

    Returns:
        0, or 3 when nobody has handed in anything.

    Raises:
        AutograderError: the LMS refuses or cannot be reached, or the folder cannot be written to.
    """
    from rich.console import Console

    from autograder.files.visible import listed, plain
    from autograder.online.pull import SUBMISSIONS, WORKSHEET, pull

    console = Console()

    def say(line: str) -> None:
        console.print(line, soft_wrap=True, markup=False, emoji=False, highlight=False)

    service = entered(options.assignment, options)
    assignment = service.assignment()
    say(f"{service.title}: {plain(assignment.title, 200)} – {assignment.key}")
    if service.notice:
        say(service.notice)
    found = pull(service, options.out, lambda name: say(f"fetched {name}"))
    for advice in service.advice():
        say(advice)
    if found.drafts:
        say(f"Drafts are not fetched, because they are not handed in: {listed(found.drafts)}")
    if found.unnumbered:
        say(
            "Your account may not see participants' numbers, so they have numbers of this program's: let "
            "push take the marks back, because Moodle's own upload would not know them."
        )
    say(f"{found.submissions} submissions with {found.files} files, {found.people} people in the course.")
    if not found.submissions:
        say("There is nothing to grade.")
        return 3
    worksheet, archive = options.out / WORKSHEET, options.out / SUBMISSIONS
    say(f"Next: autograder grade {archive} --worksheet {worksheet} --out graded")
    return 0
