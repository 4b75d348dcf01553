"""What is right, and which mistakes have names. Students never see this file."""

from functools import partial

import torch

from autograder.gradients import Formula, Given, Slip, residual, residual_slips, slope_slips, tanh_slope

SIZES = ({"N": 2, "H": 3, "F": 4}, {"N": 7, "H": 5, "F": 3})  # samples, hidden units, features
Result = partial(Formula, arrays="numpy", term="sample", first=0, sizes=SIZES)

W, B, V, C = Given("w", "HF", 0.5), Given("b", "H", 0.5), Given("v", "H"), Given("c", "")
X, TRUE, PREDICTED = Given("x", "NF"), Given("y_true", "N"), Given("y_pred", "N")
STATES = Given("hidden", "NH", within=0.8)


def mean_residual(y_true, y_pred, *, mean=True, **slip):
    return residual(y_true, y_pred, **slip) / (len(y_true) if mean else 1)


def in_residual(name):
    """Slips in 2(ŷ − y)/N, which is a factor of ``name``."""
    return (
        *residual_slips(name),
        Slip.of("mean_missing", f"{name} is not divided by N: the loss is a mean.", mean=False),
    )


def states(w, b, x, *, slope=torch.tanh, bias=1.0):
    return slope(x @ w.T + bias * b)


def grad_v(y_true, y_pred, hidden, **slip):
    return mean_residual(y_true, y_pred, **slip)[:, None] * hidden


def grad_a(y_true, y_pred, v, hidden, *, slope=tanh_slope, output=1.0, **slip):
    return mean_residual(y_true, y_pred, **slip)[:, None] * v**output * slope(hidden)


def gradients(w, b, v, c, x, y_true):
    hidden = states(w, b, x)
    by_y = mean_residual(y_true, hidden @ v + c)
    by_a = by_y[:, None] * v * tanh_slope(hidden)
    return {"w": by_a.T @ x, "b": by_a.sum(0), "v": by_y @ hidden, "c": by_y.sum()}


def moved(part, w, b, v, c, x, y_true, lr, *, direction=-1.0, rate=1.0):
    start = {"w": w, "b": b, "v": v, "c": c}
    return start[part] + direction * lr**rate * gradients(**start, x=x, y_true=y_true)[part]


def step(function, given):
    return function({name: given[name] for name in "wbvc"}, given["x"], given["y_true"], given["lr"])


HIDDEN = Result(
    "hidden_states", "h", "NH", (W, B, X), states, "h[n] = tanh(W x[n] + b).",
    slips=(
        Slip.of("tanh_missing", "h lacks the tanh.", slope=lambda a: a),
        Slip.of("sigmoid", "h has the sigmoid instead of tanh.", slope=torch.sigmoid),
        Slip.of("bias_missing", "h lacks b.", bias=0.0),
    ),
)  # fmt: skip
GRAD_V = Result(
    "grad_v", "∇v", "H", (TRUE, PREDICTED, STATES), grad_v, "∇v = Σ 2(ŷ[n] − y[n])/N · h[n].",
    summed="N", slips=in_residual("∇v"),
)  # fmt: skip
GRAD_A = Result(
    "grad_a", "∇a", "NH", (TRUE, PREDICTED, V, STATES), grad_a, "∇a[n] = 2(ŷ[n] − y[n])/N · v (1 − h[n]²).",
    slips=(
        *in_residual("∇a"),
        Slip.of("slope_missing", "∇a lacks 1 − h², the slope of tanh.", slope=torch.ones_like),
        *slope_slips("∇a"),
        Slip.of("v_missing", "∇a lacks v.", output=0),
    ),
)  # fmt: skip
GRAD_W = Result(
    "grad_w", "∇W", "HF", (Given("grad_a", "NH"), X), lambda grad_a, x: torch.einsum("nh,nf->nhf", grad_a, x),
    "∇W = Σ ∇a[n] x[n]ᵀ.", summed="N",
)  # fmt: skip
STEP = tuple(
    Result(
        "training_step", f"the new {part}", axes, (W, B, V, C, X, TRUE, Given("lr", "")),
        partial(moved, part), "Each parameter moves by −lr times its gradient.", part=part, call=step,
        slips=(
            Slip.of("uphill", "The step goes uphill: subtract the gradient.", direction=1.0),
            Slip.of("lr_missing", "The step lacks the learning rate.", rate=0.0),
            Slip.of("not_moved", f"{part} has not moved.", direction=0.0),
        ),
    )
    for part, axes in (("w", "HF"), ("b", "H"), ("v", "H"), ("c", ""))
)  # fmt: skip
