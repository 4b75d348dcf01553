"""What is wrong outside of the network, as lines that repeat it in the student's notebook: yours and right.

What hidden cases hand out stays hidden: these numbers are public, or those of the notebook's own variables.
No mark depends on them. Where a line would show something else than the mistake, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from autograder.errors import RequestTimedOut
from autograder.gradients.precision import given
from autograder.gradients.repeat import SECONDS, quoted
from autograder.grading import checks
from autograder.grading.namespace import calls, namespace_of, replaced, student_errors
from reference import oracle
from reference.dataset import features
from reference.language import lab as _
from reference.oracle import TEMPERATURE, WINDOW, Weights
from reference.stand_ins import equip
from reference.student_network import PARAMETERS, network, weights_of

COLUMNS = 6
MOST_NUMBERS = 6
"""Of an answer that are quoted."""

NEAR = 1e-3
"""Relative difference of two numbers that are the same one."""


@contextmanager
def shown_again(env: Any, lines: Callable[[], str], *, same_numbers: bool = False) -> Iterator[None]:
    """Give a check that fails in the block the lines that repeat it; none where these cannot be found.

    Args:
        lines: asks the notebook once more; may raise whatever a question may.
        same_numbers: whether the lines show what the check has for evidence, which then is not said twice.

    Raises:
        CheckFailed: the check fails.
    """
    try:
        yield
    except checks.CheckFailed as failure:
        failures: tuple[type[Exception], ...] = (checks.CheckFailed, RequestTimedOut, *student_errors(env))
        try:
            with namespace_of(env).time_limit(SECONDS):
                failure.repeat = failure.repeat or lines()
        except failures:
            pass
        if failure.repeat and same_numbers:
            failure.evidence = ""
        raise


def with_answers(code: Sequence[str], yours: Tensor | str, right: Tensor | str) -> str:
    """Lines of code, then what they give and what is right as comments; empty where that reads the same."""
    mine, wanted = (one if isinstance(one, str) else quoted(one) for one in (yours, right))
    if mine == wanted:
        return ""
    answers = _("# yours: {numbers}").format(numbers=mine), _("# right: {numbers}").format(numbers=wanted)
    return "\n".join((*code, *answers))


LOSSES = ((0.0, 3.0), (2.0, 1.5), (1.0, 4.0), (-1.0, 49.0))
"""y_true and y_pred. No error is 1 or 2, where the square is the amount or twice the amount."""


def of_the_loss(loss: Any) -> str:
    """The first prediction whose loss is wrong; ``loss`` is the notebook's function."""
    for y_true, y_pred in LOSSES:
        answer = checks.as_tensor(loss(torch.tensor([y_true]), torch.tensor([y_pred])), "the loss")
        right = torch.tensor((y_pred - y_true) ** 2, dtype=torch.float64)
        if answer.numel() != 1 or not abs(float(answer) - float(right)) <= NEAR * float(right):
            code = f"mse_loss_func(torch.tensor([{y_true}]), torch.tensor([{y_pred}]))"
            return with_answers(
                [code], answer.flatten()[:MOST_NUMBERS] if answer.numel() != 1 else answer.sum(), right
            )
    return ""


MANY_ROWS, FEW_ROWS, DRAWS = 100, 30, 60
"""Of the data that are drawn from: in the long one a part shows that is never drawn, in the short one, with
six windows, an index that is one too large."""


def of_a_draw(env: Any, draw: Any) -> str:
    """What a draw does wrong from a table in which each number is one more than the one before it.

    Args:
        draw: the notebook's ``get_random_day``.
    """
    return _one_draw(env, draw) or _starts(env, draw) or _lengths(env, draw)


def _pair(drawn: Any) -> tuple[Tensor, Tensor]:
    checks.require(isinstance(drawn, tuple | list) and len(drawn) == 2, "no pair")
    return checks.as_tensor(drawn[0], "x"), checks.as_tensor(drawn[1], "y")


def _table(rows: int) -> Tensor:
    return torch.arange(rows * COLUMNS, dtype=torch.float32).reshape(rows, COLUMNS)


