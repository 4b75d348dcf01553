"""An answer beside what is right, with the lab's tolerance."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from autograder.gradients import results
from autograder.grading import checks
from reference.language import later
from reference.settings import Tolerance, settings

ROW = later("{setting}, row {row} of grad_h given your own row {next}")
"""Setting of one row of the recursion."""


def _tolerance() -> Tolerance:
    return settings().tolerance


@dataclass(frozen=True)
class Result(results.Result):
    """One answer and what it is judged by: the engine's noun, with the tolerance of the configuration."""

    tolerance: results.Tolerance = field(default_factory=_tolerance, kw_only=True)


def same(answer: Any, right: Tensor) -> bool:
    """Whether ``answer`` is the float64 tensor ``right`` up to the lab's tolerance.

    Raises:
        CheckFailed: it is no tensor.
    """
    tolerance = settings().tolerance
    tensor = checks.as_tensor(answer, "the result")
    return checks.agrees(tensor, right, rtol=tolerance.rtol, floor=tolerance.floor)
