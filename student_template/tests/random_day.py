# The public test cases of this question. Grading asks further ones.

import linecache
import re
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "random_day"
points = None

HOURS, COLUMNS, TEMPERATURE = 24, 6, 1


def telling_data(rows):
    """(rows, 6): −1/8, −2/8, −3/8, …: a value says where it was taken from, and has a sign and a fraction to lose."""
    return -torch.arange(1, rows * COLUMNS + 1, dtype=torch.float32).reshape(rows, COLUMNS) / 8


AT_ONCE = 25

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


def called(function: Any, *arguments: Any) -> Any:
    """What a function of the notebook returns.

    Raises:
        AssertionError: it stopped at a line that is not filled in yet; else whatever it raises.
    """
    try:
        return function(*arguments)
    except NotImplementedError as error:
        text = str(getattr(error, "text", error))  # a grader's has the class in front of it
        told = "An open TODO: {text}".format(text=text.removeprefix("TODO: "))
        raise AssertionError(told) from None
    except Exception as error:
        if todo := open_todo(error):
            raise AssertionError(todo) from None
        raise


def called_often(function: Any, arguments: Sequence[tuple[Any, ...]]) -> Iterator[Any]:
    """What a function of the notebook returns for each of these arguments; raises as :func:`called`.

    A grader has words of its own for a TODO that is open.
    """
    at_once = getattr(type(function), "__calls__", None)  # of a grader, which holds the function elsewhere
    if at_once is None:
        for given in arguments:
            yield called(function, *given)
    else:
        for first in range(0, len(arguments), AT_ONCE):
            yield from at_once(function, arguments[first : first + AT_ONCE])


def open_todo(error: BaseException) -> str:
    """What is still to be filled in where code of the notebook stopped; empty where nothing is."""
    where = error.__traceback__
    found = ""
    while where is not None:
        code = where.tb_frame.f_code
        first, last = code.co_firstlineno, max((at for *_range, at in code.co_lines() if at), default=0)
        lines = [
            linecache.getline(code.co_filename, at).partition("#")[0].strip() for at in range(first, last + 1)
        ]
        todo = next((line for line in lines if OPEN.search(line)), "")
        if todo and code.co_filename != __file__:
            found = "An open TODO in {function}: `{line}`".format(function=code.co_name, line=todo)
        where = where.tb_next
    return found


@test_case(name="shapes and the hour after", points=0, hidden=False)
def one_draw(env):
    x, y = called(filled_in(env, "get_random_day"), telling_data(100))
    assert tuple(x.shape) == (HOURS, COLUMNS), "x has shape {shape}, expected (24, 6).".format(
        shape=tuple(x.shape)
    )
    assert tuple(y.shape) == (1,), "y has shape {shape}, expected (1,).".format(shape=tuple(y.shape))
    after = float(x[-1, TEMPERATURE]) - COLUMNS / 8  # one row further in telling_data
    assert float(y) == after, "y is {y}; the temperature of the hour after x is {after} here.".format(
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
        told = "One of many draws from {rows} rows went beyond the data: {error}"
        raise AssertionError(told.format(rows=rows, error=error)) from None
    for x, y in draws:
        first, after = (-8 * float(x[0, 0]) - 1) / COLUMNS, float(y)
        behind = (
            ": it reaches the end" if x.dim() == 2 and len(x) < HOURS and x.shape[1] == COLUMNS else ""
        )
        assert tuple(x.shape) == (HOURS, COLUMNS), (
            "One of many draws from {rows} rows has shape {shape}, expected (24, 6){behind}."
        ).format(rows=rows, shape=tuple(x.shape), behind=behind)
        rows_from = telling_data(rows)[int(first) : int(first) + HOURS] if 0 <= first < rows else x[:0]
        as_they_are = rows_from.shape == x.shape and bool((torch.as_tensor(x) == rows_from).all())
        assert as_they_are, (
            "x begins with row {first:g} of {rows}, and not all of it is that row and the 23 behind it: x = "
            "data[start_idx : start_idx + 24] takes them as they are."
        ).format(first=first, rows=rows)
        right = -((first + HOURS) * COLUMNS + TEMPERATURE + 1) / 8
        assert after == right, (
            "x begins at row {first:g} of {rows}: y should be the temperature of row {hour:g}, {right:g} here; it is "
            "{after:g}."
        ).format(first=first, rows=rows, hour=first + HOURS, right=right, after=after)
        seen.add(first)
    assert len(seen) > 1, "300 draws from {rows} rows all began at row {first:g}.".format(
        rows=rows, first=seen.pop()
    )
