"""What lay before a person who gave points, as a digest, so that a newer answer is not taken for that one.

Who hands in again is graded again, and points of a person stay with the submission. Whether they are still
about what is there now, nobody could tell from a time: a result is written anew by every run.
"""

from __future__ import annotations

import hashlib
import json
import re

from autograder.model import Grade
from autograder.store.records import Decision, State, Subject, What

_SHORT = 32
"""Hexadecimal digits of a digest in a table: 128 bits, for which nobody makes two answers."""

_MARK = "s"
_CELL = re.compile(rf"{_MARK}([0-9a-f]{{{_SHORT}}})")


def looked_at(grade: Grade, question: str) -> Decision:
    """What is to be written down together with points that somebody gives for a question, or changes.

    Args:
        grade: that they saw.
        question: its name.
    """
    return Decision(_subject(grade, question), work_digest(grade, question))


def changed_since(state: State, grade: Grade, question: str) -> bool:
    """Whether points of a question were given for something else than what is there now.

    False where nobody has given any, or nobody wrote down what for.
    """
    changed = [one.name for one in grade.questions if one.override is not None]
    given = question in [*changed, *(one.name for one in grade.manual if one.points is not None)]
    seen = state.value(_subject(grade, question))
    return given and isinstance(seen, str) and not work_digest(grade, question).startswith(seen)


def work_digest(grade: Grade, question: str) -> str:
    """What a question's points are about, in 64 hexadecimal digits.

    Of a question that a person scores that is the answer, and the file only where pictures belong to it; of
    any other question it is the file.
    """
    answer = next((one for one in grade.manual if one.name == question), None)
    if answer is None:
        parts = [grade.digest]
    else:
        pictures = [*answer.pictures, *grade.submission.pictures]
        parts = [answer.answer, *pictures, grade.digest if pictures else ""]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def short_digest(grade: Grade, question: str) -> str:
    """The beginning of :func:`work_digest`, for a table."""
    return work_digest(grade, question)[:_SHORT]


def digest_cell(digest: str) -> str:
    """A short digest as a cell: a letter first, that spreadsheets do not take it for a number."""
    return f"{_MARK}{digest}" if digest else ""


def digest_in(cell: str) -> str:
    """The short digest that a cell has; empty where it has none."""
    found = _CELL.fullmatch(cell.strip().removeprefix("'"))
    return found[1] if found else ""


def seen_in_table(student: str, question: str, digest: str) -> Decision:
    """What is to be written down with points out of a table, whose row names what lay before that person."""
    return Decision(Subject(student, question, What.SEEN), digest)


def _subject(grade: Grade, question: str) -> Subject:
    return Subject(grade.submission.id, question, What.SEEN)
