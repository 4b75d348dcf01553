"""What a run works on: the uploads opened, the LMS recognised, the TA's list read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.config.load import Lab, check_files, load
from autograder.errors import UsageError
from autograder.lms.base import Assignment, Lms, Worksheet
from autograder.lms.known import KNOWN, lms_named
from autograder.lms.plain import Pattern, Plain
from autograder.lms.returning import assignment_of
from autograder.model import Submission
from autograder.store.manual import ManualMarks
from autograder.store.out_folder import locked
from autograder.store.run import Run
from autograder.submissions.lateness import with_lateness
from autograder.workers.temporary import temporary_folder

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class OneClass:
    """What a run works on.

    Attributes:
        lms: where all of it comes from, as far as anybody knows.
        worksheet: the TA's own list of the class.
        manual: what a person has scored.
    """

    lab: Lab
    submissions: list[Submission]
    lms: Lms | None
    worksheet: Worksheet | None
    manual: ManualMarks


@contextmanager
def opened_class(run: Run, out: Path) -> Iterator[OneClass]:
    """What a run works on; ``out`` is ours inside the block.

    Raises:
        AutograderError: the configuration is wrong, there is nothing to grade, or no place to write to.
    """
    from autograder.submissions.discover import discover

    lab = load(run.settings.config)
    check_files(lab)
    with locked(out), temporary_folder() as spool:
        asked_for = lms_named(run.lms, run.name_pattern)
        assignment = assignment_of(lab.config.assignment.title, lab.config.lms)
        lists: dict[str, Worksheet | None] = {}

        def learn(lms: Lms, facts: Mapping[str, object]) -> Mapping[str, object]:
            if lms.name not in lists:
                lists[lms.name] = _worksheet(run.worksheet, lms, assignment) or lms.roster(facts)
            return {**facts, "worksheet": lists[lms.name]}

        submissions = discover(
            run.paths, spool, lab.config.limits, lab.config.assignment.notebook,
            lms=None if isinstance(asked_for, Plain) and not isinstance(asked_for, Pattern) else asked_for,
            known=() if asked_for else KNOWN, learn=learn,
        )  # fmt: skip
        if not submissions:
            raise UsageError(f"there is no notebook in {', '.join(map(str, run.paths))}")
        lms = asked_for or _only([one.lms for one in submissions])
        if lms is None and run.worksheet is not None:
            raise UsageError(
                f"--worksheet {run.worksheet}: no LMS was recognised that it could be from; "
                f"name it with --lms"
            )
        worksheet = lists.get(lms.name) if lms else None
        yield OneClass(
            lab=lab,
            submissions=[_with_lateness(one, lms, worksheet, lab) for one in submissions],
            lms=lms,
            worksheet=worksheet,
            manual=ManualMarks(out, lab.config.manual),
        )


def _with_lateness(one: Submission, lms: Lms | None, worksheet: Worksheet | None, lab: Lab) -> Submission:
    person = lms.person(worksheet, one.lms_id, one.student) if lms and worksheet else None
    return with_lateness(one, person, lab.config.late)


def _only(names: Sequence[str]) -> Lms | None:
    """The one LMS that submissions come from.

    Raises:
        UsageError: they come from several.
    """
    found = set(filter(None, names))
    if len(found) > 1:
        raise UsageError(
            f"the uploads come from different LMSs ({', '.join(sorted(found))}): grade them one at a time"
        )
    return lms_named(found.pop()) if found else None


def _worksheet(path: Path | None, lms: Lms, assignment: Assignment) -> Worksheet | None:
    if path is None:
        return None
    try:
        return lms.worksheet(path.read_bytes(), assignment)
    except OSError as reason:
        raise UsageError(f"--worksheet {path}: cannot be read: {reason.strerror}") from None
