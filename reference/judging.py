"""How a question puts a case to a student's network and judges the answer.

Everything from the student's side is used through the lab's names only, called positionally in the
lab's signatures, and judged on plain copies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from torch import Tensor

from autograder.errors import RequestTimedOut
from autograder.grading import checks
from autograder.grading.namespace import student_errors
from reference import cases, formula
from reference.cases import Case, given
from reference.misconceptions import recursion_step, step_back
from reference.oracle import Weights
from reference.settings import settings

PARAMETERS = ("u", "w", "v", "b", "c")

TELLING = 3
"""Number of a case of several time steps, states and features, and still small."""

LARGEST_SIZE = 512
"""Hidden units, and features, of a network that is looked at: its ``w`` then takes 2 MB. The lab has 10."""

FAINTEST, STRONGEST = 1e-20, 1e20
"""Largest entry of a row that another row is judged by: beyond it rounding decides, not the formula."""


def defined(value: Any, name: str) -> Any:
    """``value``, unless the notebook lacks it or left it unfinished.

    Raises:
        CheckFailed: ``value`` is what an undefined name or an unset TODO looks like, or cannot be called.
    """
    if value is None or value is Ellipsis or not callable(value):
        checks.fail(
            f"{name} is not defined.",
            help="Did the cell that defines it run without an error, and is its TODO filled in?",
        )
    return value


def network(rnn_class: Any, weights: Weights) -> Any:
    """An instance of the student's class with the given weights."""
    rnn = defined(rnn_class, "RNN")(*weights.sizes)
    set_weights(rnn, weights)
    return rnn


def set_weights(rnn: Any, weights: Weights) -> None:
    """Give ``rnn`` these weights."""
    for name, value in weights.tensors().items():
        try:
            setattr(rnn, name, given(value))
        except TypeError:  # torch.nn.Module refuses a plain tensor in the place of a parameter
            getattr(rnn, name).data = given(value)


def weights_of(rnn: Any) -> Weights:
    """The weights that ``rnn`` has now.

    Raises:
        CheckFailed: one is no tensor, their shapes do not fit together, or they are far too large.
    """
    found = {}
    for name in PARAMETERS:
        try:
            value = getattr(rnn, name)
        except AttributeError:  # plain data, or under stock otter an object without it
            raise checks.CheckFailed(f"rnn has no weight {name}.") from None
        _check_size(value, name)
        found[name] = checks.as_tensor(value, f"rnn.{name}")
    u = found["u"]
    checks.require(
        u.dim() == 2, "rnn.u has the wrong shape.", evidence=f"yours: {tuple(u.shape)}, expected: (H, F)"
    )
    size = u.shape[0]
    for name, wanted in {"w": (size, size), "v": (size,), "b": (size,), "c": (1,)}.items():
        checks.shape(found[name], f"rnn.{name}", wanted)
    return Weights(**found)


def _check_size(value: Any, name: str) -> None:
    """Refuse a weight of a size that only costs memory, before it is copied."""
    if isinstance(value, Tensor | np.ndarray):
        checks.require(
            all(size <= LARGEST_SIZE for size in value.shape),
            f"rnn.{name} is too large to be checked.",
            help=f"A network of up to {LARGEST_SIZE} hidden units is checked; the lab has 10.",
            evidence=f"shape {tuple(value.shape)}",
        )


SPEAKS_OF_TYPES = ("dtype", "scalar type", "Double", "double")
"""In the messages of torch that complain about two number types in one operation."""


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
    with cases.double_precision():
        check()


Ask = Callable[[Any, Case], Any]
"""Calls a student's function with the inputs of a case."""

Select = Callable[[Any, Case], Any]
"""Takes the part of an answer that is judged."""


def _everything(answer: Any, case: Case) -> Any:
    return answer


def judge(
    env: Any,
    rnn_class: Any,
    name: str,
    ask: Ask,
    expected: Callable[[Case], Tensor],
    mistakes: Callable[[Case], Mapping[str, Tensor]],
    help: str,
    select: Select = _everything,
) -> None:
    """Judge a function of the network on all cases, T = 1 among them, in either precision.

    Args:
        name: of the result, for the message.
        ask: calls the student's function with the inputs of a case.
        expected: the right result for a case.
        mistakes: what known mistakes give for a case.
        help: what to look at.
        select: the part of the answer that is judged; everything unless given.

    Raises:
        CheckFailed: a case's result is wrong. The message names the mistake that explains all results, and
            shows the smallest case that is wrong.
    """
    in_either_precision(env, lambda: _judge(env, rnn_class, name, ask, expected, mistakes, help, select))


