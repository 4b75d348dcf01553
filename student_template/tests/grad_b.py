# The public test cases of this question. Grading asks further ones.

import linecache
import math
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch
from otter.test_files import test_case
from torch import Tensor

OK_FORMAT = False
name = "grad_b"
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

GRAD_B = {
    "grad_b lacks diag(1 − h[t]²).": (-0.9924, -4.1095),
    "grad_b has 1 − h[t] instead of 1 − h[t]².": (-0.458, -7.6522),
    "grad_b has h[t]² instead of 1 − h[t]².": (-0.0724, -2.3045),
    "grad_b has −h[t]² instead of 1 − h[t]²: the 1 is missing.": (0.0724, 2.3045),
    "grad_b has 1 + h[t]² instead of 1 − h[t]².": (-1.0648, -6.4141),
    "grad_b has 1 − 2·h[t] instead of 1 − h[t]².": (0.0763, -11.1949),
    "grad_b has h[t]·(1 − h[t]), which is the slope of the sigmoid; that of tanh is 1 − h[t]².": (
        -0.462,
        5.8472,
    ),
    "grad_b has (1 − h[t])² instead of 1 − h[t]².": (0.0039, -13.4994),
    "grad_b has (1 − h[t]²)² instead of 1 − h[t]².": (-0.8155, -1.0326),
    "grad_b has 1 − tanh(h[t])²: h[t] is the tanh already.": (-0.9054, -2.5311),
    "grad_b has h[t−1] instead of h[t] in diag(1 − h[t]²).": (0.1988, -2.1265),
    (
        "grad_b has h[t−1] instead of h[t] in diag(1 − h[t]²); at the first step index −1 takes the last row."
    ): (
        -0.0437,
        -2.6871,
    ),
    "grad_b has h[t+1] instead of h[t] in diag(1 − h[t]²).": (-1.5276, -1.6185),
    "grad_b has 1 − h[t]²·∇h[t]: the brackets in (1 − h[t]²)·∇h[t] are missing.": (3.6381, 16.2952),
    "grad_b adds 1 − h[t]² and ∇h[t] instead of multiplying them.": (1.367, 3.5091),
    "grad_b has 1 − (∇h[t])² instead of 1 − h[t]².": (16.7202, -3.3437),
    "grad_b multiplies sums over time: multiply at each time step, then sum.": (-1.5684, -60.775),
    "grad_b has 1 − (h[t]·∇h[t])² instead of (1 − h[t]²)·∇h[t].": (1.4558, 12.8703),
    (
        "grad_b has the dot product of 1 − h[t]² and ∇h[t], one number, in the place of their entries: multiply with * instead of @, and sum over time only."
    ): (
        0.8958,
        0.1238,
    ),
    "grad_b lacks ∇h[t].": (2.3594, 7.6186),
    "grad_b has h[t] in the place of ∇h[t].": (0.4464, -2.637),
    "grad_b has the wrong sign.": (0.92, 1.805),
    "grad_b is the mean over the time steps instead of their sum.": (-0.3067, -0.0752),
    "grad_b leaves out the first time step.": (-1.5921, -2.3218),
    "grad_b leaves out the last time step.": (0.8441, -1.6679),
    "grad_b takes every second time step only.": (-1.092, -0.7476),
    "grad_b sums as many time steps as there are hidden units, not all of them.": (0.8441, -1.7755),
    (
        "grad_b holds the first time step only: the sum over time is missing, or `return` stands inside the loop."
    ): (
        0.6721,
        0.5168,
    ),
    "grad_b holds the last time step only: the sum over time is missing.": (-1.7641, -0.1371),
    (
        "grad_b is twice the gradient: is each step added twice, or the factor 2 there again, which is in ∇h already?"
    ): (
        -1.84,
        -3.61,
    ),
    "grad_b is three times the gradient.": (-2.7601, -5.415),
    "grad_b is half the gradient: no factor ½ belongs here.": (-0.46, -0.9025),
    "The sum for grad_b starts with ones instead of zeros.": (0.2685, -1.2221),
    "The sum for grad_b starts at self.b, the weight itself, instead of zeros.": (-0.8814, -0.4223),
    "grad_b pairs step t with ∇h[t−1] instead of ∇h[t].": (0.6576, -0.9576),
    (
        "grad_b pairs step t with ∇h[t−1] instead of ∇h[t]; at the first step index −1 takes the last row."
    ): (
        -0.6046,
        -1.0962,
    ),
    "grad_b pairs step t with ∇h[t+1] instead of ∇h[t].": (-0.8224, -3.3306),
    "grad_b is still zero.": (0.0, 0.0),
}

