"""What a student's process says in words, told to whoever bounds how much of it is shown.

A test case may keep a text and speak of it later, in any form. So it is noticed where it comes in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_listener: ContextVar[Callable[[str], None] | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Callable[[str], None]) -> Iterator[None]:
    """Each text that a student's process says while the block lasts goes to ``listener`` as well."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def heard(text: str) -> None:
    """A text of a student's process has come in."""
    listener = _listener.get()
    if listener is not None:
        listener(text)
