"""``grades.csv``: one row per submission. Its columns are a contract with other tools."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path

from autograder.files.atomic import replace_file
from autograder.files.visible import csv_cell, csv_line, number
from autograder.model import AnswerState, Entry, Grade, Status

FIRST_COLUMNS = ("submission", "student", "lms_id", "late", "score", "max_score", "status")
MARK_COLUMN = "mark"
CHANGED_COLUMN = "changed"
LAST_COLUMNS = ("flags", "seconds")
FLAG_LENGTH = 500
"""A flag is a short remark; a reason may hold an exception's text. A spreadsheet's cell ends at 32,767."""
MOST_FLAGS = 50
MOST_COPIES = 3
"""Other submissions with the same bytes that are named."""


def write_grades(
    path: Path,
    entries: Iterable[Entry],
    question_names: Sequence[str],
    manual_names: Sequence[str],
    *,
    with_marks: bool = False,
) -> None:
    """Write the rows in the order of ``entries``: UTF-8 without a byte order mark, lines end in ``\\n``.

    Args:
        question_names: one column each, in this order; empty where a grade lacks the question.
        manual_names: one column each, empty until a person has given points.
        with_marks: whether there is a column for the mark, which lateness and rounding can change.

    Where the course team has changed anything, there is a column for that, too.
    """
    entries = list(entries)
    with_changes = any(changes(entry) for entry in entries)
    more = [name for name, wanted in ((MARK_COLUMN, with_marks), (CHANGED_COLUMN, with_changes)) if wanted]
    header = [*FIRST_COLUMNS, *question_names, *manual_names, *more, *LAST_COLUMNS]
    rows = (_row(entry, question_names, manual_names, more) for entry in entries)
    replace_file(path, map(csv_line, chain([header], rows)))


def _row(
    entry: Entry, question_names: Sequence[str], manual_names: Sequence[str], more: Sequence[str]
) -> list[str]:
    graded = entry.status is Status.GRADED
    late = entry.submission.late_seconds
    points = {one.name: number(one.points) for one in entry.questions if one.checked}
    points |= {one.name: number(one.points) for one in entry.manual if one.points is not None}
    others = {
        MARK_COLUMN: number(entry.mark) if graded and entry.mark is not None else "",
        CHANGED_COLUMN: "; ".join(csv_cell(one, FLAG_LENGTH) for one in _first(changes(entry))),
    }
    return [
        csv_cell(entry.submission.source, 4000),
        csv_cell(entry.submission.student),
        csv_cell(entry.submission.lms_id),
        "" if late is None else number(late),
        number(entry.score) if graded else "",
        number(entry.max_score) if graded else "",
        entry.status.value,
        *(points.get(name, "") if graded else "" for name in (*question_names, *manual_names)),
        *(others[name] for name in more),
        "; ".join(csv_cell(flag, FLAG_LENGTH) for flag in _first(remarks(entry))),
        number(entry.seconds),
    ]


def _first(said: list[str]) -> list[str]:
    more = len(said) - MOST_FLAGS
    return [*said[:MOST_FLAGS], f"and {more} more"] if more > 0 else said


def remarks(grade: Grade | Entry) -> list[str]:
    """What the TA must know, worst first.

    The reason of what could not be graded, questions without a verdict, limits, flags, copies, answers in
    words that are missing, drafts, what lateness cost, and what else was handed in.
    """
    reason = [grade.reason or "no reason given"] if grade.status is Status.NOT_GRADABLE else []
    open_questions = [f"not checked: {one.name}" for one in grade.questions if not one.checked]
    seen = [*grade.limits_hit, *grade.flags, *_copies(grade), *_unanswered(grade)]
    draft = ["a draft in the LMS, never submitted"] if grade.submission.draft else []
    handed_in = [*draft, *filter(None, [grade.penalty]), *grade.submission.set_aside]
    return list(dict.fromkeys([*reason, *open_questions, *seen, *handed_in]))


def changes(grade: Grade | Entry) -> list[str]:
    """What the course team changed, a sentence each: "grad_w: 3 instead of 1: the derivation is right"."""
    found = []
    for one in (*grade.questions, *grade.manual):
        if one.override is not None and one.override.points is not None:
            instead = "" if one.override.instead is None else f" instead of {number(one.override.instead)}"
            found.append(f"{one.name}: {number(one.override.points)}{instead}: {one.override.reason}")
    return [*found, *([f"lateness excused: {grade.excused.reason}"] if grade.excused else [])]


def _unanswered(grade: Grade | Entry) -> list[str]:
    """The questions for a person, as long as none has scored them, to which there is nothing to be read."""
    if grade.status is not Status.GRADED:
        return []
    unscored = [one for one in grade.manual if one.points is None]
    return [f"{one.name}: {one.state.value}" for one in unscored if one.state is not AnswerState.FOUND]


def _copies(grade: Grade | Entry) -> list[str]:
    if not grade.same_as:
        return []
    shown = ", ".join(grade.same_as[:MOST_COPIES])
    return [f"the same file as {shown}{' and others' if len(grade.same_as) > MOST_COPIES else ''}"]