LARGE = 64.0

PATIENCE = 1.0

BEFORE = ((), ("forward",), ("forward", "_compute_grad_h"), ("forward", "_compute_grad_h", "_compute_grad_b"))

TAKES = {
    "forward": ("x",),
    "_compute_grad_h": ("y_true", "y_pred", "hidden"),
    "_compute_grad_c": ("y_true", "y_pred"),
    "_compute_grad_b": ("hidden", "grad_h"),
    "_compute_grad_v": ("y_true", "y_pred", "hidden"),
    "_compute_grad_w": ("hidden", "grad_h"),
    "_compute_grad_u": ("hidden", "grad_h", "x"),
}
NEEDED_AFTERWARDS = {"_compute_grad_v": ("hidden",), "_compute_grad_u": ("x",)}


class OtherNumbers(AssertionError):
    """An answer with other numbers than an example's, or of another shape: a mistake may explain it."""


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


def asked(env: Any, example: Mapping[str, Any], method: str, before: Sequence[str] = ()) -> Any:
    """What a method of the notebook's RNN gives for numbers of an example when it is asked again.

    The first time it gets other numbers: what a method keeps of these must not matter.

    Args:
        before: methods that are called before it, with numbers of the example, too.

    Raises:
        AssertionError: it stopped at an open TODO, or changed a weight or what it was given.
    """
    rnn = network(env, example)
    for name in before:
        called(getattr(rnn, name), *numbers(example, TAKES[name]))
    called(getattr(rnn, method), *(1 - one for one in numbers(example, TAKES[method])))
    given, weights = numbers(example, TAKES[method]), parameters(rnn)
    answer = called(getattr(rnn, method), *given)
    answer = tuple(copied(one) for one in answer) if isinstance(answer, tuple) else copied(answer)
    needed = NEEDED_AFTERWARDS.get(method, TAKES[method])
    originals = numbers(example, TAKES[method])
    changed = [
        name
        for name, now, was in zip(TAKES[method], given, originals, strict=True)
        if name in needed and not torch.allclose(now, was, rtol=1e-4, atol=1e-6)
    ]
    after = parameters(rnn)
    changed += [f"self.{name}" for name, was in weights.items() if not torch.equal(after[name], was)]
    assert not changed, (
        "{method} changes {what} in place, and a training step needs that as before: work on a copy "
        "(`a.clone()`). `a = b` only gives b another name; `a += …`, `a[i] = …` then change b, too."
    ).format(method=method, what=" and ".join(changed))
    return answer


def numbers(example: Mapping[str, Any], names: Sequence[str]) -> list[Tensor]:
    """New tensors of these numbers of an example."""
    return [torch.tensor(example[name]) for name in names]


def copied(value: Any) -> Any:
    """A copy of a tensor, which a method may keep and go on writing to; anything else as it is."""
    return value.detach().clone() if isinstance(value, Tensor) else value


def parameters(rnn: Any) -> dict[str, Tensor]:
    """Copies of the parameters of a network."""
    names = ("u", "w", "v", "b", "c")
    at_once = getattr(type(rnn), "__attributes__", None)  # as in set_parameters
    values = at_once(rnn, names) if at_once else [getattr(rnn, name) for name in names]
    return {name: torch.as_tensor(one).detach().clone() for name, one in zip(names, values, strict=True)}


def readable(numbers: Tensor) -> Any:
    """Numbers of a tensor as lists, rounded to four decimals for a message."""
    return numbers.double().round(decimals=4).tolist()


