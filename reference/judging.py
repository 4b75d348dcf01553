"""How a question puts a case to a student's network and judges the answer.

Everything from the student's side is used through the lab's names only, called positionally in the
lab's signatures, and judged on plain copies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from autograder.gradients.precision import in_either_precision
from autograder.gradients.shapes import letters_of, spelt
from autograder.grading import checks
from reference import foreign_states, formula, misconceptions
from reference.answers import Answers, Ask, Behind, accepted
from reference.cases import Case
from reference.in_place import nothing_spoiled
from reference.language import lab as _
from reference.language import later
from reference.misconceptions import recursion
from reference.results import ROW, Result, same
from reference.sizes import decide, remark
from reference.student_network import FUNCTIONS, asked

FAINTEST, STRONGEST = 1e-20, 1e20
"""Largest entry of a row that another row is judged by: beyond it rounding decides, not the formula."""


BEHIND_GRAD_H = {
    "grad_b": (),
    "grad_w": ("_compute_grad_b",),
    "grad_u": ("_compute_grad_b", "_compute_grad_w"),
}
"""What takes states and ∇h, by name, and what else does before it in the order of ``get_gradients``."""

Select = Callable[[Any, Case], Any]
"""Takes the part of an answer that is judged."""


def _everything(answer: Any, case: Case) -> Any:
    return answer


def judge_gradient(env: Any, name: str, help: str) -> None:
    """Judge one gradient of the network, and what its function leaves behind.

    Args:
        name: of the question and of what its function returns.
        help: what to look at.

    Raises:
        CheckFailed: as :func:`judge` and :func:`reference.in_place.nothing_spoiled`.
    """

    def expected(case: Case) -> Tensor:
        right: Tensor = getattr(case.gradients, name.removeprefix("grad_"))
        return right

    with nothing_spoiled(env, name):
        judge(env, env.get("RNN"), name, ask_for(name), expected, getattr(misconceptions, name), help)


def ask_for(name: str) -> Ask:
    """Calls the method of the network that a question is about with the inputs of a case."""
    return lambda rnn, case: asked(rnn, FUNCTIONS[name], case)


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
    """Judge a function of the network at the lab's sizes, in either precision; other sizes earn a remark.

    Args:
        name: of the result, for the message.
        ask: calls the student's function with the inputs of a case.
        expected: the right result for a case.
        mistakes: what known mistakes give for a case.
        help: what to look at.
        select: the part of the answer that is judged; everything unless given.

    Raises:
        CheckFailed: a result is wrong, see :func:`reference.sizes.decide`, or does not come from the
            formula.
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
    answers = Answers(env, rnn_class, ask, BEHIND_GRAD_H.get(name))

    def look(case: Case) -> list[Result]:
        right = expected(case)
        answer = select(answers.to(case, lambda answer: same(select(answer, case), right)), case)
        return [Result(_of_shape(answer, name, right, case), right, mistakes(case), case.setting)]

    decide(env, name, help, look, alone=lambda: answers.behind is Behind.NOTHING)
    case, weights = answers.elsewhere()
    possible = foreign_states.accepted(case, weights).get(name, ())

    def is_possible(answer: Any) -> bool:
        return any(same(select(answer, case), right) for right in possible)

    if possible:
        check_formula(answers, name, is_possible)
    # Last, because asking for other sizes may change how `answers` asks.
    remark(env, f"_compute_{name.split()[-1]}", look)


SUM_OVER_TIME = later("There is a row for each time step in it: the gradient is their sum.")
LAST_STATE_ALONE = later("There is a row for each time step in it: only the last state reaches the output.")
ONE_NUMBER = later("It is one number: sum over the time steps only, not over all entries.")
ONE_ENTRY = later("It keeps the shape (1,) of y_pred: without float(), sum(), mean() or an index.")
OTHER_AXIS = later(
    "It is summed over the hidden units: dim=0 goes through the time steps, dim=1 through the units."
)
OUTER_PRODUCT = later(
    "Each step adds an outer product: torch.outer(a, b) has a row for each entry of a and a column for each "
    "entry of b. With matrices A.T @ B sums it over time."
)


def _of_shape(answer: Any, name: str, right: Tensor, case: Case) -> Tensor:
    """The answer as a tensor of the shape of ``right``.

    Raises:
        CheckFailed: it has another shape; which axes that has, is said where it is sure.
    """
    tensor, shape = checks.as_tensor(answer, name), tuple(right.shape)
    checks.require(
        tuple(tensor.shape) != shape[::-1] or shape == shape[::-1],
        _("{name} has the wrong shape: rows and columns are in each other's place.").format(name=name),
        help=_("torch.outer(a, b) has a row for each entry of a and a column for each entry of b."),
        evidence=_("yours: {yours}, expected: {shape}").format(yours=tuple(tensor.shape), shape=shape),
    )
    if tuple(tensor.shape) != shape and name in (*BEHIND_GRAD_H, "grad_c", "grad_v"):
        found, expected = letters_of(tensor.shape, case.axes), letters_of(shape, case.axes)
        checks.fail(
            _("{name} has the axes {found}, expected were {expected}.").format(
                name=name, found=spelt(found), expected=spelt(expected)
            )
            if found
            else _("{name} has the wrong shape.").format(name=name),
            help=_help_with_a_shape(tensor, name, shape, case),
            evidence=_("yours: {yours}, expected: {shape}").format(yours=tuple(tensor.shape), shape=shape),
        )
    return checks.shape(tensor, name, shape)


