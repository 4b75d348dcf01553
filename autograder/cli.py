"""The command line: parse, call, print. What it prints and returns is a contract for other tools.

Exit codes: 0 all is well (for ``grade``: every submission was graded, whatever its marks);
1 a check found something (``build --check``, ``doctor``); 2 usage or configuration;
3 some submissions could not be graded.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from autograder import __version__
from autograder.docker import IMAGE, docker_command, docker_regrade_command, give_to_owner
from autograder.errors import AutograderError, UsageError

if TYPE_CHECKING:
    from autograder.class_run.grade import Means

CONFIG_NAME = "grading_config.yml"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the arguments without the program's name; ``None`` takes the process's own.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal lacks ends no class
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _stop)
    try:
        code: int = options.run(options)
    except AutograderError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograder: stopped", file=sys.stderr)
        return 130
    return code


def _stop(number: int, frame: object) -> NoReturn:
    """End as after a Ctrl-C, so that no process and no folder is left."""
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Grade Jupyter-notebook labs: student code in a sandbox, tests outside.",
    )
    parser.add_argument("--version", action="version", version=f"autograder {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    grade = commands.add_parser("grade", help="grade notebooks, folders and zips")
    grade.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a notebook, a folder or a zip")
    grade.add_argument("--out", metavar="DIR", type=Path, required=True, help="where the report goes")
    grade.add_argument(
        "--lms",
        metavar="NAME",
        default="",
        help="what the uploads are exports of: moodle, canvas, … (default: recognised)",
    )
    grade.add_argument(
        "--worksheet",
        metavar="FILE",
        type=Path,
        help="your own list of the class from the LMS: roster, lateness",
    )
    grade.add_argument(
        "--name-pattern", metavar="REGEX", default="",
        help="how member paths say who handed in: groups id, name, file, late, time, attempt",
    )  # fmt: skip
    grade.add_argument(
        "--seed", metavar="N", type=_whole_number(0, 2**32 - 1), help="instead of the configuration's"
    )
    grade.add_argument(
        "--no-cache", action="store_true", help="grade everything afresh, whatever DIR holds already"
    )
    grade.add_argument(
        "--all-cells", action="store_true", help="run every cell as it is, without shortcuts that save time"
    )
    _image(grade, IMAGE)
    _means(grade)
    _common(grade)
    grade.set_defaults(run=_grade)

    regrade = commands.add_parser("regrade", help="after a change of the tests: who changes, and why")
    regrade.add_argument("out", metavar="DIR", type=Path, help="a folder that grade has written")
    regrade.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        type=Path,
        help="where the submissions are (default: where they were)",
    )
    regrade.add_argument(
        "--dry-run", action="store_true", help="grade and say who changes; leave DIR's report"
    )
    regrade.add_argument("--config", metavar="FILE", type=Path, help="another configuration than last time")
    _image(regrade, "the one that graded")
    _means(regrade)
    regrade.set_defaults(run=_regrade)

    build = commands.add_parser("build", help="make template, public tests and solution from the master")
    build.add_argument("--check", action="store_true", help="change nothing; fail when they disagree")
    build.add_argument("--config", metavar="FILE", type=Path, help=f"the lab's {CONFIG_NAME}")
    build.set_defaults(run=_build)

    package = commands.add_parser("package", help="make the archive for students, or one for Gradescope")
    _package_commands(package.add_subparsers(required=True, metavar="FOR"))

    doctor = commands.add_parser("doctor", help="can this machine grade safely and rightly?")
    doctor.add_argument("--quick", action="store_true", help="leave out the reference and the template")
    _common(doctor)
    doctor.set_defaults(run=_doctor)
    return parser


def _package_commands(kinds: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    from autograder.package.options import LEAST_MINUTES, MOST_MINUTES, VISIBILITIES

    student = kinds.add_parser("student", help="notebook, public tests and README")
    student.set_defaults(run=_package_student)
    gradescope = kinds.add_parser("gradescope", help="an autograder for Gradescope that runs this engine")
    gradescope.add_argument(
        "--visible", choices=VISIBILITIES, default="visible",
        help="when students see what hidden checks say (default: visible)",
    )  # fmt: skip
    gradescope.add_argument(
        "--minutes", metavar="N", type=_whole_number(LEAST_MINUTES, MOST_MINUTES), default=10,
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
    gradescope.set_defaults(run=_package_gradescope)
    for kind, written in ((student, "the zip to write"), (gradescope, "the zip or the folder to write")):
        kind.add_argument("--out", metavar="PATH", type=Path, required=True, help=written)
        kind.add_argument("--config", metavar="FILE", type=Path, help=f"the lab's {CONFIG_NAME}")


def _image(parser: argparse.ArgumentParser, usual: str) -> None:
    parser.add_argument(
        "--docker", action="store_true", help="run this command in the image (macOS, Windows)"
    )
    parser.add_argument(
        "--image", metavar="NAME", default="", help=f"the image for --docker (default: {usual})"
    )


def _means(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=_whole_number(1, 1024),
        help="submissions at a time (default: one per core, fewer where memory is short)",
    )
    parser.add_argument(
        "--cluster", metavar="ADDRESS", default="",
        help="tcp://… of a Dask scheduler, whose workers grade instead of this machine",
    )  # fmt: skip
    parser.add_argument(
        "--json-lines", action="store_true", help="say what happens as one JSON object a line, for programs"
    )


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help=f"the lab's {CONFIG_NAME} (default: the one here)"
    )
    parser.add_argument(
        "--sandbox", choices=("full", "none"), default="full",
        help="none: run student code unconfined, for your own notebooks on a machine without Landlock",
    )  # fmt: skip


def _whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """A parser of whole numbers between two bounds, for argparse."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {lowest} to {highest}")
        return int(text)

    return parse


