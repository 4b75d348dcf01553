"""Regrade a class: after a change of tests or configuration, who changes and why.

What the change concerns is graded beside the report, not into it. Only when all of it is there is it
compared, shown, and, unless it was a trial, taken over: a report never shows half of a change.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.class_run.earlier import check_nobody_disappears
from autograder.class_run.events import Listener, Noted
from autograder.class_run.grade import Means, grade_and_tell
from autograder.class_run.one_class import opened_class
from autograder.class_run.publish import Published, publish, withdraw_lms
from autograder.class_run.run import Ended
from autograder.files.atomic import replace_file
from autograder.files.visible import csv_cell, csv_line, number, plain
from autograder.grading.conditions import Conditions
from autograder.model import CaseResult, Grade, Outcome, QuestionResult, Status, Submission
from autograder.report.write import page_file
from autograder.store.entries import Entries
from autograder.store.executed import executed_file
from autograder.store.out_folder import staging
from autograder.store.results import read_results, results_file
from autograder.store.reuse import Results
from autograder.store.run import before, recalled, remember, with_case_number

MOST_REASONS = 3
"""Checks that are named for one question of one student."""


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


@dataclass(frozen=True)
class Regraded:
    """What a regrading came to.

    Attributes:
        submissions: how many there are.
        changes: what is different, in the order of the submissions.
        verdicts: question and name of the checks that came out differently without changing points, with the
            number of submissions.
        refused: whether some could not be graded, or something of the LMS does not fit.
        published: the new report; ``None`` after a trial.
    """

    submissions: int
    changes: Sequence[Change]
    verdicts: Mapping[tuple[str, str], int]
    refused: bool
    published: Published | None


def regrade(
    out: Path,
    paths: Sequence[Path],
    config: Path | None,
    means: Means,
    tell: Listener,
    *,
    dry_run: bool,
    partial: bool = False,
) -> Regraded | None:
    """Grade again what a change concerns, and compare.

    Args:
        paths: where the submissions lie; empty: where they were.
        config: another configuration than that of the run before.
        tell: hears what happens.
        partial: as of :class:`~autograder.store.run.Run`; where the run before had it, it holds.
        dry_run: leave the report as it is. What was graded is kept for the real regrading.

    Returns:
        ``None`` when somebody stopped the run.

    Raises:
        AutograderError: nothing was graded before, or nothing can be graded now.
    """
    run = recalled(out, [path.absolute() for path in paths])
    run = with_case_number(replace(run, partial=run.partial or partial), out)
    if config is not None:
        run = replace(run, settings=replace(run.settings, config=config))
    earlier = before(out)
    with opened_class(run, out, tell) as one_class:
        if note := check_nobody_disappears(out, run.paths, earlier, one_class.submissions):
            tell(Noted(note))
        wanted = Conditions.of_run(one_class.lab, run.settings)
        beside = staging(out)
        if not dry_run:
            one_class.by_hand.enter()
        comparison = _Comparison(out, one_class.submissions)
        with closing(Results(beside, one_class.lab, one_class.by_hand, wanted, beside=[out])) as results:
            if not grade_and_tell(one_class, results, wanted, run.settings, means, tell, comparison.add):
                return None
        changes, entries, published = comparison.changes(), comparison.entries, None
        if not dry_run:
            replace_file(out / "changes.csv", _table(changes))
            withdraw_lms(out)
            _take_over(out, beside, one_class.submissions)
            remember(out, run, one_class.submissions, one_class.lab)
            published = publish(one_class, entries, out, tell, partial=run.partial, similar=run.similar)
        refused = bool(one_class.doubts) or any(entry.status is not Status.GRADED for entry in entries)
        return Regraded(len(entries), changes, comparison.verdicts, refused, published)


class _Comparison:
    """What comes out differently than in the report of before, while one submission after the other ends.

    Attributes:
        entries: of the grades that are there now.
        verdicts: as in :class:`Regraded`.
    """

    def __init__(self, out: Path, submissions: Sequence[Submission]) -> None:
        self.entries = Entries(submissions)
        self.verdicts: Counter[tuple[str, str]] = Counter()
        self._out, self._submissions = out, submissions
        self._changes: dict[str, list[Change]] = {}

    def add(self, ended: Ended) -> None:
        before = _before(self._out, ended)
        self.entries.add(ended.grade)
        self._changes[ended.grade.submission.id] = changes_of(before, ended.grade)
        self.verdicts.update(other_verdicts(before, ended.grade))

    def changes(self) -> list[Change]:
        """All of them, in the order of the submissions."""
        return [change for one in self._submissions for change in self._changes[one.id]]


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
    by_hand = [f"changed by the course team: {plain(new.override.reason, 160)}"] if new.override else []
    reasons = by_hand + [
        reason for case in new.cases if (reason := _reason(earlier.pop(case.name, None), case))
    ]
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


def _before(out: Path, ended: Ended) -> Grade | None:
    """The grade that the report had until now; ``None`` where it had none."""
    if ended.known is not None and ended.known.own and ended.known.place == out:
        return ended.known.grade
    try:
        return read_results(results_file(out, ended.grade.submission.id))
    except (OSError, ValueError):
        return None


def _take_over(out: Path, beside: Path, submissions: Sequence[Submission]) -> None:
    """Move notebooks, pages and results into the report, in the order in which they were written."""
    for one in submissions:
        ran = executed_file(beside, one.id)
        executed_file(out, one.id).unlink(missing_ok=True)
        if ran.is_file():
            executed_file(out, one.id).parent.mkdir(parents=True, exist_ok=True)
            ran.replace(executed_file(out, one.id))
        for place in (page_file, results_file):
            place(out, one.id).parent.mkdir(parents=True, exist_ok=True)
            place(beside, one.id).replace(place(out, one.id))
    shutil.rmtree(beside)


def _table(changes: Sequence[Change]) -> Iterator[str]:
    """``changes.csv``: one row per submission and question."""
    yield csv_line(("submission", "student", "lms_id", "question", "before", "after", "why"))
    for change in changes:
        one = change.grade.submission
        who = (one.source, one.student, one.lms_id)
        what = (change.question, change.before, change.after, "; ".join(change.why))
        yield csv_line([csv_cell(cell, 4000) for cell in (*who, *what)])
