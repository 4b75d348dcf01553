"""What a function of the notebook does: returns, raises, prints, leaves alone, changes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from autograder.errors import StudentException
from autograder.grading.checks.failing import CheckFailed, may_show_values
from autograder.grading.checks.sameness import EQUAL_WITHIN, first_difference, shown
from autograder.grading.checks.tensors import as_tensor, close
from autograder.grading.checks.values import number
from autograder.grading.namespace import bases_of, call_and_arguments, call_and_output, calls, is_proxy
from autograder.language import judging as _

if TYPE_CHECKING:
    from torch import Tensor

MOST_ENTRIES = 500
"""Entries of a gradient that finite differences are made of: each costs two calls."""


def returns(expected: Any, function: Any, /, *args: Any, rtol: float = EQUAL_WITHIN, **kwargs: Any) -> None:
    """Check what a function gives for these arguments.

    ``returns(2.5, median, [4, 1, 3, 2])`` fails with "median([4, 1, 3, 2]) gives something else." and
    "yours 3, expected 2.5"; of a hidden case the message shows neither.

    Args:
        rtol: as for ``equal``.

    Raises:
        CheckFailed: it gives something else.
    """
    if difference := first_difference(function(*args, **kwargs), expected, rtol):
        text = _("{call} gives something else.").format(call=_called(function, args, kwargs))
        raise CheckFailed(text, evidence=difference)


def raises(expected: str, function: Any, /, *args: Any, **kwargs: Any) -> str:
    """Check that a function raises an exception of this class, or of one that inherits from it.

    ``raises("ValueError", median, [])`` fails with "median([]) raises nothing, expected: ValueError.". Gives
    the exception's message.

    Args:
        expected: the name of the class; of Python or of the notebook.

    Raises:
        CheckFailed: it raises nothing, or something else.
    """
    try:
        function(*args, **kwargs)
    except _raised_by(function) as error:
        if expected in bases_of(error):
            return error.text if isinstance(error, StudentException) else str(error)
        raised = error.type_name if isinstance(error, StudentException) else type(error).__name__
        text = _("{call} raises {raised}, expected: {expected}.")
        given = _called(function, args, kwargs)
        raise CheckFailed(text.format(call=given, raised=shown(raised)[1:-1], expected=expected)) from None
    text = _("{call} raises nothing, expected: {expected}.")
    raise CheckFailed(text.format(call=_called(function, args, kwargs), expected=expected))


def printed(function: Any, /, *args: Any, **kwargs: Any) -> str:
    """What a function prints, at most 100,000 characters.

    ``equal(printed(greet, "Ada"), "Hello Ada\\n", "what greet('Ada') prints")``.
    """
    return call_and_output(function, *args, **kwargs)[1]


def call(function: Any, /, *args: Any) -> tuple[Any, tuple[Any, ...]]:
    """What a function gives, and what its arguments are afterwards: it may have written to them.

    ``result, (values,) = call(sort_in_place, [3, 1, 2])``. Arguments are copies: the list in the test stays
    as it is, and ``values`` is what became of it.
    """
    return call_and_arguments(function, copy.deepcopy(args))


def unchanged(function: Any, /, *args: Any) -> Any:
    """Check that a function leaves its arguments as they were. Gives its result.

    ``unchanged(standardised, [1.0, 3.0])`` fails with "standardised changes its argument 1." where it does.

    Raises:
        CheckFailed: an argument is another one afterwards.
    """
    result, afterwards = call(function, *args)
    for position, (before, after) in enumerate(zip(args, afterwards, strict=True), start=1):
        if not callable(before) and (difference := first_difference(after, before, 0.0)):
            raise CheckFailed(
                _("{function} changes its argument {position}.").format(
                    function=_name(function), position=position
                ),
                help=_("Work on a copy."),
                evidence=difference,
            )
    return result


def changed_in_place(function: Any, /, *args: Any) -> tuple[Any, ...]:
    """Check that a function writes to an argument. Gives all arguments as they are afterwards.

    ``params, _ = changed_in_place(sgd_, params, grads)``, and then ``close`` says whether they are right. It
    fails with "sgd_ leaves its arguments as they were." where it only returns something.

    Raises:
        CheckFailed: all arguments are as before.
    """
    _result, afterwards = call(function, *args)
    pairs = zip(args, afterwards, strict=True)
    if not any(first_difference(after, before, 0.0) for before, after in pairs if not callable(before)):
        raise CheckFailed(
            _("{function} leaves its arguments as they were.").format(function=_name(function)),
            help=_("It is to write to them: `a[i] = …`, `a += …`, `a.copy_(…)`; `a = …` makes another one."),
        )
    return afterwards


def deterministic(function: Any, /, *args: Any) -> Any:
    """Check that a function gives the same when it is called again. Gives its first result.

    ``deterministic(forward, x)`` fails with "forward gives something else when it is called again.".

    Raises:
        CheckFailed: the second result differs.
    """
    first, again = calls(function, (copy.deepcopy(args), copy.deepcopy(args)))
    if difference := first_difference(again, first, 0.0):
        raise CheckFailed(
            _("{function} gives something else when it is called again.").format(function=_name(function)),
            help=_("Keep nothing of one call for the next, and draw no random numbers."),
            evidence=difference,
        )
    return first


def agrees_with_finite_differences(
    gradient: Any,
    function: Callable[[Tensor], Any],
    at: Tensor,
    name: str,
    *,
    step: float = 1e-5,
    rtol: float = 1e-3,
) -> None:
    """Check a gradient against differences of a function: ``(f(x + step) - f(x - step)) / (2 step)``.

    ``agrees_with_finite_differences(grad_w, lambda w: oracle.loss(w, x, y), w, "grad_w")``.

    Args:
        gradient: of the shape of ``at``.
        function: of one float64 tensor like ``at``; gives one number.
        at: where; at most 500 entries.
        rtol: as for ``close``.

    Raises:
        CheckFailed: the gradient has another shape or other numbers.
        ValueError: ``at`` has too many entries.
    """
    import torch

    at = as_tensor(at, "the point")
    if at.numel() > MOST_ENTRIES:
        raise ValueError(f"finite differences of {at.numel()} entries; up to {MOST_ENTRIES} are computed")
    steps = torch.eye(at.numel(), dtype=torch.float64).reshape(-1, *at.shape) * step
    points = [(at + sign * one,) for one in steps for sign in (1, -1)]
    values = [number(value, "the function's value") for value in calls(function, points)]
    slopes = [(ahead - behind) / (2 * step) for ahead, behind in zip(values[::2], values[1::2], strict=True)]
    expected = torch.tensor(slopes, dtype=torch.float64).reshape(at.shape)
    close(gradient, expected, name, rtol=rtol, floor=max(1e-5, rtol / 10))


def _raised_by(function: Any) -> tuple[type[Exception], ...]:
    """What the student's own code raises; not a deadline, nor that its process has ended."""
    return (StudentException,) if is_proxy(function) else (Exception,)


def _called(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    if not may_show_values():
        return _name(function)
    given = [*map(shown, args), *(f"{key}={shown(value)}" for key, value in kwargs.items())]
    return f"{_name(function)}({', '.join(given)})"


def _name(function: Any) -> str:
    """The name under which the notebook has it."""
    if is_proxy(function):
        return str(object.__getattribute__(function, "__found_as__")) or "the function"
    return str(getattr(function, "__name__", "the function"))
