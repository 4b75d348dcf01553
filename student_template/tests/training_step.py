# The public test cases of this question. Grading asks further ones.

import linecache
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch
from otter.test_files import test_case
from torch import Tensor

OK_FORMAT = False
name = "training_step"
points = None


def wave(*shape: int, start: float, size: float = 1.0) -> Any:
    """Numbers of this shape that look like no pattern, as lists: those of a sine at distances of 1.3."""
    numbers = size * torch.sin(1.3 * torch.arange(math.prod(shape), dtype=torch.float64) + start)
    return numbers.reshape(shape).tolist()


# H = 10, F = 6, T = 24: the lab's sizes. Of each answer the sum of all entries, each with its own weight.
LAB_SIZES = {
    "weights": {
        "u": wave(10, 6, start=0.1, size=0.3),
        "w": wave(10, 10, start=0.2, size=0.3),
        "v": wave(10, start=0.3),
        "b": wave(10, start=0.4, size=0.5),
        "c": wave(1, start=0.5),
    },
    "x": wave(24, 6, start=0.6),
    "y_true": [0.25],
    "hidden": wave(24, 10, start=0.7, size=0.9),
    "y_pred": [1.75],
    "grad_h": wave(24, 10, start=0.8, size=0.5),
}

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


def set_parameters(rnn: Any, parameters: Mapping[str, Tensor]) -> None:
    """Give a network of the notebook these parameters, each of the shape that it has there."""
    at_once = getattr(type(rnn), "__assign__", None)  # of a grader: the network is in another process
    if at_once:
        with suppress(TypeError):
            at_once(rnn, parameters)
            return
    for name, value in parameters.items():
        try:
            setattr(rnn, name, value)
        except TypeError:  # a torch.nn.Parameter takes new numbers only
            getattr(rnn, name).data = value


def network(env: Any, example: Mapping[str, Any]) -> Any:
    """An RNN of the notebook with the weights of an example.

    Raises:
        AssertionError: the notebook has no RNN.
    """
    rnn_class = filled_in(env, "RNN")
    weights = {name: torch.tensor(value) for name, value in example["weights"].items()}
    rnn = called(rnn_class, *weights["u"].shape)
    set_parameters(rnn, weights)
    return rnn


def numbers(example: Mapping[str, Any], names: Sequence[str]) -> list[Tensor]:
    """New tensors of these numbers of an example."""
    return [torch.tensor(example[name]) for name in names]


def parameters(rnn: Any) -> dict[str, Tensor]:
    """Copies of the parameters of a network."""
    names = ("u", "w", "v", "b", "c")
    at_once = getattr(type(rnn), "__attributes__", None)  # as in set_parameters
    values = at_once(rnn, names) if at_once else [getattr(rnn, name) for name in names]
    return {name: torch.as_tensor(one).detach().clone() for name, one in zip(names, values, strict=True)}


def weighted_sum(numbers: Tensor) -> float:
    """The sum of all entries, each with a weight of its own, so that no two of them can be swapped."""
    flat = numbers.double().flatten()
    return float((flat * torch.cos(0.9 * torch.arange(len(flat), dtype=flat.dtype) + 0.4)).sum())


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    """All weights are zero and every temperature is 1: ŷ = 0, the loss is 1, ∇c = −2, the others are zero."""
    step, rnn = filled_in(env, "do_training_step"), called(filled_in(env, "RNN"), 10, 6)
    set_parameters(rnn, {parameter: torch.zeros(size) for parameter, size in SIZES.items()})
    loss = called(step, rnn, torch.ones(27, 6), 1, 0.1)
    assert loss is not None, "do_training_step returns nothing: is there a `return`?"
    assert abs(float(loss) - 1) < 1e-4, "The loss is {loss:.4g}, by hand (0 − 1)² = 1.".format(
        loss=float(loss)
    )
    c = float(rnn.c)
    assert abs(c - 0.2) < 1e-4, (
        "After one step with lr = 0.1, c is {c:.4g}; by hand 0 − 0.1 · (−2) = 0.2."
    ).format(c=c)
    assert float(torch.as_tensor(rnn.u).detach().abs().max()) < 1e-6, (
        "u changed although its gradient is zero."
    )