def as_numbers(result: Any, shape: Sequence[int], what: str) -> Tensor:
    """What a student's function returned, as a tensor of this shape, float32.

    Raises:
        AssertionError: it is nothing, or has another shape.
    """
    assert not isinstance(result, type(None) | type(...)), (
        "{what} is {result}: is the TODO filled in and returned? `return` belongs behind the loop."
    ).format(what=what, result=result)
    found = torch.as_tensor(result).detach().float()
    if tuple(found.shape) != tuple(shape):
        told = "{what} has shape {found}, expected {shape}."
        raise OtherNumbers(told.format(what=what, found=tuple(found.shape), shape=tuple(shape)))
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
    wanted = torch.tensor(expected).float()
    found = as_numbers(result, wanted.shape, what)
    if not torch.allclose(found, wanted, rtol=2e-3, atol=2e-4):
        told = "{what} is {found}, expected {wanted}.\nIn a cell of its own:\n\n{repeat}".format(
            what=what, found=readable(found), wanted=readable(wanted), repeat=repeat
        )
        raise OtherNumbers(told)


def compare_at_lab_sizes(result: Any, what: str, called_by: str, kept: bool = False) -> None:
    """Compare an answer at the lab's sizes with the sum of what is right there.

    Args:
        kept: whether the method was asked behind others, of which it may have kept something.

    Raises:
        AssertionError: it is missing, or of another shape, or has another sum; ``called_by`` names it.
    """
    found = weighted_sum(as_numbers(result, SHAPES[what], called_by))
    right = (SUMS[what], *(SUMS_OF_KEPT.get(what, ()) if kept else ()))
    if not any(abs(found - one) < 2e-3 * (1 + abs(one)) for one in right):
        told = (
            "{what} is wrong at the lab's sizes (24 hours, 6 columns, 10 states): its entries, each with its "
            "own weight, come to {found:.4g}, expected {right:.4g}."
        )
        raise OtherNumbers(told.format(what=called_by, found=found, right=SUMS[what]))


def snippet(example: Mapping[str, Any], method: str) -> str:
    """Lines of Python that ask a method of the notebook's RNN for numbers of an example."""
    weights = example["weights"]
    lines = [f"rnn = RNN({len(weights['u'])}, {len(weights['u'][0])})"]
    lines += [f"rnn.{name} = torch.tensor({value})" for name, value in weights.items()]
    given = ", ".join(f"torch.tensor({example[name]})" for name in TAKES[method])
    return "\n".join([*lines, f"rnn.{method}({given})"])


def tried(check: Any, method: str) -> None:
    """Run ``check(before)`` behind one more of the methods of a training step each time, until it passes.

    What takes long is not tried again, since a loop without end would take its time at every try.

    Raises:
        Exception: what the first try raised, where none passes.
    """
    first, began = None, time.monotonic()
    for before in BEFORE[:1] if method == "forward" else BEFORE:
        if method in before:
            break
        try:
            check(before)
        except Exception as error:  # noqa: BLE001  whatever it is, behind another method it may be right
            first = first or error
        else:
            return
        if time.monotonic() - began > PATIENCE:
            break
    raise first or AssertionError(method)


def worked_example(env: Any, example: Mapping[str, Any], what: str, method: str) -> None:
    """Compare a gradient of the notebook with the numbers of an example.

    Code into which the lab's sizes are written cannot answer for others; where it is right at the lab's
    sizes, that is enough.

    Args:
        what: the gradient, ``method``: of the notebook's RNN.

    Raises:
        AssertionError: it is wrong; the message shows how to see that again.
    """
    shape, began = torch.tensor(example[what]).shape, time.monotonic()
    answers: list[Any] = []

    def check(before: Sequence[str]) -> None:
        answers.append(asked(env, example, method, before))
        compare(answers[-1], example[what], what, snippet(example, method))

    try:
        tried(check, method)
    except Exception:
        sizes = [tuple(getattr(answer, "shape", ())) for answer in answers]
        took_long = time.monotonic() - began > PATIENCE
        if tuple(shape) in sizes or took_long or not right_at_lab_sizes(env, what, method):
            raise


