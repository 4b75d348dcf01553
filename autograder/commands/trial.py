"""``autograder test``: one question against the solution, the template and a notebook, in seconds."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.options import Commands, add_common_options, config_path

if TYPE_CHECKING:
    from autograder.authoring.trial import Tried
    from autograder.model import QuestionResult

OK, NOT_AS_WANTED = 0, 1


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    trial = commands.add_parser(
        "test", help="put one question, or all, to the solution, the template and a notebook"
    )
    trial.add_argument("question", metavar="QUESTION", nargs="*", help="names of questions (default: all)")
    trial.add_argument(
        "--notebook",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="this one too; several times",
    )
    add_common_options(trial)
    trial.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what each notebook came to, and why points were lost.

    Returns:
        0, or 1 when the solution loses points, the template earns some, or a check could not run.

    Raises:
        AutograderError: the lab is wrong, or a notebook is not there.
    """
    from autograder.authoring.trial import only, try_out
    from autograder.config.load import check_files, load
    from autograder.grading.run_settings import RunSettings

    lab = only(load(config_path(options.config)), options.question)
    check_files(lab)
    settings = RunSettings(lab.path, enforce=options.sandbox == "full", keep_executed=False)
    good = True
    for tried in try_out(lab, settings, options.notebook):
        good = good and tried.is_as_wanted()
        print(*_lines(tried), sep="\n", flush=True)
    return OK if good else NOT_AS_WANTED


def _lines(tried: Tried) -> Iterator[str]:
    from autograder.authoring.trial import unwanted
    from autograder.model import Status

    grade = tried.grade
    must = f", must earn {tried.wanted}" if tried.wanted else ""
    if grade.status is not Status.GRADED:
        yield f"{tried.file}{must}: not gradable: {grade.reason}"
        return
    yield f"{tried.file}{must}: {grade.score:g} of {grade.max_score:g} points, {grade.seconds:.1f} s"
    for question in grade.questions:
        sign = "FAIL" if unwanted(question, tried.wanted) else "    "
        yield f"{sign}  {question.name}: {question.points:g} of {question.possible:g}"
        if tried.wanted != "nothing" or sign == "FAIL":
            yield from _cases(question)


def _cases(question: QuestionResult) -> Iterator[str]:
    from autograder.files.visible import plain
    from autograder.model import Outcome

    for case in question.cases:
        if case.outcome is not Outcome.PASSED:
            said = "; ".join(filter(None, (case.message, case.evidence)))
            yield f"        {case.outcome}: {plain(case.name, 80)}: {plain(said, 300)}"
    for note in question.notes:
        yield f"        remark: {plain(note, 300)}"
