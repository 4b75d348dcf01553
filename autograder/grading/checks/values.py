"""What a value is: a number, an object of a class, a dictionary with keys, a tensor of a type."""

from __future__ import annotations

import math
from typing import Any

from autograder.grading.checks.failing import CheckFailed
from autograder.grading.checks.sameness import shown
from autograder.grading.checks.tensors import as_tensor
from autograder.grading.namespace import bases_of, is_proxy, namespace_of
from autograder.language import judging as _


def number(value: Any, name: str) -> float:
    """One number, as a float: of Python, of NumPy, or a tensor with one entry.

    ``number(loss(x, y), "the loss")`` fails with "the loss is a list, one number was expected.".

    Raises:
        CheckFailed: it is something else, or no finite number.
    """
    tensor = as_tensor(value, name) if not isinstance(value, list | tuple | str) else None
    if tensor is None or tensor.numel() != 1:
        kind = (
            type(value).__name__
            if tensor is None
            else f"{type(value).__name__} of shape {tuple(tensor.shape)}"
        )
        raise CheckFailed(_("{name} is a {kind}, one number was expected.").format(name=name, kind=kind))
    found = float(tensor)
    if not math.isfinite(found):
        raise CheckFailed(
            _("{name} is {found}, a finite number was expected.").format(name=name, found=found),
            help=_("What is divided by 0?"),
        )
    return found


def defined(env: Any, name: str) -> Any:
    """The value of one of the notebook's names; a test case that has ``env`` as its parameter needs it.

    ``defined(env, "median")`` fails with "median is not defined." where no cell that ran defines it.

    Raises:
        CheckFailed: it is not defined, or ``None``, or still ``...``.
    """
    names = namespace_of(env)
    if name not in names:
        raise CheckFailed(
            _("{name} is not defined.").format(name=name),
            help=_("Did the cell that defines it run to its end?"),
        )
    value = names[name]
    if value is None or value is Ellipsis:
        raise CheckFailed(
            _("{name} is still {what}.").format(name=name, what="`None`" if value is None else "`...`"),
            help=_("Fill in the TODO."),
        )
    return value


def has_keys(value: Any, *keys: Any, name: str) -> Any:
    """Check that a dictionary has these keys; it may have others. Gives the dictionary.

    ``has_keys(counts, "a", "b", name="counts")`` fails with "counts lacks the key 'b'.".

    Raises:
        CheckFailed: it is no dictionary, or lacks a key.
    """
    if not isinstance(value, dict):
        raise CheckFailed(
            _("{name} is a {kind}, a dictionary was expected.").format(name=name, kind=type(value).__name__)
        )
    if missing := [key for key in keys if key not in value]:
        named = ", ".join(map(shown, missing))
        raise CheckFailed(
            _("{name} lacks the key {keys}.").format(name=name, keys=named),
            evidence=_("yours: {yours}").format(yours=shown(list(value))),
        )
    return value


def is_a(value: Any, *names: str, name: str) -> None:
    """Check that an object is of one of these classes, or of one that inherits from them.

    ``is_a(net, "Module", name="net")`` fails with "net is a Net, expected: Module.". Classes are known by
    their names, as the notebook's process tells them: an object that must be right has to answer rightly too.

    Raises:
        CheckFailed: none of the names is among its class and the bases of that.
    """
    bases = bases_of(value)
    if not set(names) & {*bases}:
        own = shown(value) if not bases else bases[0]
        text = _("{name} is a {kind}, expected: {expected}.")
        raise CheckFailed(text.format(name=name, kind=own[:80], expected=_(" or ").join(names)))


def dtype(value: Any, *allowed: str, name: str) -> None:
    """Check the type of the numbers in a tensor, an array or a column.

    ``dtype(x, "float32", name="x")`` fails with "x holds int64, expected: float32.".

    Args:
        allowed: names as torch and NumPy write them, without ``torch.``.

    Raises:
        CheckFailed: it has another one, or none.
    """
    found = str(getattr(value, "dtype", "")).removeprefix("torch.") if not is_proxy(value) else ""
    if found not in allowed:
        text = _("{name} holds {kind}, expected: {expected}.")
        kind = found or type(value).__name__
        raise CheckFailed(text.format(name=name, kind=kind, expected=_(" or ").join(allowed)))
