"""How sure a rate is that was counted: the exact interval of C. J. Clopper and E. S. Pearson (1934).

For k of n the lower bound is the quantile α/2 of the beta distribution Beta(k, n − k + 1), the upper one the
quantile 1 − α/2 of Beta(k + 1, n − k). For whole numbers that distribution is a binomial tail, which is
summed here: P(Beta(a, b) ≤ p) = P(X ≥ a) with X binomial of a + b − 1 trials and probability p.

    C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits illustrated in the case of the
    binomial. Biometrika 26 (4), 404–413.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

CONFIDENCE = 0.95

_HALVINGS = 60
"""Of the range from 0 to 1: more than a float has digits."""


@dataclass(frozen=True)
class Rate:
    """So many of so many, with the interval that holds the true rate in 95 of 100 such counts.

    ``Rate(0, 100).high`` is 0.0362: nothing seen in a hundred tries says "below 3.7 %".
    """

    count: int
    of: int

    @property
    def share(self) -> float | None:
        """The rate that was seen; ``None`` where nothing was tried."""
        return self.count / self.of if self.of else None

    @property
    def low(self) -> float:
        """Lower bound of the interval, from 0 to 1."""
        return interval(self.count, self.of)[0]

    @property
    def high(self) -> float:
        """Upper bound of the interval, from 0 to 1."""
        return interval(self.count, self.of)[1]


def interval(count: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Both bounds of the Clopper–Pearson interval; 0 and 1 where nothing was tried.

    Raises:
        ValueError: more were counted than there are.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of}")
    tail = (1 - confidence) / 2
    low = _where(lambda p: _at_least(count, of, p), tail) if count else 0.0
    high = _where(lambda p: _at_least(count + 1, of, p), 1 - tail) if count < of else 1.0
    return low, high


def _where(rises: Callable[[float], float], wanted: float) -> float:
    """Where a function that rises from 0 to 1 between 0 and 1 has a value."""
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if rises(middle) < wanted else (low, middle)
    return (low + high) / 2


def _at_least(count: int, of: int, p: float) -> float:
    """The probability of ``count`` or more of ``of``; by logarithms, which neither overflow nor vanish."""
    if p in (0.0, 1.0):
        return p
    yes, no = math.log(p), math.log1p(-p)

    def exactly(k: int) -> float:
        ways = math.lgamma(of + 1) - math.lgamma(k + 1) - math.lgamma(of - k + 1)
        return math.exp(ways + k * yes + (of - k) * no)

    if count <= of // 2:  # the shorter side
        return 1 - min(math.fsum(map(exactly, range(count))), 1.0)
    return min(math.fsum(map(exactly, range(count, of + 1))), 1.0)
