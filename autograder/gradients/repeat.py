"""One wrong call in public numbers, as lines that repeat it in the student's notebook.

What hidden cases hand out stays hidden: these numbers are the same for every class. No mark depends on them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from torch import Tensor

from autograder.errors import RequestTimedOut
from autograder.gradients.cases import DRAWS, Case, case_of, random_values
from autograder.gradients.formula import Formula, Given
from autograder.gradients.results import Result
from autograder.grading import checks
from autograder.grading.namespace import namespace_of, student_errors
from autograder.language import judging as _

SECONDS = 5.0
"""Deadline of a call that decides nothing."""

DIGITS = 4
"""Of each number that is quoted."""

MOST_ENTRIES = 24
"""Of an argument or a result: more is nothing to compare by eye."""


def repeated(env: Any, function: Any, formula: Formula) -> str:
    """Lines of Python that show a call with a wrong result; empty where the public one is right, or fails.

    Args:
        function: the student's.
    """
    case = None if formula.call or formula.part is not None else _example(formula)
    if case is None:
        return ""
    arguments = [formula.handed(one, case.values[one.name]) for one in formula.takes]
    failures: tuple[type[Exception], ...] = (RequestTimedOut, checks.CheckFailed, *student_errors(env))
    try:
        with namespace_of(env).time_limit(SECONDS):
            answer = checks.as_tensor(function(*arguments), formula.result)
    except failures:
        return ""
    if Result(answer, case.right, {}, "").is_right or answer.numel() > MOST_ENTRIES:
        return ""
    make, module = ("np.array", "numpy as np") if formula.arrays == "numpy" else ("torch.tensor", "torch")
    given = (_written(one, case.values[one.name], make) for one in formula.takes)
    return "\n".join(
        (
            f"import {module}",
            f"{formula.function}({', '.join(given)})",
            _("# yours: {numbers}").format(numbers=quoted(answer)),
            _("# right: {numbers}").format(numbers=quoted(case.right)),
        )
    )


@cache
def _example(formula: Formula) -> Case | None:
    """The smallest case in numbers of one decimal; ``None`` where it would be large, or hides something."""
    generator = np.random.default_rng(0)
    for _try in range(DRAWS):
        values = random_values(formula, formula.sizes[0], generator)
        rounded = {name: value.mul(10).round().div(10) for name, value in values.items()}
        if any(value.numel() > MOST_ENTRIES for value in rounded.values()):
            return None
        if case := case_of(formula, formula.sizes[0], rounded):
            return case
    return None


def _written(one: Given, value: Tensor, make: str) -> str:
    numbers = str(value.long().tolist()) if one.whole else literal(value)
    return f"{make}({numbers})" if value.dim() else numbers


def literal(value: Tensor) -> str:
    """Numbers as Python writes them, in brackets as often as they have axes: for lines that are pasted."""
    if value.dim():
        return f"[{', '.join(map(literal, value))}]"
    return repr(round(float(value), 6))  # of numbers that are as short in float64


def quoted(value: Tensor) -> str:
    """The same with :data:`DIGITS` of each number: to be read beside others."""
    if value.dim():
        return f"[{', '.join(map(quoted, value))}]"
    return f"{float(value):.{DIGITS}g}"
