"""Options that several commands have."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.class_run.grade import Means

CONFIG_NAME = "grading_config.yml"

Commands = argparse._SubParsersAction
"""What a command adds itself to; argparse gives the type no public name."""


def add_graded_class(parser: argparse.ArgumentParser, *, paths: bool = False) -> None:
    """The folder of a class that was graded, and perhaps where its submissions lie now."""
    parser.add_argument("out", metavar="DIR", type=Path, help="a folder that grade has written")
    if paths:
        parser.add_argument(
            "paths", metavar="PATH", nargs="*", type=Path,
            help="where the submissions are (default: where they were)",
        )  # fmt: skip


def add_config_again(parser: argparse.ArgumentParser) -> None:
    """Another configuration than that of the run before."""
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help=f"the lab's {CONFIG_NAME} (default: that of the last run)"
    )


def add_json_lines(parser: argparse.ArgumentParser) -> None:
    """How programs are told what happens."""
    parser.add_argument(
        "--json-lines", action="store_true", help="say what happens as one JSON object a line, for programs"
    )


def add_image_options(parser: argparse.ArgumentParser, usual: str) -> None:
    """``--docker`` and ``--image``, which is ``usual`` where nothing is said."""
    parser.add_argument(
        "--docker", action="store_true", help="run this command in the image (macOS, Windows)"
    )
    parser.add_argument(
        "--image", metavar="NAME", default="", help=f"the image for --docker (default: {usual})"
    )


def add_means_options(parser: argparse.ArgumentParser) -> None:
    """What :func:`means_of` reads, and how progress is told: no mark depends on it."""
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=whole_number(1, 1024),
        help="submissions at a time (default: one per core, fewer where memory is short)",
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", default="",
        help="tcp://… of a Dask scheduler, whose workers grade instead of this machine",
    )  # fmt: skip
    add_json_lines(parser)
    parser.add_argument(
        "--stop-at-eof", action="store_true",
        help="stop, as after Ctrl-C, when the standard input ends: for programs that start this one",
    )  # fmt: skip


def add_common_options(parser: argparse.ArgumentParser) -> None:
    """Which lab, and whether student code is confined."""
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help=f"the lab's {CONFIG_NAME} (default: the one here)"
    )
    parser.add_argument(
        "--sandbox", choices=("full", "none"), default="full",
        help="none: run student code unconfined, for your own notebooks on a machine without Landlock",
    )  # fmt: skip


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """A parser of whole numbers between two bounds, for argparse."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {lowest} to {highest}")
        return int(text)

    return parse


def config_path(given: Path | None) -> Path:
    """The configuration given, else the one here, else the one of this checkout.

    Raises:
        UsageError: there is none.
    """
    if given is not None:
        return given
    places = [Path.cwd() / CONFIG_NAME, Path(__file__).resolve().parents[2] / CONFIG_NAME]
    for place in places:
        if place.is_file():
            return place
    raise UsageError(f"there is no {CONFIG_NAME} in {Path.cwd()}: name it with --config FILE")


def means_of(options: argparse.Namespace) -> Means:
    """With what a class is graded."""
    from autograder.class_run.grade import Means
    from autograder.workers.cores import default_jobs

    return Means(options.jobs or default_jobs(), options.cluster)
