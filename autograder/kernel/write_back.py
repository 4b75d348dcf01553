"""What a student's function did to its arguments, done to the test case's own: lists, dictionaries, arrays.

Arguments travel as copies. A function that works in place changes nothing of a test case then, which is what
hidden cases want, and not what a public one sees where students run it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import Any

MOST_ENTRIES = 10_000
"""Of all arguments: they travel back with each call."""

MOST_NESTED = 20


def can_be_written(arguments: Sequence[Any]) -> bool:
    """Whether a function may write to one of these arguments, and they are few numbers."""
    kinds = _kinds()
    if not any(isinstance(one, kinds) for one in arguments):
        return False
    return sum(_entries(one, MOST_NESTED) for one in arguments) <= MOST_ENTRIES


class Written:
    """What functions of a notebook wrote to a test case's own values, until the case is over.

    These may be made where the test file is read, for all notebooks of a class: what one notebook wrote there
    must not meet the next one.
    """

    def __init__(self) -> None:
        self._before: list[tuple[Any, Any]] = []

    def write(self, arguments: Sequence[Any], afterwards: Sequence[Any]) -> None:
        """Make each argument what it is afterwards, where that is of its kind and, of an array, of its shape.

        Args:
            afterwards: from the student's side, decoded; as many as there are arguments.
        """
        for before, after in [*_pairs(arguments, afterwards)]:
            self._before.append((before, _copied(before)))
            _put(before, after)

    def undo(self) -> None:
        """Make everything what it was before it was written to."""
        while self._before:
            _put(*self._before.pop())


def _pairs(arguments: Iterable[Any], afterwards: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """What is written to, and what it becomes."""
    for before, after in zip(arguments, afterwards, strict=True):
        if type(before) is not type(after):
            continue
        if isinstance(before, list | tuple) and len(before) == len(after) and _hold_arrays(before):
            yield from _pairs(before, after)
        elif isinstance(before, dict) and before.keys() == after.keys() and _hold_arrays(before.values()):
            yield from _pairs(before.values(), [after[key] for key in before])
        elif isinstance(before, list | dict | set) or _are_alike(before, after):
            yield before, after


def _are_alike(before: Any, after: Any) -> bool:
    """Whether both are arrays, of one shape and type."""
    return isinstance(before, _arrays()) and (before.shape, before.dtype) == (after.shape, after.dtype)


def _hold_arrays(several: Iterable[Any]) -> bool:
    """Whether all are arrays, which the test case may hold by other names: these are written to."""
    return all(isinstance(one, _arrays()) for one in several)


def _copied(one: Any) -> Any:
    return one.detach().clone() if hasattr(one, "detach") else one.copy()


def _put(before: Any, after: Any) -> None:
    if isinstance(before, list):
        before[:] = after
    elif isinstance(before, dict | set):
        before.clear()
        before.update(after)
    elif hasattr(before, "detach"):
        before.detach().copy_(after.detach())  # the tensor's own numbers, whether or not it needs a gradient
    elif before.flags.writeable:
        before[...] = after


def _arrays() -> tuple[Any, ...]:
    """Of the modules that the test cases have imported."""
    known = (("numpy", "ndarray"), ("torch", "Tensor"))
    return tuple(getattr(sys.modules[module], name) for module, name in known if module in sys.modules)


def _kinds() -> tuple[Any, ...]:
    return (list, dict, set, *_arrays())


def _entries(one: Any, depth: int) -> int:
    """How many numbers travel; more than are allowed for what is nested too deeply."""
    if isinstance(one, _arrays()):
        return prod(one.shape)
    if not isinstance(one, list | tuple | dict | set):
        return 1
    if not depth or len(one) > MOST_ENTRIES:
        return MOST_ENTRIES + 1
    return sum(_entries(inner, depth - 1) for inner in (one.values() if isinstance(one, dict) else one))
