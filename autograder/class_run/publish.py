"""Publish a class: the pages that are about all of it, and what goes back to the LMS."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from autograder.class_run.events import Listener, Noted
from autograder.class_run.one_class import OneClass
from autograder.class_run.similar import Similar, write_similar
from autograder.config.schema import Assignment
from autograder.errors import AutograderError
from autograder.lms.base import Lms
from autograder.lms.returning import (
    SEVERAL,
    HandedBack,
    comment_for,
    is_named_by,
    points_of_lab,
    write_lms,
)
from autograder.model import AnswerPicture, Grade
from autograder.report.class_summary import ClassSummary
from autograder.report.write import write_report, write_submission
from autograder.store.entries import Entries
from autograder.store.executed import FOLDER, executed_file, kept_executed, remove_other_executed
from autograder.store.going_back import ClassGoingBack, GoingBack, forget_going_back, keep_going_back
from autograder.store.published import Publication, back_of, everything_back, keep, page_digest


@dataclass(frozen=True)
class Published:
    """What a class came to, and where it is written.

    Attributes:
        out: the report's folder.
        entries: one for each submission, in their order.
        figures: the class in numbers.
        lms: where the submissions come from, as far as anybody knows.
        upload: what says how marks and pages go back to it; ``None`` without an LMS.
        doubts: what of the LMS's things does not fit together, a sentence each.
        similar: similar work, where it was looked for.
    """

    out: Path
    entries: Entries
    figures: ClassSummary
    lms: Lms | None = None
    upload: Path | None = None
    doubts: tuple[str, ...] = ()
    similar: Similar | None = None


def withdraw_lms(out: Path) -> None:
    """Remove what an earlier run wrote for the LMS: it is not of the results that are coming now."""
    shutil.rmtree(out / "lms", ignore_errors=True)
    forget_going_back(out)


def write_student(
    out: Path, grade: Grade, assignment: Assignment, pictures: Mapping[str, Sequence[AnswerPicture]]
) -> None:
    """Write page and result of one submission, whose notebook as it ran is there already if it is kept.

    Args:
        pictures: in the answers in words, by question.

    Raises:
        AutograderError: ``out`` cannot be written to.
    """
    ran = executed_file(out, grade.submission.id)
    linked = assignment.link_executed and ran.is_file()
    try:
        executed = f"../{FOLDER}/{ran.name}" if linked else ""
        write_submission(out, grade, assignment.title, executed, pictures)
    except OSError as reason:
        raise not_written(out, reason) from None


def not_written(out: Path, reason: OSError) -> AutograderError:
    """What to say when a file of the report cannot be written."""
    return AutograderError(
        f"{out}: cannot be written to: {reason.strerror}; what is there is kept, and the same command goes "
        f"on from it"
    )


def publish(
    one_class: OneClass,
    entries: Entries,
    out: Path,
    tell: Listener,
    *,
    partial: bool,
    similar: bool = False,
    by: str = "",
) -> Published:
    """Write ``grades.csv``, ``index.html``, what people fill in, and ``lms/``; nothing is graded.

    Notebooks of whoever is not in the class any more are removed from ``executed/``.

    Args:
        tell: hears of what people decided without effect.
        partial: whether marks go back though a person has not scored everything.
        similar: whether similar work is looked for and written too.
        by: who publishes; empty: a command does.

    Raises:
        OSError: ``out`` cannot be written to.
        ConfigurationError: as of :func:`~autograder.class_run.similar.write_similar`.
    """
    config = one_class.lab.config
    names = [question.name for question in config.questions]
    manual = [question.name for question in config.manual]
    remove_other_executed(out, [one.id for one in one_class.submissions])
    figures = write_report(
        out, entries, config.assignment.title, names, manual,
        with_marks=config.late is not None, executed=kept_executed(out),
    )  # fmt: skip
    by_hand = one_class.by_hand
    seen = by_hand.last
    for note in filter(None, (by_hand.write(entries), by_hand.without_effect(entries))):
        tell(Noted(note))
    published, handed_back = Published(out, entries, figures), None
    if (lms := one_class.lms) is not None:
        handed_back = write_lms(
            out, entries, lms, one_class.worksheet, config.assignment.title, config.lms, partial=partial
        )
        published = Published(out, entries, figures, lms, handed_back.upload, one_class.doubts)
        keep_going_back(
            out, _going_back(one_class, lms, entries, out, seen, handed_back.kept_back, partial=partial)
        )
    _keep(out, entries, handed_back, by, seen, partial=partial)
    # Last: all that marks need is there, whatever may be wrong with the solution that this reads.
    return replace(published, similar=write_similar(one_class, entries, out)) if similar else published


def _going_back(
    one_class: OneClass,
    lms: Lms,
    entries: Entries,
    out: Path,
    seen: int,
    kept_back: Mapping[str, str],
    *,
    partial: bool,
) -> ClassGoingBack:
    """What ``autograder push`` may write: what the files for the LMS hold, before the LMS is asked
    anything.

    The LMS itself then tells its maximum, and whether it hides the names.

    Args:
        kept_back: why nothing of a submission goes back, by its id.
    """
    config = one_class.lab.config
    named = [one for one in entries if is_named_by(lms, one.submission)]
    claims = Counter(one.submission.lms_id for one in named)
    people = []
    for one in named:
        id = one.submission.id
        back = back_of(one, partial=partial, page=page_digest(out, id))
        if back.mark is not None and back.lms_id and claims[back.lms_id] > 1:
            back = replace(back, mark=None, held_back=SEVERAL)
        if id in kept_back:
            back = replace(back, mark=None, held_back=kept_back[id], page="")
        row = lms.person(one_class.worksheet, back.lms_id, back.student) if one_class.worksheet else None
        members = tuple(config.lms.members.get(back.lms_id, ())) if config.lms.teams else ()
        people.append(
            GoingBack(
                id, back.student, back.lms_id, back.mark, back.held_back, comment_for(one), back.page,
                row.login if row else "", members, points_of_lab(one),
            )
        )  # fmt: skip
    when = datetime.now(UTC).isoformat(timespec="milliseconds")
    return ClassGoingBack(
        when,
        seen,
        lms.name,
        config.assignment.title,
        config.lms.teams,
        config.lms.withhold,
        config.lms.scale or "",
        config.language,
        people,
    )


def _keep(
    out: Path, entries: Entries, handed_back: HandedBack | None, by: str, seen: int, *, partial: bool
) -> None:
    """Keep what was written, to be compared with what will be."""
    left_out = handed_back.left_out if handed_back else {}
    keep(
        out,
        Publication(
            datetime.now(UTC).isoformat(timespec="milliseconds"),
            by,
            partial,
            seen,
            handed_back.marks if handed_back else None,
            handed_back.pages if handed_back else {},
            everything_back(out, entries, left_out, partial=partial),
        ),
    )