def _table_line(rows: int) -> str:
    return f"data = torch.arange({rows * COLUMNS}.0).reshape({rows}, {COLUMNS})"


def _one_draw(env: Any, draw: Any) -> str:
    try:
        x, y = _pair(draw(_table(MANY_ROWS)))
    except RequestTimedOut:
        raise
    except student_errors(env):
        return ""  # only some draws fail, perhaps
    code = [_table_line(MANY_ROWS), "x, y = get_random_day(data)"]
    if (tuple(x.shape), tuple(y.shape)) != ((WINDOW, COLUMNS), (1,)):
        shapes = f"{tuple(x.shape)}, {tuple(y.shape)}"
        return with_answers([*code, "x.shape, y.shape"], shapes, f"{(WINDOW, COLUMNS)}, (1,)")
    apart = torch.stack([x[-1, TEMPERATURE] - x[0, TEMPERATURE], y[0] - x[-1, TEMPERATURE]])
    right = torch.tensor([(WINDOW - 1.0) * COLUMNS, COLUMNS])
    return with_answers([*code, "[float(x[-1, 1] - x[0, 1]), float(y - x[-1, 1])]"], apart, right)


def _lengths(env: Any, draw: Any) -> str:
    code = "sorted({len(get_random_day(data)[0]) for _ in range(200)})"
    lines = [_table_line(FEW_ROWS), code]
    try:
        draws = [*calls(draw, ((_table(FEW_ROWS),) for _time in range(DRAWS)))]
    except RequestTimedOut:
        raise
    except student_errors(env):
        return with_answers(lines, _("an error, after some draws"), str([WINDOW]))
    return with_answers(lines, str(sorted({len(_pair(one)[0]) for one in draws})), str([WINDOW]))


