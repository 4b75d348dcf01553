"""``autograder push``: write marks, comments and pages into the LMS, after showing what would change."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.grade import SOME_NOT_GRADABLE
from autograder.commands.online import FORMS, add_login_options, entered
from autograder.commands.options import Commands
from autograder.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.online.plan import Planned
    from autograder.online.push import Outcome
    from autograder.online.service import LmsService
    from autograder.store.pushed import Push, Pushed


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    push = commands.add_parser(
        "push", help="write a published class's marks, comments and pages into Moodle, over its web service"
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
    console = Console()
    journal = Pushed(options.out)
    address = options.assignment or _assignment_of(options.out, journal)
    service = entered(address, options)
    assignment = service.assignment()
    told = _Told(console, service, options.yes)
    told.begin()
    if not options.yes:
        for plan in _plans(options, service, journal):
            told.plan(plan)
        return told.end(_again(options))
    from autograder.online.push import write_all

    with locked(options.out):
        plans = _plans(options, service, journal)
        write_all(service, journal, plans, told.outcome, _undone(options, journal, assignment.key))
    return told.end("")


def _plans(options: argparse.Namespace, service: LmsService, journal: Pushed) -> Iterator[Planned]:
    """What is to happen, student by student."""
    from autograder.online.plan import planned
    from autograder.online.undo import restoring
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


def _assignment_of(out: Path, journal: Pushed) -> str:
    """The assignment of the last push, else of the pull that the class came by.

    Raises:
        UsageError: there was neither.
    """
    from autograder.online.pull import assignment_beside
    from autograder.store.run import before

    if (last := journal.last()) is not None:
        return last.assignment
    earlier = before(out)
    found = assignment_beside(earlier.run.worksheet) if earlier and earlier.run.worksheet else ""
    if not found:
        raise UsageError(f"say which assignment is meant: --assignment {FORMS}")
    return found


def _again(options: argparse.Namespace) -> str:
    """The same command, which writes."""
    said = [f"autograder push {options.out} --yes"]
    said += ["--undo"] if options.undo else []
    said += ["--replace"] if options.replace else []
    said += [f"--assignment {json.dumps(options.assignment)}"] if options.assignment else []
    return " ".join(said)


class _Told:
    """What a person is told, a line a student, and counted at the end.

    Args:
        writing: whether something is written.
    """

    def __init__(self, console: Console, service: LmsService, writing: bool) -> None:
        self._console, self._service, self._writing = console, service, writing
        self._changed = self._same = self._left = self._failed = 0

    def begin(self) -> None:
        """Say where, and what it takes."""
        from autograder.files.visible import number, plain

        found = self._service.assignment()
        self._say(f"{self._service.title}: {plain(found.title, 200)} – {found.key}")
        self._say(f"maximum grade {number(found.maximum)}")
        if found.workflow:
            self._say(
                "Marking workflow is on: students see nothing of this before you release the marks there. "
                "Until then comments and files are not told: those that are there are replaced unseen."
            )
        if found.blind:
            self._say("Names are hidden: marks reach the gradebook when you reveal the identities there.")
        if found.tells_students and not found.workflow:
            self._say(
                f"{self._service.title} tells each student whose mark is written (the assignment's setting)."
            )
        self._say("")

    def plan(self, plan: Planned) -> None:
        """A student whom nothing was written for."""
        from autograder.files.visible import plain

        name, notes = self._name(plan), "".join(f"; {plain(note, 200)}" for note in plan.notes)
        if plan.held_back:
            self._left += 1
            changes = f" ({', '.join(plan.changes)})" if plan.changes else ""
            self._say(f"not     {name}: {plain(plan.held_back, 300)}{changes}{notes}")
        elif plan.changes:
            self._changed += 1
            self._say(f"change  {name}: {', '.join(plan.changes)}{notes}")
        else:
            self._same += 1

    def outcome(self, outcome: Outcome) -> None:
        """A student who is done."""
        from autograder.files.visible import plain

        if outcome.written is None:
            self.plan(outcome.planned)
        elif outcome.written:
            self._changed += 1
            self._say(f"written {self._name(outcome.planned)}: {', '.join(outcome.planned.changes)}")
        else:
            self._failed += 1
            self._say(f"FAILED  {self._name(outcome.planned)}: {plain(outcome.said, 400)}")

    def end(self, again: str) -> int:
        """Say what it came to, and what to do next; the exit code."""
        self._say("")
        for said in self._service.advice():
            self._say(said)
        changed = f"{self._changed} {'written and read back' if self._writing else 'would change'}"
        failed = f", {self._failed} not as they should be" if self._failed else ""
        self._say(f"{changed}{failed}, {self._same} are so already, {self._left} not touched.")
        if again and self._changed:
            self._say(f"Nothing was changed. To write it: {again}")
        elif again:
            self._say("Nothing was changed, and nothing would be.")
        elif self._failed:
            self._say(
                "Look at the ones that failed, then run the same command again: it writes only what is "
                "missing."
            )
        return SOME_NOT_GRADABLE if self._failed or self._left else 0

    def _name(self, plan: Planned) -> str:
        from autograder.files.visible import plain

        number = plan.person.numbers[0] if plan.person and plan.person.numbered else ""
        return f"{plain(plan.name, 60)} ({number})" if number else plain(plan.name or plan.submission, 60)

    def _say(self, line: str) -> None:
        self._console.print(line, soft_wrap=True, markup=False, emoji=False, highlight=False)
