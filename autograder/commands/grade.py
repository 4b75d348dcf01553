"""``autograder grade``: grade notebooks, folders and zips."""

from __future__ import annotations

import argparse
import contextlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.options import (
    Commands,
    add_common_options,
    add_image_options,
    add_means_options,
    config_path,
    means_of,
    whole_number,
)
from autograder.docker import IMAGE, OUT, docker_command, give_to_owner
from autograder.errors import UsageError
from autograder.grading.run_settings import RunSettings
from autograder.store.run import Run, with_case_number

if TYPE_CHECKING:
    from autograder.workers.launcher import Launcher

SOME_NOT_GRADABLE = 3
STOPPED = 130
_USAGE = 2
PARTIAL = "marks go back to the LMS though a person has not scored everything that a person scores"


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
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
        "--add", action="store_true",
        help="add PATH to the class that is in DIR already, or replace what its students handed in",
    )  # fmt: skip
    grade.add_argument("--partial", action="store_true", help=PARTIAL)
    grade.add_argument(
        "--seed", metavar="N", type=whole_number(0, 2**32 - 1), help="instead of the configuration's"
    )
    grade.add_argument(
        "--case-number", metavar="N", type=whole_number(0, 2**63 - 1),
        help="what hidden cases are drawn from (default: that of the class in DIR, else a drawn one)",
    )  # fmt: skip
    grade.add_argument(
        "--no-cache", action="store_true", help="grade everything afresh, whatever DIR holds already"
    )
    grade.add_argument(
        "--all-cells", action="store_true", help="run every cell as it is, without shortcuts that save time"
    )
    grade.add_argument(
        "--no-executed", action="store_true", help="keep no notebooks with the outputs of their run"
    )
    grade.add_argument(
        "--similar", action="store_true", help="look for similar work at the end, as the command similar does"
    )
    add_image_options(grade, IMAGE)
    add_means_options(grade)
    add_common_options(grade)
    grade.set_defaults(run=run)


def run_of(options: argparse.Namespace) -> Run:
    """What is asked for, with absolute paths of the uploads and of the list."""
    return Run(
        paths=tuple(path.absolute() for path in options.paths),
        settings=RunSettings(
            options.config or Path(),
            options.seed,
            options.case_number,
            enforce=options.sandbox == "full",
            all_cells=options.all_cells,
            keep_executed=not options.no_executed,
        ),
        lms=options.lms,
        worksheet=options.worksheet.absolute() if options.worksheet else None,
        name_pattern=options.name_pattern,
        partial=options.partial,
        similar=options.similar,
    )


def run(options: argparse.Namespace) -> int:
    """Grade.

    Returns:
        0 when every submission was graded, 3 when some could not be or something of the LMS does not fit,
        130 when it was stopped.

    Raises:
        AutograderError: nothing can be graded.
    """
    if options.docker:
        with contextlib.suppress(UsageError):  # without one, the image grades the lab that it has in it
            options.config = config_path(options.config)
        code = docker_command(options, run_of(options))
        if code != _USAGE:
            print(f"In the container {options.out.resolve()} is {OUT}.", file=sys.stderr)
        return code
    options.config = config_path(options.config)
    asked = with_case_number(run_of(options), options.out)
    with contextlib.ExitStack() as resources:
        resources.callback(give_to_owner, options.out)
        launcher = _begun(asked, options, resources)
        from autograder.class_run.grade import grade
        from autograder.commands.progress import listening
        from autograder.commands.summary import print_published

        means = replace(means_of(options), launcher=launcher)
        with listening(options.json_lines) as (console, tell):
            published = grade(asked, options.out, means, tell, reuse=not options.no_cache, add=options.add)
        if published is None:
            return STOPPED
        print_published(published, console, json_lines=options.json_lines)
        return SOME_NOT_GRADABLE if published.figures.not_gradable or published.doubts else 0


def _begun(asked: Run, options: argparse.Namespace, resources: contextlib.ExitStack) -> Launcher | None:
    """The launcher of the workers, if it is sure that there is something to grade here: it imports, while
    this process imports the rest."""
    if options.cluster or any(options.out.glob("results/*.json")):
        return None
    from autograder.workers.launcher import Launcher

    launcher = resources.enter_context(Launcher(asked.settings))
    launcher.begin()
    return launcher
