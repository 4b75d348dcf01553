"""``autograder package``: archives to hand out, one for students, one for Gradescope."""

from __future__ import annotations

from pathlib import Path

from autograder.config import load
from autograder.package.archive import write_archive
from autograder.package.gradescope import gradescope_members
from autograder.package.options import Options
from autograder.package.student import student_members


def student_command(config: Path, out: Path) -> int:
    """Pack what students get.

    Raises:
        AutograderError: it is out of date, or the archive cannot be written.
    """
    members = student_members(load(config))
    write_archive(out, members)
    print(f"{out}: {len(members)} files for students, without hidden checks and solutions")
    return 0


def gradescope_command(config: Path, out: Path, options: Options) -> int:
    """Pack an autograder for Gradescope.

    Raises:
        AutograderError: the lab is not complete, or the archive cannot be written.
    """
    lab = load(config)
    write_archive(out, gradescope_members(lab, options))
    points = sum(question.points for question in lab.config.questions)
    print(f"{out}: an autograder of {points:g} points for Gradescope; hidden checks: {options.visibility}")
    print(
        f"Settings there: at least 1 CPU and the memory that goes with it, {options.minutes} minutes, "
        f"{points:g} autograder points."
    )
    if options.wheels is None and not options.torch_index:
        print(
            "torch comes from the image's default package index, where it may be a build of several GB for "
            "graphics cards: --torch-index ADDRESS or --wheels DIR"
        )
    return 0
