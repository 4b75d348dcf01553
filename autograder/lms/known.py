"""The LMSs that are known, the most telling names first."""

from __future__ import annotations

from autograder.errors import UsageError
from autograder.lms.base import Lms
from autograder.lms.moodle import Moodle

KNOWN: tuple[Lms, ...] = (Moodle(),)


def lms_named(name: str, pattern: str = "") -> Lms | None:
    """The LMS of that name; ``None`` for an empty one.

    Raises:
        UsageError: there is none; the message names them all.
    """
    if not name:
        return None
    for lms in KNOWN:
        if lms.name == name.lower():
            return lms
    raise UsageError(f"--lms {name}: not known; there are {', '.join(lms.name for lms in KNOWN)}")
