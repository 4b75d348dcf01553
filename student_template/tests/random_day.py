# The public test cases of this question. Grading asks further ones.

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "random_day"
points = None

HOURS, COLUMNS, TEMPERATURE = 24, 6, 1


def telling_data(rows):
    """(rows, 6): every value is unique, so a value says where it was taken from."""
    return torch.arange(rows * COLUMNS, dtype=torch.float32).reshape(rows, COLUMNS)


@test_case(name="shapes and the hour after", points=0, hidden=False)
def one_draw(env):
    get_random_day = env.get("get_random_day")
    assert get_random_day not in (None, ...), "get_random_day is not defined: run its cell first."
    x, y = get_random_day(telling_data(100))
    assert tuple(x.shape) == (HOURS, COLUMNS), f"x has shape {tuple(x.shape)}, expected (24, 6)."
    assert tuple(y.shape) == (1,), f"y has shape {tuple(y.shape)}, expected (1,)."
    after = float(x[-1, TEMPERATURE]) + COLUMNS  # one row further in telling_data
    assert float(y) == after, f"y is {float(y)}; the temperature of the hour after x is {after} here."


@test_case(name="several draws", points=0, hidden=False)
def several_draws(env):
    get_random_day = env.get("get_random_day")
    assert get_random_day not in (None, ...), "get_random_day is not defined: run its cell first."
    rows = 2 * HOURS + 1  # 25 windows, two of them whole days
    seen = set()
    for _ in range(40):
        try:
            x, y = get_random_day(telling_data(rows))
        except IndexError as error:
            raise AssertionError(
                f"One of many draws from {rows} rows went beyond the data: {error}"
            ) from None
        first, after = float(x[0, 0]) / COLUMNS, float(y)
        assert tuple(x.shape) == (HOURS, COLUMNS), (
            f"One of many draws from {rows} rows has shape {tuple(x.shape)}, expected (24, 6): it reaches the end."
        )
        assert after == (first + HOURS) * COLUMNS + TEMPERATURE, (
            f"x begins at row {first:g} of {rows}: y should be the temperature of row {first + HOURS:g}, "
            f"{(first + HOURS) * COLUMNS + TEMPERATURE:g} here; it is {after:g}."
        )
        seen.add(first)
    assert len(seen) > 1, f"40 draws from {rows} rows all began at row {seen.pop():g}."
