"""Submissions that are added to a class one by one: a corrected notebook, somebody who was late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from autograder.errors import UsageError
from autograder.files.visible import listed
from autograder.language import showing as _
from autograder.model import Submission


def with_added(submissions: Sequence[Submission], added: Sequence[Submission]) -> list[Submission]:
    """The class with what was added: it replaces its student's submission, or comes at the end.

    The student is found by the submission's identifier, else by the name. What is known about the earlier
    submission's time and its place in the LMS holds for the later one.

    Args:
        added: of one upload.

    Raises:
        UsageError: nothing tells whom an added submission is from, or two are from one student.
    """
    result = list(submissions)
    taken: dict[int, Submission] = {}
    for one in added:
        place = _place_of(one, submissions)
        if place is None:
            result.append(one)
            continue
        if place in taken:
            raise UsageError(
                f"--add: {one.source} and {taken[place].source} are both of {one.student}: add one of them"
            )
        taken[place] = one
        result[place] = _in_place_of(submissions[place], one)
    return result


def _place_of(one: Submission, submissions: Sequence[Submission]) -> int | None:
    """Whose submission an added one replaces; ``None`` where it is somebody new's."""
    for place, other in enumerate(submissions):
        if other.id == one.id:
            return place
    if one.lms_id:  # the LMS knows both, and says that they are different people
        return None
    alike = [place for place, other in enumerate(submissions) if _key(other) == _key(one)]
    if len(alike) > 1:
        who = [f"{submissions[place].source} ({submissions[place].lms_id})" for place in alike]
        raise UsageError(
            f"--add: {one.source}: several people are called {one.student}: {listed(who)}. Add it as the LMS "
            f"exports it"
        )
    return alike[0] if alike else None


def _key(one: Submission) -> str:
    return " ".join(one.student.casefold().split())


def _in_place_of(before: Submission, after: Submission) -> Submission:
    beside = after if after.pictures else before  # who corrects a notebook need not scan the pages again
    kept = replace(
        before,
        pictures=beside.pictures,
        picture_files=beside.picture_files,
        source=after.source,
        file=after.file,
        problem=after.problem,
        notes=after.notes,
        own_path=after.own_path or before.own_path,
        set_aside=(*after.set_aside, _("added by hand in the place of what was handed in")),
    )
    if after.submitted or after.late is not None:
        return replace(kept, submitted=after.submitted, late=after.late, late_seconds=after.late_seconds)
    return kept
