"""Runs some cells of a notebook again as if its data had fewer rows, and leaves every name as it was.

Results that were computed change with the data; numbers that were written down do not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any


def rerun(
    names: MutableMapping[str, Any],
    assigned: Sequence[set[str]],
    run: Callable[[int], object],
    *,
    table: tuple[str, Any],
    wanted: Sequence[str],
    lengths: Mapping[int, int],
    number: int,
) -> dict[str, Any] | None:
    """Run the cells again that lie between a table and what is made of it.

    They begin behind the last cell that assigns the table before anything that is wanted, so that cells may
    share the work. Whatever else an earlier cell left in one of ``lengths`` is cut too: a copy of the table,
    its days, their number.

    Args:
        names: the top-level names; afterwards they are as before.
        assigned: what each cell assigns at its top level.
        run: runs the cell of this position.
        table: a name, and the shorter table that it stands for meanwhile.
        wanted: names of what is made of it.
        lengths: new length by old, of values, and of numbers that count them.
        number: how many cells that assign something wanted, and after which all of it is there, come before
            the one after which it ends.

    Returns:
        The values of ``wanted`` and of the table's name, ``None`` for one that is not there; ``None`` where
        there are not so many such cells.
    """
    name, shorter = table
    stops = [position for position, found in enumerate(assigned) if found & {*wanted}]
    if not stops:
        return None
    before = [position for position in range(stops[0]) if name in assigned[position]]
    with _as_before(names):
        for other, value in [*names.items()]:
            with suppress(Exception):  # of a class of the notebook: it stays as it is
                names[other] = _cut(value, lengths)
        names[name] = _like(names.get(name), shorter)
        for one in wanted:
            names.pop(one, None)
        for position in range(before[-1] + 1 if before else stops[0], stops[-1] + 1):
            run(position)
            if position in stops and all(one in names for one in wanted):
                number -= 1
                if number < 0:
                    return {one: names.get(one) for one in (*wanted, name)}
    return None


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


def _cut(value: Any, lengths: Mapping[int, int]) -> Any:
    """A copy of ``value`` of the new length, or the new number; ``value`` itself where neither is meant."""
    kind = type(value).__module__.partition(".")[0]
    if kind not in ("builtins", "numpy", "torch", "pandas") or isinstance(value, bool | str | bytes | dict):
        return value
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


def _like(value: Any, table: Any) -> Any:
    """``table`` in the precision of the tensor ``value``."""
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor) and isinstance(table, torch.Tensor):
        return table.to(value.dtype)
    return table
