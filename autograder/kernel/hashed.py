"""Entries of sets and keys of dictionaries: what may be one, so that a student's side cannot make them slow.

Python finds an entry by its hash, and compares those of equal hash one by one. Both sides import this module.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

SAFE_INTEGER = 1 << 53
MOST_TUPLES = 2_000
"""Tuples in one set, or among the keys of one dictionary: their hashes can be made to collide, and each is
then compared with every other."""

LONGEST_TUPLE = 16


def is_small(value: Any) -> bool:
    """Whether it is a whole number that JSON holds and that has a hash of its own."""
    return isinstance(value, int) and abs(value) < SAFE_INTEGER


def as_entry(value: Any) -> Any:
    """An entry or a key in Python's own numbers, which equal those of NumPy."""
    if isinstance(value, tuple):
        return tuple(map(as_entry, value))
    numpy = sys.modules.get("numpy")
    return value.item() if numpy is not None and isinstance(value, numpy.number | numpy.bool_) else value


def are_cheap(entries: Sequence[Any]) -> bool:
    """Whether a set of these costs little, however they were chosen: text, small numbers, few short tuples.

    Large integers can be made to collide, and a dictionary of them hangs.
    """
    tuples = [entry for entry in entries if isinstance(entry, tuple)]
    flat = [part for entry in tuples for part in entry]
    return (
        len(tuples) <= MOST_TUPLES
        and all(len(entry) <= LONGEST_TUPLE for entry in tuples)
        and all(map(_is_cheap, flat))
        and all(_is_cheap(entry) for entry in entries if not isinstance(entry, tuple))
    )


def _is_cheap(value: Any) -> bool:
    return isinstance(value, str | float | bool | None) or is_small(value)
