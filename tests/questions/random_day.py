"""24 contiguous hours and the temperature of the hour after, drawn at random."""

import torch
from otter.test_files import test_case

from reference.language import lab as _
from reference.language import later
from reference.open_todos import called, called_often, filled_in

OK_FORMAT = False
name = "random_day"
points = None

HOURS, COLUMNS, TEMPERATURE = 24, 6, 1


def telling_data(rows):
    """(rows, 6): −1/8, −2/8, −3/8, …: a value says where it was taken from, and has a sign and a fraction to lose."""
    return -torch.arange(1, rows * COLUMNS + 1, dtype=torch.float32).reshape(rows, COLUMNS) / 8


@test_case(name="shapes and the hour after", points=0, hidden=False)
def one_draw(env):
    x, y = called(filled_in(env, "get_random_day"), telling_data(100))
    assert tuple(x.shape) == (HOURS, COLUMNS), _("x has shape {shape}, expected (24, 6).").format(
        shape=tuple(x.shape)
    )
    assert tuple(y.shape) == (1,), _("y has shape {shape}, expected (1,).").format(shape=tuple(y.shape))
    after = float(x[-1, TEMPERATURE]) - COLUMNS / 8  # one row further in telling_data
    assert float(y) == after, _("y is {y}; the temperature of the hour after x is {after} here.").format(
        y=float(y), after=after
    )


@test_case(name="several draws", points=0, hidden=False)
def several_draws(env):
    get_random_day = filled_in(env, "get_random_day")
    rows = 2 * HOURS + 1  # 25 windows, two of them whole days
    seen = set()
    try:  # an index that is one too large shows in all but 1 of 100,000
        draws = [*called_often(get_random_day, [(telling_data(rows),) for _time in range(300)])]
    except IndexError as error:
        if str(error).endswith("with size 1"):
            raise  # it took one row, and of that another one
        told = _("One of many draws from {rows} rows went beyond the data: {error}")
        raise AssertionError(told.format(rows=rows, error=error)) from None
    for x, y in draws:
        first, after = (-8 * float(x[0, 0]) - 1) / COLUMNS, float(y)
        behind = (
            _(": it reaches the end") if x.dim() == 2 and len(x) < HOURS and x.shape[1] == COLUMNS else ""
        )
        assert tuple(x.shape) == (HOURS, COLUMNS), _(
            "One of many draws from {rows} rows has shape {shape}, expected (24, 6){behind}."
        ).format(rows=rows, shape=tuple(x.shape), behind=behind)
        rows_from = telling_data(rows)[int(first) : int(first) + HOURS] if 0 <= first < rows else x[:0]
        as_they_are = rows_from.shape == x.shape and bool((torch.as_tensor(x) == rows_from).all())
        assert as_they_are, _(
            "x begins with row {first:g} of {rows}, and not all of it is that row and the 23 behind it: x = "
            "data[start_idx : start_idx + 24] takes them as they are."
        ).format(first=first, rows=rows)
        right = -((first + HOURS) * COLUMNS + TEMPERATURE + 1) / 8
        assert after == right, _(
            "x begins at row {first:g} of {rows}: y should be the temperature of row {hour:g}, {right:g} here; it is "
            "{after:g}."
        ).format(first=first, rows=rows, hour=first + HOURS, right=right, after=after)
        seen.add(first)
    assert len(seen) > 1, _("300 draws from {rows} rows all began at row {first:g}.").format(
        rows=rows, first=seen.pop()
    )


MISTAKES = {
    "no_pair": later("get_random_day does not return two values."),
    "other_data": later("x does not come from the data that get_random_day was given."),
    "no_window": later("x is not a window of 24 contiguous rows that leaves room for the hour after."),
    "wrong_target": later("y is not the temperature of the hour after the window."),
    "beyond_the_data": later("get_random_day draws an index that is not in the data."),
    "always_the_same": later("get_random_day is hardly random: it draws the same window again and again."),
    "part_never_drawn": later("get_random_day does not reach all of the data."),
    "hardly_random": later("get_random_day is hardly random."),
    "in_order": later("get_random_day walks through the data in order."),
}
"""The sentences by code."""


def named(code):
    """The mistake of this code."""
    from autograder.grading.checks import Mistake

    return Mistake(code, _(MISTAKES[code]))


def mistakes():
    """The mistakes that this question can name."""
    return [named(code) for code in MISTAKES]


SHORT, SHORT_DRAWS = 50, 300  # 26 windows: an index that is one too large shows with probability 1 - 1e-5
LONG, LONG_DRAWS = 2_400, 150


