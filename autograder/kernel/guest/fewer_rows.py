"""Runs some cells of a notebook again as if its data had fewer rows, and leaves every name as it was.

Results that were computed change with the data; numbers that were written down do not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any


def rerun(
    names: MutableMapping[str, Any],
    assigned: Sequence[set[str]],
    run: Callable[[int], BaseException | None],
    *,
    table: tuple[str, Any],
    wanted: Sequence[str],
    lengths: Mapping[int, int],
    number: int,
) -> dict[str, Any]:
    """Run the cells again that lie between a table and what is made of it.

    They begin behind the last cell that assigns the table before anything that is wanted, so that cells may
    share the work; or with the first one, where there is no such cell, or where one lacks a name that has
    been deleted since. Whatever else an earlier cell left in one of ``lengths`` is cut too: a copy of the
    table, its days, their number.

    Args:
        names: the top-level names; afterwards they are as before.
        assigned: what each cell assigns at its top level.
        run: runs the cell of this position; what it ended with.
        table: a name, and the shorter table that it stands for meanwhile.
        wanted: names of what is made of it.
        lengths: new length by old, of values, and of numbers that count them.
        number: of the cell after which it ends, from 0: those count after which all that is wanted is there.

    Returns:
        The values of ``wanted`` and of the table's name, ``None`` where that is not there; empty where there
        are not so many such cells.
    """
    made = [position for position, found in enumerate(assigned) if found & {*wanted}]
    before = [
        position for position in range(made[0] if made else len(assigned)) if table[0] in assigned[position]
    ]
    beginning = before[-1 if made else 0] + 1 if before else 0
    end = len(assigned)
    if {*wanted} <= set().union(*assigned):
        end = min(end, made[-1] + 1 + CELLS_BEHIND)
    for first in sorted({beginning, 0}, reverse=True):
        with _as_before(names):
            own = set().union(*assigned[first:end]) - set().union(*assigned[:first]) - {table[0]}
            _cut_all(names, table, {*wanted, *_numbers_among(own, names)}, lengths)
            left, lacks_a_name = number, False
            for position in range(first, end):
                lacks_a_name |= isinstance(run(position), NameError)
                if all(one in names for one in wanted):
                    left -= 1
                    if left < 0:
                        return {one: names.get(one) for one in (*wanted, table[0])}
            if left < number or not lacks_a_name:
                break
    return {}


def with_lengths(source: str, lengths: Mapping[int, int]) -> str:
    """A cell's source with the new lengths in the place of the old ones, where these are written down."""

    def number(found: re.Match[str]) -> str:
        old = int(found[1].replace("_", ""))
        return f"{lengths[old]}{found[2]}" if old in lengths else found[0]

    return _NUMBER.sub(number, source)


_NUMBER = re.compile(r"(?<![\w.])(\d[\d_]{0,30}+)((?:\.0*+)?)(?![\w.])", re.ASCII)
"""A whole number by itself, perhaps with a point: ``42984``, ``42_984``, ``1791.0``."""

CELLS_BEHIND = 3
"""Cells behind the last one that assigns something wanted: they may change it in place."""


def _cut_all(
    names: MutableMapping[str, Any], table: tuple[str, Any], made: Iterable[str], lengths: Mapping[int, int]
) -> None:
    """Cut what an earlier cell left, put the shorter table in its place, and forget what was made of it."""
    for name, value in [*names.items()]:
        with suppress(Exception):  # of a class of the notebook: it stays as it is
            names[name] = _cut(value, lengths)
    names[table[0]] = _like(names.get(table[0]), table[1])
    for name in made:
        names.pop(name, None)


def _numbers_among(own: Iterable[str], names: Mapping[str, Any]) -> list[str]:
    """What cells to be run again assigned first: ``if "raw" not in globals()`` asks whether it is there.

    Functions and modules stay: an earlier cell may have defined or imported them under that name.
    """
    return [one for one in own if not callable(value := names.get(one)) and not isinstance(value, ModuleType)]


@contextmanager
def _as_before(names: MutableMapping[str, Any]) -> Iterator[None]:
    """Give every name its old value back."""
    kept = dict(names)
    try:
        yield
    finally:
        for name in [*names]:
            if name not in kept:
                del names[name]
        names.update(kept)


def _cut(value: Any, lengths: Mapping[int, int], depth: int = 2) -> Any:
    """A copy of ``value`` of the new length, or the new number; ``value`` itself where neither is meant.

    Args:
        depth: how many dictionaries may lie in each other.
    """
    kind = type(value).__module__.partition(".")[0]
    if kind not in ("builtins", "numpy", "torch", "pandas") or isinstance(value, bool | str | bytes):
        return value
    if isinstance(value, dict):
        return _cut_dictionary(value, lengths, depth)
    if isinstance(value, int | float):
        return type(value)(lengths[int(value)]) if value in lengths else value
    if getattr(value, "shape", None) == ():  # a number of numpy or torch
        new = lengths.get(value.item(), value.item())
        return value.new_tensor(new) if kind == "torch" else type(value)(new)
    if isinstance(value, tuple) and all(type(one) is int for one in value):  # a shape
        return type(value)(lengths.get(one, one) for one in value)
    if len(value) not in lengths:
        return value
    part = value[: lengths[len(value)]]
    copy = getattr(part, "clone" if kind == "torch" else "copy", None)  # not a view that may be written to
    return copy() if copy else part


def _cut_dictionary(value: dict[Any, Any], lengths: Mapping[int, int], depth: int) -> dict[Any, Any]:
    """A copy in which sizes and tables by name are cut; ``value`` itself where there are none."""
    if type(value) is not dict or depth == 0:
        return value
    cut = {key: _cut(one, lengths, depth - 1) for key, one in value.items()}
    return cut if any(cut[key] is not value[key] for key in value) else value


def _like(value: Any, table: Any) -> Any:
    """``table`` in the precision of the tensor ``value``."""
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor) and isinstance(table, torch.Tensor):
        return table.to(value.dtype)
    return table
