# The public test cases of this question. Grading asks further ones.

import math
from collections.abc import Mapping, Sequence
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


def weighted_sum(numbers: Tensor) -> float:
    """The sum of all entries, each with a weight of its own, so that no two of them can be swapped."""
    flat = numbers.double().flatten()
    return float((flat * torch.cos(0.9 * torch.arange(len(flat), dtype=flat.dtype) + 0.4)).sum())


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    """All weights are zero and every temperature is 1: ŷ = 0, the loss is 1, ∇c = −2, the others are zero."""
    for what in ("RNN", "do_training_step"):
        assert env.get(what) not in (None, ...), f"{what} is not defined: run its cell first."
    rnn = env.get("RNN")(10, 6)
    sizes = {"u": (10, 6), "w": (10, 10), "v": (10,), "b": (10,), "c": (1,)}
    set_parameters(rnn, {parameter: torch.zeros(size) for parameter, size in sizes.items()})
    loss = env.get("do_training_step")(rnn, torch.ones(27, 6), 1, 0.1)
    assert loss is not None, "do_training_step returns nothing: is there a `return`?"
    assert abs(float(loss) - 1) < 1e-4, f"The loss is {float(loss):.4g}, by hand (0 − 1)² = 1."
    c = float(rnn.c)
    assert abs(c - 0.2) < 1e-4, f"After one step with lr = 0.1, c is {c:.4g}; by hand 0 − 0.1 · (−2) = 0.2."
    assert float(torch.as_tensor(rnn.u).detach().abs().max()) < 1e-6, (
        "u changed although its gradient is zero."
    )


@test_case(name="the same hour again and again", points=0, hidden=False)
def one_hour(env):
    """All rows are equal, so every window is, and the numbers do not depend on what is drawn."""
    for what in ("RNN", "do_training_step"):
        assert env.get(what) not in (None, ...), f"{what} is not defined: run its cell first."
    row = [0.2, 0.5, -0.3, 0.4, -0.1, 0.3]
    for batch_size in (1, 4):
        rnn = network(env, LAB_SIZES)
        loss = env.get("do_training_step")(rnn, torch.tensor([row] * 60), batch_size, 0.1)
        assert loss is not None, "do_training_step returns nothing: is there a `return`?"
        told = f"With batch_size={batch_size}"
        assert abs(float(loss) - 7.2063) < 0.01, (
            f"{told} the loss is {float(loss):.4g}, expected {7.2063}: the mean over the minibatch."
        )
        # Four gradients may be summed instead of averaged; then lr is meant for the sum.
        ways = (AFTER_A_STEP, AFTER_A_STEP_OF_FOUR) if batch_size == 4 else (AFTER_A_STEP,)
        found = [[name for name in way if not came_to(getattr(rnn, name), way[name])] for way in ways]
        wrong = min(found, key=len)
        assert not wrong, (
            f"{told} and lr=0.1, one step does not lead where it should: {', '.join(wrong)} "
            f"{'is' if len(wrong) == 1 else 'are'} wrong."
        )


AFTER_A_STEP = {"u": 0.238, "w": 0.5047, "v": 2.6413, "b": 0.2116, "c": -0.0529}

AFTER_A_STEP_OF_FOUR = {"u": -0.1048, "w": 0.6186, "v": 2.2038, "b": -3.3017, "c": -1.5365}


def came_to(parameter, after):
    """Whether a parameter has this weighted sum."""
    return abs(weighted_sum(torch.as_tensor(parameter).detach()) - after) < 2e-3