def start_of(draw, data):
    """Check one draw, and return the row at which it starts.

    Args:
        draw: what get_random_day returned; rightly x (24, 6) and y (1,).
        data: (N, 6) as drawn_data makes it, which it was drawn from.

    Raises:
        CheckFailed: x is no window of the data, or y not the temperature of the hour after.
    """
    from autograder.grading import checks

    checks.require(
        isinstance(draw, tuple | list) and len(draw) == 2,
        named("no_pair"),
        help=_("It should end with `return x, y`; is the TODO filled in?"),
    )
    x = checks.shape(draw[0], "x", (HOURS, COLUMNS))
    y = checks.shape(draw[1], "y", (1,))
    places = (data.abs() == x[0, 0].abs()).nonzero()
    checks.require(
        len(places) > 0,
        named("other_data"),
        help=_("Use the parameter data, not data_train or dataset."),
    )
    start = int(places[0, 0])
    checks.require(
        start + HOURS < len(data) and bool((x == data[start : start + HOURS].double()).all()),
        named("no_window"),
        help=_("x = data[start_idx : start_idx + 24]; the last valid start is len(data) - 25."),
        evidence=_("{count} rows of data, the first row of x is row {start}").format(
            count=len(data), start=start
        ),
    )
    after = float(data[start + HOURS, TEMPERATURE])
    checks.require(
        float(y) == after,
        named("wrong_target"),
        help=_("It is column 1 of row start_idx + 24."),
        evidence=_("x starts at row {start}: y is {yours:g}, expected {after:g}").format(
            start=start, yours=float(y), after=after
        ),
    )
    return start


def drawn_data(rows):
    """(rows, 6): quarters of drawn whole numbers, in no order and of either sign; no two have the same size."""
    import random

    from autograder.grading.case_number import derived_seed

    drawn = random.Random(derived_seed(f"random_day, {rows} rows"))
    numbers = drawn.sample(range(1, 40_000), rows * COLUMNS)  # six digits say a quarter of each
    values = [number * drawn.choice((-0.25, 0.25)) for number in numbers]
    return torch.tensor(values, dtype=torch.float32).reshape(rows, COLUMNS)


OF_ONE_ROW = "with size 1"
"""The end of what torch says of ``data[start_idx + 24][1]``."""

ONE_ROW = later(
    "start_idx is a tensor of one number, so data[start_idx + 24] is a table of one row, which has no row 1: write "
    "data[start_idx + 24, 1]."
)

SEVERAL_NUMBERS = "only integer tensors of a single element"
"""The beginning of what torch says where a slice begins at a tensor of several numbers."""

ONE_INDEX = later(
    "start_idx has to be one whole number: torch.randint(0, …, (1,)) draws one, and the last argument says how many."
)

BEYOND = ("out of bounds", "list index out of range")
"""In the messages of torch, NumPy and Python about an index behind the end, and not about a wrong kind of index."""


def draws_from(env, get_random_day, data, count):
    """So many draws from ``data`` (N, 6), each of which gets its own copy.

    Raises:
        CheckFailed: an index is not in the data.
        StudentCodeError: the student's function fails in another way.
    """
    from autograder.grading import checks
    from autograder.grading.namespace import calls, student_errors

    try:
        yield from calls(get_random_day, ((data.clone(),) for _time in range(count)))
    except student_errors(env) as error:
        if str(error).endswith(OF_ONE_ROW):
            error.add_note(_(ONE_ROW))
        elif SEVERAL_NUMBERS in str(error):
            error.add_note(_(ONE_INDEX))
        elif any(words in str(error) for words in BEYOND):
            checks.fail(
                named("beyond_the_data"),
                help=_("The last valid start is len(data) - 25, whatever data it is given."),
                evidence=_("{count} rows of data").format(count=len(data)),
            )
        raise


@test_case(name="always a valid window, really random", points=1, hidden=True)
def many_draws(env):
    from reference.repeats import of_a_draw, shown_again
    from reference.student_network import defined

    get_random_day = defined(env.get("get_random_day"), "get_random_day")
    with shown_again(env, lambda: of_a_draw(env, get_random_day)):
        require_random_windows(env, get_random_day)


def require_random_windows(env, get_random_day):
    """Check many draws, one by one and all together.

    Raises:
        CheckFailed: one is no window of the data, or they are not random.
        StudentCodeError: the student's function fails.
    """
    from itertools import pairwise

    from autograder.grading import checks

    data = drawn_data(SHORT)
    for draw in draws_from(env, get_random_day, data, SHORT_DRAWS):
        start_of(draw, data)
    data = drawn_data(LONG)
    starts = [start_of(draw, data) for draw in draws_from(env, get_random_day, data, LONG_DRAWS)]
    checks.require(
        len(set(starts)) > 1,
        named("always_the_same"),
        help=_("Draw a new index at each call, and set no seed inside the function."),
        evidence=_("{draws} draws, always row {first}").format(draws=LONG_DRAWS, first=starts[0]),
    )
    checks.require(
        min(starts) < LONG // 4 and max(starts) > 3 * LONG // 4,
        named("part_never_drawn"),
        help=_("Every part of the data should be drawn: the range of the index depends on len(data)."),
        evidence=_("{rows} rows, starts from {least} to {most} in {draws} draws").format(
            rows=LONG, least=min(starts), most=max(starts), draws=LONG_DRAWS
        ),
    )
    # Samplers of whole days have 99 starts; a uniform one misses a quarter with probability 1e-19.
    checks.require(
        len(set(starts)) >= 40,
        named("hardly_random"),
        help=_("Draw a new index at each call, and set no seed inside the function."),
        evidence=_("{count} different windows in {draws} draws").format(
            count=len(set(starts)), draws=LONG_DRAWS
        ),
    )
    ascending = sum(later > earlier for earlier, later in pairwise(starts))
    checks.require(
        0.25 * LONG_DRAWS < ascending < 0.75 * LONG_DRAWS,  # six standard deviations around one half
        named("in_order"),
        help=_("Draw the index at random."),
    )
