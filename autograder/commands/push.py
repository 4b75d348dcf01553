"""``autograder push``: write marks, comments and pages into the LMS, after showing what would change."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.online import FORMS, add_login_options, entered
from autograder.commands.options import Commands, add_json_lines
from autograder.commands.push_told import Told, ToldPrograms
from autograder.errors import UsageError

if TYPE_CHECKING:
    from autograder.online.plan import Planned
    from autograder.online.service import LmsService
    from autograder.store.pushed import Push, Pushed


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    push = commands.add_parser(
        "push",
        help="write a published class's marks, comments and pages into Moodle or Canvas, over their service",
    )
    push.add_argument("out", metavar="DIR", type=Path, help="a folder that grade or publish has written")
    push.add_argument(
        "--assignment", metavar="URL", default="",
        help=f"the assignment's address in the browser, {FORMS} (default: that of the last push or pull)",
    )  # fmt: skip
    push.add_argument(
        "--yes", action="store_true", help="write it; without, this only shows what would change"
    )
    push.add_argument("--undo", action="store_true", help="restore what the last push replaced")
    push.add_argument(
        "--replace",
        action="store_true",
        help="also replace marks and comments that this program did not write",
    )
    add_json_lines(push)
    add_login_options(push)
    push.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Show what would change, or change it.

    Returns:
        0 when all goes back, 3 when something does not.

    Raises:
        AutograderError: nothing is published, the LMS refuses or cannot be reached, or the journal not be
            read.
    """
    from rich.console import Console

    from autograder.store.out_folder import locked
    from autograder.store.pushed import Pushed

    if not options.out.is_dir():
        raise UsageError(f"{options.out}: is no folder: give the one that grade has written")
    console = Console(stderr=options.json_lines)
    journal = Pushed(options.out)
    pulled = _pulled_from(options.out)
    service = entered(options.assignment or _assignment_of(journal, pulled), options)
    assignment = service.assignment()
    if pulled not in ("", assignment.key):
        raise UsageError(f"this class was pulled from {pulled}: its marks do not belong to {assignment.key}")
    told = (ToldPrograms if options.json_lines else Told)(console, service, options.yes)
    told.begin()
    if not options.yes:
        for plan in _plans(options, service, journal, told):
            told.plan(plan)
        return told.end(_again(options))
    from autograder.online.push import write_all

    with locked(options.out):
        plans = _plans(options, service, journal, told)
        write_all(service, journal, plans, told.outcome, _undone(options, journal, assignment.key))
    return told.end("")


def _plans(
    options: argparse.Namespace, service: LmsService, journal: Pushed, told: Told
) -> Iterator[Planned]:
    """What is to happen, student by student."""
    from autograder.lms.model import comment_digest
    from autograder.online.fitted import fitted, said_before
    from autograder.online.plan import planned
    from autograder.online.undo import restoring
    from autograder.store.comments import add_comments
    from autograder.store.going_back import going_back, page_of

    key = service.assignment().key
    last = _last(journal, key, undo=options.undo)
    if options.undo:
        assert last is not None
        entries = journal.entries(last.number if last.undoes is None else last.undoes)
        return restoring(service, entries, journal.content, replacing=options.replace)
    going = going_back(options.out)
    if going.lms != service.adapter:
        raise UsageError(
            f"{options.out}: the submissions are not from {service.title}: nothing tells whose they are"
        )
    _nothing_newer(options.out, going.seen)
    for said in said_before(going, service):
        told.note(said)
    going = fitted(going, service)
    if options.yes:
        add_comments(options.out, (comment_digest(one.comment) for one in going.people))
    return planned(
        service, going, journal.newest(key), lambda one: page_of(options.out, one), replacing=options.replace
    )


def _last(journal: Pushed, key: str, *, undo: bool) -> Push | None:
    """The last push that counts.

    Raises:
        UsageError: there is none to undo, or one is being undone and has to be first.
    """
    last = journal.last(key)
    if undo and last is None:
        raise UsageError("nothing was pushed to this assignment from here that could be undone")
    if not undo and last is not None and last.undoes is not None:
        raise UsageError(
            "a push was being undone and was interrupted: autograder push --undo --yes goes on with it"
        )
    return last


def _undone(options: argparse.Namespace, journal: Pushed, key: str) -> int | None:
    """The number of the push that is to be undone; ``None``: none is."""
    last = _last(journal, key, undo=options.undo) if options.undo else None
    if last is None:
        return None
    return last.number if last.undoes is None else last.undoes


def _nothing_newer(out: Path, seen: int) -> None:
    """Make sure that nobody decided anything since the class was published.

    Raises:
        UsageError: somebody did.
    """
    from autograder.store.journal import Journal

    if (newer := Journal(out).state().last - seen) > 0:
        raise UsageError(
            f"{newer} decision{' was' if newer == 1 else 's were'} made since the class was published: run "
            f"autograder publish {out} first"
        )


def _pulled_from(out: Path) -> str:
    """The assignment that the class was pulled from; empty where it came by hand."""
    from autograder.store.pulled import assignment_beside
    from autograder.store.run import before

    earlier = before(out)
    return assignment_beside(earlier.run.worksheet) if earlier and earlier.run.worksheet else ""


def _assignment_of(journal: Pushed, pulled: str) -> str:
    """The assignment of the last push, else of the pull.

    Raises:
        UsageError: there was neither.
    """
    last = journal.last()
    if last is None and not pulled:
        raise UsageError(f"say which assignment is meant: --assignment {FORMS}")
    return last.assignment if last is not None else pulled


def _again(options: argparse.Namespace) -> str:
    """The same command, which writes."""
    said = [f"autograder push {options.out} --yes"]
    said += ["--undo"] if options.undo else []
    said += ["--replace"] if options.replace else []
    said += [f"--assignment {json.dumps(options.assignment)}"] if options.assignment else []
    return " ".join(said)
