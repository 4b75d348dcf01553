"""The lab's formulas with the mistakes that students make in them, and the words for each.

A wrong answer that one of these explains is answered with the mistake's name instead of "wrong values"; two
mistakes at once with both names. None of this decides about marks: the oracle and ``formula`` say what is
right. Each function returns, for each sentence, what that mistake would have computed (float64). Its code
stays what it is when the sentence is reworded: a course's ``partial_credit`` names it.

The states of the forward pass and their gradients, which follow from one another, are in
``reference.named_recursions``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from autograder.gradients.usual_slips import residual, residual_slips
from autograder.grading.checks import Mistake
from autograder.grading.slips import Slip, Slips
from reference.cases import Case, of_other_sizes
from reference.formula import grad_last_state, previous, tanh_slope
from reference.language import lab as _
from reference.named_mistakes import SumOverTime, following, wrapped
from reference.named_recursions import hidden_states, recursion

__all__ = ["hidden_states", "recursion"]


def known(*names: str) -> set[Mistake]:
    """The mistakes that have names in what these functions of this module are about."""
    case = of_other_sizes()[1]  # of two steps: a recursion has a row to look at
    found: dict[str, Slips] = {
        "recursion": recursion(case, case.gradients.h[-1]),
        "output": output(case, case.hidden),
        "squared_error": squared_error(1.0, 2.0),
    }
    slips = [found[name] if name in found else globals()[name](case) for name in names]
    return {mistake for one in slips for mistake in one.named()}


def last_state(case: Case) -> Slips:
    """Mistakes in ∇h[T] = 2(ŷ − y) Vᵀ, (H,)."""

    def formula(*, other: Tensor | None = None, slope: Tensor | float = 1.0, **factor: Any) -> Tensor:
        factor_of_v = residual(case.y_true, case.y_pred, **factor)
        return grad_last_state(case.weights, factor_of_v) * slope if other is None else factor_of_v * other

    return Slips(
        formula,
        [
            *residual_slips(_("The last row"), "·V"),
            Slip.of(
                "residual_missing",
                _("The last row is V alone: it lacks the factor 2(ŷ − y)."),
                scale=1.0,
                of="none",
            ),
            Slip.of("v_missing", _("The last row lacks V."), other=torch.ones_like(case.weights.v)),
            Slip.of(
                "state_for_v",
                _("The last row has h[T] in the place of V: that is ∇V."),
                other=case.hidden[-1],
            ),
            Slip.of(
                "slope_too_early",
                _(
                    "The last row is multiplied with diag(1 − h²) already; ∇h[T] is the gradient of the "
                    "state itself."
                ),
                slope=tanh_slope(case.hidden[-1]),
            ),
            replace(
                Slip.of("last_row_zero", _("The last row of grad_h is still zero."), scale=0.0), joins=False
            ),
        ],
    )


def grad_c(case: Case) -> Slips:
    """Mistakes in ∇c = 2(ŷ − y), (1,)."""

    def formula(*, power: int = 1, **factor: Any) -> Tensor:
        return residual(case.y_true, case.y_pred, **factor).pow(power)

    table = [
        *residual_slips("grad_c", ""),
        Slip.of("loss_itself", _("This is the loss, not its derivative."), scale=1.0, power=2),
        Slip.of("still_zero", _("grad_c is still zero."), scale=0.0),
    ]
    # One number says too little for two mistakes at once.
    return Slips(formula, [replace(slip, joins=False) for slip in table])


def grad_v(case: Case) -> Slips:
    """Mistakes in ∇V = 2(ŷ − y) h[T]ᵀ, (H,)."""

    def formula(*, state: Tensor = case.hidden[-1], slope: Tensor | float = 1.0, **factor: Any) -> Tensor:
        return residual(case.y_true, case.y_pred, **factor) * state * slope

    hidden = case.hidden
    return Slips(
        formula,
        [
            *residual_slips("grad_v", "·h[T]"),
            Slip.of(
                "first_state", _("This takes the first hidden state instead of the last."), state=hidden[0]
            ),
            Slip.of(
                "last_but_one_state",
                _("This takes the last but one hidden state instead of the last."),
                state=previous(hidden)[-1],
            ),
            Slip.of(
                "sum_of_states",
                _("This sums over all hidden states, but only the last one reaches the output."),
                state=hidden.sum(0),
            ),
            Slip.of(
                "mean_of_states",
                _("This averages all hidden states, but only the last one reaches the output."),
                state=hidden.mean(0),
            ),
            Slip.of(
                "residual_missing",
                _("This is the last hidden state alone: the factor 2(ŷ − y) is missing."),
                scale=1.0,
                of="none",
            ),
            Slip.of(
                "v_for_the_state",
                _("This has V in the place of the last hidden state."),
                state=case.weights.v,
            ),
            Slip.of(
                "with_slope",
                _("This is multiplied with 1 − h[T]², but no tanh lies between h[T] and the output."),
                slope=tanh_slope(hidden[-1]),
            ),
            replace(Slip.of("still_zero", _("grad_v is still zero."), scale=0.0), joins=False),
        ],
    )


def grad_b(case: Case) -> Slips:
    """Mistakes in ∇b = Σ diag(1 − h[t]²) ∇h[t], (H, 1): one column, to be compared entry by entry."""
    ones = torch.ones(case.steps, 1, dtype=torch.float64)
    return SumOverTime(case.hidden, case.gradients.h, ones, case.weights.b[:, None]).mistakes("grad_b")


def grad_w(case: Case) -> Slips:
    """Mistakes in ∇W = Σ diag(1 − h[t]²) ∇h[t] h[t−1]ᵀ, (H, H)."""
    hidden = case.hidden
    table = [
        Slip.of(
            "state_of_the_same_step",
            _("grad_w pairs step t with h[t] instead of h[t−1]."),
            paired=lambda _states: hidden,
        ),
        Slip.of(
            "state_of_the_same_step_and_first_step_left_out",
            _("grad_w pairs step t with h[t] instead of h[t−1], from the second step on."),
            paired=lambda _states: hidden,
            steps=slice(1, None),
        ),
        Slip.of(
            "second_step_left_out",
            _("grad_w leaves out the second time step, the first one whose h[t−1] is not zero."),
            steps=slice(2, None),
        ),
        Slip.of(
            "only_the_second_step",
            _(
                "grad_w holds the second time step only: the sum over time is missing, or `return` "
                "stands inside the loop."
            ),
            steps=slice(1, 2),
        ),
        Slip.of(
            "state_of_the_step_after",
            _("grad_w pairs step t with h[t+1] instead of h[t−1]."),
            paired=lambda _states: following(hidden),
        ),
        Slip.of(
            "state_two_steps_before", _("grad_w pairs step t with h[t−2] instead of h[t−1]."), paired=previous
        ),
        Slip.of(
            "last_state_for_the_initial_one",
            _("grad_w takes h[T] for h[0]: index −1 is the last row. h[0] is zero."),
            paired=lambda _states: wrapped(hidden),
        ),
        Slip.of(
            "gradient_of_the_state_before_too",
            _("grad_w has 1 − h[t−1]² and ∇h[t−1] for step t: only the state at the end is h[t−1]."),
            rows=lambda states, grad_h: previous(tanh_slope(states) * grad_h),
        ),
        Slip.of("transposed", _("grad_w is transposed."), product="th,tk->kh"),
        Slip.of(
            "elementwise",
            _("grad_w multiplies vectors entry by entry: ∇h[t] h[t−1]ᵀ is an outer product (torch.outer)."),
            product="th,th->h",
        ),
    ]
    slips = SumOverTime(hidden, case.gradients.h, previous(hidden), case.weights.w)
    return slips.mistakes("grad_w", *table).where(_of_no_difference_in_grad_w)


def _of_no_difference_in_grad_w(slip: Slip) -> Slip:
    """``slip`` as grad_w has it: h[0] is zero and so is the first term, whatever else stands in it."""
    code = slip.mistake.code
    of_the_first_term = code in ("only_the_first_step", "first_step_left_out") or code.endswith("_wrapped")
    return replace(slip, alone=False, joins=False) if of_the_first_term else slip


def grad_u(case: Case) -> Slips:
    """Mistakes in ∇U = Σ diag(1 − h[t]²) ∇h[t] x[t]ᵀ, (H, F)."""
    table = [
        Slip.of(
            "input_of_the_step_before", _("grad_u pairs step t with x[t−1] instead of x[t]."), paired=previous
        ),
        Slip.of(
            "input_of_the_step_before_wrapped",
            _(
                "grad_u pairs step t with x[t−1] instead of x[t]; at the first step index −1 takes "
                "the last row."
            ),
            paired=wrapped,
        ),
        Slip.of(
            "input_of_the_step_after", _("grad_u pairs step t with x[t+1] instead of x[t]."), paired=following
        ),
        Slip.of(
            "time_reversed", _("grad_u runs through time in the wrong direction."), paired=lambda x: x.flip(0)
        ),
    ]
    return SumOverTime(case.hidden, case.gradients.h, case.x, case.weights.u).mistakes("grad_u", *table)


def output(case: Case, hidden: Tensor) -> Slips:
    """Mistakes in y = V·h[T] + c, (1,), given the student's own states ``hidden`` (T, H)."""

    def formula(*, state: Tensor = hidden[-1], bias: float = 1.0, active: bool = False) -> Tensor:
        y = (case.weights.v @ state).reshape(1) + bias * case.weights.c
        return torch.tanh(y) if active else y

    # Where the rows come in the other order, which the states are told, y may well be of the last state.
    is_reversed = torch.allclose(hidden[0], case.hidden[-1])
    first_state = Slip.of(
        "first_state", _("y takes the first hidden state instead of the last."), state=hidden[0]
    )
    table = [
        Slip.of("c_missing", _("y lacks the bias c."), bias=0.0),
        Slip.of(
            "v_missing",
            _(
                "y is c alone: V·h[T] is missing, or the state in it is still zero (h[0], or taken "
                "before the loop)."
            ),
            state=torch.zeros_like(hidden[-1]),
        ),
        Slip.of("c_subtracted", _("y is V·h[T] − c."), bias=-1.0),
        Slip.of(
            "tanh_on_the_output", _("y goes through tanh; the lab's output has no activation."), active=True
        ),
        *([] if is_reversed else [first_state]),
        Slip.of(
            "last_but_one_state",
            _("y takes the last but one hidden state instead of the last."),
            state=previous(hidden)[-1],
        ),
        Slip.of("sum_of_states", _("y sums over all hidden states."), state=hidden.sum(0)),
        Slip.of("mean_of_states", _("y averages all hidden states."), state=hidden.mean(0)),
        Slip.of("minus_v", _("y is −V·h[T] + c."), state=-hidden[-1]),
        Slip.of("sign_flipped", _("y has the wrong sign."), state=-hidden[-1], bias=-1.0),
    ]
    # One number says too little for two mistakes at once.
    return Slips(formula, [replace(slip, joins=False) for slip in table])


