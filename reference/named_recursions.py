"""Mistakes with names and codes where each row follows from another: the states, and their gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from autograder.gradients.usual_slips import slope_slips
from autograder.grading.slips import Slip, Slips
from reference.cases import Case
from reference.formula import previous, tanh_slope
from reference.language import lab as _
from reference.named_mistakes import MISSING, Shift, as_it_is, following, wrapped

Joined = Callable[[Tensor, Tensor, Tensor], Tensor]
"""What Wᵀ is multiplied with, (H,), made of a state, its slope 1 − h², and its gradient, all (H,)."""


def multiplied(state: Tensor, slope: Tensor, grad_next: Tensor) -> Tensor:
    """diag(1 − h²) ∇h, (H,), as it is right."""
    return slope * grad_next


def recursion(case: Case, last: Tensor) -> Slips:
    """Mistakes in ∇h[t] = Wᵀ diag(1 − h[t+1]²) ∇h[t+1], all rows (T, H), given the student's own last one.

    Args:
        last: (H,), the student's ∇h[T].
    """
    hidden, w = case.hidden, case.weights.w

    def formula(
        *,
        matrix: Tensor = w.T,
        slope: Shift = tanh_slope,
        states: Shift = following,
        outside: bool = False,
        joined: Joined = multiplied,
        scale: float = 1.0,
        added: Tensor | float = 0.0,
        filled: slice | None = None,
        source: str = "next",
    ) -> Tensor:
        slopes = slope(states(hidden))
        rows = [last]
        for step in reversed(range(len(hidden) - 1)):
            grad_next = {"next": rows[0], "last": last}[source]
            if outside:
                back = slopes[step] * (matrix @ grad_next)
            else:
                back = matrix @ joined(states(hidden)[step], slopes[step], grad_next)
            rows.insert(0, scale * back + added)
        found = torch.stack(rows)
        if filled is not None:
            kept = torch.zeros(len(found), 1, dtype=found.dtype)
            kept[filled], kept[-1] = 1, 1
            found = found * kept
        return found

    return Slips(formula, _recursion_slips(w, last))


def _recursion_slips(w: Tensor, last: Tensor) -> list[Slip]:
    """The slips of :func:`recursion`: ``w`` is (H, H), ``last`` (H,) the student's ∇h[T]."""

    def rows(code: str, sentence: str, filled: slice) -> Slip:
        return replace(Slip.of(code, sentence, filled=filled), joins=False)

    return [
        Slip.of("slope_missing", _("The recursion lacks diag(1 − h[t+1]²)."), slope=MISSING),
        *slope_slips(_("The recursion")),
        Slip.of(
            "slope_brackets_missing",
            _("The recursion has 1 − h²·∇h: the brackets in (1 − h²)·∇h are missing."),
            joined=lambda state, slope, grad_next: 1 - state.square() * grad_next,
        ),
        Slip.of(
            "gradient_missing",
            _("The recursion lacks ∇h[t+1]."),
            joined=lambda state, slope, grad_next: slope,
        ),
        Slip.of(
            "state_for_the_gradient",
            _("The recursion has h[t+1] in the place of ∇h[t+1]."),
            joined=lambda state, slope, grad_next: slope * state,
        ),
        Slip.of(
            "slope_of_the_product",
            _("The recursion has 1 − (h·∇h)² instead of (1 − h²)·∇h."),
            joined=lambda state, slope, grad_next: tanh_slope(state * grad_next),
        ),
        Slip.of(
            "slope_added",
            _("The recursion adds 1 − h² and ∇h instead of multiplying them."),
            joined=lambda state, slope, grad_next: slope + grad_next,
        ),
        Slip.of(
            "slope_of_the_same_step",
            _("The recursion takes h[t] instead of h[t+1] in diag(1 − h²)."),
            states=as_it_is,
        ),
        Slip.of(
            "slope_of_the_step_after_next",
            _("The recursion takes h[t+2] instead of h[t+1] in diag(1 − h²)."),
            states=lambda h: following(following(h)),
        ),
        Slip.of(
            "slope_of_the_step_before",
            _("The recursion takes h[t−1] instead of h[t+1] in diag(1 − h²)."),
            states=previous,
        ),
        Slip.of(
            "slope_of_the_step_before_wrapped",
            _("The recursion takes h[t−1] instead of h[t+1] in diag(1 − h²)."),
            states=wrapped,
        ),
        Slip.of("slope_on_the_wrong_side", _("diag(1 − h²) stands on the wrong side of Wᵀ."), outside=True),
        Slip.of("w_not_transposed", _("The recursion multiplies with W instead of Wᵀ."), matrix=w),
        Slip.of("w_missing", _("The recursion lacks Wᵀ."), matrix=torch.eye(len(w), dtype=w.dtype)),
        Slip.of("recursion_sign_flipped", _("Each step back has the wrong sign."), scale=-1.0),
        Slip.of("recursion_doubled", _("Each step back is doubled: no factor 2 belongs here."), scale=2.0),
        Slip.of("recursion_halved", _("Each step back is halved: no factor ½ belongs here."), scale=0.5),
        Slip.of(
            "recursion_starts_with_ones", _("The rows of grad_h start with ones instead of zeros."), added=1.0
        ),
        Slip.of(
            "output_path_at_every_step",
            _(
                "The recursion adds 2(ŷ − y)·V at every step, but only the last step has an output "
                "in the loss."
            ),
            added=last,
        ),
        Slip.of(
            "from_the_last_row",
            _("Each row follows from the last one instead of the row after it: ∇h[T] instead of ∇h[t+1]."),
            source="last",
        ),
        rows(
            "forwards_in_time",
            _(
                "Only the last two rows of grad_h are filled: does the loop run backwards through "
                "all rows, and `return` stand behind it?"
            ),
            slice(-2, None),
        ),
        rows(
            "first_row_left_out",
            _("The first row of grad_h is still zero: the loop stops one row too early."),
            slice(1, None),
        ),
        rows(
            "only_the_last_row",
            _(
                "Only the last row of grad_h is filled: the others are zero. The loop has to begin "
                "with the row before the last, and take row i + 1 to fill row i."
            ),
            slice(-1, None),
        ),
        replace(
            Slip.of(
                "rows_repeated",
                _("Each row repeats the row after it: Wᵀ diag(1 − h²) is missing."),
                slope=MISSING,
                matrix=torch.eye(len(w), dtype=w.dtype),
            ),
            joins=False,
        ),
    ]


