"""An answer beside what is right, with the lab's tolerance."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from autograder.gradients import explanations, results
from autograder.gradients.formula import Formula
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


def explain(found: Sequence[Result], name: str, help: str, smaller: Iterable[Result] = ()) -> None:
    """Raise for the first wrong result, with the mistake that explains every result.

    Where none with a name does, it is what the numbers themselves say: a factor, one row or entry.

    Args:
        smaller: results that decide nothing, to show the mistake with.

    Raises:
        CheckFailed: a result is wrong.
    """
    try:
        results.explain(found, name, help, smaller)
    except checks.CheckFailed as failure:
        if failure.mistake or any(one.problem is not None for one in found):
            raise
        seen = [explanations.Seen(one.answer, one.right, None, {}) for one in found]
        about = Formula("", name, "", takes=(), compute=lambda: seen[0].right, says=help, sizes=())
        with checks.closest_comparison():  # which words fit is no comparison that decides
            mistake = explanations.explanation(seen, about)
        if mistake is None:
            raise
        raise checks.CheckFailed(mistake, help=help, evidence=failure.evidence) from None


def same(answer: Any, right: Tensor) -> bool:
    """Whether ``answer`` is the float64 tensor ``right`` up to the lab's tolerance.

    Raises:
        CheckFailed: it is no tensor.
    """
    tolerance = settings().tolerance
    tensor = checks.as_tensor(answer, "the result")
    return checks.agrees(tensor, right, rtol=tolerance.rtol, floor=tolerance.floor)
