"""What the engine hands to a lab's test cases: the ``lab:`` values of the configuration that grades.

A lab declares them in a module that a test file imports at its top, so that mistakes are found before
anything is graded:

    @dataclass(frozen=True)
    class Settings:
        threshold: float

    settings = lab_settings(Settings, Path(__file__).with_name("grading_config.yml"))

and a test case calls ``settings().threshold``. Called at the time of use it can never be another lab's.

That module is imported once in a process. A process that grades by two configurations of one lab, as no
command does, hears of a mistake in the second when a test case asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TypeVar

from autograder.config.lab_values import LabValues, must_be_frozen_dataclass
from autograder.config.load import load
from autograder.grading.lab_modules import own_modules

T = TypeVar("T")

_handed_out: ContextVar[LabValues | None] = ContextVar("handed_out", default=None)
_latest: list[LabValues] = []
"""For threads that a test case starts: they have no context of ours."""


@contextmanager
def handed_out(values: LabValues) -> Iterator[None]:
    """Inside the block test files and test cases get these values, and import the modules of their lab."""
    token = _handed_out.set(values)
    _latest.append(values)
    try:
        with own_modules(values.lab.root):
            yield
    finally:
        _latest.remove(values)
        _handed_out.reset(token)


def lab_settings(kind: type[T], file: Path) -> Callable[[], T]:
    """Declare the type of a lab's values; a function that gives them.

    Args:
        kind: frozen dataclass, see :meth:`autograder.config.lab_values.LabValues.of`.
        file: the configuration to read where no engine grades: under stock otter, in tests of the lab.

    Returns:
        A function without arguments. While the engine grades it gives the values of the configuration
        that was named with ``--config``, whatever ``file`` says.

    Raises:
        TypeError: ``kind`` is no frozen dataclass.
        ConfigurationError: the engine is loading the test files, and a value is missing, unknown or of
            another type. The returned function raises the same.
    """
    must_be_frozen_dataclass(kind)

    def settings() -> T:
        return (_current() or _without_engine(file)).of(kind)

    if values := _current():
        values.of(kind)
    return settings


def _current() -> LabValues | None:
    return _handed_out.get() or (_latest[-1] if _latest else None)


@cache
def _without_engine(file: Path) -> LabValues:
    return LabValues(load(file))
