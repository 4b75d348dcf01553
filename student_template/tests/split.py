# The public test cases of this question. Grading asks further ones.

import linecache
import re
from typing import Any

from otter.test_files import test_case

OK_FORMAT = False
name = "split"
points = None

ROWS = 42_984  # 1,791 days

FIRST_TEMPERATURES = (
    -11, -12, -11, -14, -12, -10, -9, -9, -9, -8, -7, -5, -5, -3, -2, -1, -2, -3, -5, -4, -5, -5, -5, -5,
    -4, -4, -5, -5, -5, -6, -6, -5, -6, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -5, -6, -6,
)  # fmt: skip

WEATHER_COLUMNS = 3  # dew point, temperature, pressure: the others are cumulated, and mostly rise
SAME_WAY = 0.75

OPEN = re.compile(r"(=|return|\() *\.\.\. *\)?$|^\.\.\.$")


def filled_in(env: Any, name: str) -> Any:
    """What the notebook has under a name.

    Raises:
        AssertionError: nothing, or it is still to be filled in; the student's own line is quoted.
    """
    value = env.get(name)
    assert value is not None, "{name} is not defined: fill in its TODO, or run its cell first.".format(
        name=name
    )
    still_open = value is ... or (isinstance(value, tuple) and not value)
    assert not still_open, "An open TODO: `{line}`. Fill it in, and run its cell again.".format(
        line=line_of(name)
    )
    return value


def line_of(name: str) -> str:
    """The newest line of the notebook that leaves a name open."""
    found = f"{name} = ..."
    for _size, _time, lines, file in [entry for entry in linecache.cache.values() if len(entry) == 4]:
        if file != __file__:
            for line in lines:
                code = line.partition("#")[0].strip()
                found = code if code.startswith(f"{name} ") and OPEN.search(code) else found
    return found


@test_case(name="both parts together", points=0, hidden=False)
def parts_fit(env):
    count, train, test = (filled_in(env, one) for one in ("num_train_samples", "data_train", "data_test"))
    assert len(train) == int(count), "data_train has {rows} rows, num_train_samples is {count}.".format(
        rows=len(train), count=count
    )
    assert len(train) + len(test) == ROWS, (
        "data_train and data_test have {found} rows together, the data set has {rows}."
    ).format(found=len(train) + len(test), rows=ROWS)
    assert 0.79 < len(train) / ROWS < 0.81, (
        "data_train has {found} of {rows} rows, {share:.0f} %; it should have the first 80 %."
    ).format(found=len(train), rows=ROWS, share=100 * len(train) / ROWS)


@test_case(name="the rows of both parts", points=0, hidden=False)
def rows_in_order(env):
    """A scaled column rises and falls where the data set's does: in other rows it goes its own way."""
    dataset, train, test = (filled_in(env, one) for one in ("dataset", "data_train", "data_test"))
    first = dataset[: len(FIRST_TEMPERATURES), 1].double()
    assert len(first) < len(FIRST_TEMPERATURES) or follows(first, first.new_tensor(FIRST_TEMPERATURES)), (
        "dataset holds its rows in another order than the file: split them as they are, sorted by time."
    )
    parts = {"data_train": (train, dataset[: len(train)]), "data_test": (test, dataset[len(train) :])}
    for part, (found, right) in parts.items():
        if len(found) != len(right) or len(found) < 2:
            continue  # the case above says so
        telling = [
            pair for pair in zip(found.T[:WEATHER_COLUMNS], right.T, strict=False) if comparable(pair[0])
        ]
        assert not telling or any(follows(*pair) for pair in telling), (
            "{part} holds other rows than the data set has there, or in another order: the first num_train_samples "
            "rows are for training, all others for testing."
        ).format(part=part)


def comparable(column):
    """Whether a column (N,) has numbers that can be told apart: finite, and not all the same."""
    return 0 < float(column.std()) < float("inf")


def follows(column, right):
    """Whether ``column`` mostly rises and falls where ``right`` does, both (N,), or mostly the other way round."""
    change = right.diff()
    same_way = (column.diff().sign() * change.sign())[change != 0]
    return any(float((same_way == way).double().mean()) >= SAME_WAY for way in (1, -1))
