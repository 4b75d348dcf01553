"""The notebook's own functions together, for one training step: what each question by itself cannot see."""

from __future__ import annotations

from itertools import combinations_with_replacement
from typing import Any

import torch
from torch import Tensor

from autograder.gradients.precision import given
from autograder.grading import checks
from autograder.grading.case_number import once_for_each_number
from autograder.grading.namespace import student_errors
from reference import oracle
from reference.cases import Minibatch, minibatch
from reference.language import lab as _
from reference.oracle import Gradients, Weights
from reference.student_network import network, set_weights, weights_of

ROWS = 27
"""Of the data: three windows, so that every way to draw a minibatch can be compared."""

BATCH = 4
"""Windows of the step: enough to see what one window leaves behind for the next."""

LR = 0.037
"""Learning rate: not a value that somebody writes into the function."""


def tell_what_differs(env: Any) -> None:
    """Note which weights a step with all of the student's own functions moves otherwise than right ones.

    Nothing is said where the pieces do not work together at all, or another question has lost points: other
    checks say why.

    Raises:
        KernelDied: the student's process ended.
    """
    batch = minibatch(ROWS)
    failures: tuple[type[Exception], ...] = (checks.CheckFailed, *student_errors(env))
    try:
        moved = _one_step(env, batch)
    except failures:
        return
    if (wrong := _moved_otherwise(batch, moved)) and (mixed_up := _not_handed_on(env, batch)):
        checks.note(
            _(
                "What get_gradients returns as {names} is wrong, though each _compute_ method is right: "
                "compare the arguments that they are called with, in their order, and the keys."
            ).format(names=", ".join(mixed_up)),
            if_alone=True,
        )
    elif wrong:
        names = ", ".join(f"self.{name}" for name in wrong)
        checks.note(
            _(
                "One training step with all of your own functions moves {names} otherwise than right "
                "functions would, though every other question is right: look at what one function "
                "leaves for the next. Are tensors changed in place, or kept from one window to the "
                "next?"
            ).format(names=names),
            if_alone=True,
        )


def _one_step(env: Any, batch: Minibatch) -> Weights:
    rnn = network(env.get("RNN"), batch.weights)
    step = env.get("do_training_step")
    checks.require(callable(step), _("do_training_step is not defined."))
    step(rnn, given(batch.data), BATCH, LR)
    set_weights(rnn, batch.weights)  # the second step from the same weights shows what the first one left
    step(rnn, given(batch.data), BATCH, LR)
    return weights_of(rnn)


def _not_handed_on(env: Any, batch: Minibatch) -> list[str]:
    """The gradients that get_gradients returns otherwise than right ones; none where it cannot be asked."""
    rnn, (x, y) = network(env.get("RNN"), batch.weights), batch.window(0)
    right, (hidden, predicted) = _right_gradients()[0], oracle.forward(batch.weights, x)
    failures: tuple[type[Exception], ...] = (
        checks.CheckFailed, KeyError, TypeError, *student_errors(env)
    )  # fmt: skip
    try:
        found = rnn.get_gradients(given(x), given(y), given(predicted), given(hidden))
        return [
            name
            for name in ("grad_c", "grad_b", "grad_v", "grad_w", "grad_u")
            if not _agree(checks.as_tensor(found[name], name), getattr(right, name.removeprefix("grad_")))
        ]
    except failures:
        return []


@once_for_each_number
def _right_gradients() -> tuple[Gradients, ...]:
    """Of each window of the data, by the oracle: the same for every submission."""
    batch = minibatch(ROWS)
    return tuple(oracle.gradients(batch.weights, x, y) for x, y in batch.windows())


def _moved_otherwise(batch: Minibatch, moved: Weights) -> list[str]:
    """The names of the weights that moved wrongly; none where one draw of windows explains all of them."""
    before, after = batch.weights.tensors(), moved.tensors()
    found = _right_gradients()
    best = list(before)
    for drawn in combinations_with_replacement(range(len(found)), BATCH):
        for share in (1 / BATCH, 1.0):  # the mean of the gradients, or their sum
            wrong = [
                name
                for name in before
                if not _agree(
                    after[name] - before[name],
                    -LR * share * torch.stack([getattr(found[number], name) for number in drawn]).sum(0),
                )
            ]
            best = min(best, wrong, key=len)
    return best


def _agree(actual: Tensor, expected: Tensor) -> bool:
    """As in the question about the step: 2e-3 relative, above the rounding of float32 weights."""
    return checks.agrees(actual, expected, rtol=2e-3, floor=1e-4)
