"""Numbers for a student's function: float32 first, and float64 where the notebook keeps to that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor

from autograder.grading.namespace import student_errors

SPEAKS_OF_TYPES = ("dtype", "scalar type", "Double", "double")
"""In the messages of torch that complain about two number types in one operation."""

_precision: ContextVar[torch.dtype] = ContextVar("precision", default=torch.float32)


@contextmanager
def double_precision() -> Iterator[None]:
    """Hand out float64 inside the block, for notebooks that keep everything in it."""
    token = _precision.set(torch.float64)
    try:
        yield
    finally:
        _precision.reset(token)


def given(tensor: Tensor) -> Tensor:
    """A copy for a student's function, which may write to it: float32 unless in ``double_precision``."""
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
    """Run ``check`` with float32 inputs, and with float64 ones if the student's code keeps to that.

    A notebook that turns data and weights into float64 is as right as another; torch then refuses the
    float32 that the lab's own data would be.

    Raises:
        CheckFailed, StudentCodeError: of the second run where there is one.
    """
    try:
        check()
    except student_errors(env) as error:
        if not any(word in str(error) for word in SPEAKS_OF_TYPES):
            raise
    else:
        return
    with double_precision():
        check()
