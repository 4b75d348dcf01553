"""What a grading came to, as far as a certificate asks, and whether that is what had to come of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from autograder.certify.cases import SOME, Case, Corpus
from autograder.model import CaseResult, Grade, Outcome, Status
from autograder.store.results import to_dict

TIMES = frozenset({"seconds", "phases"})
"""Keys of a result that say how long something took: another run takes another time."""

OF_THE_RUN = frozenset({"submission", "lab_files"})
"""Keys that say where the notebook lay, and what the grading process had opened before it, for others too
(``docs/decisions/012``)."""

MOST_SAID = 20_000
"""Characters of what a question said that are kept: more than its cases may say."""


@dataclass(frozen=True)
class Marks:
    """What became of one notebook.

    Attributes:
        reason: why it could not be graded; empty where it was.
        lost: points by question, of those that lost any.
        mistakes: codes of the known mistakes that its failed cases name, by question.
        said: what its failed cases say, by question.
        closest: by question, the comparison closest to another outcome (``CaseResult.closest``).
        digest: of the whole result but for its times.
        seconds: that grading it took.
    """

    reason: str = ""
    lost: Mapping[str, float] = field(default_factory=dict)
    mistakes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)
    closest: Mapping[str, float] = field(default_factory=dict)
    digest: str = ""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain data: the arguments of another one."""
        return asdict(self)


def marks_of(grade: Grade) -> Marks:
    """What a certificate asks of a grade."""
    failed = {
        question.name: [case for case in question.cases if case.outcome is not Outcome.PASSED]
        for question in grade.questions
    }
    return Marks(
        reason=grade.reason if grade.status is not Status.GRADED else "",
        lost={one.name: one.possible - one.points for one in grade.questions if one.points < one.possible},
        mistakes={
            name: sorted(codes)
            for name, cases in failed.items()
            if (codes := {one.mistake for one in cases} - {""})
        },
        said={name: _said(cases) for name, cases in failed.items() if cases},
        closest={one.name: share for one in grade.questions if (share := _closest(one.cases)) is not None},
        digest=digest_of(grade),
        seconds=round(grade.seconds, 2),
    )  # fmt: skip


def _said(cases: Sequence[CaseResult]) -> str:
    parts = [part for one in cases for part in (one.message, one.help, one.evidence) if part]
    return "\n".join(parts)[:MOST_SAID]


def _closest(cases: Sequence[CaseResult]) -> float | None:
    shares = [case.closest for case in cases if case.closest is not None]
    return min(shares, key=lambda share: max(share, 1 / share), default=None)


def digest_of(grade: Grade) -> str:
    """SHA-256 of a grade's result file without what need not be the same the next time."""
    content = {name: value for name, value in to_dict(grade).items() if name not in OF_THE_RUN}
    return hashlib.sha256(json.dumps(_without_times(content)).encode()).hexdigest()


def _without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_times(one) for key, one in value.items() if key not in TIMES}
    return [_without_times(one) for one in value] if isinstance(value, list) else value


@dataclass(frozen=True)
class Verdict:
    """Whether a question judged a notebook as it had to.

    Attributes:
        wrong: whether the work is wrong there.
        lost: points.
        false: whether right work lost something, or wrong work not what it must lose.
        cases: those that the verdict is about.
    """

    question: str
    wrong: bool
    lost: float
    false: bool
    cases: tuple[str, ...]


def verdicts(cases: Sequence[Case], marks: Marks, corpus: Corpus) -> list[Verdict]:
    """What each question made of a notebook with these cases in it; none where either outcome is right.

    In a notebook with several mistakes the points of the notebook's own run may be lost with any of them.
    """
    return [
        found
        for question in corpus.points
        if (found := _verdict(question, cases, marks.lost.get(question, 0.0), corpus))
    ]


def _verdict(question: str, cases: Sequence[Case], lost: float, corpus: Corpus) -> Verdict | None:
    asked = [case for case in cases if question in case.loses]
    own = corpus.settings.own_run
    is_own = own is not None and question == own.question
    if is_own and len(cases) > 1:
        asked = [case for case in asked if next(iter(case.loses)) == question]
        if not asked and not all(case.correct for case in cases):
            return None
        false = any(lost == 0 for _ in asked) or (not asked and lost > 0)
        return Verdict(question, bool(asked), lost, false, _names(asked or cases))
    if any(question in case.also_may_lose for case in cases):
        return None
    if asked:
        false = any(not _fits(case.loses[question], lost) for case in asked)
        return Verdict(question, True, lost, false, _names(asked))
    if is_own and own is not None and lost == own.points and {*own.after} & {*cases[0].loses}:
        return None
    return Verdict(question, False, lost, lost > 0, _names(cases))


def _fits(expected: float | str, lost: float) -> bool:
    return lost > 0 if expected == SOME else abs(lost - float(expected)) < 1e-9


def _names(cases: Sequence[Case]) -> tuple[str, ...]:
    return tuple(case.name for case in cases)


NAMED, UNNAMED, MISNAMED = "named", "unnamed", "misnamed"


def naming(case: Case, marks: Marks) -> str:
    """How the feedback of a mistake's own question calls it: ``named``, ``unnamed`` or ``misnamed``.

    Misnamed is what gets the name of another mistake, or lacks what ``says`` expects.
    """
    own = next(iter(case.loses))
    if own not in marks.lost:
        return UNNAMED
    codes = {*marks.mistakes.get(own, ())}
    if codes - case.names or not any(
        case.says in text for name, text in marks.said.items() if name in case.loses
    ):
        return MISNAMED
    return NAMED if codes else UNNAMED
