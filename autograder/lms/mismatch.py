"""What of an LMS's things does not fit together, known while it can still be changed: before the grading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from autograder.config.schema import Config
from autograder.files.visible import listed, number
from autograder.lms.base import Lms
from autograder.lms.model import Person, Returned, Worksheet
from autograder.lms.returning import assignment_of, is_named_by, nobody_of
from autograder.model import Submission


def mismatches(
    submissions: Sequence[Submission], lms: Lms, worksheet: Worksheet | None, config: Config
) -> Iterator[str]:
    """What a TA has to look at before marks go back, a sentence each.

    Uploads under no name of the LMS, a list that is of another class, a maximum below the lab's points.

    Args:
        lms: what the uploads are exports of.
        worksheet: the list of the class.
        config: of the lab.
    """
    named = [one for one in submissions if is_named_by(lms, one)]
    if submissions and not named:
        yield f"nothing can go back: {nobody_of(lms)}"
    if worksheet is None:
        return
    unknown = [one for one in named if not _is_listed(one, lms, worksheet, teams=config.lms.teams)]
    if 2 * len(unknown) > len(named):
        who = listed([one.student or one.lms_id for one in unknown])
        yield (
            f"the list of the class is hardly of this class: {len(unknown)} of {len(named)} who handed in "
            f"are not on it ({who})"
        )
    possible = sum(one.points for one in config.questions) + sum(one.points for one in config.manual)
    maximum = _maximum(lms, worksheet, config)
    if maximum is not None and maximum < possible:
        yield (
            f"{lms.title} takes {number(maximum)} points at most, and the lab gives {number(possible)}: "
            f"marks above are not taken. Raise the assignment's maximum grade there"
        )


def _is_listed(one: Submission, lms: Lms, worksheet: Worksheet, *, teams: bool) -> bool:
    if not teams:
        return not one.lms_id or lms.person(worksheet, one.lms_id, one.student) is not None
    # What tells a team from the list is its name, where the list has names of teams at all.
    groups = {lms.team_key(person.group) for person in worksheet.people} - {""}
    return not groups or lms.team_key(one.student) in groups


def _maximum(lms: Lms, worksheet: Worksheet, config: Config) -> float | None:
    """The lowest maximum of anybody on the list; ``None`` where it tells none."""
    everybody = [_row(person) for person in worksheet.people]
    back = lms.handback(everybody, assignment_of(config.assignment.title, config.lms), worksheet)
    return min((most for one in everybody if (most := lms.maximum(one, back)) is not None), default=None)


def _row(person: Person) -> Returned:
    return Returned(person.lms_id, person.name, "", (), "", None, 0.0, "", Path(), person)
