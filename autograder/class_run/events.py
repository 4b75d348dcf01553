"""What happens while a class is graded, as values: a terminal, a program and a page hear the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.model import Grade
from autograder.workers.pool import Held


@dataclass(frozen=True)
class Unconfined:
    """The sandbox is off: student code runs with the rights of whoever grades."""


@dataclass(frozen=True)
class AdapterLeftOut:
    """Another package's adapter of an LMS cannot be used; the run does without it.

    Attributes:
        reason: which, and why.
    """

    reason: str


@dataclass(frozen=True)
class PromiseBroken:
    """The students' README promises a newer Python than notebooks are run with.

    Attributes:
        reason: what it promises, and what to do.
    """

    reason: str


@dataclass(frozen=True)
class Begun:
    """Grading begins.

    Attributes:
        submissions: how many there are, known ones included.
    """

    submissions: int


@dataclass(frozen=True)
class Running:
    """What is being graded at this moment; comes about once a second and at every change."""

    held: tuple[Held, ...]


@dataclass(frozen=True)
class Graded:
    """A submission has ended, and its result is written.

    Attributes:
        grade: its grade.
        reused: whether it was known before.
    """

    grade: Grade
    reused: bool


@dataclass(frozen=True)
class Stopped:
    """Somebody stopped the run; what is done is kept.

    Attributes:
        done: submissions that have ended.
        submissions: all of them.
    """

    done: int
    submissions: int


Event = Unconfined | AdapterLeftOut | PromiseBroken | Begun | Running | Graded | Stopped

Listener = Callable[[Event], None]
"""Hears of every event as it happens, in the process that runs the class."""
