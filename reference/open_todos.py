"""What of a notebook is not filled in yet, for the public cases: names, and functions that stop at a TODO."""

import linecache
import re
from collections.abc import Iterator, Sequence
from typing import Any

from reference.language import lab as _

# `autograder build` copies what a public case uses from here into the students' tests.
FOR_STUDENTS = True

AT_ONCE = 25
"""Calls that are asked for together."""

OPEN = re.compile(r"(=|return|\() *\.\.\. *\)?$|^\.\.\.$")
"""The end of a line in which something is still to be filled in."""


def filled_in(env: Any, name: str) -> Any:
    """What the notebook has under a name.

    Raises:
        AssertionError: nothing, or it is still to be filled in; the student's own line is quoted.
    """
    value = env.get(name)
    assert value is not None, _("{name} is not defined: fill in its TODO, or run its cell first.").format(
        name=name
    )
    still_open = value is ... or (isinstance(value, tuple) and not value)
    assert not still_open, _("An open TODO: `{line}`. Fill it in, and run its cell again.").format(
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
        told = _("An open TODO: {text}").format(text=text.removeprefix("TODO: "))
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
            found = _("An open TODO in {function}: `{line}`").format(function=code.co_name, line=todo)
        where = where.tb_next
    return found
