"""``autograder package``: what to hand out, to students and to Gradescope."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.options import CONFIG_NAME, Commands, config_path, whole_number
from autograder.docker import IMAGE, give_to_owner
from autograder.errors import UsageError
from autograder.package.options import LEAST_MINUTES, MOST_MINUTES, VISIBILITIES, Options

if TYPE_CHECKING:
    from autograder.config.load import Lab


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command, one for each receiver."""
    package = commands.add_parser("package", help="make the archive for students, or one for Gradescope")
    _add_kinds(package.add_subparsers(required=True, metavar="FOR"))


def _add_kinds(kinds: Commands[argparse.ArgumentParser]) -> None:
    student = kinds.add_parser(
        "student", help="notebook, public tests, and the README.md that you write beside them"
    )
    student.set_defaults(run=_for_students)
    gradescope = kinds.add_parser("gradescope", help="an autograder for Gradescope that runs this engine")
    gradescope.add_argument(
        "--visible", choices=VISIBILITIES, default="visible",
        help="when students see what hidden checks say (default: visible)",
    )  # fmt: skip
    gradescope.add_argument(
        "--minutes", metavar="N", type=whole_number(LEAST_MINUTES, MOST_MINUTES), default=10,
        help="the time limit that is set on Gradescope (default: 10)",
    )  # fmt: skip
    gradescope.add_argument(
        "--wheels", metavar="DIR", type=Path, help="wheels of all that is needed: nothing is downloaded"
    )
    gradescope.add_argument(
        "--torch-index", metavar="ADDRESS", default="", help="package index with builds of torch for CPUs"
    )
    gradescope.add_argument(
        "--dockerfile", action="store_true", help="write a folder with a Dockerfile on the image, not a zip"
    )
    gradescope.add_argument(
        "--image", metavar="NAME", help=f"the image that --dockerfile builds on (default: {IMAGE})"
    )
    gradescope.set_defaults(run=_for_gradescope)
    for kind, written in ((student, "the zip to write"), (gradescope, "the zip or the folder to write")):
        kind.add_argument("--out", metavar="PATH", type=Path, required=True, help=written)
        kind.add_argument("--config", metavar="FILE", type=Path, help=f"the lab's {CONFIG_NAME}")


def _for_students(options: argparse.Namespace) -> int:
    return _pack_for_students(config_path(options.config), options.out)


def _for_gradescope(options: argparse.Namespace) -> int:
    chosen = Options(options.visible, options.minutes, options.wheels, options.torch_index)
    config = config_path(options.config)
    if not options.dockerfile:
        if options.image:
            raise UsageError("--image goes with --dockerfile: the zip needs no image")
        return _pack_for_gradescope(config, options.out, chosen)
    code = _write_dockerfile(config, options.out, chosen, options.image or IMAGE)
    give_to_owner(options.out)
    return code


def _pack_for_students(config: Path, out: Path) -> int:
    """Pack what students get.

    Raises:
        AutograderError: it is out of date, or the archive cannot be written.
    """
    from autograder.config.load import load
    from autograder.package.archive import write_archive
    from autograder.package.student import student_members

    members = student_members(load(config))
    write_archive(out, members)
    print(f"{out}: {len(members)} files for students, without hidden checks and solutions")
    return 0


def _pack_for_gradescope(config: Path, out: Path, options: Options) -> int:
    """Pack an autograder for Gradescope.

    Raises:
        AutograderError: the lab is not complete, or the archive cannot be written.
    """
    from autograder.config.load import load
    from autograder.package.archive import write_archive
    from autograder.package.gradescope import gradescope_members

    lab = load(config)
    write_archive(out, gradescope_members(lab, options))
    _say(lab, out, options)
    if options.wheels is None and not options.torch_index:
        print(
            "torch comes from the image's default package index, where it may be a build of several GB for "
            "graphics cards: --torch-index ADDRESS or --wheels DIR"
        )
    return 0


def _write_dockerfile(config: Path, out: Path, options: Options, image: str) -> int:
    """Write a folder from which an image for Gradescope is built.

    Raises:
        AutograderError: the lab is not complete, an option has no meaning here, or the folder cannot be
            written.
    """
    from autograder.config.load import load
    from autograder.package.archive import write_folder
    from autograder.package.gradescope_image import image_members

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
