"""Numbers for a student's function: float32 first, and float64 where the notebook keeps to that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor

from autograder.errors import RequestTimedOut
from autograder.grading.checks import CheckFailed
from autograder.grading.namespace import namespace_of, student_errors

SPEAKS_OF_TYPES = ("dtype", "scalar type", "Double", "double")
"""In the messages of torch that complain about two number types in one operation."""

_precision: ContextVar[torch.dtype] = ContextVar("precision", default=torch.float32)


@contextmanager
def _handing_out(dtype: torch.dtype) -> Iterator[None]:
    """Let :func:`given` make tensors of this type inside the block."""
    token = _precision.set(dtype)
    try:
        yield
    finally:
        _precision.reset(token)


def given(tensor: Tensor) -> Tensor:
    """A copy for a student's function, which may write to it: of the type of :func:`in_either_precision`."""
    return tensor.to(_precision.get(), copy=True)


def as_given(value: Tensor, arrays: str, *, whole: bool = False) -> Any:
    """A copy of float64 numbers as a notebook computes with them.

    Args:
        arrays: ``numpy`` for arrays of float64, ``torch`` for tensors; a single number is a float in both.
        whole: as int64, which an index has to be.
    """
    if whole:
        whole_numbers = value.long()
        if value.dim() == 0:
            return int(whole_numbers)
        return whole_numbers.numpy() if arrays == "numpy" else whole_numbers
    if value.dim() == 0:
        return float(value)
    return value.numpy().copy() if arrays == "numpy" else given(value)


def in_either_precision(env: Any, check: Callable[[], None]) -> None:
    """Run ``check`` with inputs of the notebook's type, and with the other one if its code fails then.

    A notebook that turns data and weights into float64 is as right as another; torch refuses to mix that with
    the float32 that the lab's own data would be. What refuses may be hidden behind another error: a state
    that a forward pass should have kept is missing where that pass failed. So any exception of the student's
    code is a reason to try again, where only a wrong number is not.

    Raises:
        CheckFailed, StudentCodeError: of the type that suits the notebook, as far as that can be told.
    """
    types = [torch.float32, torch.float64]
    if namespace_of(env).doubles:
        types.reverse()
    try:
        with _handing_out(types[0]):
            return check()
    except RequestTimedOut:
        raise  # it would only take as long again
    except student_errors(env) as error:
        if isinstance(error, CheckFailed):  # under stock otter every exception is the student's
            raise
        first = error
    try:
        with _handing_out(types[1]):
            check()
    except student_errors(env) as error:
        if speaks_of_types(error):
            raise first from None
        raise


def speaks_of_types(error: Exception) -> bool:
    """Whether torch complains of two number types in one operation."""
    return any(word in str(error) for word in SPEAKS_OF_TYPES)
