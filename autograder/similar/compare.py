"""Pairs of a class that share code which is not in everybody's, those that share wrong code first.

Right answers to a lab look alike; two people who make the same unusual mistake in the same words do so less
often. Wrong code, as far as anybody can tell: it stands in a function that belongs to a question, and
everybody who has it lost points in that question.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from autograder.similar.code import Code, Unit
from autograder.similar.winnow import fingerprints

FEW, MOST = 4, 50
"""Submissions in which a fingerprint may be and still count: half of the class, within these bounds."""

LEAST_WRONG, LEAST_SHARED, LEAST_SHARE, MUCH_SHARED = 2, 8, 0.2, 20
"""Fingerprints of wrong code, or fingerprints at all and their share, from which on a pair is told of; from
the last on whatever their share is: dead code in both makes it small."""

MOST_PAIRS = 1_000
MOST_FUNCTIONS = 8
MOST_NAMES = 1_000

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


@dataclass(frozen=True)
class Work:
    """What one submission has that counts.

    Attributes:
        id: of the submission.
        units: name and fingerprints of each function, and of what cells do outside of them.
        lost: names of the questions in which it lost points.
        names: of its functions, the course's own too; the first of very many.
    """

    id: str
    units: tuple[tuple[str, frozenset[int]], ...]
    lost: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True)
class Pair:
    """Two submissions that share code.

    Attributes:
        ids: of both.
        share: how much of the unusual code of the one with less of it is in the other, from 0 to 1.
        shared: fingerprints in both.
        wrong: those of them that are of wrong code.
        lost: questions in which both lost points.
        functions: of the first of both, most of whose unusual code the other has too; wrong ones first.
    """

    ids: tuple[str, str]
    share: float
    shared: int
    wrong: int
    lost: tuple[str, ...]
    functions: tuple[str, ...]

    @property
    def shares_wrong_code(self) -> bool:
        """Whether there is enough of it to be no accident."""
        return self.wrong >= LEAST_WRONG


class Given:
    """What the course itself hands out or keeps as its solution: it counts for nothing."""

    def __init__(self, codes: Iterable[Code]) -> None:
        units = [unit for code in codes for unit in code.units()]
        self._units = {unit.tokens for unit in units}
        self._fingerprints = frozenset().union(*(fingerprints(unit.tokens) for unit in units))

    def holds(self, unit: Unit) -> bool:
        """Whether a unit is the course's own, whatever its names are."""
        return unit.tokens in self._units

    def work(self, submission_id: str, code: Code, lost: Iterable[str]) -> Work:
        """A submission's own part."""
        own = [unit for unit in code.units() if not self.holds(unit)]
        found = ((unit.name, fingerprints(unit.tokens) - self._fingerprints) for unit in own)
        units = tuple((name, some) for name, some in found if some)
        names = frozenset(unit.name for unit in islice(code.units(), MOST_NAMES))
        return Work(submission_id, units, frozenset(lost), names)


def pairs_of(works: Sequence[Work], questions: Sequence[str]) -> list[Pair]:
    """The pairs that a person should look at, in this order; at most ``MOST_PAIRS``.

    Pairs that share wrong code come first, those with most of it before others; then come those that share
    most.

    Args:
        questions: names of the auto-graded ones.
    """
    held: dict[int, list[int]] = defaultdict(list)
    for number, work in enumerate(works):
        for one in {one for _, found in work.units for one in found}:
            held[one].append(number)
    usual = min(max(FEW, len(works) // 2), MOST)
    holders = {one: numbers for one, numbers in held.items() if len(numbers) <= usual}
    named = frozenset(question for question in questions if _is_usually_named(question, works))
    wrong = [_wrong(work, holders, works, questions, named) for work in works]
    sizes = [sum(one in holders for one in _all(work)) for work in works]
    found = (
        pair for number in range(len(works)) for pair in _pairs_with(number, works, holders, wrong, sizes)
    )
    return sorted(found, key=_place)[:MOST_PAIRS]


def _place(pair: Pair) -> tuple[int, int, float, tuple[str, str]]:
    wrong = pair.wrong if pair.shares_wrong_code else 0
    return -wrong, -pair.shared, -pair.share, pair.ids


def _all(work: Work) -> frozenset[int]:
    return frozenset().union(*(found for _, found in work.units))


def _pairs_with(
    number: int,
    works: Sequence[Work],
    holders: Mapping[int, Sequence[int]],
    wrong: Sequence[Mapping[int, frozenset[str]]],
    sizes: Sequence[int],
) -> Iterator[Pair]:
    """The pairs of one submission with later ones."""
    shared: Counter[int] = Counter()
    shared_wrong: Counter[int] = Counter()
    nothing: frozenset[str] = frozenset()
    for one in _all(works[number]):
        mistaken = wrong[number].get(one, nothing)
        for other in holders.get(one, ()):
            if other > number:
                shared[other] += 1
                shared_wrong[other] += bool(mistaken & wrong[other].get(one, nothing))
    for other, count in shared.items():
        share = count / min(sizes[number], sizes[other])
        much = count >= (LEAST_SHARED if share >= LEAST_SHARE else MUCH_SHARED)
        if much or shared_wrong[other] >= LEAST_WRONG:
            here, there = works[number], works[other]
            yield Pair(
                (here.id, there.id), share, count, shared_wrong[other], tuple(sorted(here.lost & there.lost)),
                tuple(_functions(here, _all(there), holders, wrong[number])),
            )  # fmt: skip


def _functions(
    work: Work, others: frozenset[int], holders: Mapping[int, object], wrong: Mapping[int, object]
) -> list[str]:
    """Names of the units most of whose unusual fingerprints are among those of another submission.

    Args:
        wrong: fingerprints of wrong code; units that share some come first.
    """
    found = [name for name, own in work.units if any(one in wrong and one in others for one in own)]
    for name, own in work.units:
        unusual = [one for one in own if one in holders]
        if unusual and 2 * sum(one in others for one in unusual) >= len(unusual):
            found.append(name)
    return list(dict.fromkeys(found))[:MOST_FUNCTIONS]


def _wrong(
    work: Work,
    holders: Mapping[int, Sequence[int]],
    works: Sequence[Work],
    questions: Sequence[str],
    named: frozenset[str],
) -> dict[int, frozenset[str]]:
    """Fingerprints of wrong code, each with the questions that all of its holders lost points in.

    Args:
        named: questions that functions are named after.
    """
    found: dict[int, frozenset[str]] = {}
    of_none = {name for name, _ in work.units if not any(_is_about(name, one) for one in questions)}
    for question in sorted(work.lost):
        for name, own in work.units:
            # A question that no function is named after may be about any of those that are named after none.
            if _is_about(name, question) or (question not in named and name in of_none):
                for one in own:
                    numbers = holders.get(one, ())
                    if len(numbers) > 1 and all(question in works[number].lost for number in numbers):
                        found[one] = found.get(one, frozenset()) | {question}
    return found


def _is_usually_named(question: str, works: Sequence[Work]) -> bool:
    """Whether at least half of the class has a function that is named after a question."""
    count = sum(any(_is_about(name, question) for name in work.names) for work in works)
    return 2 * count >= len(works)


def _is_about(unit: str, question: str) -> bool:
    """Whether the words of a question's name are in that of a function: ``loss`` in ``mean_loss``."""
    return _words(question) <= _words(unit.rpartition(".")[2])


@lru_cache(1024)
def _words(name: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(name))
