"""The lab's formulas with the mistakes that students make in them, and the words for each.

A wrong answer that one of these explains is answered with the mistake's name instead of "wrong values"; two
mistakes at once with both names. None of this decides about marks: the oracle and ``formula`` say what is
right. Each function returns, for each sentence, what that mistake would have computed (float64). Its code
stays what it is when the sentence is reworded: a course's ``partial_credit`` names it.

The states of the forward pass and their gradients, which follow from one another, are in
``reference.named_recursions``, what ŷ − y is a factor of in ``reference.named_factors``.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from autograder.gradients import explanations
from autograder.grading.checks import Mistake
from autograder.grading.slips import Slip, Slips
from reference.cases import Case, of_other_sizes
from reference.formula import previous, tanh_slope
from reference.language import lab as _
from reference.named_factors import grad_c, grad_v, last_state, squared_error
from reference.named_mistakes import MISSING, SumOverTime, following, times_gradient, wrapped
from reference.named_recursions import hidden_states, recursion

__all__ = ["grad_c", "grad_v", "hidden_states", "last_state", "recursion", "squared_error"]


def known(*names: str) -> set[Mistake]:
    """The mistakes that have names in what these functions of this module are about."""
    case = of_other_sizes()[1]  # of two steps: a recursion has a row to look at
    found: dict[str, Slips] = {
        "recursion": recursion(case, case.gradients.h[-1]),
        "output": output(case, 2 * case.hidden),  # of wrong states: one mistake is told of these alone
        "squared_error": squared_error(1.0, 2.0),
    }
    slips = [found[name] if name in found else globals()[name](case) for name in names]
    named = {mistake for one in slips for mistake in one.named()}
    codes = {mistake.code for mistake in named}
    return named | {mistake for mistake in explanations.codes() if mistake.code not in codes}


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
            "state_two_steps_before",
            _("grad_w pairs step t with h[t−2] instead of h[t−1]."),
            paired=previous,
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
            "slope_on_the_columns",
            _(
                "grad_w has 1 − h[t]² on its columns instead of its rows: multiply it with ∇h[t] "
                "first, then take the outer product with h[t−1]."
            ),
            rows=times_gradient(MISSING),
            paired=lambda states: tanh_slope(hidden) * states,
        ),
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
            "input_of_the_step_before",
            _("grad_u pairs step t with x[t−1] instead of x[t]."),
            paired=previous,
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
            "input_of_the_step_after",
            _("grad_u pairs step t with x[t+1] instead of x[t]."),
            paired=following,
        ),
        Slip.of(
            "time_reversed",
            _("grad_u runs through time in the wrong direction."),
            paired=lambda x: x.flip(0),
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
    # Where the last row of hidden is right, a right y is no mistake.
    is_last = torch.allclose(hidden[-1], case.hidden[-1])
    not_returned = Slip.of(
        "state_that_is_not_returned",
        _(
            "y is right for h[T], which is not the last row of hidden: look at what forward "
            "returns as hidden."
        ),
        state=case.hidden[-1],
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
        Slip.of(
            "c_multiplied",
            _("y is V·h[T]·c: c is added, not multiplied."),
            state=hidden[-1] * case.weights.c,
            bias=0.0,
        ),
        Slip.of(
            "c_for_each_unit",
            _("y adds c once for each hidden unit: c stands behind the sum V·h[T], not in its terms."),
            bias=float(len(case.weights.v)),
        ),
        Slip.of("v_twice", _("y has V·h[T] twice: no factor 2 belongs here."), state=2 * hidden[-1]),
        Slip.of("c_subtracted", _("y is V·h[T] − c."), bias=-1.0),
        Slip.of(
            "tanh_on_the_output", _("y goes through tanh; the lab's output has no activation."), active=True
        ),
        *([] if is_reversed else [first_state]),
        *([] if is_last else [not_returned]),
        Slip.of(
            "last_but_one_state",
            _("y takes the last but one hidden state instead of the last."),
            state=previous(hidden)[-1],
        ),
        Slip.of(
            "c_inside",
            _("y is V·(h[T] + c): c is added behind the product."),
            state=hidden[-1] + case.weights.c,
            bias=0.0,
        ),
        Slip.of("sum_of_states", _("y sums over all hidden states."), state=hidden.sum(0)),
        Slip.of("mean_of_states", _("y averages all hidden states."), state=hidden.mean(0)),
        Slip.of("minus_v", _("y is −V·h[T] + c."), state=-hidden[-1]),
        Slip.of("sign_flipped", _("y has the wrong sign."), state=-hidden[-1], bias=-1.0),
    ]
    # One number says too little for two mistakes at once.
    return Slips(formula, [replace(slip, joins=False) for slip in table])
