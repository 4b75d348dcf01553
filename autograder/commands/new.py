"""``autograder new``: a lab that grades at once, to be changed into one's own."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.options import Commands


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    new = commands.add_parser("new", help="write a small lab that grades at once, to change into yours")
    new.add_argument("folder", metavar="FOLDER", type=Path, help="new folder of the lab")
    new.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the lab, and say how to go on.

    Returns:
        0.

    Raises:
        UsageError: there is something in the folder.
    """
    from autograder.authoring.new import new_lab

    files = new_lab(options.folder)
    print(f"{options.folder}: a lab of {len(files)} files; its README.md says what each is.")
    print(f"Next: cd {options.folder} && autograder build && autograder doctor")
    return 0
