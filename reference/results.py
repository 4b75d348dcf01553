"""An answer beside what is right, and which known mistake explains the answers that are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from autograder.grading import checks
from reference.language import lab as _
from reference.language import later
from reference.settings import settings

ROW = later("{setting}, row {row} of grad_h given your own row {next}")
"""Setting of one row of the recursion."""


@dataclass(frozen=True)
class Result:
    """One answer and what it is judged by; the tensors are float64.

    Attributes:
        answer: the student's numbers.
        right: the right ones, of the same shape.
        mistakes: what each known mistake gives, by its sentence; of the same number of entries.
        setting: the sizes, for a message.
        problem: why nothing can follow from what the answer is judged by; such an answer is never right.
    """

    answer: Tensor
    right: Tensor
    mistakes: Mapping[str, Tensor]
    setting: str
    problem: checks.CheckFailed | None = None

    @property
    def is_right(self) -> bool:
        """Whether the answer agrees with what is right."""
        return self.problem is None and same(self.answer, self.right)


def explain(results: Sequence[Result], name: str, help: str, smaller: Iterable[Result] = ()) -> None:
    """Raise for the first wrong result, with the mistake that explains every result.

    One case alone is explained by many mistakes (at T = 1 they coincide), all cases together by one.

    Args:
        smaller: results that decide nothing: where one of them is wrong for the same reason, it is shown,
            because it can be checked by hand. Taken only where a result is wrong.

    Raises:
        CheckFailed: a result is wrong.
    """
    if all(result.is_right for result in results):
        return
    tolerance = settings().tolerance
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
            _(name),
            rtol=tolerance.rtol,
            floor=tolerance.floor,
            mistakes=mistakes,
            help=help,
            setting=result.setting,
        )
    raise problems[0]


def _explains(sentence: str, result: Result) -> bool:
    wrong = result.mistakes.get(sentence)
    return wrong is not None and _fits(result.answer, wrong)


def same(answer: Any, right: Tensor) -> bool:
    """Whether ``answer`` is the float64 tensor ``right`` up to the lab's tolerance.

    Raises:
        CheckFailed: it is no tensor.
    """
    tolerance = settings().tolerance
    tensor = checks.as_tensor(answer, "the result")
    return checks.agrees(tensor, right, rtol=tolerance.rtol, floor=tolerance.floor)


def _fits(answer: Tensor, wrong: Tensor) -> bool:
    return answer.numel() == wrong.numel() and checks.agrees(
        answer.reshape(-1), wrong.reshape(-1), floor=1e-5
    )
