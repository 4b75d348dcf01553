"""Whether two plain values are the same, and where they first differ: text, sets, lists, tables."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from autograder.grading.checks.failing import CheckFailed, may_show_values
from autograder.grading.checks.tensors import as_tensor, is_column, kind_of
from autograder.grading.namespace import is_proxy
from autograder.language import judging as _

LONGEST_SHOWN = 80
"""Characters of a value that a message shows: enough for a number or a short text, not for a hidden case."""

MOST_SHOWN = 5
"""Entries of a set, or keys, that a message names."""

DEEPEST_SHOWN = 2
MOST_DEPTH = 24
EQUAL_WITHIN = 1e-9
"""Relative difference of numbers that count as equal: what float64 leaves of another order of summing."""


def equal(actual: Any, expected: Any, name: str, *, rtol: float = EQUAL_WITHIN, help: str = "") -> None:
    """Check that a value equals another: numbers, text, lists, sets, dictionaries, arrays, tables.

    ``equal({1, 2}, {1, 3}, "the set")`` fails with "The set is not as expected." and "3 missing; 2 too much";
    of a hidden case it does not show the values.

    Args:
        rtol: how far two numbers may differ, relative to the larger one. NaN equals NaN.
        help: what to look at.

    Raises:
        CheckFailed: it differs; the evidence is the first difference.
    """
    if difference := first_difference(actual, expected, rtol):
        text = _("{name} is not as expected.").format(name=name[:1].upper() + name[1:])
        raise CheckFailed(text, help=help, evidence=difference)


def shown(value: Any, depth: int = 0) -> str:
    """A value as one short line without invisible characters."""
    if is_proxy(value):
        return repr(value)
    if depth > DEEPEST_SHOWN:
        return "…"
    kind = type(value)
    if kind.__module__.partition(".")[0] in ("torch", "numpy", "pandas") and hasattr(value, "shape"):
        if math.prod(value.shape) > MOST_SHOWN:
            return f"a {kind.__name__} of shape {tuple(value.shape)}"
        value = value.tolist() if hasattr(value, "tolist") else value.to_numpy().tolist()
    if isinstance(value, str | bytes):
        cut = repr(value[:LONGEST_SHOWN])  # repr escapes what does not print
        return cut if len(value) <= LONGEST_SHOWN else f"{cut}…"
    if isinstance(value, list | tuple | set | frozenset | dict) and len(value) > MOST_SHOWN:
        return f"a {kind.__name__} of {len(value)} entries"
    if isinstance(value, list | tuple):
        inside = ", ".join(shown(one, depth + 1) for one in value)
        return _clipped(f"[{inside}]" if isinstance(value, list) else f"({inside})")
    if isinstance(value, int) and abs(value) >= 1 << 200:
        return "a very large number"
    if isinstance(value, set | frozenset | dict):
        return _clipped(repr(value)) if _is_flat(value) else f"a {kind.__name__} of {len(value)} entries"
    return _clipped(repr(value))


def _is_flat(value: Iterable[Any]) -> bool:
    entries = [*value, *value.values()] if isinstance(value, dict) else value
    return all(
        isinstance(one, float | bool | None)
        or (isinstance(one, str) and len(one) < 40)
        or (isinstance(one, int) and abs(one) < 1 << 200)
        for one in entries
    )


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def first_difference(
    actual: Any, expected: Any, rtol: float = EQUAL_WITHIN, place: str = "", depth: int = 0
) -> str:
    """Where two values differ first, as evidence; empty where they are the same.

    Args:
        place: how the present part is reached: ``[3]['a']``.
    """
    if depth > MOST_DEPTH:
        return _at(place, _("nested too deeply"))
    if _are_listed(expected):
        actual, expected = (one.tolist() if _are_listed(one) else one for one in (actual, expected))
    pandas: Any = sys.modules.get("pandas")
    compared: list[tuple[Any, Callable[..., str]]] = [
        ((pandas.DataFrame if pandas else ()), _tables),
        ((pandas.Series if pandas else ()), _tables),
        ((set, frozenset), _sets),
        (list, _sequences),
        (tuple, _sequences),
        (dict, _mappings),
    ]
    for kinds, compare in compared:
        if isinstance(expected, kinds):
            same_kind = isinstance(actual, kinds)
            return (compare if same_kind else _pair)(actual, expected, place, rtol, depth)
    if isinstance(expected, str) and isinstance(actual, str):
        return _texts(actual, expected, place)
    if _are_arrays(expected):
        return _arrays(actual, expected, rtol, place)
    return "" if _same(actual, expected, rtol) else _pair(actual, expected, place)


def _pair(actual: Any, expected: Any, place: str, rtol: float = 0.0, depth: int = 0) -> str:
    """Evidence that the two differ; takes what the comparisons take."""
    if not may_show_values():
        return _at(place, _("another value"))
    yours, right = shown(actual), shown(expected)
    if yours == right:  # [1, 2] may be a list or an array
        yours, right = f"{yours} ({kind_of(actual)})", f"{right} ({kind_of(expected)})"
    return _at(place, _differing(yours, right))


def _differing(yours: object, expected: object) -> str:
    return _("yours {yours}, expected {expected}").format(yours=yours, expected=expected)


def _at(place: str, said: str) -> str:
    return _("entry {place}: {said}").format(place=place, said=said) if place and said else said


def _same(actual: Any, expected: Any, rtol: float) -> bool:
    if is_proxy(actual) or is_proxy(expected):
        return actual is expected
    if hasattr(actual, "shape"):  # of NumPy, torch or pandas: only one number can be the same as a number
        if math.prod(actual.shape) != 1 or not _are_arrays(actual):
            return False
        actual = actual.item()
    if isinstance(expected, float) or isinstance(actual, float):
        if not all(isinstance(one, int | float) for one in (actual, expected)):
            return False
        if math.isnan(expected) or math.isnan(actual):
            return math.isnan(expected) and math.isnan(actual)
        return math.isclose(actual, expected, rel_tol=rtol)
    return bool(actual == expected)


def _are_arrays(value: Any) -> bool:
    return type(value).__module__.partition(".")[0] in ("torch", "numpy") and hasattr(value, "shape")


def _are_listed(value: Any) -> bool:
    """Whether its entries are compared as those of a list: text, times, objects, labels of pandas."""
    kind = type(value).__module__.partition(".")[0]
    return is_column(value) or (
        kind == "numpy" and hasattr(value, "shape") and value.dtype.kind not in "biufc"
    )


def _arrays(actual: Any, expected: Any, rtol: float, place: str) -> str:
    yours, right = as_tensor(actual, f"entry {place}" if place else "it"), as_tensor(expected, "expected")
    if yours.shape != right.shape:
        return _at(
            place,
            _("shape {yours}, expected {expected}").format(
                yours=tuple(yours.shape), expected=tuple(right.shape)
            ),
        )
    for index, (one, other) in enumerate(
        zip(yours.reshape(-1).tolist(), right.reshape(-1).tolist(), strict=True)
    ):
        if not _same(one, other, rtol):
            return _pair(one, other, f"{place}[{index}]" if right.dim() == 1 else place)
    return ""


def _texts(actual: str, expected: str, place: str) -> str:
    if actual == expected:
        return ""
    lines = [*enumerate(zip(actual.split("\n"), expected.split("\n"), strict=False), start=1)]
    for number, (yours, right) in lines:
        if yours != right:
            return (
                _pair(yours, right, place)
                if len(lines) == 1
                else _("line {number}: {said}").format(number=number, said=_pair(yours, right, place))
            )
    counts = (text.count("\n") + 1 for text in (actual, expected))
    return _("{yours} lines, expected {expected}").format(
        **dict(zip(("yours", "expected"), counts, strict=True))
    )


def _sets(actual: Any, expected: Any, place: str, rtol: float, depth: int) -> str:
    missing, extra = expected - actual, actual - expected
    said = []
    if missing:
        said.append(_("{entries} missing").format(entries=_some(missing)))
    if extra:
        said.append(_("{entries} too much").format(entries=_some(extra)))
    return _at(place, "; ".join(said))


def _some(entries: Iterable[Any]) -> str:
    if not may_show_values():
        return _("some")
    entries = sorted(entries, key=lambda entry: (type(entry).__name__, shown(entry)))
    named = ", ".join(map(shown, entries[:MOST_SHOWN]))
    if len(entries) <= MOST_SHOWN:
        return named
    return _("{entries} and {count} more").format(entries=named, count=len(entries) - MOST_SHOWN)


def _sequences(actual: Sequence[Any], expected: Sequence[Any], place: str, rtol: float, depth: int) -> str:
    for index, (yours, right) in enumerate(zip(actual, expected, strict=False)):
        if said := first_difference(yours, right, rtol, f"{place}[{index}]", depth + 1):
            return said
    if len(actual) != len(expected):
        return _at(
            place, _("{yours} entries, expected {expected}").format(yours=len(actual), expected=len(expected))
        )
    return ""


def _mappings(actual: Any, expected: Any, place: str, rtol: float, depth: int) -> str:
    keys = _sets(actual.keys(), expected.keys(), place, rtol, depth)
    if keys:
        return _("keys: {said}").format(said=keys)
    for key, right in expected.items():
        if said := first_difference(actual[key], right, rtol, f"{place}[{_named(key)}]", depth + 1):
            return said
    return ""


def _named(key: Any) -> str:
    return shown(key) if may_show_values() else "…"


def _tables(actual: Any, expected: Any, place: str, rtol: float, depth: int) -> str:
    if actual.ndim == 2:
        said = _sequences([*actual.columns], [*expected.columns], "", rtol, depth)
        if said:
            return _("columns: {said}").format(said=said)
    said = _sequences(actual.index.tolist(), expected.index.tolist(), "", rtol, depth)
    if said:
        return _("row labels: {said}").format(said=said)
    columns = range(expected.shape[1]) if expected.ndim == 2 else [None]
    for column in columns:
        yours, right = (t if column is None else t.iloc[:, column] for t in (actual, expected))
        label = place if column is None else f"{place}[{_named(expected.columns[column])}]"
        if said := _sequences(yours.tolist(), right.tolist(), label, rtol, depth):
            return said
    return ""
