# The public test cases of this question. Grading asks further ones.

import linecache
import math
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import torch
from otter.test_files import test_case
from torch import Tensor

OK_FORMAT = False
name = "forward"
points = None

# H = 1, F = 1, T = 2 with states that can be checked by hand: tanh(ln 2) = 0.6 and tanh(ln 3) = 0.8.
BY_HAND = {
    "weights": {"u": [[1.0]], "w": [[0.5]], "v": [2.0], "b": [0.0], "c": [-0.1]},
    "x": [[0.693147], [0.798612]],  # ln 2 and ln 3 − 0.5 · 0.6
    "y_true": [1.0],
    "hidden": [[0.6], [0.8]],
    "y_pred": [1.5],  # 2 · 0.8 − 0.1
    "grad_h": [[0.36], [2.0]],  # last row 2 · 0.5 · 2, first row 0.5 · 0.36 · 2
    "grad_c": [1.0],  # 2 · 0.5
    "grad_b": [0.9504],  # 0.64 · 0.36 + 0.36 · 2
    "grad_v": [0.8],  # 2 · 0.5 · 0.8
    "grad_w": [[0.432]],  # 0.36 · 2 · 0.6; h[0] is zero
    "grad_u": [[0.734703]],  # 0.64 · 0.36 · 0.693147 + 0.36 · 2 · 0.798612
}

# H = 2, F = 3, T = 3: a matrix and its transpose differ, and every step and every bias counts.
TWO_STATES = {
    "weights": {
        "u": [[0.5, -1.0, 0.25], [1.0, 0.5, -0.75]],
        "w": [[0.5, -0.25], [1.0, 0.75]],
        "v": [2.0, -1.0],
        "b": [0.1, -0.2],
        "c": [0.3],
    },
    "x": [[1.0, 0.0, 0.5], [-0.5, 1.0, 0.25], [0.75, -0.25, 1.0]],
    "y_true": [2.5],
    "hidden": [[0.62, 0.4011], [-0.7053, 0.4879], [0.4624, -0.5813]],
    "y_pred": [1.8061],
    "grad_h": [[0.8975, 0.7272], [-0.1722, 1.2347], [-2.7756, 1.3878]],
    "grad_c": [-1.3878],
    "grad_b": [-1.7162, 2.4698],
    "grad_v": [-0.6417, 0.8067],
    "grad_w": [[1.4854, -1.0994], [-0.0648, 0.8257]],
    "grad_u": [[-1.0408, 0.459, -1.9275], [0.829, 0.7111, 1.4591]],
}


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
SUMS = {
    "states": 1.6742,
    "output": 2.0304,
    "grad_h": 5.4332,
    "grad_c": 2.7632,
    "grad_b": -1.805,
    "grad_v": -4.2126,
    "grad_w": 0.7489,
    "grad_u": 0.7191,
}
# The same for those who keep the states of their forward pass instead of taking the given ones.
SUMS_OF_KEPT_STATES = {
    "grad_h": 7.5811,
    "grad_b": -3.1024,
    "grad_v": -0.382,
    "grad_w": 0.5045,
    "grad_u": 0.5377,
}
SHAPES = {
    "states": (24, 10),
    "output": (1,),
    "grad_h": (24, 10),
    "grad_c": (1,),
    "grad_b": (10,),
    "grad_v": (10,),
    "grad_w": (10, 10),
    "grad_u": (10, 6),
}

PATIENCE = 5.0

OPEN = re.compile(r"(=|return|\() *\.\.\. *\)?$|^\.\.\.$")


def set_parameters(rnn: Any, parameters: Mapping[str, Tensor]) -> None:
    """Give a network of the notebook these parameters, each of the shape that it has there."""
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
    rnn_class = env.get("RNN")
    assert rnn_class not in (None, ...), "RNN is not defined: run the cell of the class first."
    weights = {name: torch.tensor(value) for name, value in example["weights"].items()}
    rnn = rnn_class(*weights["u"].shape)
    set_parameters(rnn, weights)
    return rnn


def asked(env: Any, example: Mapping[str, Any], method: str, arguments: Sequence[str]) -> Any:
    """What a method of the notebook's RNN gives for numbers of an example, when it is asked a second time.

    Who keeps states in forward can only answer behind it, so what fails is tried once more there; not what
    takes long, since a loop without end would take its time at every try.

    Raises:
        AssertionError: it stopped at a line that is not filled in yet.
    """
    rnn = network(env, example)
    given = [torch.tensor(example[name]) for name in arguments]
    began = time.monotonic()
    try:
        try:
            return answered(rnn, method, given)
        except Exception:
            if method == "forward" or time.monotonic() - began > PATIENCE:
                raise
            rnn.forward(torch.tensor(example["x"]))
            return answered(rnn, method, given)
    except Exception as error:
        if todo := open_todo(error):
            raise AssertionError(todo) from None
        raise


def answered(rnn: Any, method: str, given: Sequence[Tensor]) -> Any:
    """The second answer: what a method keeps of a first one, to other numbers, must not matter."""
    getattr(rnn, method)(*(1 - one for one in given))
    return getattr(rnn, method)(*given)


