"""Mistakes with names and codes in what ŷ − y is a factor of: the loss, ∇c, ∇V and the last row of ∇h."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from autograder.gradients.usual_slips import residual, residual_slips
from autograder.grading.slips import Slip, Slips, slips_about
from reference.cases import Case
from reference.formula import grad_last_state, previous, step_back, tanh_slope
from reference.language import lab as _


def _factor(case: Case, *, scale: float = 2.0, power: int = 1, **parts: Any) -> Tensor:
    """2(ŷ − y), (1,), with another factor or power, and other parts of ``residual``."""
    return scale * residual(case.y_true, case.y_pred, scale=1.0, **parts).pow(power)


def _without_brackets(case: Case, other: Tensor | float) -> Tensor:
    """2(ŷ − y)·other as ``2 * y_pred - y_true * other`` has it."""
    return 2 * case.y_pred - case.y_true * other


def _factor_slips(name: str, times: str = "") -> list[Slip]:
    """Slips in the factor 2(ŷ − y) of ``name``, which begins a sentence; ``times`` stands beside it."""
    slip = slips_about(name=name, times=times)
    kept = _("{name} has (ŷ − y)²: the derivative of the square is 2(ŷ − y).")
    of_the_target = _("{name} has ŷ − 2y: the factor 2 stands before the bracket, 2(ŷ − y).")
    missing = _("{name} is 2ŷ − y{times}: the brackets in 2(ŷ − y) are missing.")
    return [
        *residual_slips(name, times),
        slip("square_kept", kept, power=2),
        slip("factor_2_on_the_target", of_the_target, scale=1.0, target=-2.0),
        replace(slip("brackets_missing", missing, brackets=False), joins=False),
    ]


def _filled_from_the_front(case: Case) -> Tensor:
    """The last row of ∇h, (H,), where the first one is 2(ŷ − y) V and each follows from the one before it."""
    row = grad_last_state(case.weights, residual(case.y_true, case.y_pred))
    for state in case.hidden[:-1]:
        row = step_back(case.weights, state, row)
    return row


def last_state(case: Case) -> Slips:
    """Mistakes in ∇h[T] = 2(ŷ − y) Vᵀ, (H,)."""

    def formula(
        *,
        other: Tensor | None = None,
        slope: Tensor | float = 1.0,
        brackets: bool = True,
        added: bool = False,
        from_the_front: bool = False,
        **factor: Any,
    ) -> Tensor:
        if from_the_front:
            return _filled_from_the_front(case)
        if not brackets:
            return _without_brackets(case, case.weights.v)
        found = _factor(case, **factor)
        if added:
            return found + case.weights.v
        return grad_last_state(case.weights, found) * slope if other is None else found * other

    return Slips(
        formula,
        [
            *_factor_slips(_("The last row"), "·V"),
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
            Slip.of(
                "state_too",
                _("The last row is multiplied with h[T], too, which belongs into ∇V."),
                slope=case.hidden[-1],
            ),
            replace(
                Slip.of(
                    "added", _("The last row is 2(ŷ − y) + V: the two are multiplied instead."), added=True
                ),
                joins=False,
            ),
            replace(
                Slip.of(
                    "from_the_front",
                    _(
                        "grad_h is filled from its first row on: it begins with the last row, which is "
                        "2(ŷ − y)·V, and the loop runs back from there."
                    ),
                    from_the_front=True,
                ),
                joins=False,
            ),
            replace(
                Slip.of("last_row_zero", _("The last row of grad_h is still zero."), scale=0.0), joins=False
            ),
        ],
    )


def grad_c(case: Case) -> Slips:
    """Mistakes in ∇c = 2(ŷ − y), (1,)."""

    def formula(*, brackets: bool = True, other: Tensor | float = 1.0, **factor: Any) -> Tensor:
        if not brackets:
            return _without_brackets(case, other)
        return _factor(case, **factor) * other

    table = [
        Slip.of("loss_itself", _("This is the loss, not its derivative."), scale=1.0, power=2),
        *_factor_slips("grad_c", ""),
        Slip.of(
            "c_too",
            _("grad_c is multiplied with c: the derivative of V·h[T] + c by c is 1."),
            other=case.weights.c,
        ),
        Slip.of("still_zero", _("grad_c is still zero."), scale=0.0),
    ]
    # One number says too little for two mistakes at once.
    return Slips(formula, [replace(slip, joins=False) for slip in table])


def grad_v(case: Case) -> Slips:
    """Mistakes in ∇V = 2(ŷ − y) h[T]ᵀ, (H,)."""

    def formula(
        *,
        state: Tensor = case.hidden[-1],
        slope: Tensor | float = 1.0,
        brackets: bool = True,
        added: bool = False,
        **factor: Any,
    ) -> Tensor:
        if not brackets:
            return _without_brackets(case, state)
        found = _factor(case, **factor)
        return found + state if added else found * state * slope

    hidden = case.hidden
    return Slips(
        formula,
        [
            *_factor_slips("grad_v", "·h[T]"),
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
            Slip.of(
                "v_too",
                _("This is multiplied with V, too, which belongs into ∇h[T]."),
                slope=case.weights.v,
            ),
            replace(
                Slip.of("added", _("grad_v is 2(ŷ − y) + h[T]: the two are multiplied instead."), added=True),
                joins=False,
            ),
            replace(Slip.of("still_zero", _("grad_v is still zero."), scale=0.0), joins=False),
        ],
    )


def squared_error(y_true: float, y_pred: float) -> Slips:
    """Mistakes in the loss (ŷ − y)² of one prediction, ()."""

    def formula(
        *,
        scale: float = 1.0,
        power: int = 2,
        amount: bool = False,
        target: float = -1.0,
        powers: tuple[int, int] | None = None,
    ) -> Tensor:
        if powers is not None:
            of_powers = y_true ** powers[0] - y_pred ** powers[1]
            return torch.tensor(scale * of_powers, dtype=torch.float64)
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
            "twice",
            _("This is twice the squared error: a factor that belongs to its derivative."),
            scale=2.0,
        ),
        Slip.of("derivative", _("This is 2(ŷ − y), the derivative of the loss."), power=1, scale=2.0),
        Slip.of(
            "derivative_sign_flipped",
            _("This is 2(y − ŷ): the square is `** 2`, and not `* 2`."),
            power=1,
            scale=-2.0,
        ),
        Slip.of("sign_flipped", _("The sign of the squared error is flipped."), scale=-1.0),
        Slip.of("sum_for_the_difference", _("This is (ŷ + y)² instead of (ŷ − y)²."), target=1.0),
        Slip.of("target_missing", _("This is ŷ²: y is missing."), target=0.0),
        Slip.of(
            "brackets_missing",
            _("This is y − ŷ²: the brackets in (y − ŷ)² are missing."),
            powers=(1, 2),
        ),
        Slip.of(
            "brackets_missing_the_other_way_round",
            _("This is ŷ − y²: the brackets in (ŷ − y)² are missing."),
            powers=(2, 1),
            scale=-1.0,
        ),
        Slip.of(
            "difference_of_squares",
            _("This is y² − ŷ²: square the difference, not the two numbers."),
            powers=(2, 2),
        ),
        Slip.of(
            "difference_of_squares_the_other_way_round",
            _("This is ŷ² − y²: square the difference, not the two numbers."),
            powers=(2, 2),
            scale=-1.0,
        ),
        Slip.of("cubed", _("This is (ŷ − y)³; the loss is the square."), power=3),
    ]
    return Slips(formula, [replace(slip, joins=False) for slip in table])
