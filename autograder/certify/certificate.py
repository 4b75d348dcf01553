"""What a grader's certificate says: counts, with the intervals that the true rates lie in."""

from __future__ import annotations

import datetime
import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from autograder.certify.cases import Corpus
from autograder.certify.entries import AGAIN, USUAL, Circumstances, Entry
from autograder.certify.intervals import Rate
from autograder.certify.luck import Luck
from autograder.certify.marks import MISNAMED, NAMED, UNNAMED, Marks, Verdict, naming, verdicts
from autograder.certify.mutants import Mutated
from autograder.config.load import Lab
from autograder.grading.fingerprint import fingerprint, versions

NEAR = 10.0
"""A comparison whose largest difference is within this factor of what is allowed is named."""

MOST_UNLUCKY = 1e-3
"""How often an honest submission with one of the lab's own settings may lose a mark by bad luck."""


@dataclass(frozen=True)
class Look:
    """Notebooks that were graded under the same circumstances, in a fixed order."""

    circumstances: Circumstances
    graded: tuple[tuple[Entry, Marks], ...]


@dataclass
class QuestionFigures:
    """How one question judged.

    Attributes:
        right: right notebooks that lost marks.
        beside: notebooks with a mistake elsewhere that lost marks.
        wrong: mistakes of the corpus that did not lose what they must.
        generated: generated mistakes in code that it asks about and did not find.
    """

    name: str
    right: Rate
    beside: Rate
    wrong: Rate
    generated: Rate


@dataclass(frozen=True)
class Stable:
    """Whether verdicts hold under some circumstances.

    Attributes:
        verdicts: how many there were.
        otherwise: what came out otherwise, a sentence each.
    """

    name: str
    notebooks: int
    verdicts: int
    otherwise: tuple[str, ...]


@dataclass(frozen=True)
class Certificate:
    """All that was found.

    Attributes:
        machine: when, where, with what it was made.
        questions: figures by question; ``total`` all together.
        marks_beside: marks lost in right questions, beside a mistake elsewhere, and how many there were.
        false: verdicts of the corpus that are false, a sentence each.
        not_graded: notebooks that could not be graded, and why.
        named, unnamed: mistakes whose feedback names them, or says what is wrong without a name.
        misnamed: mistakes whose feedback gives them the name of another one, and which.
        stable: the same verdicts under other circumstances.
        twice, differing: notebooks that were graded twice, and those whose results differ in more than times.
        near: comparisons close to the tolerance, a sentence each.
        seconds: of grading a notebook by itself: median, longest.
    """

    title: str
    machine: dict[str, Any]
    questions: tuple[QuestionFigures, ...]
    total: QuestionFigures
    marks_beside: tuple[float, float]
    false: tuple[str, ...]
    not_graded: tuple[str, ...]
    named: tuple[str, ...]
    unnamed: tuple[str, ...]
    misnamed: tuple[str, ...]
    mutated: tuple[Mutated, ...]
    stable: tuple[Stable, ...]
    twice: int
    differing: tuple[str, ...]
    near: tuple[str, ...]
    luck: tuple[Luck, ...]
    seconds: tuple[float, float]

    @property
    def otherwise(self) -> tuple[str, ...]:
        """What came out otherwise than it must, a sentence each."""
        missed = [
            f"{each.notebook}: {one.mutant.code} costs nothing: {one.mutant.before} → {one.mutant.after}"
            for each in self.mutated
            for one in each.missed
        ]
        unlucky = [
            f"{one.setting}: an honest submission may lose a mark {one.unlucky:.1e} of the time"
            for one in self.luck
            if one.suggested and one.unlucky > MOST_UNLUCKY
        ]
        return (
            *self.false,
            *(f"not graded: {one}" for one in self.not_graded),
            *(f"{one.name}: {sentence}" for one in self.stable for sentence in one.otherwise),
            *(f"another result the second time: {name}" for name in self.differing),
            *missed,
            *unlucky,
        )

    @property
    def holds(self) -> bool:
        """Whether everything came out as it must."""
        return not self.otherwise


def machine(lab: Lab, began: datetime.datetime, *, quick: bool) -> dict[str, Any]:
    """When, where and with what a certificate is made."""
    return {
        "date": began.date().isoformat(),
        "command": "autograder certify" + (" --quick" if quick else ""),
        "fingerprint": fingerprint(lab),
        "versions": versions(),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "processors": os.cpu_count(),
    }