def _judge(
    env: Any,
    rnn_class: Any,
    name: str,
    ask: Ask,
    expected: Callable[[Case], Tensor],
    mistakes: Callable[[Case], Mapping[str, Tensor]],
    help: str,
    select: Select,
) -> None:
    results = []
    answers = Answers(env, rnn_class, ask)
    for case in cases.sequences():
        right = expected(case)

        def is_right(answer: Any, case: Case = case, right: Tensor = right) -> bool:
            return _same(select(answer, case), right)

        answer = select(answers.to(case, is_right), case)
        # A wrong shape ends it: on small cases it would look like a wrong value.
        results.append(Result(checks.shape(answer, name, right.shape), right, mistakes(case), case.setting))
    explain(results, name, help)
    case, weights = answers.elsewhere()
    possible = formula.accepted(case, weights).get(name, ())

    def is_possible(answer: Any) -> bool:
        return any(_same(select(answer, case), right) for right in possible)

    if possible:
        check_formula(answers, name, is_possible)


def check_formula(answers: Answers, name: str, is_right: Callable[[Any], bool]) -> None:
    """Check that right answers come from the formula and not from differentiating the network again.

    Args:
        is_right: whether an answer to :meth:`Answers.elsewhere` is the formula's.

    Raises:
        CheckFailed: the function answers otherwise, or not at all, for states of no forward pass.
    """
    case, weights = answers.elsewhere()
    if not _accepted(is_right, answers.with_other_weights(case, weights)):
        checks.fail(
            f"{name} does not follow from the states and gradients that are handed over.",
            help="Use the formula of the exercise with the states and gradients that are handed over, "
            "instead of running the forward pass again or measuring small differences.",
            evidence=f"{case.setting}: right for the states of a forward pass, wrong for other numbers there",
        )


@dataclass(frozen=True)
class Result:
    """One answer: the student's numbers, the right ones, what mistakes give, and the sizes."""

    answer: Tensor
    right: Tensor
    mistakes: Mapping[str, Tensor]
    setting: str


def explain(results: Sequence[Result], name: str, help: str) -> None:
    """Raise for the first wrong result, with the mistake that explains every result.

    One case alone is explained by many mistakes (at T = 1 they coincide), all cases together by one.

    Raises:
        CheckFailed: a result is wrong.
    """
    tolerance = settings().tolerance
    explaining = [
        sentence
        for sentence in results[0].mistakes
        if all(_fits(result.answer, result.mistakes[sentence]) for result in results)
    ]
    for result in results:
        checks.close(
            result.answer,
            result.right,
            name,
            rtol=tolerance.rtol,
            floor=tolerance.floor,
            mistakes={sentence: result.mistakes[sentence] for sentence in explaining},
            help=help,
            setting=result.setting,
        )


def judge_recursion(env: Any, rnn_class: Any, ask: Ask) -> None:
    """Judge each row of the student's grad_h by the student's own row after it, in either precision.

    A mistake in the last row therefore costs nothing here.

    Args:
        ask: calls the student's ``_compute_grad_h``; the result is (T, H).

    Raises:
        CheckFailed: a row does not follow from the row after it, or nothing can follow because that is zero.
    """
    in_either_precision(env, lambda: _judge_recursion(env, rnn_class, ask))


def _judge_recursion(env: Any, rnn_class: Any, ask: Ask) -> None:
    results = []
    answers = Answers(env, rnn_class, ask)
    for case in cases.sequences():
        if case.steps == 1:
            continue  # only the last row

        def rows(answer: Any, case: Case = case) -> list[Result]:
            return _recursion_rows(checks.shape(answer, "grad_h", case.hidden.shape), case)

        def is_right(answer: Any, rows: Callable[[Any], list[Result]] = rows) -> bool:
            return all(_same(row.answer, row.right) and bool(row.answer.any()) for row in rows(answer))

        results += rows(answers.to(case, is_right))
    help = "∇h[t] = Wᵀ diag(1 − h[t+1]²) ∇h[t+1]: row i of grad_h follows from rows i+1 of hidden and grad_h."
    for result in results:
        checks.require(
            bool(result.right.any()),
            "A row of grad_h is zero, so the row before it cannot be judged.",
            help="Fill the last row first: ∇h[T] = 2(ŷ − y) V.",
            evidence=result.setting,
        )
        largest = float(result.right.abs().max())
        checks.require(
            FAINTEST < largest < STRONGEST,
            "A row of grad_h is no gradient of this network, so the row before it cannot be judged.",
            help="The gradients of the lab lie between about 0.001 and 10: are all rows filled, and finite?",
            evidence=f"{result.setting}: its largest entry would be {largest:.3g}",
        )
    explain(results, "grad_h", help)
    case, weights = answers.elsewhere()
    moved = replace(case, weights=weights)

    def follows(answer: Any) -> bool:
        tensor = checks.shape(answer, "grad_h", case.hidden.shape)
        states = (moved, formula.with_states_from_sums(moved, weights))
        found = (_recursion_rows(tensor, one) for one in states)
        return bool(tensor.any()) and any(all(_same(row.answer, row.right) for row in rows) for rows in found)

    check_formula(answers, "grad_h", follows)


