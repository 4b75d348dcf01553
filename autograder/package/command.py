"""``autograder package``: what to hand out, to students and to Gradescope."""

from __future__ import annotations

from pathlib import Path

from autograder.config.load import Lab, load
from autograder.package.archive import write_archive, write_folder
from autograder.package.gradescope import gradescope_members
from autograder.package.gradescope_image import image_members
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
    _say(lab, out, options)
    if options.wheels is None and not options.torch_index:
        print(
            "torch comes from the image's default package index, where it may be a build of several GB for "
            "graphics cards: --torch-index ADDRESS or --wheels DIR"
        )
    return 0


def dockerfile_command(config: Path, out: Path, options: Options, image: str) -> int:
    """Write a folder from which an image for Gradescope is built.

    Raises:
        AutograderError: the lab is not complete, an option has no meaning here, or the folder cannot be
            written.
    """
    lab = load(config)
    write_folder(out, image_members(lab, options, image))
    _say(lab, out, options)
    print(
        f"Build it with `docker build --tag NAME:TAG {out}` where {image} is, push it to a registry that "
        "students cannot read (the hidden tests are in it), and name it there."
    )
    return 0


def _say(lab: Lab, out: Path, options: Options) -> None:
    points = sum(question.points for question in lab.config.questions)
    print(f"{out}: an autograder of {points:g} points for Gradescope; hidden checks: {options.visibility}")
    print(
        f"Settings there: at least 1 CPU and the memory that goes with it, {options.minutes} minutes, "
        f"{points:g} autograder points."
    )