def open_todo(error: BaseException) -> str:
    """What is still to be filled in where code of the notebook stopped; empty where nothing is."""
    where = error.__traceback__
    found = ""
    while where is not None:
        code = where.tb_frame.f_code
        first, last = code.co_firstlineno, max((at for *_, at in code.co_lines() if at), default=0)
        lines = [
            linecache.getline(code.co_filename, at).partition("#")[0].strip() for at in range(first, last + 1)
        ]
        todo = next((line for line in lines if OPEN.search(line)), "")
        if todo and code.co_filename != __file__:
            found = f"An open TODO in {code.co_name}: `{todo}`"
        where = where.tb_next
    return found


def readable(numbers: Tensor) -> Any:
    """Numbers of a tensor as lists, rounded to four decimals for a message."""
    return numbers.double().round(decimals=4).tolist()


def as_numbers(result: Any, shape: Sequence[int], what: str) -> Tensor:
    """What a student's function returned, as a tensor of this shape, float32.

    Raises:
        AssertionError: it is nothing, or has another shape.
    """
    assert not isinstance(result, type(None) | type(...)), (
        f"{what} is {result}: is the TODO filled in and returned?"
    )
    found = torch.as_tensor(result).detach().float()
    assert tuple(found.shape) == tuple(shape), (
        f"{what} has shape {tuple(found.shape)}, expected {tuple(shape)}."
    )
    return found


def weighted_sum(numbers: Tensor) -> float:
    """The sum of all entries, each with a weight of its own, so that no two of them can be swapped."""
    flat = numbers.double().flatten()
    return float((flat * torch.cos(0.9 * torch.arange(len(flat), dtype=flat.dtype) + 0.4)).sum())


def compare(result: Any, expected: Any, what: str, repeat: str) -> None:
    """Compare an answer with the numbers of an example, given as lists.

    Args:
        repeat: lines of Python that show the same once more.

    Raises:
        AssertionError: it is missing, or of another shape, or holds other numbers; ``what`` names it.
    """
    numbers = torch.tensor(expected).float()
    found = as_numbers(result, numbers.shape, what)
    assert torch.allclose(found, numbers, rtol=2e-3, atol=2e-4), (
        f"{what} is {readable(found)}, expected {readable(numbers)}.\nIn a cell of its own:\n\n{repeat}"
    )


def compare_at_lab_sizes(result: Any, what: str, called: str) -> None:
    """Compare an answer at the lab's sizes with the sum of what is right there.

    Raises:
        AssertionError: it is missing, or of another shape, or has another sum; ``called`` names it.
    """
    found = weighted_sum(as_numbers(result, SHAPES[what], called))
    right = SUMS[what], SUMS_OF_KEPT_STATES.get(what, SUMS[what])
    assert any(abs(found - one) < 2e-3 * (1 + abs(one)) for one in right), (
        f"{called} is wrong at the lab's sizes (24 hours, 6 columns, 10 states): its entries, each with its "
        f"own weight, come to {found:.4g}, expected {SUMS[what]:.4g}."
    )


def snippet(example: Mapping[str, Any], method: str, arguments: Sequence[str]) -> str:
    """Lines of Python that ask a method of the notebook's RNN for numbers of an example."""
    weights = example["weights"]
    lines = [f"rnn = RNN({len(weights['u'])}, {len(weights['u'][0])})"]
    lines += [f"rnn.{name} = torch.tensor({value})" for name, value in weights.items()]
    given = ", ".join(f"torch.tensor({example[name]})" for name in arguments)
    return "\n".join([*lines, f"rnn.{method}({given})"])


def forward_of(env: Any, example: Mapping[str, Any]) -> tuple[Any, Any]:
    """What the notebook's forward returns for an example.

    Raises:
        AssertionError: it does not return two values, or stopped at a line that is not filled in yet.
    """
    result = asked(env, example, "forward", ["x"])
    two = isinstance(result, tuple | list) and len(result) == 2
    assert two, (
        "forward does not return two values: are the TODOs filled in, and does it end with `return h[1:], y`?"
    )
    hidden, y = result
    return hidden, y


def worked_forward(env: Any, example: Mapping[str, Any]) -> None:
    """Compare the forward pass of the notebook with the numbers of an example; as :func:`worked_example`."""
    repeat, began = snippet(example, "forward", ["x"]), time.monotonic()
    try:
        hidden, y = forward_of(env, example)
        as_numbers(hidden, torch.tensor(example["hidden"]).shape, "hidden")
        as_numbers(y, torch.tensor(example["y_pred"]).shape, "y")
    except Exception:
        with suppress(Exception):  # sizes that are written in
            if time.monotonic() - began < PATIENCE:
                forward_at_lab_sizes(env)
                return
        raise
    compare(hidden, example["hidden"], "hidden", repeat)
    compare(y, example["y_pred"], "y", repeat)


def forward_at_lab_sizes(env: Any) -> None:
    """Compare the forward pass of the notebook at the lab's sizes."""
    hidden, y = forward_of(env, LAB_SIZES)
    compare_at_lab_sizes(hidden, "states", "hidden")
    compare_at_lab_sizes(y, "output", "y")


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    """U = 1, W = 0.5, V = 2, b = 0, c = −0.1: the states are tanh(ln 2) = 0.6 and tanh(ln 3) = 0.8."""
    worked_forward(env, BY_HAND)


@test_case(name="two states, three steps", points=0, hidden=False)
def two_states(env):
    worked_forward(env, TWO_STATES)


@test_case(name="the lab’s sizes", points=0, hidden=False)
def lab_sizes(env):
    forward_at_lab_sizes(env)
