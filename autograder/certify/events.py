"""What happens while a grader is certified, as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Begun:
    """A part begins.

    Attributes:
        title: what it looks at.
        steps: how many there are.
        known: how many of them an earlier run has done.
    """

    title: str
    steps: int
    known: int


@dataclass(frozen=True)
class Done:
    """A step of the part that began last has ended; known ones are not told.

    Attributes:
        name: of what was graded.
        wrong: what is wrong with the verdict; empty where nothing is.
    """

    name: str
    wrong: str = ""


Event = Begun | Done

Listener = Callable[[Event], None]
"""Hears of every event as it happens."""
