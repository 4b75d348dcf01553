"""What lay before a person who gave points, as a digest, so that a newer answer is not taken for that one.

Who hands in again is graded again, and points of a person stay with the submission. Whether they are still
about what is there now, nobody could tell from a time: a result is written anew by every run.
"""

from __future__ import annotations

import hashlib
import json

from autograder.model import Grade
from autograder.store.records import Decision, State, Subject, What


def looked_at(grade: Grade, question: str) -> Decision:
    """What is to be written down together with points that somebody gives for a question, or changes.

    Args:
        grade: that they saw.
        question: its name.
    """
    return Decision(_subject(grade, question), work_digest(grade, question))


def changed_since(state: State, grade: Grade, question: str) -> bool:
    """Whether points of a question were given for something else than what is there now.

    False where nobody has given any, or nobody wrote down what for: tables do not.
    """
    changed = [one.name for one in grade.questions if one.override is not None]
    given = question in [*changed, *(one.name for one in grade.manual if one.points is not None)]
    seen = state.value(_subject(grade, question))
    return given and seen is not None and seen != work_digest(grade, question)


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


def _subject(grade: Grade, question: str) -> Subject:
    return Subject(grade.submission.id, question, What.SEEN)