def _starts(env: Any, draw: Any) -> str:
    arguments = ((_table(MANY_ROWS),) for _time in range(2 * DRAWS))
    failures: tuple[type[Exception], ...] = (checks.CheckFailed, *student_errors(env))
    try:
        draws = [*calls(draw, arguments)]
        windows = [checks.shape(_pair(one)[0], "x", (WINDOW, COLUMNS)) for one in draws]
    except RequestTimedOut:
        raise
    except failures:
        return ""  # it reaches beyond the end, which few rows show better
    starts = [int(x[0, 0].nan_to_num()) // COLUMNS for x in windows]
    last = MANY_ROWS - WINDOW - 1
    if min(starts) < last // 4 and max(starts) > 3 * last // 4:
        return ""
    code = "starts = [int(get_random_day(data)[0][0, 0]) // 6 for _ in range(500)]"
    right = _("about {least}, {most}").format(least=0, most=last)
    lines = [_table_line(MANY_ROWS), code, "min(starts), max(starts)"]
    return with_answers(lines, f"{min(starts)}, {max(starts)}", right)


def of_the_sizes(count: int, parts: Mapping[str, Tensor], right: int) -> str:
    """The sizes of a split, where they are wrong.

    Args:
        count: the notebook's number of training rows, ``parts``: its training and test rows by name.
        right: the number of training rows that would be right.
    """
    sizes = [count, *map(len, parts.values())]
    wanted = [right, right, len(features()) - right]
    code = ", ".join(("num_train_samples", *(f"len({part})" for part in parts)))
    return with_answers([code], ", ".join(map(str, sizes)), ", ".join(map(str, wanted)))


def of_the_rows(parts: Mapping[str, Tensor], means: Tensor, stds: Tensor) -> str:
    """The first row of a part that holds other rows of the data set, in its units.

    Args:
        parts: standardised training and test rows, (N, 6) each, by name.
        means: of the notebook, and ``stds``: (6,) each.
    """
    rows, first = features().double(), 0
    for name, part in parts.items():
        raw = part[0] * stds + means
        same = ((rows - raw).abs() <= NEAR * (1 + raw.abs())).all(1)
        if bool(same.any()) and not bool(same[first]):
            return with_answers([f"{name}[0] * stds + means"], raw.round(decimals=2), rows[first])
        first += len(part)
    return ""


EXAMPLE = Weights(
    u=torch.full((10, COLUMNS), 0.1, dtype=torch.float64),
    w=torch.full((10, 10), 0.05, dtype=torch.float64),
    v=torch.full((10,), 0.5, dtype=torch.float64),
    b=torch.full((10,), 0.2, dtype=torch.float64),
    c=torch.ones(1, dtype=torch.float64),
)
"""Weights before the step that is shown."""

EQUAL_ROWS, SIZE, RATE = 30, 4, 0.1
"""Rows of the data, all ones, so that every window is the same; windows and learning rate of the step."""

ENTRIES = {"c": "rnn.c[0]", "b": "rnn.b[0]", "v": "rnn.v[0]", "w": "rnn.w[0, 0]", "u": "rnn.u[0, 0]"}


def of_the_step(env: Any, *, returned: bool = False) -> str:
    """One step on equal windows, where what is wrong about it shows there and comes from the step alone.

    Args:
        returned: whether it is about the loss that the step returns; else about the weights.
    """
    loss, moved = _a_step(env, own=True)
    other_loss, other = _a_step(env, own=False)
    if not _near(loss, other_loss) or not all(map(_near, moved.tensors().values(), other.tensors().values())):
        return ""  # another function has its share in it
    x = torch.ones(SIZE, WINDOW, COLUMNS)
    if returned:
        right_loss = oracle.mean_loss(EXAMPLE, x, x[:, 0, :1])
        return with_answers([*_lines_of_the_step(), "loss"], loss, torch.tensor(right_loss))
    after, _loss = oracle.sgd_step(EXAMPLE, x, x[:, 0, :1], RATE)
    summed, _loss = oracle.sgd_step(EXAMPLE, x, x[:, 0, :1], SIZE * RATE)
    wrong = min((_wrong(moved, way) for way in (after, summed)), key=len)
    if not wrong:
        return ""
    yours, right = (getattr(one, wrong[0]).flatten()[0] for one in (moved, after))
    return with_answers([*_lines_of_the_step(), ENTRIES[wrong[0]]], yours, right)


def _a_step(env: Any, *, own: bool) -> tuple[Tensor, Weights]:
    """Loss, (), and weights after the step, with the notebook's own functions or right ones around it."""
    rnn, data = network(env.get("RNN"), EXAMPLE), torch.ones(EQUAL_ROWS, COLUMNS)
    step = env.get("do_training_step")
    if own:
        loss = step(rnn, given(data), SIZE, RATE)
    else:
        equip(rnn, EXAMPLE.sizes)
        with replaced(env, get_random_day=_first_window, mse_loss_func=_squared_error):
            loss = step(rnn, given(data), SIZE, RATE)
    number = checks.as_tensor(loss, "loss")
    moved = weights_of(rnn)
    checks.require(number.numel() == 1 and moved.sizes == EXAMPLE.sizes, "no step of this network")
    return number.reshape(()), moved


def _first_window(data: Any) -> tuple[Tensor, Tensor]:
    return given(torch.ones(WINDOW, COLUMNS)), given(torch.ones(1))


def _squared_error(y_true: Any, y_pred: Any) -> Tensor:
    return given((checks.as_tensor(y_pred, "y_pred") - checks.as_tensor(y_true, "y_true")).square())


def _near(one: Tensor, other: Tensor) -> bool:
    return torch.allclose(one.double(), other.double(), rtol=NEAR, atol=NEAR)


def _wrong(moved: Weights, right: Weights) -> list[str]:
    """The parameters that are elsewhere than where a right step leads, the simplest first."""
    found, wanted = moved.tensors(), right.tensors()
    return [name for name in ENTRIES if not _near(found[name], wanted[name])]


def _lines_of_the_step() -> list[str]:
    made = [f"rnn.{name} = {_filled(getattr(EXAMPLE, name))}" for name in PARAMETERS]
    step = f"loss = do_training_step(rnn, torch.ones({EQUAL_ROWS}, {COLUMNS}), {SIZE}, {RATE})"
    return ["rnn = RNN()", *made, step]


def _filled(values: Tensor) -> str:
    return f"torch.full({tuple(values.shape)}, {round(float(values.flatten()[0]), 6)})"
