"""Requests to one object of the notebook: the protocols of Python that its proxy on the other side speaks.

Each gives plain parts, or objects that get a number of their own.
"""

from __future__ import annotations

import inspect
import io
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from typing import Any

from autograder.kernel import plain

ENTRIES_SECONDS = 0.2
"""How long entries are collected for one answer: whoever asks for a few of them must not wait for many."""

LONGEST_OUTPUT = 100_000
"""Characters that a call may print; what comes after them is left out."""


class Entries:
    """An iterator whose entries are asked for some at a time.

    What it raises after some entries is raised when it is asked again: the entries before it count.
    """

    def __init__(self, entries: Iterator[Any]) -> None:
        self._entries = entries
        self._failure: Exception | None = None

    def some(self, most: int) -> tuple[list[Any], bool]:
        """At most so many entries, at least one if there is one, and whether these are the last."""
        if self._failure is not None:
            raise self._failure
        found: list[Any] = []
        until = time.monotonic() + ENTRIES_SECONDS
        while len(found) < most and (not found or time.monotonic() < until):
            try:
                found.append(next(self._entries))
            except StopIteration:
                return found, True
            except Exception as failure:
                if not found:
                    raise
                self._failure = failure
                break
        return found, False


class _Output(io.StringIO):
    """Keeps the first characters of what is printed."""

    def write(self, text: str) -> int:
        super().write(text[: max(0, LONGEST_OUTPUT - self.tell())])
        return len(text)


def _attribute(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> Any:
    return getattr(target, message["name"])


def _assign(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> None:
    assign(target, message["name"], decoder.decode(message["value"]))


def _call(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> Any:
    return target(*decoder.decode(message["args"]), **decoder.decode(message["kwargs"]))


def _call_and_effects(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> tuple[Any, ...]:
    """What a call gives, its arguments afterwards where they are asked for, and what it prints."""
    arguments = decoder.decode(message["args"])
    with redirect_stdout(_Output()) as said:
        result = target(*arguments, **decoder.decode(message["kwargs"]))
    return result, arguments if message["afterwards"] else (), said.getvalue()


def _text(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> str:
    return (repr(target) if message["exactly"] else str(target))[:LONGEST_OUTPUT]


def _length(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> int | None:
    """``None`` where there is none: ``list`` asks for one in any case, and goes on without it."""
    return len(target) if hasattr(type(target), "__len__") else None


def _truth(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> bool:
    return bool(target)


def _item(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> Any:
    return target[decoder.decode(message["key"])]


def _set_item(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> None:
    target[decoder.decode(message["key"])] = decoder.decode(message["value"])


def _contains(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> bool:
    return decoder.decode(message["value"]) in target


def _iterate(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> Entries:
    return Entries(iter(target))


def _entries(target: Entries, message: dict[str, Any], decoder: plain.Decoder) -> tuple[list[Any], bool]:
    return target.some(message["most"])


def _next(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> tuple[Any, ...]:
    """The next entry; nothing behind the last one."""
    try:
        return (next(target),)
    except StopIteration:
        return ()


def _signature(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> list[tuple[Any, ...]]:
    """Of each parameter its name, the number of its kind, and its default if it has one."""
    return [
        (one.name, int(one.kind), *(() if one.default is inspect.Parameter.empty else (one.default,)))
        for one in inspect.signature(target).parameters.values()
    ]


def _bases(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> list[str]:
    return names_of_bases(target if isinstance(target, type) else type(target))


def _is_instance(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> bool:
    return isinstance(decoder.decode(message["value"]), target)


def _is_subclass(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> bool:
    return issubclass(decoder.decode(message["value"]), target)


def _supports(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> bool:
    """Whether its class brings a method that not every object has."""
    name = message["name"]
    return getattr(type(target), name, None) is not getattr(object, name, None)


def _is_of_own_class(target: Any, message: dict[str, Any], decoder: plain.Decoder) -> bool:
    """Whether the notebook itself defines its class."""
    return type(target).__module__ == "__main__"


REQUESTS: dict[str, Callable[[Any, dict[str, Any], plain.Decoder], Any]] = {
    "attribute": _attribute,
    "assign": _assign,
    "call": _call,
    "call_and_effects": _call_and_effects,
    "text": _text,
    "length": _length,
    "truth": _truth,
    "item": _item,
    "set_item": _set_item,
    "contains": _contains,
    "iterate": _iterate,
    "entries": _entries,
    "next": _next,
    "signature": _signature,
    "bases": _bases,
    "is_instance": _is_instance,
    "is_subclass": _is_subclass,
    "supports": _supports,
    "is_of_own_class": _is_of_own_class,
}
"""By the trusted side's word for it."""


def names_of_bases(kind: type) -> list[str]:
    """The names of a class and of all that it inherits from, itself first."""
    return [base.__name__[:100] for base in type.mro(kind)][:50]


def assign(target: Any, name: str, value: Any) -> None:
    """Set an attribute in the way that the object's own style needs.

    Numbers go into a tensor that is there already where they fit: it may be a parameter of a
    ``torch.nn.Module``, a leaf that requires gradients, known to an optimizer, or float64.
    """
    torch: Any = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        current = getattr(target, name, None)
        if isinstance(current, torch.Tensor) and current.is_floating_point():
            if current.shape == value.shape and current.is_contiguous():
                current.data.copy_(value)
                return
            if isinstance(current, torch.nn.Parameter):
                value = torch.nn.Parameter(value, requires_grad=current.requires_grad)
    setattr(target, name, value)
