"""How the notebook's names and objects were before a test case changed them, and putting that back.

Without it a case that sets ``net.w`` or ``Net.forward`` would decide what later cases and questions find.
What student code changes itself, when a case calls it, stays.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

_MISSING = object()


class Before:
    """What one test case has changed so far, each name and attribute once.

    Args:
        shell: the IPython shell whose names they are.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._replaced: dict[str, Any] = {}
        self._attributes: dict[tuple[int, str], Callable[[], None]] = {}

    def replacing(self, name: str) -> None:
        """A top-level name is about to get another value, or to go."""
        self._replaced.setdefault(name, self._shell.user_ns.get(name, _MISSING))

    @contextmanager
    def running(self) -> Iterator[None]:
        """A cell runs again inside the block, which may give any names other values."""
        before = dict(self._shell.user_ns)
        try:
            yield
        finally:
            for name in before.keys() | self._shell.user_ns.keys():
                value = before.get(name, _MISSING)
                if self._shell.user_ns.get(name, _MISSING) is not value:
                    self._replaced.setdefault(name, value)

    def assigning(self, target: Any, name: str) -> None:
        """An attribute of an object, a class or a module is about to get another value."""
        key = (id(target), name)  # the target lives until then: what puts it back holds it
        if key not in self._attributes:
            self._attributes[key] = _putting_back(target, name)

    def put_back(self) -> None:
        """Make everything what it was. An object that does not let go of a value keeps it."""
        for name, value in self._replaced.items():
            if value is _MISSING:
                self._shell.user_ns.pop(name, None)
            else:
                self._shell.user_ns[name] = value
        undoing = [*reversed(self._attributes.values())]
        self._replaced.clear()
        self._attributes.clear()
        for undo in undoing:
            with suppress(Exception):  # of a `__setattr__` that is the student's
                undo()


def _putting_back(target: Any, name: str) -> Callable[[], None]:
    """What makes an attribute what it is now."""
    own = _own(target)
    inherited = name not in own
    value = _value(target, name) if inherited else own[name]  # of a class not the method that it gives
    numbers = _numbers(value)

    def undo() -> None:
        if inherited and (value is _MISSING or name in _own(target)):
            delattr(target, name)
        else:
            setattr(target, name, value)
        if numbers is not None:
            value.data.copy_(numbers)

    return undo


def _own(target: Any) -> Mapping[str, Any]:
    found = _value(target, "__dict__")
    return {} if found is _MISSING else found


def _value(target: Any, name: str) -> Any:
    try:
        return getattr(target, name, _MISSING)
    except Exception:  # noqa: BLE001  a property is student code
        return _MISSING


def _numbers(value: Any) -> Any:
    """A copy of a tensor's numbers, which others may be written over; ``None`` of anything else."""
    torch: Any = sys.modules.get("torch")
    return value.detach().clone() if torch is not None and isinstance(value, torch.Tensor) else None
