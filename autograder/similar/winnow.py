"""Winnowing: few hashes that stand for a text, so that what two texts share shows in the hashes they share.

Schleimer, Wilkerson, Aiken: Winnowing. Local algorithms for document fingerprinting. SIGMOD 2003. Of the
hashes of all runs of ``GRAM`` tokens the smallest of every ``WINDOW`` neighbours is chosen, of equal ones
the last. Whatever two texts share over ``GRAM + WINDOW - 1`` tokens gives both of them a hash in common.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

GRAM = 12
"""Tokens of one hash. Shorter runs are in everybody's code."""

WINDOW = 5
"""Neighbouring hashes of which one is chosen."""

_BASE, _MODULUS = 1_000_003, (1 << 61) - 1
_OLDEST = pow(_BASE, GRAM - 1, _MODULUS)


def fingerprints(tokens: Sequence[int]) -> frozenset[int]:
    """The chosen hashes of a text; none where it has fewer than ``GRAM`` tokens."""
    chosen: set[int] = set()
    smallest: deque[tuple[int, int]] = deque()  # positions and hashes, both growing
    last = len(tokens) - GRAM
    for position, value in enumerate(_rolling(tokens)):
        while smallest and smallest[-1][1] >= value:
            smallest.pop()
        smallest.append((position, value))
        if smallest[0][0] <= position - WINDOW:
            smallest.popleft()
        if position >= min(WINDOW - 1, last):
            chosen.add(smallest[0][1])
    return frozenset(chosen)


def _rolling(tokens: Sequence[int]) -> Iterator[int]:
    """The hash of each run of ``GRAM`` tokens, each from the one before it."""
    value = 0
    for position, token in enumerate(tokens):
        if position >= GRAM:
            value = (value - tokens[position - GRAM] * _OLDEST) % _MODULUS
        value = (value * _BASE + token) % _MODULUS
        if position >= GRAM - 1:
            yield value