def right_at_lab_sizes(env: Any, what: str, method: str) -> bool:
    """Whether a gradient of the notebook is right at the lab's sizes."""
    with suppress(Exception):  # whatever it is, the caller says what is wrong
        at_lab_sizes(env, what, method)
        return True
    return False


def at_lab_sizes(env: Any, what: str, method: str) -> None:
    """Compare a gradient of the notebook at the lab's sizes; large numbers have to give large answers.

    Raises:
        AssertionError: it is wrong there.
    """

    def check(before: Sequence[str]) -> None:
        compare_at_lab_sizes(asked(env, LAB_SIZES, method, before), what, what, kept=bool(before))

    def check_large(before: Sequence[str]) -> None:
        found = as_numbers(asked(env, larger(LAB_SIZES), method, before), SHAPES[what], what)
        with_large(found / LARGE, before)

    def with_large(found: Tensor, before: Sequence[str]) -> None:
        try:
            compare_at_lab_sizes(found, what, what, kept=bool(before))
        except AssertionError:
            told = (
                "{what} is right for small numbers only: {times:g} times as large ones must give {times:g} "
                "times as large a gradient. Is something cut off (clamp, tanh, a norm)?"
            )
            raise AssertionError(told.format(what=what, times=LARGE)) from None

    tried(check, method)
    tried(check_large, method)


def larger(example: Mapping[str, Any]) -> dict[str, Any]:
    """An example whose ŷ − y and ∇h are :data:`LARGE` times as large, and so is every gradient."""
    y_true, y_pred = torch.tensor(example["y_true"]), torch.tensor(example["y_pred"])
    grad_h = LARGE * torch.tensor(example["grad_h"])
    far = (y_true + LARGE * (y_pred - y_true)).tolist()
    return {**example, "y_pred": far, "grad_h": grad_h.tolist()}


@contextmanager
def naming(env: Any, known: Mapping[str, Sequence[float]], method: str) -> Iterator[None]:
    """Name the known mistake that gives such numbers, if one does, where a check in the block fails.

    Raises:
        AssertionError: a check in the block fails.
    """
    try:
        yield
    except AssertionError as failure:
        mistake = mistake_in(env, known, method) if isinstance(failure, OtherNumbers) else ""
        raise AssertionError(f"{mistake}\n{failure}" if mistake else str(failure)) from None


def mistake_in(env: Any, known: Mapping[str, Sequence[float]], method: str) -> str:
    """The sentence that explains what a method gives for both examples; empty where none does."""
    with suppress(Exception):  # whatever it is, the check that failed has said it
        sums = []
        for example in (TWO_STATES, LAB_SIZES):
            answer = asked(env, example, method)
            numbers = answer[0] if isinstance(answer, tuple) else answer
            sums.append(weighted_sum(torch.as_tensor(numbers)))
        for sentence, wrong in known.items():
            if all(
                abs(one - other) < 1e-3 * (1 + abs(other)) for one, other in zip(sums, wrong, strict=True)
            ):
                return sentence
    return ""


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
# The same for those who take something of what was called before: the states of the forward pass, the slopes
# of its sums, or the gradients of the states that the formula gives.
SUMS_OF_KEPT = {
    "grad_h": (7.5811, 6.1257),
    "grad_b": (-3.1024, -1.2655, 7.0374, 5.7394, 4.8396),
    "grad_v": (-0.382,),
    "grad_w": (0.5045, 1.3761, 4.851, -1.2887, -2.2974),
    "grad_u": (0.5377, 0.8409, -9.7489, -13.0733, -2.3088),
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
    with naming(env, GRAD_B, "_compute_grad_b"):
        worked_example(env, BY_HAND, "grad_b", "_compute_grad_b")


@test_case(name="two states, three steps", points=0, hidden=False)
def two_states(env):
    with naming(env, GRAD_B, "_compute_grad_b"):
        worked_example(env, TWO_STATES, "grad_b", "_compute_grad_b")


@test_case(name="the lab’s sizes", points=0, hidden=False)
def lab_sizes(env):
    with naming(env, GRAD_B, "_compute_grad_b"):
        at_lab_sizes(env, "grad_b", "_compute_grad_b")
