"""A class's grades, reduced to what the report of a class says of each: thousands of them fit into memory."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from autograder.model import Entry, Grade, QuestionEntry, QuestionResult, Submission
from autograder.store.seen import short_digest

LONGEST_MESSAGE = 500
"""Characters of a failed case's message that are kept."""

_Value = TypeVar("_Value", bound=Hashable)


class Entries:
    """The entries of some submissions, in their order, whatever the order in which they end."""

    def __init__(self, submissions: Sequence[Submission]) -> None:
        self._of: dict[str, Entry | None] = {one.id: None for one in submissions}
        self._shared: dict[Hashable, Hashable] = {}

    def add(self, grade: Grade) -> None:
        """Keep what the report needs of a grade that is complete.

        Raises:
            KeyError: it is of none of the submissions.
        """
        if grade.submission.id not in self._of:
            raise KeyError(grade.submission.id)
        self._of[grade.submission.id] = self._entry(grade)

    def __iter__(self) -> Iterator[Entry]:
        return (entry for entry in self._of.values() if entry is not None)

    def __len__(self) -> int:
        return sum(entry is not None for entry in self._of.values())

    def _entry(self, grade: Grade) -> Entry:
        return Entry(
            submission=replace(grade.submission, file=None, notes=()),
            status=grade.status,
            reason=grade.reason,
            questions=self._once(tuple(self._once(_question(one)) for one in grade.questions)),
            manual=self._once(
                tuple(self._once(replace(one, answer="", items=(), comment="")) for one in grade.manual)
            ),
            flags=self._once(grade.flags),
            limits_hit=self._once(grade.limits_hit),
            same_as=grade.same_as,
            sandbox_layers=self._once(grade.sandbox_layers),
            versions=self._once(tuple(sorted(grade.versions.items()))),
            seed=grade.seed,
            case_number=grade.case_number,
            fingerprint=self._once(grade.fingerprint),
            score=grade.score,
            max_score=grade.max_score,
            mark=grade.mark,
            penalty=grade.penalty,
            seconds=grade.seconds,
            excused=grade.excused,
            comment=grade.comment,
            manual_digests=tuple(short_digest(grade, one.name) for one in grade.manual),
        )

    def _once(self, value: _Value) -> _Value:
        """An equal value that is held already: students of a class share most of what is said of them."""
        return self._shared.setdefault(value, value)  # type: ignore[return-value]  # equal, and of its type


def _question(result: QuestionResult) -> QuestionEntry:
    return QuestionEntry(
        name=result.name,
        title=result.title,
        points=result.points,
        possible=result.possible,
        checked=result.checked,
        failures=tuple(message[:LONGEST_MESSAGE] for message in result.failures),
        override=result.override,
    )
