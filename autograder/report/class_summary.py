"""What a class's entries come to: pure numbers for the TA's page and the terminal."""

from __future__ import annotations

import re
import statistics
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from autograder.language import judging
from autograder.language.cells import CAUSE, LACKED, NOT_ENDED, STOPPED, STOPPED_AT
from autograder.marks import unscored
from autograder.model import Entry, QuestionEntry, QuestionResult, Status

BINS = 10
MOST_FAILURES = 3
MOST_MESSAGES = 2_000
"""Different messages of one question that are counted; those of a class are some dozens."""

_ENDS = {STOPPED_AT: "stopped", STOPPED: "stopped", NOT_ENDED: "did not come to its end"}
"""How :mod:`autograder.grading.first_cause` begins a message."""


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
class Scores:
    """The scores of those who can reach the same points: others are not comparable."""

    possible: float
    scores: Sequence[float]

    @property
    def mean(self) -> float:
        """Mean score."""
        return statistics.fmean(self.scores)

    @property
    def median(self) -> float:
        """Median score."""
        return statistics.median(self.scores)


@dataclass(frozen=True)
class ClassSummary:
    """A class in numbers; the scores are those of the graded submissions only.

    Attributes:
        by_possible: the scores by the points that can be earned, fewest first: what a person scores counts
            from then on, so that these differ in a class that is half scored.
        unscored: graded submissions that wait for a person's points.
        to_score: graded submissions that a person has to score, the scored ones included.
        histogram: submissions per tenth of the possible points, lowest first; full marks belong to
            the last tenth.
        unconfined: graded submissions whose code ran without a sandbox.
        fine_print: for sandbox layers, versions, seed, case number and fingerprint: each value that occurs
            with the number of its submissions, most frequent first.
    """

    graded: int
    not_gradable: int
    by_possible: tuple[Scores, ...]
    unscored: int
    to_score: int
    histogram: tuple[int, ...]
    questions: tuple[QuestionSummary, ...]
    seconds: float
    unconfined: int
    fine_print: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]

    @property
    def total(self) -> int:
        """All submissions."""
        return self.graded + self.not_gradable

    @property
    def half_scored(self) -> bool:
        """Whether a person has scored some submissions, and others not."""
        return 0 < self.unscored < self.to_score or len(self.by_possible) > 1


_FINE_PRINT: dict[str, Callable[[Entry], str]] = {
    "Sandbox layers": lambda one: ", ".join(one.sandbox_layers),
    "Versions": lambda one: ", ".join(f"{package} {version}" for package, version in one.versions),
    "Seed": lambda one: str(one.seed),
    "Case number (not for students)": lambda one: str(one.case_number),
    "Grader fingerprint": lambda one: one.fingerprint,
}


def summarise(entries: Iterable[Entry], question_names: Sequence[str]) -> ClassSummary:
    """The class's numbers; an ungradable submission counts as nothing but itself."""
    by_possible: dict[float, array[float]] = defaultdict(lambda: array("d"))
    histogram = [0] * BINS
    questions = {name: _Tally(name) for name in question_names}
    fine_print: dict[str, Counter[str]] = {label: Counter() for label in _FINE_PRINT}
    seconds, not_gradable, unconfined, unscored_ones, to_score = 0.0, 0, 0, 0, 0
    for entry in entries:
        seconds += entry.seconds
        for label, value in _FINE_PRINT.items():
            fine_print[label].update(filter(None, [value(entry)]))
        if entry.status is not Status.GRADED:
            not_gradable += 1
            continue
        by_possible[entry.max_score].append(entry.score)
        unscored_ones += bool(unscored(entry))
        to_score += bool(entry.manual)
        unconfined += not entry.sandbox_layers
        if entry.max_score > 0:
            tenth = int(entry.score / entry.max_score * BINS + 1e-9)
            histogram[min(max(tenth, 0), BINS - 1)] += 1
        for question in entry.questions:
            if question.name in questions:
                questions[question.name].add(question)
    return ClassSummary(
        graded=sum(map(len, by_possible.values())),
        not_gradable=not_gradable,
        by_possible=tuple(Scores(possible, by_possible[possible]) for possible in sorted(by_possible)),
        unscored=unscored_ones,
        to_score=to_score,
        histogram=tuple(histogram),
        questions=tuple(tally.summary() for tally in questions.values()),
        seconds=seconds,
        unconfined=unconfined,
        fine_print=tuple((label, tuple(counts.most_common())) for label, counts in fine_print.items()),
    )


@dataclass
class _Tally:
    """One question, as the grades go by."""

    name: str
    title: str = ""
    possible: float = 0.0
    points: float = 0.0
    checked: int = 0
    full: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def add(self, question: QuestionEntry) -> None:
        self.title = self.title or question.title
        self.possible = max(self.possible, question.possible)
        if question.checked:
            self.checked += 1
            self.points += question.points
            self.full += question.points >= question.possible
        for pattern, message in kinds_of_failure(question.failures).items():
            if pattern in self.examples or len(self.examples) < MOST_MESSAGES:
                self.examples.setdefault(pattern, message)
                self.counts[pattern] += 1

    def summary(self) -> QuestionSummary:
        failures = self.counts.most_common(MOST_FAILURES)
        return QuestionSummary(
            name=self.name,
            title=self.title or self.name,
            possible=self.possible,
            mean=self.points / self.checked if self.checked else None,
            full=self.full / self.checked if self.checked else 0.0,
            failures=tuple((self.examples[pattern] or "no message", count) for pattern, count in failures),
        )


def kinds_of_failure(messages: Iterable[str]) -> dict[str, str]:
    """One message of each kind, by what all of its kind have in common."""
    return {_pattern(message): message for message in map(_without_cell, messages)}


def _without_cell(message: str) -> str:
    """``message`` without the student's own cell that is its first cause: the failure is the same."""
    lacked = judging.filled(LACKED, message) or {}
    cause = judging.filled(CAUSE, lacked.get("cause", "")) or {}
    what = cause.get("what", "")  # perhaps shortened: only its beginning is sure to be there
    ends = (said for sentence, said in _ENDS.items() if what.startswith(judging(sentence).partition("{")[0]))
    if end := next(ends, ""):
        return f"{lacked['name']} is not defined: a code cell before {end}"
    return message


def _pattern(message: str) -> str:
    """``message`` with its numbers masked: "took 31 s" and "took 33 s" are one failure."""
    return re.sub(r"\d+(?:\.\d+)?", "#", message)


def mark(question: QuestionResult | QuestionEntry) -> str:
    """How a question's points are shown: ``full``, ``part``, ``zero``, or ``open`` without a verdict."""
    if not question.checked:
        return "open"
    if question.points >= question.possible:
        return "full"
    return "part" if question.points > 0 else "zero"
