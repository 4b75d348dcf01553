"""Write a class's report again from its results and from what people decided; nothing is graded.

Points by hand, overrides, the late policy and titles need no notebook to run. Whatever does, is refused with
the names of those whom it concerns: a report is of what was handed in, or it is not written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from autograder.class_run.earlier import check_nobody_disappears
from autograder.class_run.events import Begun, Graded, Listener, Noted
from autograder.class_run.one_class import OneClass, opened_class
from autograder.class_run.publish import Published, not_written, publish, withdraw_lms, write_student
from autograder.class_run.run import digest_of
from autograder.errors import UsageError
from autograder.files.visible import listed
from autograder.grading.conditions import Conditions
from autograder.model import Grade
from autograder.store.entries import Entries
from autograder.store.results import results_file
from autograder.store.reuse import Results
from autograder.store.run import before, done_before, remember_again

_OTHERS_NOW = (
    "the lab's tests, or what grades, are not those of the last grading any more: these are its points, and "
    "autograder regrade says whose would change"
)


def republish(
    out: Path,
    config: Path | None,
    tell: Listener,
    *,
    partial: bool | None = None,
    worksheet: Path | None = None,
    by: str = "",
) -> Published:
    """Write pages, ``grades.csv``, ``index.html``, the tables to fill in and ``lms/`` again.

    What is new in the tables is entered into the journal first.

    Args:
        config: another configuration than that of the run before.
        tell: hears what happens.
        partial: whether marks go back though a person has not scored everything; ``None``: as last time.
        worksheet: the list of the class as the LMS has it now; ``None``: that of last time.
        by: who publishes; empty: a command does.

    Raises:
        AutograderError: nothing was graded there, something has to be graded first, another run writes there,
            or nothing can be written.
    """
    run = done_before(out, (), config, "regrade")
    run = replace(
        run,
        partial=run.partial if partial is None else partial,
        worksheet=worksheet.absolute() if worksheet else run.worksheet,
    )
    earlier = before(out)
    with opened_class(run, out, tell) as one_class:
        if note := check_nobody_disappears(out, run.paths, earlier, one_class.submissions):
            tell(Noted(note))
        with closing(Results(out, one_class.lab, one_class.by_hand)) as results:
            grades = _stored(one_class, results)
            if _is_of_other_conditions(grades, Conditions.of_run(one_class.lab, run.settings)):
                tell(Noted(_OTHERS_NOW))
            one_class.by_hand.enter()
            remember_again(out, one_class.submissions, partial=run.partial, worksheet=worksheet)
            withdraw_lms(out)
            entries = Entries(one_class.submissions)
            tell(Begun(len(grades)))
            for one, grade in zip(one_class.submissions, grades, strict=True):
                complete = results.completed(grade)
                pictures = results.pictures(complete, one.file)
                write_student(out, complete, one_class.lab.config.assignment, pictures)
                entries.add(complete)
                tell(Graded(complete, reused=True))
        try:
            return publish(one_class, entries, out, tell, partial=run.partial, by=by)
        except OSError as reason:
            raise not_written(out, reason) from None


def _stored(one_class: OneClass, results: Results) -> Sequence[Grade]:
    """Every submission's result, in their order.

    Raises:
        UsageError: some have none, one of another notebook, or of another grading than the others.
    """
    found: list[Grade] = []
    new: list[str] = []
    changed: list[str] = []
    for one in one_class.submissions:
        grade = results.stored(one, digest_of(one.file) if one.file else "")
        if grade is not None:
            found.append(grade if one.file else replace(grade, reason=one.problem or grade.reason))
        elif results_file(results.out, one.id).is_file():
            changed.append(one.student or one.id)
        else:
            new.append(one.student or one.id)
    wrong = [*_wrong(new, "new"), *_wrong(changed, "not what was graded")]
    if wrong:
        raise UsageError(f"run autograder grade first: {' and '.join(wrong)}")
    if len({Conditions.of_grade(one) for one in found if one.digest}) > 1:
        raise UsageError(
            "run autograder grade first: it was stopped when it had graded a part of the class, by other "
            "tests or another engine than the rest"
        )
    return found


def _wrong(names: Sequence[str], what: str) -> Iterator[str]:
    if names:
        yield f"{len(names)} submission{' is' if len(names) == 1 else 's are'} {what} ({listed(names)})"


def _is_of_other_conditions(grades: Sequence[Grade], now: Conditions) -> bool:
    return any(Conditions.of_grade(one) != now for one in grades if one.digest)
