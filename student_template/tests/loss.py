# The public test cases of this question. Grading asks further ones.

import linecache
import re
from typing import Any

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "loss"
points = None

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


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    mse_loss_func = filled_in(env, "mse_loss_func")
    for y_true, y_pred, right in ((1.0, 1.5, 0.25), (2.0, -1.5, 12.25), (-1.0, 49.0, 2500.0)):
        given = torch.tensor([y_true]), torch.tensor([y_pred])
        loss = called(mse_loss_func, *given)
        assert not isinstance(loss, type(None) | type(...)), (
            "The loss is {loss}: is the TODO filled in and returned?"
        ).format(loss=loss)
        assert abs(float(loss) - right) < 1e-5 * right, (
            "For y_true = {y_true:g} and y_pred = {y_pred:g} the loss is {loss:.6g}, by hand "
            "({y_pred:g} − {y_true:g})² = {right:g}. In a cell of its own:\n\n"
            "mse_loss_func(torch.tensor([{y_true}]), torch.tensor([{y_pred}]))"
        ).format(y_true=y_true, y_pred=y_pred, loss=float(loss), right=right)
        assert [float(one) for one in given] == [y_true, y_pred], (
            "mse_loss_func changes what it is given, and the gradients need that as before: `a -= b` writes to a, "
            "`a - b` does not."
        )