def hidden_states(case: Case) -> Slips:
    """Mistakes in the states of the forward pass, h[t] = tanh(W h[t−1] + U x[t] + b), (T, H)."""
    weights, size = case.weights, len(case.weights.b)

    def formula(
        *,
        u: Tensor = weights.u,
        w: Tensor = weights.w,
        b: Tensor = weights.b,
        inside: str = "",
        behind: str = "",
        kept: float = 0.0,
        activation: Shift = torch.tanh,
        inputs: Shift = as_it_is,
        begin: Callable[[Tensor], Tensor] = torch.zeros_like,
        left_out: str = "",
        recurrent: int = 1,
        rows: Shift = as_it_is,
    ) -> Tensor:
        zeros = torch.zeros(size, dtype=torch.float64)
        states = [zeros] * (recurrent - 1) + [begin(zeros)]
        for step, x_t in enumerate(inputs(case.x)):
            if (left_out == "first" and step == 0) or (left_out == "last" and step == case.steps - 1):
                states.append(begin(zeros))
                continue
            state = states[-recurrent]
            terms = {"u": u @ x_t, "b": b}
            terms["w"] = w @ sum((terms[one] for one in inside), start=state)
            sums = sum((terms[one] for one in terms if one not in inside + behind), start=zeros)
            states.append(activation(sums) + sum((terms[one] for one in behind), start=kept * state))
        return rows(torch.stack(states[recurrent:]))

    return Slips(formula, _state_slips(case))


