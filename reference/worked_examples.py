"""What compares a student's answers with the numbers of the public cases: ``reference.example_numbers``."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import torch
from torch import Tensor

from reference.example_numbers import LAB_SIZES, SHAPES, SUMS, SUMS_OF_KEPT, TWO_STATES
from reference.language import lab as _
from reference.open_todos import called, filled_in

# `autograder build` copies what a public case uses from here into the students' tests.
FOR_STUDENTS = True

LARGE = 64.0
"""How many times as large numbers must give as large an answer: so it shows where these are cut off."""

FAR = -60.0
"""An output bias beyond those of a training; the weighted sum of y is then :data:`SUM_FAR`."""
SUM_FAR = -53.6743

PATIENCE = 1.0
"""Seconds after which nothing that failed is tried in another way."""

BEFORE = ((), ("forward",), ("forward", "_compute_grad_h"), ("forward", "_compute_grad_h", "_compute_grad_b"))
"""What a training step has called before a gradient: who keeps something there can only answer behind it."""

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
"""What of its arguments a method must not change, for a training step needs it afterwards; all, of others."""


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
    assert not changed, _(
        "{method} changes {what} in place, and a training step needs that as before: work on a copy "
        "(`a.clone()`). `a = b` only gives b another name; `a += …`, `a[i] = …` then change b, too."
    ).format(method=method, what=_(" and ").join(changed))
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
    assert not isinstance(result, type(None) | type(...)), _(
        "{what} is {result}: is the TODO filled in and returned? `return` belongs behind the loop."
    ).format(what=what, result=result)
    found = torch.as_tensor(result).detach().float()
    if tuple(found.shape) != tuple(shape):
        told = _("{what} has shape {found}, expected {shape}.")
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
        told = _("{what} is {found}, expected {wanted}.\nIn a cell of its own:\n\n{repeat}").format(
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
        told = _(
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
            told = _(
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


def forward_of(env: Any, example: Mapping[str, Any]) -> tuple[Any, Any]:
    """What the notebook's forward returns for an example.

    Raises:
        AssertionError: it does not return two values, or stopped at a line that is not filled in yet.
    """
    result = asked(env, example, "forward")
    two = isinstance(result, tuple | list) and len(result) == 2
    assert two, _(
        "forward does not return two values: are the TODOs filled in, and does it end with `return h[1:], y`?"
    )
    hidden, y = result
    return hidden, y


def worked_forward(env: Any, example: Mapping[str, Any]) -> None:
    """Compare the forward pass of the notebook with the numbers of an example; as :func:`worked_example`."""
    repeat, began = snippet(example, "forward"), time.monotonic()
    try:
        hidden, y = forward_of(env, example)
        as_numbers(hidden, torch.tensor(example["hidden"]).shape, "hidden")
        as_numbers(y, torch.tensor(example["y_pred"]).shape, "y")
    except Exception:
        if time.monotonic() - began > PATIENCE or not forward_is_right_at_lab_sizes(env):
            raise
        return
    compare(hidden, example["hidden"], "hidden", repeat)
    compare(y, example["y_pred"], "y", repeat)


def forward_is_right_at_lab_sizes(env: Any) -> bool:
    """Whether the forward pass of the notebook is right at the lab's sizes."""
    with suppress(Exception):  # whatever it is, the caller says what is wrong
        forward_at_lab_sizes(env)
        return True
    return False


def forward_at_lab_sizes(env: Any) -> None:
    """Compare the forward pass of the notebook at the lab's sizes, also with a bias far from zero."""
    hidden, y = forward_of(env, LAB_SIZES)
    compare_at_lab_sizes(hidden, "states", "hidden")
    compare_at_lab_sizes(y, "output", "y")
    far = {**LAB_SIZES, "weights": {**LAB_SIZES["weights"], "c": [FAR]}}
    found = weighted_sum(as_numbers(forward_of(env, far)[1], SHAPES["output"], "y"))
    assert abs(found - SUM_FAR) < 0.1, _(
        "y is wrong when c is {c:g}: V·h[T] + c has no bounds. Is it cut off (clamp, tanh, relu)?"
    ).format(c=FAR)


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
                return _(sentence)
    return ""
