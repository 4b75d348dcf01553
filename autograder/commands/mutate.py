"""``autograder mutate``: which mistakes in the author's own solution the questions miss."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.options import Commands, add_common_options, config_path, whole_number
from autograder.grading.run_settings import RunSettings

if TYPE_CHECKING:
    from autograder.mutate.model import Mutant, Verdict
    from autograder.mutate.run import Asked

OK, FOUND_SOMETHING = 0, 1

TOLD_EACH = 50
"""Verdicts after which a line says how far it is."""


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    mutate = commands.add_parser(
        "mutate", help="put small mistakes into the solution, and say which ones the questions miss"
    )
    mutate.add_argument(
        "question", metavar="QUESTION", nargs="?", default="", help="only code that this question asks about"
    )
    mutate.add_argument(
        "--notebook",
        metavar="FILE",
        type=Path,
        help="another right notebook than the lab's solution; it runs here",
    )
    mutate.add_argument(
        "--sample", metavar="N", type=whole_number(1, 10**6), help="so many of the mistakes only"
    )
    mutate.add_argument(
        "--records",
        metavar="FILE",
        type=Path,
        help="where verdicts are kept: the same command goes on from there",
    )
    mutate.add_argument(
        "--jobs", metavar="N", type=whole_number(1, 1024), help="processes (default: one per core)"
    )
    mutate.add_argument(
        "--case-number", metavar="N", type=whole_number(0, 2**63 - 1), help="what hidden cases are drawn from"
    )
    mutate.add_argument(
        "--reviewed", metavar="FILE", type=Path,
        help="changes that somebody found right: a line each, its code and why; they are not told again",
    )  # fmt: skip
    mutate.add_argument("--list", action="store_true", help="name the mistakes, and judge none")
    mutate.add_argument("--json-lines", action="store_true", help="one JSON object a mistake, for programs")
    add_common_options(mutate)
    mutate.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Judge, and say what was found.

    Returns:
        0 where no mistake was missed, and none cost points of other questions; 1 otherwise.

    Raises:
        AutograderError: there is nothing to change, or nothing can be judged.
    """
    from autograder.mutate.records import read_reviewed
    from autograder.mutate.run import judged, mutation

    asked = _asked(options)
    reviewed = read_reviewed(options.reviewed) if options.reviewed else {}
    mutated = mutation(asked)
    if options.list:
        for mutant in mutated.mutants:
            print(_described(mutant))
        return OK
    found: list[Verdict] = []
    for verdict in judged(mutated, asked):
        found.append(verdict)
        if options.json_lines:
            print(json.dumps(verdict.to_json(), ensure_ascii=False), flush=True)
        elif len(found) % TOLD_EACH == 0:
            print(f"{len(found)} of {len(mutated.mutants)}", flush=True)
    of_all = {one.name for one in mutated.lab.config.questions if one.flag_if_alone}
    return _tell(found, reviewed, of_all, told_already=options.json_lines)


def _asked(options: argparse.Namespace) -> Asked:
    from autograder.mutate.run import Asked
    from autograder.workers.cores import default_jobs

    settings = RunSettings(
        config_path(options.config).absolute(),
        case_number=options.case_number,
        enforce=options.sandbox == "full",
        keep_executed=False,
    )
    return Asked(
        settings,
        options.notebook,
        options.question,
        options.sample,
        options.jobs or default_jobs(),
        options.records,
    )


def _tell(
    found: Sequence[Verdict], reviewed: Collection[str], of_all: Collection[str], *, told_already: bool
) -> int:
    """Print what somebody has to look at, and the figures; the exit code.

    Args:
        reviewed: codes of changes that are right.
        of_all: questions that look at the whole notebook: they lose points with many others.
    """
    from autograder.mutate.model import Fate

    new = [one for one in found if one.mutant.code not in reviewed]
    survivors = [one for one in new if one.fate is Fate.SURVIVED]
    elsewhere = [one for one in new if one.fate is Fate.ELSEWHERE]
    others = [one for one in new if one.fate is Fate.CAUGHT and {*one.others} - {*of_all}]
    if not told_already:
        _tell_each("Missed: full points, though it behaves otherwise", survivors)
        _tell_each("Missed by its own question, and taken for a mistake in other code", elsewhere)
        _tell_each("Caught, and points of other questions are lost too", others)
        print(figures(found, reviewed))
    return FOUND_SOMETHING if survivors or elsewhere else OK


def figures(found: Sequence[Verdict], reviewed: Collection[str]) -> str:
    """How many became what, in a line."""
    from autograder.mutate.model import Fate

    missed = (Fate.SURVIVED, Fate.ELSEWHERE)
    right = [one for one in found if one.fate in missed and one.mutant.code in reviewed]
    counts = Counter(one.fate for one in found if one not in right)
    same, wrong = counts[Fate.EQUIVALENT], len(found) - counts[Fate.EQUIVALENT] - len(right)
    return (
        f"{len(found)} changes: {same} behave the same, {len(right)} were found right; of the other {wrong}, "
        f"{counts[Fate.CAUGHT]} are caught by their question, {counts[Fate.ELSEWHERE]} only by others, "
        f"{counts[Fate.SURVIVED]} by none"
    )


def _tell_each(title: str, verdicts: Sequence[Verdict]) -> None:
    if not verdicts:
        return
    print(f"{title}:\n")
    for one in verdicts:
        print(_described(one.mutant))
        if one.lost:
            lost = ", ".join(f"{name} −{points:g}" for name, points in one.lost.items())
            print(f"    loses:  {lost}")
        if one.differs:
            print(f"    differs: {one.differs}")
        print()


def _described(mutant: Mutant) -> str:
    """A mutant in three lines."""
    from autograder.files.visible import plain

    place = f"cell {mutant.cell + 1}, line {mutant.line}" + (f", {mutant.unit}" if mutant.unit else "")
    asks = ", ".join(mutant.owners) or "no question by name"
    lines = (
        f"{mutant.code}  {mutant.operator}: {place} ({asks})",
        f"  − {mutant.before}",
        f"  + {mutant.after}",
    )
    return "\n".join(plain(line, 500) for line in lines)