def _recursion_rows(answer: Tensor, case: Case) -> list[Result]:
    return [
        Result(
            answer[row],
            step_back(case.weights, case.hidden[row + 1], answer[row + 1]),
            recursion_step(case, row, answer[row + 1]),
            f"{case.setting}, row {row} of grad_h given your own row {row + 1}",
        )
        for row in reversed(range(case.steps - 1))
    ]


def _fits(answer: Tensor, wrong: Tensor) -> bool:
    return answer.numel() == wrong.numel() and checks.agrees(
        answer.reshape(-1), wrong.reshape(-1), floor=1e-5
    )


def _same(answer: Any, right: Tensor) -> bool:
    tolerance = settings().tolerance
    tensor = checks.as_tensor(answer, "the result")
    return checks.agrees(tensor, right, rtol=tolerance.rtol, floor=tolerance.floor)


class Answers:
    """A student's answers to the cases of one question.

    Who keeps the states of the forward pass can only answer after one, so a wrong or failing answer gets a
    second try behind a forward pass. Once that was the right one, every later case is asked that way:
    two tries for each case would be two guesses.

    Args:
        ask: calls the student's function with the inputs of a case.

    Attributes:
        keeps_states: whether a right answer needed a forward pass before it.
    """

    def __init__(self, env: Any, rnn_class: Any, ask: Ask) -> None:
        self._env, self._rnn_class, self._ask = env, rnn_class, ask
        self.keeps_states = False

    def to(self, case: Case, is_right: Callable[[Any], bool]) -> Any:
        """The answer to ``case``; of two tries the right one, else the first.

        Raises:
            StudentCodeError: the student's function fails.
        """
        if self.keeps_states:
            return self._after_a_forward_pass(case)
        answer: Any = None
        problem: Exception | None = None
        rnn = network(self._rnn_class, case.weights)
        try:
            answer = self._ask(rnn, case)
        except RequestTimedOut:
            raise  # a loop without end: another try only costs time
        except student_errors(self._env) as error:
            problem = error
        if problem is None and _accepted(is_right, answer):
            return answer
        try:
            second = self._after_a_forward_pass(case)
        except student_errors(self._env):
            second = None
        if _accepted(is_right, second):
            self.keeps_states = True
            return second
        if problem is not None:
            raise problem
        return answer

    def elsewhere(self) -> tuple[Case, Weights]:
        """A case and the weights to put into the network before it is asked; see ``reference.formula``.

        Who keeps the states of the forward pass is asked for those.
        """
        case = cases.sequences()[TELLING]
        weights = formula.other_weights(case.weights)
        return (case if self.keeps_states else formula.with_foreign_states(case)), weights

    def with_other_weights(self, case: Case, weights: Weights) -> Any:
        """The answer to ``case`` when the weights change before it is asked; ``None`` where that fails."""
        try:
            rnn = network(self._rnn_class, case.weights)
            if self.keeps_states:
                rnn.forward(given(case.x))
            set_weights(rnn, weights)
            return self._ask(rnn, case)
        except RequestTimedOut:
            raise
        except student_errors(self._env):
            return None

    def _after_a_forward_pass(self, case: Case) -> Any:
        rnn = network(self._rnn_class, case.weights)
        rnn.forward(given(case.x))
        return self._ask(rnn, case)


def _accepted(is_right: Callable[[Any], bool], answer: Any) -> bool:
    try:
        return is_right(answer)
    except checks.CheckFailed:  # not even a tensor of that shape
        return False
