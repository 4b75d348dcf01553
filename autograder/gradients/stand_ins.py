"""Right functions in the place of those that an earlier question judges: one mistake costs one question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from autograder.errors import ConfigurationError
from autograder.gradients.formula import Formula
from autograder.gradients.precision import as_given
from autograder.grading import checks
from autograder.grading.namespace import replaced
from autograder.language import judging as _

MOST_ENTRIES = 100_000
"""Of all axes multiplied: a student's code decides what it is called with, and summands need space."""


@contextmanager
def standing_in(env: Any, *formulas: Formula) -> Iterator[None]:
    """Replace functions of the notebook inside the block by right ones.

    .. code-block:: python

        with standing_in(env, HIDDEN, GRAD_W):
            judge(env, STEP)

    Args:
        formulas: of functions that take their arguments in order and return one result.
    """
    with replaced(env, **{formula.function: right_function(formula) for formula in formulas}):
        yield


def right_function(formula: Formula) -> Callable[..., Any]:
    """A function that takes the formula's arguments, by place or name, in any sizes that fit together.

    Raises:
        ConfigurationError: the formula is for a part of an answer, or is called in a way of its own.
    """
    if formula.part is not None or formula.call is not None:
        raise ConfigurationError(f"{formula.function}: no stand-in for a function with `part` or `call`")
    names = [one.name for one in formula.takes]

    def stand_in(*arguments: Any, **named: Any) -> Any:
        handed = dict(zip(names, arguments, strict=False)) | named
        checks.require(
            len(arguments) + len(named) == len(names) and set(handed) == set(names),
            _("{function} takes ({arguments}).").format(
                function=formula.function, arguments=", ".join(names)
            ),
        )
        return as_given(formula.right(_fitting(formula, handed)), formula.arrays)

    return stand_in


def _fitting(formula: Formula, handed: dict[str, Any]) -> dict[str, Tensor]:
    """The arguments as float64.

    Raises:
        CheckFailed: their axes do not fit together, or are too long.
    """
    sizes: dict[str, int] = {}
    found = {}
    for one in formula.takes:
        value = checks.as_tensor(handed[one.name], f"{one.name} ({formula.function})")
        checks.require(
            value.dim() == len(one.axes)
            and all(
                sizes.setdefault(letter, length) == length
                for letter, length in zip(one.axes, value.shape, strict=True)
            ),
            _("{name} has the wrong shape.").format(name=f"{one.name} ({formula.function})"),
            evidence=_("yours: {yours}, expected: {expected}").format(
                yours=tuple(value.shape), expected=f"({', '.join(one.axes)})"
            ),
        )
        found[one.name] = value
    entries = 1
    for length in sizes.values():
        entries *= length
    checks.require(
        0 < entries <= MOST_ENTRIES,
        _("{function} is called with too many numbers, or none.").format(function=formula.function),
    )
    return found
