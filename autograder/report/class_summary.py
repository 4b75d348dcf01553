"""What a class's grades come to: pure numbers for the TA's page and the terminal."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.model import Grade, Outcome, QuestionResult, Status

BINS = 10
MOST_FAILURES = 3


@dataclass(frozen=True)
class QuestionSummary:
    """One question over all graded submissions.

    Attributes:
        mean: mean points; ``None`` when nobody's was checked.
        full: share of submissions with full marks, 0 to 1.
        failures: the most frequent messages with the number of submissions that got them.
    """

    name: str
    title: str
    possible: float
    mean: float | None
    full: float
    failures: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class ClassSummary:
    """A class in numbers; the scores are those of the graded submissions only.

    Attributes:
        histogram: submissions per tenth of the possible points, lowest first; full marks belong to
            the last tenth.
    """

    graded: int
    not_gradable: int
    scores: tuple[float, ...]
    possible: float
    histogram: tuple[int, ...]
    questions: tuple[QuestionSummary, ...]
    seconds: float

    @property
    def mean(self) -> float:
        """Mean score, 0 when nothing was graded."""
        return statistics.fmean(self.scores) if self.scores else 0.0

    @property
    def median(self) -> float:
        """Median score, 0 when nothing was graded."""
        return statistics.median(self.scores) if self.scores else 0.0


def summarise(grades: Sequence[Grade], question_names: Sequence[str]) -> ClassSummary:
    """The class's numbers; an ungradable submission counts as nothing but itself."""
    graded = [grade for grade in grades if grade.status is Status.GRADED]
    histogram = [0] * BINS
    for grade in graded:
        if grade.max_score > 0:
            tenth = int(grade.score / grade.max_score * BINS + 1e-9)
            histogram[min(max(tenth, 0), BINS - 1)] += 1
    return ClassSummary(
        graded=len(graded),
        not_gradable=len(grades) - len(graded),
        scores=tuple(grade.score for grade in graded),
        possible=max((grade.max_score for grade in graded), default=0.0),
        histogram=tuple(histogram),
        questions=tuple(_question(name, graded) for name in question_names),
        seconds=sum(grade.seconds for grade in grades),
    )


def _question(name: str, graded: Sequence[Grade]) -> QuestionSummary:
    found = [question for grade in graded for question in grade.questions if question.name == name]
    checked = [question for question in found if question.checked]
    full = sum(question.points >= question.possible for question in checked)
    return QuestionSummary(
        name=name,
        title=found[0].title if found else name,
        possible=max((question.possible for question in found), default=0.0),
        mean=statistics.fmean(question.points for question in checked) if checked else None,
        full=full / len(checked) if checked else 0.0,
        failures=_failures(found),
    )


def _failures(questions: Sequence[QuestionResult]) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    example: dict[str, str] = {}
    for question in questions:
        messages = {_pattern(c.message): c.message for c in question.cases if c.outcome is Outcome.FAILED}
        counts.update(messages.keys())
        example = messages | example
    return tuple((example[key] or "no message", count) for key, count in counts.most_common(MOST_FAILURES))


def _pattern(message: str) -> str:
    """``message`` with its numbers masked: "took 31 s" and "took 33 s" are one failure."""
    return re.sub(r"\d+(?:\.\d+)?", "#", message[:500])


def spread(grades: Sequence[Grade], value: Callable[[Grade], str]) -> list[tuple[str, int]]:
    """How many grades share each ``value``, most frequent first; empty values are left out."""
    return Counter(text for text in map(value, grades) if text).most_common()


def mark(question: QuestionResult) -> str:
    """How a question's points are shown: ``full``, ``part``, ``zero``, or ``open`` without a verdict."""
    if not question.checked:
        return "open"
    if question.points >= question.possible:
        return "full"
    return "part" if question.points > 0 else "zero"
