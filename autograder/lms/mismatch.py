"""What of an LMS's things does not fit together, known while it can still be changed: before the grading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from autograder.config.schema import Config
from autograder.files.visible import listed
from autograder.lms.base import Lms
from autograder.lms.model import Returned, Worksheet
from autograder.lms.returning import assignment_of, is_named_by, nobody_of
from autograder.lms.scale import about_scale, is_doubtful
from autograder.model import Submission


def mismatches(
    submissions: Sequence[Submission], lms: Lms, worksheet: Worksheet | None, config: Config
) -> Iterator[str]:
    """What a TA has to look at before marks go back, a sentence each.

    Uploads under no name of the LMS, an export of teams that nobody has declared, a list that is of another
    class, another maximum than the lab's.

    Args:
        lms: what the uploads are exports of.
        worksheet: the list of the class.
        config: of the lab.
    """
    named = [one for one in submissions if is_named_by(lms, one)]
    if submissions and not named:
        yield f"nothing can go back: {nobody_of(lms)}"
    rows = [Returned(one.lms_id, one.student, one.place) for one in named]
    back = lms.handback(rows, assignment_of(config.assignment.title, config.lms), worksheet)
    nothing = lms.nothing_because(back) if rows else ""
    if nothing:
        yield f"no mark goes back: {nothing}"
    if worksheet is None:
        return
    is_listed = _listing(lms, worksheet, teams=config.lms.teams)
    unknown = [] if nothing else [one for one in named if not is_listed(one)]
    if 2 * len(unknown) > len(named):
        who = listed([one.student or one.lms_id for one in unknown])
        yield (
            f"the list of the class is hardly of this class: {len(unknown)} of {len(named)} who handed in "
            f"are not on it ({who})"
        )
    possible, most = _maxima(lms, worksheet, config)
    if is_doubtful(lms, most, possible, config.lms.scale or ""):
        yield about_scale(lms, most, possible, config.lms.scale or "")


def scale_note(lms: Lms, worksheet: Worksheet | None, config: Config) -> str:
    """What is said of another maximum than the lab's where somebody has decided; else empty."""
    possible, most = _maxima(lms, worksheet, config)
    scale = config.lms.scale or ""
    return (
        "" if not most or is_doubtful(lms, most, possible, scale) else about_scale(lms, most, possible, scale)
    )


def _maxima(lms: Lms, worksheet: Worksheet | None, config: Config) -> tuple[float, float | None]:
    """The points of the lab, and those of the assignment in the LMS as far as the list tells."""
    possible = sum(one.points for one in config.questions) + sum(one.points for one in config.manual)
    return possible, lms.most(worksheet, assignment_of(config.assignment.title, config.lms))


def _listing(lms: Lms, worksheet: Worksheet, *, teams: bool) -> Callable[[Submission], bool]:
    """What tells whether a submission is of somebody on the list."""
    if not teams:
        return lambda one: not one.lms_id or lms.person(worksheet, one.lms_id, one.student) is not None
    # What tells a team from the list is its name, where the list has names of teams at all.
    groups = {lms.team_key(person.group) for person in worksheet.people} - {""}
    return lambda one: not groups or lms.team_key(one.student) in groups