def squared_error(y_true: float, y_pred: float) -> Slips:
    """Mistakes in the loss (ŷ − y)² of one prediction, ()."""

    def formula(*, scale: float = 1.0, power: int = 2, amount: bool = False, target: float = -1.0) -> Tensor:
        difference = torch.tensor(y_pred + target * y_true, dtype=torch.float64)
        return scale * (difference.abs() if amount else difference).pow(power)

    table = [
        Slip.of(
            "absolute_error", _("This is the absolute error; the square is missing."), power=1, amount=True
        ),
        Slip.of("square_missing", _("This is the difference; the square is missing."), power=1),
        Slip.of(
            "square_missing_sign_flipped",
            _("This is the difference y − ŷ; the square is missing."),
            power=1,
            scale=-1.0,
        ),
        Slip.of("half", _("This is half the squared error; the lab has no factor 1/2."), scale=0.5),
        Slip.of(
            "twice", _("This is twice the squared error: a factor that belongs to its derivative."), scale=2.0
        ),
        Slip.of("derivative", _("This is 2(ŷ − y), the derivative of the loss."), power=1, scale=2.0),
        Slip.of("sign_flipped", _("The sign of the squared error is flipped."), scale=-1.0),
        Slip.of("sum_for_the_difference", _("This is (ŷ + y)² instead of (ŷ − y)²."), target=1.0),
        Slip.of("target_missing", _("This is ŷ²: y is missing."), target=0.0),
        Slip.of("cubed", _("This is (ŷ − y)³; the loss is the square."), power=3),
    ]
    return Slips(formula, [replace(slip, joins=False) for slip in table])