def certificate(
    corpus: Corpus,
    title: str,
    looks: Sequence[Look],
    mutated: Sequence[Mutated],
    luck: Sequence[Luck],
    made: dict[str, Any],
) -> Certificate:
    """Count.

    Args:
        looks: the first one is what the rates are counted from.
    """
    first = looks[0]
    judged = [
        (entry, marks, verdicts(entry.cases, marks, corpus))
        for entry, marks in first.graded
        if not marks.reason
    ]
    found = [one for _, _, each in judged for one in each]
    questions = tuple(_figures(name, [name], found, judged, mutated) for name in corpus.points)
    beside = [one for entry, _, each in judged if not _right(entry) for one in each if not one.wrong]
    called = _naming(judged)
    stable = tuple(_stable(look, corpus) for look in looks[1:])
    twice, differing = _twice(looks)
    not_graded = tuple(
        f"{entry.name}: {marks.reason}" for look in looks for entry, marks in look.graded if marks.reason
    )
    false = tuple(_sentence(one) for one in found if one.false)
    seconds = sorted(marks.seconds for _, marks in first.graded)
    return Certificate(
        title=title, machine=made, questions=questions,
        total=_figures("all together", list(corpus.points), found, judged, mutated),
        marks_beside=(sum(one.lost for one in beside), sum(corpus.points[one.question] for one in beside)),
        false=false, not_graded=not_graded, named=called[NAMED], unnamed=called[UNNAMED],
        misnamed=called[MISNAMED], mutated=tuple(mutated), stable=stable, twice=twice, differing=differing,
        near=tuple(_near(looks)), luck=tuple(luck), seconds=(median(seconds), seconds[-1]),
    )  # fmt: skip


Judged = Sequence[tuple[Entry, Marks, list[Verdict]]]


def _right(entry: Entry) -> bool:
    return all(case.correct for case in entry.cases)


def _figures(
    name: str, questions: Sequence[str], found: Sequence[Verdict], judged: Judged, mutated: Sequence[Mutated]
) -> QuestionFigures:
    """The figures of one question, or of all together."""
    asked = {*questions}
    of_right = [one for entry, _, each in judged if _right(entry) for one in each if one.question in asked]
    of_wrong = [
        one for entry, _, each in judged if not _right(entry) for one in each if one.question in asked
    ]
    generated = [
        (one, missed)
        for each in mutated
        for missed, some in ((False, each.caught), (True, each.missed))
        for one in some
        if asked & {*one.mutant.owners} or (len(asked) > 1 and not one.mutant.owners)
    ]
    return QuestionFigures(
        name,
        right=_rate(of_right),
        beside=_rate([one for one in of_wrong if not one.wrong]),
        wrong=_rate([one for one in found if one.wrong and one.question in asked]),
        generated=Rate(sum(missed for _, missed in generated), len(generated)),
    )


def _rate(found: Sequence[Verdict]) -> Rate:
    return Rate(sum(one.false for one in found), len(found))


def _sentence(verdict: Verdict) -> str:
    which = ", ".join(verdict.cases)
    if not verdict.wrong:
        return f"{which}: {verdict.question} is right and lost {verdict.lost:g}"
    return f"{which}: {verdict.question} is wrong and lost {verdict.lost:g}"


def _naming(judged: Judged) -> dict[str, tuple[str, ...]]:
    """Mistakes by how the feedback of their own question calls them."""
    found: dict[str, list[str]] = defaultdict(list)
    for entry, marks, _ in judged:
        owns = [next(iter(case.loses), "") for case in entry.cases]
        for case, own in zip(entry.cases, owns, strict=True):
            if not own or owns.count(own) > 1:  # right, or nobody knows which of them is called what
                continue
            how, codes = naming(case, marks), ", ".join(marks.mistakes.get(own, ()))
            expected = f" (expected: {', '.join(sorted(case.names)) or 'no name'})" if how == MISNAMED else ""
            found[how].append(f"{case.name}: {codes or 'no name'}{expected}")
    return {how: tuple(found[how]) for how in (NAMED, UNNAMED, MISNAMED)}


def _stable(look: Look, corpus: Corpus) -> Stable:
    found = [
        one
        for entry, marks in look.graded
        if not marks.reason
        for one in verdicts(entry.cases, marks, corpus)
    ]
    otherwise = tuple(_sentence(one) for one in found if one.false)
    return Stable(look.circumstances.name, len(look.graded), len(found), otherwise)


def _twice(looks: Sequence[Look]) -> tuple[int, tuple[str, ...]]:
    """How many notebooks were graded a second time, and which came out otherwise."""
    first = {
        entry.name: marks.digest
        for look in looks
        if look.circumstances == USUAL
        for entry, marks in look.graded
    }
    second = [one for look in looks if look.circumstances == AGAIN for one in look.graded]
    return len(second), tuple(entry.name for entry, marks in second if marks.digest != first[entry.name])


def _near(looks: Sequence[Look]) -> Iterable[str]:
    """The comparisons with a difference within a factor of what is allowed, the closest of each notebook."""
    closest: dict[tuple[str, str], float] = {}
    for look in looks:
        for entry, marks in look.graded:
            for question, share in marks.closest.items():
                known = closest.get((entry.name, question))
                if known is None or max(share, 1 / share) < max(known, 1 / known):
                    closest[entry.name, question] = share
    for (name, question), share in sorted(closest.items(), key=lambda one: max(one[1], 1 / one[1])):
        if max(share, 1 / share) < NEAR:
            yield f"{name}: {question}: {share:.2g} of what is allowed"
