"""Whether two values are the same up to rounding, in whatever process or class they came about."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

RTOL = 1e-5
"""Of the largest number: what another order of summation changes in float32, and no mistake is as small."""

DEEPEST = 6
"""Values in values."""

_CALLABLE = (FunctionType, BuiltinFunctionType, MethodType, ModuleType, type)


def plain(value: Any, depth: int = DEEPEST) -> Any:
    """A value as data: arrays, numbers, texts, containers; objects as their attributes.

    Functions, classes and modules are told by their kind alone.
    """
    torch: Any = sys.modules.get("torch")
    if depth == 0 or isinstance(value, _CALLABLE):
        return ("a", type(value).__name__)
    if torch is not None and isinstance(value, torch.Tensor):
        return _Array(str(value.dtype), value.detach().cpu().numpy().copy())
    if isinstance(value, np.ndarray | np.generic):
        return _Array(str(value.dtype), np.array(value))
    if isinstance(value, Mapping):
        return {key: plain(one, depth - 1) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [type(value).__name__, *(plain(one, depth - 1) for one in value)]
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return value
    if isinstance(value, set | frozenset):
        return ("a", type(value).__name__, len(value))
    return {"kind": type(value).__name__, **_attributes(value, depth)}


def _attributes(value: Any, depth: int) -> dict[str, Any]:
    return {f".{name}": plain(one, depth - 1) for name, one in getattr(value, "__dict__", {}).items()}


class _Array:
    """Numbers of a tensor or an array, and how they are stored."""

    def __init__(self, kind: str, numbers: np.ndarray[Any, Any]) -> None:
        self.kind, self.numbers = kind, numbers

    def difference(self, other: _Array) -> str:
        """In what it differs from ``other``; empty where it does not."""
        if (self.kind, self.numbers.shape) != (other.kind, other.numbers.shape):
            return f"{self.kind} {self.numbers.shape} instead of {other.kind} {other.numbers.shape}"
        if self.numbers.dtype.kind not in "fc":
            return "" if np.array_equal(self.numbers, other.numbers) else "other numbers"
        largest = np.abs(other.numbers[np.isfinite(other.numbers)]).max(initial=0.0)
        if np.allclose(self.numbers, other.numbers, rtol=RTOL, atol=RTOL * largest, equal_nan=True):
            return ""
        return "other numbers"


def difference(found: Any, right: Any) -> str:
    """In what two values of :func:`plain` differ first; empty where they do not."""
    if isinstance(found, _Array) and isinstance(right, _Array):
        return found.difference(right)
    if isinstance(found, float) and isinstance(right, float):
        same = (
            found == right or abs(found - right) <= RTOL * abs(right) or (found != found and right != right)
        )
        return "" if same else f"{found:.6g} instead of {right:.6g}"
    if isinstance(found, dict) and "raises" in found and found != right:
        return f"raises {found['raises']}"
    if type(found) is not type(right):
        return f"{_kind(found)} instead of {_kind(right)}"
    if isinstance(found, dict):
        if found.keys() != right.keys():
            return "other names"
        return _first((str(key), found[key], right[key]) for key in found)
    if isinstance(found, list):
        if len(found) != len(right):
            return f"{len(found) - 1} entries instead of {len(right) - 1}"
        return _first(
            (f"entry {number}", *pair) for number, pair in enumerate(zip(found, right, strict=True))
        )
    return "" if found == right else f"{_shown(found)} instead of {_shown(right)}"


def _first(pairs: Iterable[tuple[str, Any, Any]]) -> str:
    for name, found, right in pairs:
        if inner := difference(found, right):
            return f"{name}: {inner}"
    return ""


def _kind(value: Any) -> str:
    return value.kind if isinstance(value, _Array) else type(value).__name__


def _shown(value: Any) -> str:
    return repr(value)[:60]
