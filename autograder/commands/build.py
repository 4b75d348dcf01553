"""``autograder build``: what students get, and the solved notebook, from one master."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from autograder.commands.options import CONFIG_NAME, Commands, config_path

DISAGREE = 1


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    build = commands.add_parser("build", help="make template, public tests and solution from the master")
    build.add_argument("--check", action="store_true", help="change nothing; fail when they disagree")
    build.add_argument("--config", metavar="FILE", type=Path, help=f"the lab's {CONFIG_NAME}")
    build.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Build, or with ``--check`` compare what is there with what the master gives.

    Returns:
        0, or 1 when something disagrees.

    Raises:
        AutograderError: the master, a test file or a value of ``lab:`` is wrong.
    """
    from autograder.build.check import build, check, plan_of
    from autograder.config.lab_values import LabValues
    from autograder.config.load import load
    from autograder.grading.course import read_questions

    lab = load(config_path(options.config))
    plan = plan_of(lab)
    read_questions(LabValues(lab))  # what grading would refuse is not handed out
    if not options.check:
        for path in build(plan):
            print(path)
        return 0
    disagreements = check(plan)
    for one in disagreements:
        print(one, file=sys.stderr)
    if disagreements:
        print("Master and built files disagree. Build again: autograder build", file=sys.stderr)
        return DISAGREE
    print("Master, solution, template and public tests agree.")
    return 0
