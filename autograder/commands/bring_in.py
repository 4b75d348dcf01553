"""``autograder import``: a lab made of a notebook for another tool."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.options import Commands

CARRIED_OVER, WITH_NOTES = 0, 1


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    bring_in = commands.add_parser(
        "import", help="make a lab of a notebook for otter-assign or nbgrader, or of otter's tests/"
    )
    bring_in.add_argument(
        "source", metavar="NOTEBOOK|FOLDER", type=Path, help="a notebook, or a folder with one (and tests/)"
    )
    bring_in.add_argument("--out", metavar="FOLDER", type=Path, required=True, help="new folder of the lab")
    bring_in.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the lab, and say what could not be carried over as it was.

    Returns:
        0, or 1 when something was left behind.

    Raises:
        UsageError: it is none of these, or the folder is taken.
    """
    from autograder.authoring.bring_in import bring_in
    from autograder.authoring.draft import write_draft

    draft = bring_in(options.source)
    written = write_draft(draft, options.out)
    print(
        f"{options.out}: questions with tests: {len(draft.questions)}, for a person: {len(draft.manual)}; "
        f"{draft.points():g} points, {len(written)} files."
    )
    for note in draft.notes:
        print(f"  look at: {note}")
    config = f"--config {written[0]}"
    print(f"Next: autograder build {config}; then autograder doctor {config}.")
    return WITH_NOTES if draft.notes else CARRIED_OVER