def _help_with_a_shape(tensor: Tensor, name: str, shape: tuple[int, ...], case: Case) -> str:
    """What to look at where a gradient has another shape; empty where that is not sure."""
    over_time = [size in (case.steps, case.steps - 1) for size in tensor.shape]
    if tensor.numel() == 1 and name in BEHIND_GRAD_H:
        return _(ONE_NUMBER)
    if name == "grad_c":
        return _(ONE_ENTRY) if tensor.numel() == 1 else ""
    if tuple(tensor.shape) == (case.steps,) and name == "grad_b":
        return _(OTHER_AXIS)
    if len(shape) == 2 and (tensor.dim() == 1 or all(over_time)):
        return _(OUTER_PRODUCT)
    if over_time and over_time[0] and tuple(tensor.shape[1:]) == shape:
        help = LAST_STATE_ALONE if name == "grad_v" else SUM_OVER_TIME
        return _(help)
    return ""


def check_formula(answers: Answers, name: str, is_right: Callable[[Any], bool]) -> None:
    """Check that right answers come from the formula and not from differentiating the network again.

    Args:
        is_right: whether an answer to :meth:`Answers.elsewhere` is the formula's.

    Raises:
        CheckFailed: the function answers otherwise, or not at all, for states of no forward pass.
    """
    case, weights = answers.elsewhere()
    if not accepted(is_right, answers.with_other_weights(case, weights)):
        checks.fail(
            _("{name} does not follow from the states and gradients that are handed over.").format(name=name),
            help=_(
                "Use the formula of the exercise with the states and gradients that are handed over, "
                "instead of running the forward pass again, measuring small differences or cutting "
                "numbers off."
            ),
            evidence=_(
                "{setting}: right for the numbers of a forward pass, wrong for other, larger ones"
            ).format(setting=case.setting),
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
    answers = Answers(env, rnn_class, ask)

    def look(case: Case) -> list[Result]:
        def rows(answer: Any) -> list[Result]:
            return _recursion_rows(checks.shape(answer, "grad_h", case.hidden.shape), case)

        def is_right(answer: Any) -> bool:
            return all(row.is_right for row in rows(answer))

        if case.steps == 1:
            return []  # only the last row
        return rows(answers.to(case, is_right))

    help = _(
        "∇h[t] = Wᵀ diag(1 − h[t+1]²) ∇h[t+1]: row i of grad_h follows from rows i+1 of hidden and grad_h."
    )
    decide(env, "grad_h", help, look, alone=lambda: answers.behind is Behind.NOTHING)
    case, weights = answers.elsewhere()
    moved = replace(case, weights=weights)

    def follows(answer: Any) -> bool:
        tensor = checks.shape(answer, "grad_h", case.hidden.shape)
        states = (moved, foreign_states.with_states_from_sums(moved, weights))
        found = (_recursion_rows(tensor, one) for one in states)
        return bool(tensor.any()) and any(all(row.is_right for row in rows) for rows in found)

    check_formula(answers, "grad_h", follows)
    remark(env, "_compute_grad_h", look)


def _recursion_rows(answer: Tensor, case: Case) -> list[Result]:
    """Each row but the last beside what follows from the student's own row after it; the last ones first."""
    last = answer[-1]
    begun = _problem(last, last=True, setting=case.setting) is None
    slips = recursion(case, last) if begun else {}  # of zeros, every mistake gives zeros

    def result(row: int) -> Result:
        own = answer[row + 1]
        return Result(
            answer[row],
            formula.step_back(case.weights, case.hidden[row + 1], own),
            _Row(slips, row),
            _(ROW).format(setting=case.setting, row=row, next=row + 1),
            _problem(own, last=row + 2 == case.steps, setting=case.setting),
        )

    return [result(row) for row in reversed(range(case.steps - 1))]


class _Row(Mapping[str, Tensor]):
    """One row, (H,), of what mistakes give for all of them, (T, H)."""

    def __init__(self, rows: Mapping[str, Tensor], row: int) -> None:
        self._rows, self._row = rows, row

    def __getitem__(self, sentence: str) -> Tensor:
        return self._rows[sentence][self._row]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _problem(row: Tensor, *, last: bool, setting: str) -> checks.CheckFailed | None:
    """Why nothing can follow from a row of the student's grad_h, (H,); ``None`` where something can.

    Args:
        last: whether it is the last row.
    """
    largest = float(row.abs().max())
    if largest == 0:
        return checks.CheckFailed(
            _("A row of grad_h is zero, so the row before it cannot be judged."),
            help=_("Fill the last row first: ∇h[T] = 2(ŷ − y) V.")
            if last
            else _("Does the loop fill every row, from the one before the last back to the first?"),
            evidence=setting,
        )
    if FAINTEST < largest < STRONGEST:
        return None
    return checks.CheckFailed(
        _("A row of grad_h is no gradient of this network, so the row before it cannot be judged."),
        help=_("The gradients of the lab lie between about 0.001 and 10: are all rows filled, and finite?"),
        evidence=_("{setting}: its largest entry is {largest:.3g}").format(setting=setting, largest=largest),
    )
