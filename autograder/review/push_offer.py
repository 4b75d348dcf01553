"""The command that writes marks into the LMS by itself, as the page that publishes says it: not run here."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.lms.known import KNOWN
from autograder.store.going_back import going_back
from autograder.store.published import Publication
from autograder.store.pulled import assignment_beside
from autograder.store.pushed import Push, Pushed
from autograder.store.run import Run


@dataclass(frozen=True)
class PushOffer:
    """How the marks of a class get into its LMS without an upload.

    Attributes:
        title: of the LMS.
        command: for a terminal; it shows what would change.
        assignment: where it goes; empty: nobody has said so yet, and ``command`` has a placeholder.
        is_tried: whether a real LMS of this kind was seen.
        pushed: when what was written last was pushed; UTC, ISO 8601; empty: it was not.
    """

    title: str
    command: str
    assignment: str
    is_tried: bool
    pushed: str


ADDRESS = "ADDRESS"
"""Stands in the command for the assignment's address."""


def push_offer(out: Path, run: Run, last: Publication | None) -> PushOffer | None:
    """The command for the class in a report's folder; ``None`` where its LMS has none, or nothing goes back.

    Args:
        run: that graded the class: its list of the class may have been pulled.
        last: what was written last.
    """
    try:
        name = going_back(out).lms
        push = Pushed(out).last()
    except UsageError:
        return None  # nothing is written that could be pushed, or the command itself says what is broken
    lms = next((one for one in KNOWN if one.name == name and one.uploads_itself), None)
    if lms is None:
        return None
    pulled = assignment_beside(run.worksheet) if run.worksheet else ""
    assignment = push.assignment if push else pulled
    command = ["autograder", "push", str(out.absolute())]
    command += [] if assignment else ["--assignment", ADDRESS]
    return PushOffer(lms.title, shlex.join(command), assignment, lms.met, _pushed(push, last))


def _pushed(push: Push | None, last: Publication | None) -> str:
    is_newest = push is not None and push.finished and push.undoes is None
    return push.begun if push and last and is_newest and push.begun >= last.when else ""
