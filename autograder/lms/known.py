"""The LMSs that are known, the most telling names first."""

from __future__ import annotations

from autograder.errors import UsageError
from autograder.lms.base import Lms
from autograder.lms.blackboard import Blackboard
from autograder.lms.brightspace import Brightspace
from autograder.lms.canvas import Canvas
from autograder.lms.gradescope import Gradescope
from autograder.lms.ilias import Ilias
from autograder.lms.moodle import Moodle
from autograder.lms.openolat import OpenOlat
from autograder.lms.plain import Pattern, Plain
from autograder.lms.sakai import Sakai

KNOWN: tuple[Lms, ...] = (
    Moodle(), Blackboard(), Sakai(), Brightspace(), Gradescope(), OpenOlat(), Ilias(), Canvas(),
)  # fmt: skip


def lms_named(name: str, pattern: str = "") -> Lms | None:
    """The LMS of that name; ``None`` where none is asked for.

    Args:
        name: as given with ``--lms``; may be empty.
        pattern: a TA's own regular expression for the names; may be empty.

    Raises:
        UsageError: there is none, or the pattern is none; the message names them all.
    """
    if pattern:
        if name:
            raise UsageError("--lms and --name-pattern say the same in two ways: leave one out")
        return Pattern(pattern)
    if not name:
        return None
    offered = (*KNOWN, Plain())
    for lms in offered:
        if lms.name == name.lower():
            return lms
    raise UsageError(f"--lms {name}: not known; there are {', '.join(lms.name for lms in offered)}")