def _state_slips(case: Case) -> list[Slip]:
    """The slips of :func:`hidden_states`."""
    u, w, b = case.weights.u, case.weights.w, case.weights.b
    return [
        Slip.of("b_missing", _("The states lack the bias b."), b=torch.zeros_like(b)),
        Slip.of("tanh_missing", _("The states lack tanh."), activation=as_it_is),
        Slip.of("sigmoid", _("The states go through the sigmoid instead of tanh."), activation=torch.sigmoid),
        Slip.of("relu", _("The states go through relu instead of tanh."), activation=torch.relu),
        Slip.of("w_transposed", _("The states multiply with Wᵀ instead of W."), w=w.T),
        Slip.of(
            "w_missing",
            _("The states ignore the state before: W·h[t−1] is missing, or the state in it is still zero."),
            w=torch.zeros_like(w),
        ),
        Slip.of(
            "w_left_out", _("The states add h[t−1] itself: W is missing."), w=torch.eye(len(w), dtype=w.dtype)
        ),
        Slip.of("b_outside", _("The bias b is added behind tanh instead of inside."), behind="b"),
        *(
            Slip.of(
                code,
                _("{terms} is added behind tanh: its brackets go around all three terms.").format(
                    terms=terms
                ),
                behind=behind,
            )
            for code, terms, behind in (
                ("input_and_b_outside", "U·x[t] + b", "ub"),
                ("input_outside", "U·x[t]", "u"),
                ("state_outside", "W·h[t−1]", "w"),
                ("state_and_b_outside", "W·h[t−1] + b", "wb"),
            )
        ),
        Slip.of("b_twice", _("The states add the bias b twice."), b=2 * b),
        Slip.of("negated", _("The states have the wrong sign."), activation=lambda sums: -torch.tanh(sums)),
        Slip.of("w_subtracted", _("The states subtract W·h[t−1]."), w=-w),
        Slip.of("u_missing", _("The states ignore the input: U·x[t] is missing."), u=torch.zeros_like(u)),
        Slip.of("u_subtracted", _("The states subtract U·x[t]."), u=-u),
        Slip.of("b_subtracted", _("The states subtract the bias b."), b=-b),
        Slip.of(
            "b_inside",
            _("The bias b is multiplied with W: W·(h[t−1] + b) instead of W·h[t−1] + b."),
            inside="b",
        ),
        Slip.of(
            "input_inside",
            _("U·x[t] is multiplied with W: W·(h[t−1] + U·x[t]) instead of W·h[t−1] + U·x[t]."),
            inside="u",
        ),
        Slip.of("state_added", _("The states add h[t−1] to what tanh gives."), kept=1.0),
        Slip.of(
            "always_the_last_input",
            _("The states take the last hour, x[-1], at every step."),
            inputs=lambda x: x[-1:].expand_as(x),
        ),
        Slip.of(
            "always_the_first_input",
            _("The states take the first hour, x[0], at every step."),
            inputs=lambda x: x[:1].expand_as(x),
        ),
        Slip.of("input_of_the_step_before", _("The states take x[t−1] instead of x[t]."), inputs=previous),
        Slip.of(
            "input_of_the_step_before_wrapped",
            _("The states take x[t−1] instead of x[t]; at the first step index −1 takes the last hour."),
            inputs=wrapped,
        ),
        Slip.of("input_of_the_step_after", _("The states take x[t+1] instead of x[t]."), inputs=following),
        Slip.of(
            "time_reversed",
            _("The states take the inputs from the last to the first."),
            inputs=lambda x: x.flip(0),
        ),
        Slip.of(
            "starts_with_ones",
            _("The states begin with h[0] = 1 instead of h[0] = 0."),
            begin=torch.ones_like,
        ),
        Slip.of("first_step_left_out", _("The loop leaves out the first time step."), left_out="first"),
        Slip.of(
            "last_step_left_out",
            _("The loop leaves out the last time step: the last state is never computed."),
            left_out="last",
        ),
        replace(
            Slip.of(
                "only_the_first_state",
                _("Only the first row of hidden is filled: does `return` stand behind the loop?"),
                rows=lambda h: torch.cat([h[:1], torch.zeros_like(h[1:])]),
            ),
            joins=False,
        ),
        Slip.of("state_two_steps_before", _("The states take h[t−2] instead of h[t−1]."), recurrent=2),
        Slip.of(
            "shifted_by_one_step", _("hidden is shifted by one step: it holds h[0]..h[T−1]."), rows=previous
        ),
        Slip.of(
            "shifted_the_other_way",
            _(
                "hidden is shifted by one step: its first row holds h[2]. Row 0 of h is for h[0], so "
                "step t fills row t+1."
            ),
            rows=following,
        ),
        Slip.of(
            "row_t_for_row_t_plus_1",
            _(
                "The loop fills h[t] from h[t] itself, which is zero then: row 0 is for h[0], so "
                "step t fills h[t+1]."
            ),
            w=torch.zeros_like(w),
            rows=following,
        ),
        Slip.of(
            "rows_reversed",
            _("hidden is in the wrong order: its first row holds h[T]."),
            rows=lambda h: h.flip(0),
        ),
        replace(Slip.of("still_zero", _("hidden is still zero."), rows=torch.zeros_like), joins=False),
    ]
