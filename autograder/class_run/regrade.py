"""``autograder regrade``: after a change of tests or configuration, who changes and why.

What the change concerns is graded beside the report, not into it. Only when all of it is there is it
compared, shown, and, unless it was a trial, taken over: a report never shows half of a change.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.class_run.grade import (
    STOPPED,
    Means,
    OneClass,
    console_for,
    grade_with_progress,
    opened_class,
    report,
)
from autograder.class_run.progress import say
from autograder.files.atomic import replace_file
from autograder.files.visible import csv_cell, csv_line, number, plain
from autograder.model import CaseResult, Grade, Outcome, QuestionResult, Status
from autograder.store.out_folder import Run, recalled, remember, staging
from autograder.store.results import read_results, results_file
from autograder.store.reuse import Results, StoredGrades, conditions

if TYPE_CHECKING:
    from rich.console import Console

MOST_REASONS = 3
"""Checks that are named for one question of one student."""

MOST_VERDICTS = 10
"""Checks that are named although they change no points."""


@dataclass(frozen=True)
class Change:
    """What is different for one submission.

    Attributes:
        grade: as it is now.
        question: the question's name; empty for the submission as a whole.
        before, after: points or a status, as text.
        why: which checks came out differently.
    """

    grade: Grade
    question: str
    before: str
    after: str
    why: tuple[str, ...] = ()


def regrade_command(
    out: Path, paths: Sequence[Path], config: Path | None, means: Means, *, dry_run: bool
) -> int:
    """Grade again what a change concerns, and print who changes.

    Args:
        paths: where the submissions lie; empty: where they were.
        config: another configuration than that of the run before.
        dry_run: leave the report as it is. What was graded is kept for the real regrading.

    Returns:
        0 when every submission is graded, 3 when some could not be, 130 when it was stopped.

    Raises:
        AutograderError: nothing was graded before, or nothing can be graded now.
    """
    run = recalled(out, [path.absolute() for path in paths])
    if config is not None:
        run = replace(run, settings=replace(run.settings, config=config))
    console = console_for(means)
    with opened_class(run, out, console) as one_class:
        submissions = one_class.submissions
        wanted = conditions(one_class.lab, run.settings)
        beside = staging(out)
        results = Results(beside, one_class.lab, one_class.manual, wanted, beside=[out])
        if not grade_with_progress(submissions, results, wanted, run.settings, means, console):
            return STOPPED
        after = results.of(submissions)
        changes: list[Change] = []
        verdicts: Counter[tuple[str, str]] = Counter()
        for grade in after:
            before = _before(out, grade)
            changes += changes_of(before, grade)
            verdicts.update(other_verdicts(before, grade))
        _show(changes, verdicts, len(submissions), means, dry_run, console)
        if dry_run:
            refused = any(grade.status is not Status.GRADED for grade in after)
            return 3 if refused else 0
        return _take_over(one_class, after, changes, out, run, means, console)


def changes_of(before: Grade | None, after: Grade) -> list[Change]:
    """What is different between two grades of one submission; the later one is complete."""
    if before is None:
        return [Change(after, "", "not there", _standing(after))]
    if before.status is not after.status:
        return [Change(after, "", _standing(before), _standing(after))]
    earlier = {question.name: question for question in before.questions}
    later = {question.name: question for question in after.questions}
    changes = []
    for name in dict.fromkeys([*later, *earlier]):
        old, new = earlier.get(name), later.get(name)
        if _points(old) != _points(new):
            worth_changed = old is not None and new is not None and old.possible != new.possible
            was, is_now = (_points(one, worth_changed) for one in (old, new))
            changes.append(Change(after, name, was, is_now, _reasons(old, new)))
    return changes


def other_verdicts(before: Grade | None, after: Grade) -> list[tuple[str, str]]:
    """Question and name of the checks that come out differently without changing points: feedback changes."""
    if before is None or before.status is not after.status:
        return []
    earlier = {question.name: question for question in before.questions}
    found = []
    for question in after.questions:
        old = earlier.get(question.name)
        if old is not None and _points(old) == _points(question):
            outcomes = {case.name: case.outcome for case in old.cases}
            found += [
                (question.name, case.name)
                for case in question.cases
                if outcomes.get(case.name, case.outcome) is not case.outcome
            ]
    return found


def _standing(grade: Grade) -> str:
    if grade.status is Status.GRADED:
        return f"{number(grade.score, 2)} of {number(grade.max_score, 2)}"
    return f"not gradable: {plain(grade.reason, 200)}"


def _points(question: QuestionResult | None, with_possible: bool = True) -> str:
    if question is None:
        return "no such question"
    if not question.checked:
        return "not checked"
    of = f"/{number(question.possible)}" if with_possible else ""
    return f"{number(question.points)}{of}"


def _reasons(old: QuestionResult | None, new: QuestionResult | None) -> tuple[str, ...]:
    """The checks that came out differently."""
    if old is None or new is None:
        return ()
    earlier = {case.name: case for case in old.cases}
    reasons = [reason for case in new.cases if (reason := _reason(earlier.pop(case.name, None), case))]
    reasons += [f"check is gone: {plain(name, 80)}" for name in earlier]
    more = [f"and {len(reasons) - MOST_REASONS} more"] if len(reasons) > MOST_REASONS else []
    return tuple(reasons[:MOST_REASONS] + more)


def _reason(old: CaseResult | None, new: CaseResult) -> str:
    name, message = plain(new.name, 80), plain(new.message, 160)
    told = f": {message}" if message else ""
    if old is None:
        return f"new check {new.outcome}: {name}{told}"
    if old.outcome is not new.outcome:
        verb = {Outcome.PASSED: "passes", Outcome.FAILED: "fails"}.get(new.outcome, "is not checked")
        return f"now {verb}: {name}{told}"
    if old.possible != new.possible:
        return f"worth {number(new.possible)} instead of {number(old.possible)}: {name}"
    return ""


def _before(out: Path, grade: Grade) -> Grade | None:
    try:
        return read_results(results_file(out, grade.submission.id))
    except (OSError, ValueError):
        return None


def _show(
    changes: Sequence[Change],
    verdicts: Counter[tuple[str, str]],
    total: int,
    means: Means,
    dry_run: bool,
    console: Console,
) -> None:
    from rich.text import Text

    students = list(dict.fromkeys(change.grade.submission.id for change in changes))
    if means.json_lines:
        for change in changes:
            say(
                "change", id=change.grade.submission.id, student=change.grade.submission.student,
                question=change.question, before=change.before, after=change.after, why=change.why,
            )  # fmt: skip
        for (question, check), count in verdicts.items():
            say("verdicts", question=question, check=check, submissions=count)
        say("changes", submissions=total, changed=len(students), dry_run=dry_run)
        return
    arrow = "->" if console.options.ascii_only else "→"
    lines = [""]
    for change in changes:
        name = plain(change.grade.submission.student or change.grade.submission.source, 60)
        what = f"{change.question} " if change.question else ""
        lines.append(f"{name}: {what}{change.before} {arrow} {change.after}")
        lines += [f"    {reason}" for reason in change.why]
    lines.append(f"{len(students)} of {total} submission{'' if total == 1 else 's'} change")
    if verdicts:
        named = [f"{question}: {plain(check, 80)} ({count})" for (question, check), count in verdicts.items()]
        more = f" and {len(named) - MOST_VERDICTS} more" if len(named) > MOST_VERDICTS else ""
        lines.append(
            f"Checks that come out differently and change no points: {', '.join(named[:MOST_VERDICTS])}{more}"
        )
    if dry_run:
        lines.append("The report is as it was. Without --dry-run this is taken over, and not graded again.")
    for line in lines:
        console.print(Text(line), soft_wrap=True)


def _take_over(
    one_class: OneClass,
    after: StoredGrades,
    changes: Sequence[Change],
    out: Path,
    run: Run,
    means: Means,
    console: Console,
) -> int:
    results = Results(out, one_class.lab, one_class.manual)
    replace_file(out / "changes.csv", _table(changes))
    for grade in after:
        results.write(grade)
    remember(out, run)
    shutil.rmtree(after.out)
    return report(one_class, results.of(after.submissions), out, means, console)


def _table(changes: Sequence[Change]) -> Iterator[str]:
    """``changes.csv``: one row per submission and question."""
    yield csv_line(("submission", "student", "lms_id", "question", "before", "after", "why"))
    for change in changes:
        one = change.grade.submission
        who = (one.source, one.student, one.lms_id)
        what = (change.question, change.before, change.after, "; ".join(change.why))
        yield csv_line([csv_cell(cell, 4000) for cell in (*who, *what)])
