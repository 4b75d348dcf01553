"""Whether a function changes what it is given, and whether the lab's own sequence comes out wrong with it.

A training step hands the same tensors from one function to the next: ``forward``, the loss, then the
gradients in the order of ``get_gradients``. So who writes to its arguments, or to a weight by another name
for it (``y = self.c; y += …``), is right by itself and spoils what comes afterwards. Each function is called
once, arguments and weights are looked at, and right functions go on with what these have become.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from autograder.errors import RequestTimedOut
from autograder.gradients import explanations
from autograder.gradients.precision import in_either_precision
from autograder.grading import checks
from autograder.grading.namespace import call_and_arguments, student_errors
from reference import cases, foreign_states, formula
from reference.cases import Case
from reference.language import lab as _
from reference.oracle import Weights
from reference.settings import settings
from reference.student_network import (
    ARGUMENTS,
    FUNCTIONS,
    LOSS,
    arguments,
    asked,
    defined,
    network,
    weights_of,
)

TOLD_BY_NUMBERS = frozenset(mistake.code for mistake in explanations.codes())
"""Mistakes that are seen in the numbers alone, which may be wrong for what a function writes to."""


@contextmanager
def nothing_spoiled(env: Any, question: str, *, again: bool = True) -> Iterator[None]:
    """Check behind the block that the function of a question spoils nothing, and where the block fails, too.

    There a function that writes to what it is given explains wrong numbers that no known mistake does.
    Arguments and errors are those of :func:`require_nothing_spoiled`, and those of the block.
    """
    try:
        yield
    except checks.CheckFailed as failure:
        if not failure.mistake or failure.mistake in TOLD_BY_NUMBERS:
            with suppress(*student_errors(env)), checks.collected_notes():
                require_nothing_spoiled(env, question, again=again)
        raise
    require_nothing_spoiled(env, question, again=again)


def require_nothing_spoiled(env: Any, question: str, *, again: bool = True) -> None:
    """Check that the function of a question spoils neither arguments nor weights, and keeps nothing.

    What nothing in the lab's step needs afterwards may change: that is a note. Whether the answers are
    right is not looked at.

    Args:
        again: whether a second answer is compared with the first.

    Raises:
        CheckFailed: what comes after it in a training step comes out wrong, or a second answer differs.
        StudentCodeError: the function fails.
    """
    in_either_precision(env, lambda: _require_nothing_spoiled(env, question, again))


def _require_nothing_spoiled(env: Any, question: str, again: bool) -> None:
    case = cases.of_the_lab()[-1]
    function = FUNCTIONS[question]
    called = _Called(env, function, case)
    _judge_changes(question, case, called.changed_inputs, called.changed_weights)
    if not again or function == LOSS:
        return
    first, later = called.answers_to_others()
    checks.require(
        all(bool(one.isfinite().all()) for one in first),
        _("{function} gives numbers without bounds (NaN or infinity).").format(function=function),
        help=_("Which factor grows from step to step? 1 − h² lies between 0 and 1."),
        evidence=case.setting,
    )
    checks.require(
        len(first) == len(later) and all(map(_same, later, first)),
        _("{function} gives something else when it is called again.").format(function=function),
        help=_("Start from zeros at each call, and keep nothing of one call for the next."),
        evidence=_("{setting}: asked of a network that has answered before, and of one that has not").format(
            setting=case.setting
        ),
    )


class _Called:
    """A student's function after one call.

    Attributes:
        changed_inputs: of what it was given, what is not as before, by name; float64, of any shape.
        changed_weights: of the network's weights, those that are not as before.
    """

    def __init__(self, env: Any, function: str, case: Case) -> None:
        self._env, self._function, self._case = env, function, case
        methods = [one for one in FUNCTIONS.values() if one != LOSS]
        earlier = methods[: methods.index(function)] if function != LOSS else []
        self._behind: list[str] = []
        for behind in dict.fromkeys(((), tuple(earlier[:1]), tuple(earlier))):  # it may need what these keep
            self._behind = [*behind]
            try:
                self._call()
            except RequestTimedOut:
                raise  # a loop without end: another try only costs time
            except student_errors(env):
                if len(behind) == len(earlier):
                    raise
            else:
                return

    def _call(self) -> None:
        names, sent = ARGUMENTS[self._function], arguments(self._function, self._case)
        before = [
            tensor.to(torch.float64, copy=True) for tensor in sent
        ]  # under stock otter it gets `sent` itself
        if self._function != LOSS:
            self._rnn = network(self._env.get("RNN"), self._case.weights)
            self._call_what_comes_before(self._rnn, self._case)
            function = getattr(self._rnn, self._function)
        else:
            function = defined(self._env.get(LOSS), LOSS)
        _result, afterwards = call_and_arguments(function, tuple(sent))
        after = [checks.as_tensor(value, name) for name, value in zip(names, afterwards, strict=True)]
        self.changed_inputs = _differing(names, before, after)
        self.changed_weights: dict[str, Tensor] = {}
        if self._function != LOSS:
            now = weights_of(self._rnn).tensors()
            self.changed_weights = _differing(now, self._case.weights.tensors().values(), now.values())

    def answers_to_others(self) -> tuple[list[Tensor], list[Tensor]]:
        """The answers to other numbers than before: of a new network, and of this one."""
        other = replace(
            foreign_states.with_foreign_gradients(foreign_states.with_foreign_states(self._case)),
            x=self._case.x.flip(0),
            y_true=self._case.y_true + 1,
        )
        answers = []
        for rnn in (network(self._env.get("RNN"), self._case.weights), self._rnn):
            self._call_what_comes_before(rnn, other)
            answers.append(_tensors(asked(rnn, self._function, other), self._function))
        return answers[0], answers[1]

    def _call_what_comes_before(self, rnn: Any, case: Case) -> None:
        for function in self._behind:
            asked(rnn, function, case)


def _differing(names: Any, before: Any, after: Any) -> dict[str, Tensor]:
    """By name, the tensors that are another one afterwards."""
    return {
        name: new for name, old, new in zip(names, before, after, strict=True) if not torch.equal(old, new)
    }


def _tensors(answer: Any, function: str) -> list[Tensor]:
    """The tensors in an answer: hidden and y of ``forward``, one of every other function."""
    parts = answer if function == "forward" and isinstance(answer, tuple | list) else [answer]
    return [checks.as_tensor(part, _("the result of {function}").format(function=function)) for part in parts]


def _judge_changes(question: str, case: Case, inputs: dict[str, Tensor], weights: dict[str, Tensor]) -> None:
    """Fail where right functions cannot go on with these changes, and tell of them where they can."""
    changed = [*inputs, *(f"self.{name}" for name in weights)]
    if not changed:
        return
    function, what = FUNCTIONS[question], _(" and ").join(changed)
    if spoiled := _spoiled(question, case, inputs, weights):
        checks.fail(
            _("{function} changes {what} in place: work on a copy.").format(function=function, what=what),
            help=_(
                "What follows needs {what} as before. `a = b` only gives b another name: `a += …`, "
                "`a[i] = …` or `a.pow_(2)` then change b too. Write `a = a + …`, or begin with `a = "
                "b.clone()`."
            ).format(what=what),
            evidence=_.plural(
                "{setting}: with right functions everywhere else, {spoiled} is wrong after {function}",
                "{setting}: with right functions everywhere else, {spoiled} are wrong after {function}",
                len(spoiled),
            ).format(setting=case.setting, spoiled=_(" and ").join(spoiled), function=function),
        )
    checks.note(
        _(
            "{function} changes {what} in place. It costs nothing here, because nothing needs "
            "the old numbers afterwards; a copy (`.clone()`) is safer."
        ).format(function=function, what=what)
    )


def _spoiled(question: str, case: Case, inputs: dict[str, Tensor], weights: dict[str, Tensor]) -> list[str]:
    """What is wrong after a function that made these changes, by the names of the lab.

    Right functions do the rest of the step with what the changed values have become. Weights and ``x``, which
    is a part of ``data_train``, are needed by every step after this one.
    """
    values, before = case.inputs, case.inputs | case.weights.tensors()
    for name, after in {**inputs, **weights}.items():
        if after.shape != before[name].shape and after.numel() != 1:
            return [
                _("what needs {name}").format(name=name)
            ]  # it has another shape now: nothing can be computed with it
    values |= {name: after.reshape(before[name].shape) for name, after in inputs.items()}
    parameters = Weights(**{**case.weights.tensors(), **weights})
    factor = formula.residual(values["y_true"], values["y_pred"])
    sums = formula.grad_sums(values["hidden"], values["grad_h"])
    pairs = {
        "loss": (factor.square() / 4, (case.y_pred - case.y_true).square()),
        "grad_h": (formula.grad_h(parameters, values["hidden"], factor), case.gradients.h),
        "grad_c": (factor, case.gradients.c),
        "grad_b": (formula.grad_b(sums), case.gradients.b),
        "grad_v": (formula.grad_v(values["hidden"], factor), case.gradients.v),
        "grad_w": (formula.grad_w(sums, values["hidden"]), case.gradients.w),
        "grad_u": (formula.grad_u(sums, values["x"]), case.gradients.u),
    }
    order = list(FUNCTIONS)
    later = order[order.index(question) + 1 :]
    found = [name for name in later if not _same(*pairs[name])]
    found += [f"self.{name}" for name, after in weights.items() if not _same(after, before[name])]
    return found + (["data_train"] if not _same(values["x"], case.x) else [])


def _same(actual: Tensor, right: Tensor) -> bool:
    tolerance = settings().tolerance
    return checks.agrees(actual, right, rtol=tolerance.rtol, floor=tolerance.floor)
