"""The lab's formulas with the mistakes that students make in them, and the words for each.

A wrong answer that one of these explains is answered with the mistake's name instead of "wrong values".
None of this decides about marks: the oracle and ``formula`` say what is right. Each function returns, for
each sentence, what that mistake would have computed (float64). Its code stays what it is when the sentence is
reworded: a course's ``partial_credit`` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.grading.checks import Mistake
from reference.cases import Case, of_other_sizes
from reference.formula import grad_last_state, previous, residual, step_back, tanh_slope
from reference.named_mistakes import Mistakes, SumOverTime, named


def known(*names: str) -> set[Mistake]:
    """The mistakes that have names in what these functions of this module are about."""
    case = of_other_sizes()[1]  # of two steps: a recursion has a row to look at
    arguments: dict[str, tuple[Any, ...]] = {
        "recursion_step": (case, 0, case.gradients.h[1]),
        "output": (case, case.hidden[-1]),
        "squared_error": (1.0, 2.0),
    }
    found = (mistake for name in names for mistake in globals()[name](*arguments.get(name, (case,))))
    return {mistake for mistake in found if isinstance(mistake, Mistake)}


def last_state(case: Case) -> Mistakes:
    """Mistakes in ∇h[T] = 2(ŷ − y) Vᵀ, (H,)."""
    factor = residual(case.y_true, case.y_pred)
    right = grad_last_state(case.weights, factor)
    signless = right / 2
    return named(
        {
            "factor_2_missing": (
                "The last row lacks the factor 2 of the squared error's derivative.",
                signless,
            ),
            "sign_flipped": ("The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ).", -right),
            "sign_flipped_and_factor_2_missing": (
                "The last row is (y − ŷ)·V: the sign is flipped and the factor 2 is missing.",
                -signless,
            ),
            "residual_missing": ("The last row is V alone: it lacks the factor 2(ŷ − y).", case.weights.v),
            "v_missing": ("The last row lacks V.", factor.expand_as(right)),
            "slope_too_early": (
                "The last row is multiplied with diag(1 − h²) already; ∇h[T] is the gradient of the state "
                "itself.",
                right * tanh_slope(case.hidden[-1]),
            ),
            "last_row_zero": ("The last row of grad_h is still zero.", torch.zeros_like(right)),
        }
    )


def recursion_step(case: Case, step: int, grad_next: Tensor) -> Mistakes:
    """Mistakes in ∇h[t] = Wᵀ diag(1 − h[t+1]²) ∇h[t+1], (H,), given the student's own ∇h[t+1].

    Args:
        step: row of ``hidden``, from 0; below T - 1.
        grad_next: (H,), row ``step + 1`` of the student's result.
    """
    w, here, after = case.weights.w, case.hidden[step], case.hidden[step + 1]
    slope = tanh_slope(after)
    return named(
        {
            "w_not_transposed": ("The recursion multiplies with W instead of Wᵀ.", w @ (slope * grad_next)),
            "slope_of_the_same_step": (
                "The recursion takes h[t] instead of h[t+1] in diag(1 − h²).",
                w.T @ (tanh_slope(here) * grad_next),
            ),
            "slope_missing": ("The recursion lacks diag(1 − h[t+1]²).", w.T @ grad_next),
            "slope_missing_and_w_not_transposed": (
                "The recursion lacks diag(1 − h[t+1]²), and W is not transposed.",
                w @ grad_next,
            ),
            "slope_1_minus_h": (
                "The recursion has 1 − h instead of 1 − h².",
                w.T @ ((1 - after) * grad_next),
            ),
            "slope_h_squared": (
                "The recursion has h² instead of 1 − h².",
                w.T @ (after.square() * grad_next),
            ),
            "slope_on_the_wrong_side": (
                "diag(1 − h²) stands on the wrong side of Wᵀ.",
                slope * (w.T @ grad_next),
            ),
            "slope_on_the_wrong_side_and_w_not_transposed": (
                "diag(1 − h²) stands on the wrong side, and W is not transposed.",
                slope * (w @ grad_next),
            ),
            "w_missing": ("The recursion lacks Wᵀ.", slope * grad_next),
            "recursion_sign_flipped": (
                "The sign of the recursion is flipped.",
                -step_back(case.weights, after, grad_next),
            ),
            "only_the_last_row": (
                "Only the last row of grad_h is filled: the others are zero.",
                torch.zeros_like(grad_next),
            ),
            "rows_repeated": ("Each row repeats the row after it: the recursion is missing.", grad_next),
        }
    )


def grad_c(case: Case) -> Mistakes:
    """Mistakes in ∇c = 2(ŷ − y), (1,)."""
    right = residual(case.y_true, case.y_pred)
    return named(
        {
            "factor_2_missing": ("The factor 2 of the squared error's derivative is missing.", right / 2),
            "sign_flipped": ("The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ).", -right),
            "sign_flipped_and_factor_2_missing": (
                "This is y − ŷ: the sign is flipped and the factor 2 is missing.",
                -right / 2,
            ),
            "loss_itself": ("This is the loss, not its derivative.", (right / 2).square()),
            "still_zero": ("grad_c is still zero.", torch.zeros_like(right)),
        }
    )


def grad_v(case: Case) -> Mistakes:
    """Mistakes in ∇V = 2(ŷ − y) h[T]ᵀ, (H,)."""
    factor, last = residual(case.y_true, case.y_pred), case.hidden[-1]
    right = factor * last
    return named(
        {
            "factor_2_missing": ("The factor 2 of the squared error's derivative is missing.", right / 2),
            "sign_flipped": ("The sign is flipped: the derivative is 2(ŷ − y), not 2(y − ŷ).", -right),
            "sign_flipped_and_factor_2_missing": (
                "This is (y − ŷ)·h[T]: the sign is flipped and the factor 2 is missing.",
                -right / 2,
            ),
            "first_state": (
                "This takes the first hidden state instead of the last.",
                factor * case.hidden[0],
            ),
            "last_but_one_state": (
                "This takes the last but one hidden state instead of the last.",
                factor * previous(case.hidden)[-1],
            ),
            "sum_of_states": (
                "This sums over all hidden states, but only the last one reaches the output.",
                factor * case.hidden.sum(0),
            ),
            "mean_of_states": (
                "This averages all hidden states, but only the last one reaches the output.",
                factor * case.hidden.mean(0),
            ),
            "residual_missing": (
                "This is the last hidden state alone: the factor 2(ŷ − y) is missing.",
                last,
            ),
            "v_for_the_state": ("This has V in the place of the last hidden state.", factor * case.weights.v),
            "still_zero": ("grad_v is still zero.", torch.zeros_like(right)),
        }
    )


def grad_b(case: Case) -> Mistakes:
    """Mistakes in ∇b = Σ diag(1 − h[t]²) ∇h[t], (H, 1): one column, to be compared entry by entry."""
    ones = torch.ones(case.steps, 1, dtype=torch.float64)
    return SumOverTime(case.hidden, case.gradients.h, ones).mistakes("grad_b")


def grad_w(case: Case) -> Mistakes:
    """Mistakes in ∇W = Σ diag(1 − h[t]²) ∇h[t] h[t−1]ᵀ, (H, H)."""
    hidden, grad_h = case.hidden, case.gradients.h
    after = torch.cat([hidden[1:], torch.zeros_like(hidden[:1])])
    mistakes = SumOverTime(hidden, grad_h, previous(hidden)).mistakes("grad_w")
    # h[0] is zero, and so is the first term: what is left then is right, or nothing.
    rightly = (
        "grad_w leaves out the first time step.",
        "grad_w holds the first time step only: the sum over time is missing.",
    )
    mistakes = {sentence: wrong for sentence, wrong in mistakes.items() if sentence not in rightly}
    same_step = SumOverTime(hidden, grad_h, hidden)
    return (
        named(
            {
                "state_of_the_same_step": (
                    "grad_w pairs step t with h[t] instead of h[t−1].",
                    same_step.terms().sum(0),
                ),
                "state_of_the_same_step_and_first_step_left_out": (
                    "grad_w pairs step t with h[t] instead of h[t−1], and leaves out the first step.",
                    same_step.terms()[1:].sum(0),
                ),
                "state_of_the_step_after": (
                    "grad_w pairs step t with h[t+1] instead of h[t−1].",
                    SumOverTime(hidden, grad_h, after).terms().sum(0),
                ),
                "last_state_for_the_initial_one": (
                    "grad_w takes h[T] for h[0]: index −1 is the last row. h[0] is zero.",
                    SumOverTime(hidden, grad_h, hidden.roll(1, 0)).terms().sum(0),
                ),
                "transposed": (
                    "grad_w is transposed.",
                    SumOverTime(hidden, grad_h, previous(hidden)).terms().sum(0).T,
                ),
            }
        )
        | mistakes
    )


def grad_u(case: Case) -> Mistakes:
    """Mistakes in ∇U = Σ diag(1 − h[t]²) ∇h[t] x[t]ᵀ, (H, F)."""
    hidden, grad_h, x = case.hidden, case.gradients.h, case.x
    return SumOverTime(hidden, grad_h, x).mistakes("grad_u") | named(
        {
            "input_of_the_step_before": (
                "grad_u pairs step t with x[t−1] instead of x[t].",
                SumOverTime(hidden, grad_h, previous(x)).terms().sum(0),
            ),
            "input_of_the_step_after": (
                "grad_u pairs step t with x[t+1] instead of x[t].",
                SumOverTime(hidden[:-1], grad_h[:-1], x[1:]).terms().sum(0),
            ),
            "time_reversed": (
                "grad_u runs through time in the wrong direction.",
                SumOverTime(hidden, grad_h, x.flip(0)).terms().sum(0),
            ),
        }
    )


def hidden_states(case: Case) -> Mistakes:
    """Mistakes in the states of the forward pass, h[t] = tanh(W h[t−1] + U x[t] + b), (T, H)."""
    u, w, b = case.weights.u, case.weights.w, case.weights.b

    def run(step: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
        states = [torch.zeros_like(b)]
        for x_t in case.x:
            states.append(step(states[-1], x_t))
        return torch.stack(states[1:])

    return named(
        {
            "b_missing": ("The states lack the bias b.", run(lambda h, x_t: torch.tanh(w @ h + u @ x_t))),
            "tanh_missing": ("The states lack tanh.", run(lambda h, x_t: w @ h + u @ x_t + b)),
            "w_transposed": (
                "The states multiply with Wᵀ instead of W.",
                run(lambda h, x_t: torch.tanh(w.T @ h + u @ x_t + b)),
            ),
            "w_missing": (
                "The states ignore the state before: W·h[t−1] is missing.",
                run(lambda h, x_t: torch.tanh(u @ x_t + b)),
            ),
            "u_missing": (
                "The states ignore the input: U·x[t] is missing.",
                run(lambda h, x_t: torch.tanh(w @ h + b)),
            ),
            "sigmoid": (
                "The states have the sigmoid instead of tanh.",
                run(lambda h, x_t: torch.sigmoid(w @ h + u @ x_t + b)),
            ),
            "relu": (
                "The states have ReLU instead of tanh.",
                run(lambda h, x_t: torch.relu(w @ h + u @ x_t + b)),
            ),
            "shifted_by_one_step": (
                "hidden is shifted by one step: it holds h[0]..h[T−1].",
                previous(case.hidden),
            ),
            "b_subtracted": (
                "The states subtract the bias b.",
                run(lambda h, x_t: torch.tanh(w @ h + u @ x_t - b)),
            ),
            "still_zero": ("hidden is still zero.", torch.zeros_like(case.hidden)),
        }
    )


def output(case: Case, last: Tensor) -> Mistakes:
    """Mistakes in y = V·h[T] + c, (1,), given the student's own last state ``last`` (H,)."""
    v, c = case.weights.v, case.weights.c
    return named(
        {
            "c_missing": ("y lacks the bias c.", (v @ last).reshape(1)),
            "v_missing": ("y lacks V·h[T].", c),
            "c_subtracted": ("y is V·h[T] − c.", v @ last - c),
            "tanh_on_the_output": (
                "y goes through tanh; the lab's output has no activation.",
                torch.tanh(v @ last + c),
            ),
        }
    )


def squared_error(y_true: float, y_pred: float) -> Mistakes:
    """Mistakes in the loss (ŷ − y)² of one prediction, ()."""
    difference = torch.tensor(y_pred - y_true, dtype=torch.float64)
    return named(
        {
            "absolute_error": ("This is the absolute error; the square is missing.", difference.abs()),
            "square_missing": ("This is the difference; the square is missing.", difference),
            "square_missing_sign_flipped": (
                "This is the difference y − ŷ; the square is missing.",
                -difference,
            ),
            "half": ("This is half the squared error; the lab has no factor 1/2.", difference.square() / 2),
            "twice": (
                "This is twice the squared error: a factor that belongs to its derivative.",
                2 * difference.square(),
            ),
            "derivative": ("This is 2(ŷ − y), the derivative of the loss.", 2 * difference),
            "sign_flipped": ("The sign of the squared error is flipped.", -difference.square()),
        }
    )