ONE_WRONG = (
    "With batch_size={size} and lr=0.1, one step does not lead where it should: {names} is wrong. Do the checks of the "
    "gradients pass? Then look at the update, and at what get_gradients hands to each method."
)
SOME_WRONG = (
    "With batch_size={size} and lr=0.1, one step does not lead where it should: {names} are wrong. Do the checks of the "
    "gradients pass? Then look at the update, and at what get_gradients hands to each method."
)


@test_case(name="the same hour again and again", points=0, hidden=False)
def one_hour(env):
    """All rows are equal, so every window is, and the numbers do not depend on what is drawn."""
    step = filled_in(env, "do_training_step")
    row = [0.2, 0.5, -0.3, 0.4, -0.1, 0.3]
    for batch_size in (1, 4):
        rnn = network(env, LAB_SIZES)
        loss = called(step, rnn, torch.tensor([row] * 60), batch_size, 0.1)
        assert loss is not None, "do_training_step returns nothing: is there a `return`?"
        assert abs(float(loss) - 7.2063) < 0.01, (
            "With batch_size={size} the loss is {loss:.4g}, expected 7.2063: the mean over the minibatch."
        ).format(size=batch_size, loss=float(loss))
        # Four gradients may be summed instead of averaged; then lr is meant for the sum.
        ways = (AFTER_A_STEP, AFTER_A_STEP_OF_FOUR) if batch_size == 4 else (AFTER_A_STEP,)
        found = [[name for name in way if not came_to(getattr(rnn, name), way[name])] for way in ways]
        wrong = min(found, key=len)
        told = ONE_WRONG if len(wrong) == 1 else SOME_WRONG
        assert not wrong, told.format(size=batch_size, names=", ".join(wrong))


@test_case(name="a large step", points=0, hidden=False)
def large_step(env):
    """Twenty times the learning rate leads twenty times as far, in the same direction."""
    row = [0.2, 0.5, -0.3, 0.4, -0.1, 0.3]
    rnn = network(env, LAB_SIZES)
    before = {name: weighted_sum(torch.tensor(value)) for name, value in LAB_SIZES["weights"].items()}
    called(filled_in(env, "do_training_step"), rnn, torch.tensor([row] * 60), 1, 20 * 0.1)
    for parameter, start in before.items():
        right = start + 20 * (AFTER_A_STEP[parameter] - start)
        found = weighted_sum(torch.as_tensor(getattr(rnn, parameter)).detach())
        assert abs(found - right) < 0.04, (
            "With lr=2, one step of {parameter} is not twenty times that with lr=0.1: its entries, each with its own "
            "weight, come to {found:.4g}, expected {right:.4g}. Is lr used, and nothing cut off?"
        ).format(parameter=parameter, found=found, right=right)


@test_case(name="the whole minibatch", points=0, hidden=False)
def whole_minibatch(env):
    """With zero weights c moves by 0.2 times the mean of the drawn temperatures: of one window hardly ever."""
    step, draw = filled_in(env, "do_training_step"), filled_in(env, "get_random_day")
    data = torch.zeros(24 * 4 + 1, 6)
    data[:, 1] = 1 + torch.arange(len(data)).sqrt()  # no mean of several is one of them
    drawn = {round(float(called(draw, data)[1]), 3) for _time in range(20)}
    moved = []
    for _time in range(5):
        rnn = called(filled_in(env, "RNN"), 10, 6)
        set_parameters(rnn, {parameter: torch.zeros(size) for parameter, size in SIZES.items()})
        called(step, rnn, data, 8, 0.1)
        moved.append(float(rnn.c) / 0.2)
    one_window = [min(abs(one - value) for value in (data[24:, 1]).tolist()) < 1e-3 for one in moved]
    assert len(drawn) < 2 or not all(one_window), (
        "With batch_size=8 the step is that of a single window each time: draw a window in each of the batch_size "
        "rounds, and use the gradients of all of them."
    )


SIZES = {"u": (10, 6), "w": (10, 10), "v": (10,), "b": (10,), "c": (1,)}
AFTER_A_STEP = {"u": 0.238, "w": 0.5047, "v": 2.6413, "b": 0.2116, "c": -0.0529}

AFTER_A_STEP_OF_FOUR = {"u": -0.1048, "w": 0.6186, "v": 2.2038, "b": -3.3017, "c": -1.5365}


def came_to(parameter, after):
    """Whether a parameter has this weighted sum."""
    return abs(weighted_sum(torch.as_tensor(parameter).detach()) - after) < 2e-3
