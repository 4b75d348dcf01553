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
