"""Assertions for the authors of test files.

Each failure carries what is wrong, what to look at, and the smallest evidence. They accept whatever
a student may have returned and judge only plain copies of it, on this side. Under stock otter and in a
student's notebook they do the same with the objects themselves.
"""

from autograder.grading.checks.failing import (
    CheckFailed,
    Mistake,
    NewsIfAlone,
    collected_notes,
    fail,
    hidden_case,
    note,
    require,
)
from autograder.grading.checks.functions import (
    agrees_with_finite_differences,
    call,
    changed_in_place,
    deterministic,
    printed,
    raises,
    returns,
    unchanged,
)
from autograder.grading.checks.sameness import equal
from autograder.grading.checks.tensors import (
    FLOOR,
    MOST_TENSORS,
    RTOL,
    agrees,
    as_tensor,
    close,
    closest_comparison,
    shape,
)
from autograder.grading.checks.values import defined, dtype, has_keys, is_a, number

REFERENCE = (
    number, close, shape, dtype, equal, defined, has_keys, is_a, returns, raises, printed, call, unchanged,
    changed_in_place, deterministic, agrees_with_finite_differences, fail, require, note,
)  # fmt: skip
"""What ``docs/authoring.md`` describes, in its order."""

__all__ = [
    "FLOOR", "MOST_TENSORS", "REFERENCE", "RTOL", "CheckFailed", "Mistake", "NewsIfAlone", "agrees",
    "agrees_with_finite_differences", "as_tensor", "call", "changed_in_place", "close",
    "closest_comparison", "collected_notes",
    "defined", "deterministic", "dtype", "equal", "fail", "has_keys", "hidden_case", "is_a", "note", "number",
    "printed", "raises", "require", "returns", "shape", "unchanged",
]  # fmt: skip
