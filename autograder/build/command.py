"""``autograder build``: what students get, and the solved notebook, from one master."""

from __future__ import annotations

import sys
from pathlib import Path

from autograder.build.check import build, check, plan_of
from autograder.config.lab_values import LabValues
from autograder.config.load import load
from autograder.grading.course import read_questions

DISAGREE = 1


def build_command(config: Path, *, check_only: bool) -> int:
    """Build, or with ``check_only`` compare what is there with what the master gives.

    Returns:
        0, or 1 when something disagrees.

    Raises:
        AutograderError: the master, a test file or a value of ``lab:`` is wrong.
    """
    lab = load(config)
    plan = plan_of(lab)
    read_questions(LabValues(lab))  # what grading would refuse is not handed out
    if not check_only:
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
