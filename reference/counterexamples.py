"""The smallest public example on which a student's function is wrong, as lines that repeat it in a notebook.

What hidden cases hand out stays hidden. These networks and numbers are published with the lab: whole numbers,
halves and fifths, sizes from T = 1, H = 1, F = 1 up. No mark depends on them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from autograder.errors import RequestTimedOut
from autograder.gradients.repeat import SECONDS, literal, quoted
from autograder.grading import checks
from autograder.grading.namespace import namespace_of, student_errors
from reference import formula, oracle
from reference.cases import Case
from reference.language import lab as _
from reference.oracle import Gradients, Weights
from reference.results import ROW, Result
from reference.student_network import ARGUMENTS, FUNCTIONS

NUMBERS = ((1, 1, 1), (2, 1, 1), (2, 2, 1), (2, 2, 2), (3, 2, 2), (5, 2, 3))
"""(T, H, F), small ones first; the last are three different ones: a wrong shape says which axes it has."""

METHODS = FUNCTIONS | {"hidden": "forward", "y": "forward", "the last row of grad_h": FUNCTIONS["grad_h"]}
"""By the name of a result, what gives it."""


def repeated(env: Any, name: str, look: Callable[[Case], Sequence[Result]]) -> str:
    """Lines of Python that show the smallest example on which a function is wrong.

    Args:
        name: of the result that is judged.
        look: puts a case to the student's code, as in :mod:`reference.sizes`.

    Returns:
        Empty where no example is wrong, or the function fails otherwise.
    """
    if (method := METHODS.get(name)) is None:
        return ""
    of_a_shape = ""  # of the last example, whose lengths tell most
    for example in of_a_forward_pass() if method == "forward" else of_simple_states():
        lines = _lines(example, method)
        try:
            with namespace_of(env).time_limit(SECONDS):
                wrong = [result for result in look(example) if not result.is_right]
        except checks.CheckFailed as failure:
            told = f"# {' '.join((failure.rationale, failure.evidence)).strip()}"
            of_a_shape = "\n".join([*lines, told])
            if not failure.evidence:  # it is about no shape, and the first example is the smallest
                return of_a_shape
        except RequestTimedOut:
            return ""
        except student_errors(env):
            continue
        else:
            if wrong and not of_a_shape:
                return "\n".join([*lines, *_answers(wrong[0])])
    return of_a_shape


def _lines(example: Case, method: str) -> list[str]:
    weights = example.weights.tensors()
    hidden_units, features = example.weights.sizes
    made = [f"rnn.{name} = torch.tensor({literal(value)})" for name, value in weights.items()]
    handed = (example.inputs[name] for name in ARGUMENTS[method])
    given = ", ".join(f"torch.tensor({literal(value)})" for value in handed)
    return [f"rnn = RNN({hidden_units}, {features})", *made, f"rnn.{method}({given})"]


def _answers(wrong: Result) -> list[str]:
    yours, right = _("# yours: {numbers}"), _("# right: {numbers}")
    if row := _.filled(ROW, wrong.setting):
        yours = _("# yours in row {row} of grad_h given your own row {next}: {numbers}")
        right = _("# right in row {row} of grad_h given your own row {next}: {numbers}")
    return [
        text.format(**(row or {}), numbers=quoted(numbers))
        for text, numbers in ((yours, wrong.answer), (right, wrong.right))
    ]


@cache
def of_simple_states() -> tuple[Case, ...]:
    """Examples for the gradients; the states are no forward pass, since none has simple numbers."""
    return tuple(_example(*size, simple=True) for size in NUMBERS)


@cache
def of_a_forward_pass() -> tuple[Case, ...]:
    """Examples for the forward pass, with small weights, so that tanh shows them."""
    return tuple(_example(*size, simple=False) for size in NUMBERS)


def _example(steps: int, hidden_units: int, features: int, *, simple: bool) -> Case:
    def some(values: Sequence[float], *shape: int) -> Tensor:
        places = range(torch.Size(shape).numel())
        taken = [values[place % len(values)] for place in places]
        return torch.tensor(taken, dtype=torch.float64).reshape(shape)

    weights = Weights(
        u=some((0.5, -0.2, 0.1), hidden_units, features),
        w=some((0.5, 1, -1, 2) if simple else (0.5, -0.2, 0.4, 0.3), hidden_units, hidden_units),
        v=some((2, -1), hidden_units),
        b=some((0.1, -0.3), hidden_units),
        c=some((0.5,), 1),
    )
    x = some((1, 2, -1, 3, 1), steps, features)
    hidden, y_pred = oracle.forward(weights, x)
    if simple:
        hidden, y_pred = some((0.5, -0.2, 0.4, 0.1, -0.5), steps, hidden_units), some((3,), 1)
    y_true = some((1.5,), 1)  # ŷ − y is no 1, which is its own square
    factor = formula.residual(y_true, y_pred)
    grad_h = formula.grad_h(weights, hidden, factor)
    sums = formula.grad_sums(hidden, grad_h)
    gradients = Gradients(
        h=grad_h,
        c=factor,
        b=formula.grad_b(sums),
        v=formula.grad_v(hidden, factor),
        w=formula.grad_w(sums, hidden),
        u=formula.grad_u(sums, x),
    )
    return Case(weights, x, y_true, hidden, y_pred, gradients)