def _config_path(given: Path | None) -> Path:
    """The configuration given, else the one here, else the one of this checkout."""
    if given is not None:
        return given
    places = [Path.cwd() / CONFIG_NAME, Path(__file__).resolve().parents[1] / CONFIG_NAME]
    for place in places:
        if place.is_file():
            return place
    raise UsageError(f"there is no {CONFIG_NAME} in {Path.cwd()}: name it with --config FILE")


def _grade(options: argparse.Namespace) -> int:
    if options.docker:
        with contextlib.suppress(UsageError):  # without one, the image grades the lab that it has in it
            options.config = _config_path(options.config)
        return docker_command(options)
    from autograder.workers.settings import RunSettings

    settings = RunSettings(
        _config_path(options.config), options.seed, options.sandbox == "full", options.all_cells
    )
    with contextlib.ExitStack() as resources:
        launcher = None
        if not options.cluster and not any(options.out.glob("results/*.json")):
            from autograder.workers.launcher import Launcher

            # Nothing is known: the workers' processes begin, while this one imports the rest.
            launcher = resources.enter_context(Launcher(settings))
            launcher.begin()
        from autograder.class_run.grade import grade_command
        from autograder.store.out_folder import Run

        worksheet = options.worksheet.absolute() if options.worksheet else None
        paths = tuple(path.absolute() for path in options.paths)
        run = Run(paths, settings, options.lms, worksheet, options.name_pattern)
        try:
            means = replace(_chosen_means(options), launcher=launcher)
            return grade_command(run, options.out, means, reuse=not options.no_cache)
        finally:
            give_to_owner(options.out)


def _regrade(options: argparse.Namespace) -> int:
    if options.docker:
        return docker_regrade_command(options)
    from autograder.class_run.regrade import regrade_command

    try:
        return regrade_command(
            options.out, options.paths, options.config, _chosen_means(options), dry_run=options.dry_run
        )
    finally:
        give_to_owner(options.out)


def _chosen_means(options: argparse.Namespace) -> Means:
    from autograder.class_run.grade import Means
    from autograder.workers.cores import default_jobs

    return Means(options.jobs or default_jobs(), options.cluster, options.json_lines)


def _build(options: argparse.Namespace) -> int:
    from autograder.build.command import build_command

    return build_command(_config_path(options.config), check_only=options.check)


def _package_student(options: argparse.Namespace) -> int:
    from autograder.package.command import student_command

    return student_command(_config_path(options.config), options.out)


def _package_gradescope(options: argparse.Namespace) -> int:
    from autograder.package.command import dockerfile_command, gradescope_command
    from autograder.package.options import Options

    chosen = Options(options.visible, options.minutes, options.wheels, options.torch_index)
    config = _config_path(options.config)
    if not options.dockerfile:
        if options.image:
            raise UsageError("--image goes with --dockerfile: the zip needs no image")
        return gradescope_command(config, options.out, chosen)
    code = dockerfile_command(config, options.out, chosen, options.image or IMAGE)
    give_to_owner(options.out)
    return code


def _doctor(options: argparse.Namespace) -> int:
    from autograder.doctor import doctor_command

    return doctor_command(
        _config_path(options.config), quick=options.quick, enforce=options.sandbox == "full"
    )


if __name__ == "__main__":
    sys.exit(main())
