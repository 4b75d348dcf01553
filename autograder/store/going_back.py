"""``DIR/.autograder/going_back.json``: marks, comments and pages of a class as they were published last.

``autograder push`` reads this file and the pages beside it, nothing else of the class: the process that has a
token of the LMS opens no upload and no notebook.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from autograder.errors import UsageError
from autograder.files.atomic import file_stem, replace_file
from autograder.files.own_folder import OWN
from autograder.files.visible import storable

FILE = Path(OWN) / "going_back.json"
"""In the report's folder."""

_SCHEMA = 3


@dataclass(frozen=True)
class GoingBack:
    """What goes back for one submission.

    Attributes:
        id: the submission's.
        student: a name for people; untrusted.
        lms_id: the LMS's identifier of the student or the team; untrusted.
        mark: in points of the lab; ``None``: none goes back.
        held_back: why none does; empty where one does.
        comment: one short line for the student, without markup.
        page: SHA-256 of the feedback page, in hexadecimal; empty where there is none.
        email: of the row of the TA's own list; empty without one. Untrusted.
        members: the LMS's identifiers of a team's members, where the configuration names them.
        possible: points of the lab, those that wait for a person among them.
    """

    id: str
    student: str
    lms_id: str
    mark: float | None
    held_back: str
    comment: str
    page: str
    email: str = ""
    members: tuple[str, ...] = ()
    possible: float = 0.0


@dataclass(frozen=True)
class ClassGoingBack:
    """What goes back for a class.

    Attributes:
        when: it was published; UTC, ISO 8601.
        seen: number of the journal's newest record at that time.
        lms: the adapter's name.
        title: of the lab.
        teams: whether teams hand in.
        withhold: whether comments and pages wait while the LMS hides the names.
        scale: "maximum" where marks are to be scaled to the assignment's maximum, and comments to say so;
            "points" where they are not; empty: nobody has decided.
        language: of the comments.
        people: one for each submission that the LMS named.
    """

    when: str
    seen: int
    lms: str
    title: str
    teams: bool
    withhold: bool
    scale: str
    language: str
    people: Sequence[GoingBack]


def keep_going_back(out: Path, going: ClassGoingBack) -> None:
    """Write it down, in the place of what was there.

    Raises:
        OSError: the folder cannot be written to.
    """
    people = [asdict(one) | {"student": storable(one.student)} for one in going.people]
    replace_file(
        out / FILE, json.dumps({"schema": _SCHEMA} | asdict(going) | {"people": people}, indent=1) + "\n"
    )


def forget_going_back(out: Path) -> None:
    """Remove the file: what it says is not of the results that are coming now."""
    (out / FILE).unlink(missing_ok=True)


def going_back(out: Path) -> ClassGoingBack:
    """What was published last.

    Raises:
        UsageError: nothing was, or it cannot be read.
    """
    advice = f"run autograder publish {out} first"
    try:
        data = json.loads((out / FILE).read_text(encoding="utf-8"))
        if data.pop("schema") != _SCHEMA:
            raise ValueError("of another version")
        people = [GoingBack(**one | {"members": tuple(one["members"])}) for one in data.pop("people")]
        return ClassGoingBack(**data, people=people)
    except FileNotFoundError:
        raise UsageError(f"{out}: nothing is published there that goes back to an LMS: {advice}") from None
    except (OSError, ValueError, KeyError, TypeError) as reason:
        raise UsageError(f"{out / FILE}: cannot be read ({reason}): {advice}") from None


def page_of(out: Path, one: GoingBack) -> bytes:
    """The feedback page as it was published; nothing where there is none.

    Raises:
        UsageError: it is another page than the published one.
    """
    if not one.page:
        return b""
    file = out / "feedback" / f"{file_stem(one.id)}.html"
    try:
        content = file.read_bytes()
    except OSError as reason:
        raise UsageError(f"{file}: cannot be read: {reason.strerror}") from None
    if hashlib.sha256(content).hexdigest() != one.page:
        raise UsageError(f"{file}: was changed after it was published: run autograder publish {out} again")
    return content
