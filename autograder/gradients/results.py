"""An answer beside what is right, and which known mistake explains the answers that are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from torch import Tensor

from autograder.grading import checks

MISTAKES_FLOOR = 1e-5
"""Absolute tolerance beside a known mistake, as a share of its largest entry: it only chooses words."""


class Tolerance(Protocol):
    """How close is equal: ``|actual - expected| <= rtol·|expected| + floor·max|expected|``."""

    @property
    def rtol(self) -> float:
        """Relative to each entry."""

    @property
    def floor(self) -> float:
        """Relative to the largest entry."""


@dataclass(frozen=True)
class Usual:
    """The tolerance of :func:`autograder.grading.checks.close`."""

    rtol: float = checks.RTOL
    floor: float = checks.FLOOR


@dataclass(frozen=True)
class Result:
    """One answer and what it is judged by; the tensors are float64.

    Attributes:
        answer: the student's numbers.
        right: the right ones, of the same shape.
        mistakes: what each known mistake gives, by its sentence; of the same number of entries.
        setting: the sizes, for a message.
        problem: why nothing can follow from what the answer is judged by; such an answer is never right.
        tolerance: how close is equal.
    """

    answer: Tensor
    right: Tensor
    mistakes: Mapping[str, Tensor]
    setting: str
    problem: checks.CheckFailed | None = None
    tolerance: Tolerance = field(default=Usual(), kw_only=True)

    @property
    def is_right(self) -> bool:
        """Whether the answer agrees with what is right."""
        close = self.tolerance
        return self.problem is None and checks.agrees(
            self.answer, self.right, rtol=close.rtol, floor=close.floor
        )


def explain(results: Sequence[Result], name: str, help: str, smaller: Iterable[Result] = ()) -> None:
    """Raise for the first wrong result, with the mistake that explains every result.

    One case alone is explained by many mistakes (of one term, a mean is the sum), all cases together by one.

    Args:
        smaller: results that decide nothing: where one of them is wrong for the same reason, it is shown,
            because it can be checked by hand. Taken only where a result is wrong.

    Raises:
        CheckFailed: a result is wrong.
    """
    if all(result.is_right for result in results):
        return
    explaining = [
        sentence for sentence in results[0].mistakes if all(_explains(sentence, result) for result in results)
    ]
    problems = [result.problem for result in results if result.problem is not None]
    if problems and not explaining:
        raise problems[0]
    for result in (*smaller, *results):
        mistakes = {name: result.mistakes[name] for name in explaining if _explains(name, result)}
        if explaining and not mistakes:
            continue  # wrong for another reason
        checks.close(
            result.answer,
            result.right,
            name,
            rtol=result.tolerance.rtol,
            floor=result.tolerance.floor,
            mistakes=mistakes,
            help=help,
            setting=result.setting,
        )
    raise problems[0]


def _explains(sentence: str, result: Result) -> bool:
    wrong = result.mistakes.get(sentence)
    return wrong is not None and fits(result.answer, wrong)


def fits(answer: Tensor, wrong: Tensor) -> bool:
    """Whether an answer has the numbers of a known mistake, in whatever shape."""
    return answer.numel() == wrong.numel() and checks.agrees(
        answer.reshape(-1), wrong.reshape(-1), floor=MISTAKES_FLOOR
    )
