# The public test cases of this question. Grading asks further ones.

from collections.abc import Mapping
from typing import Any

import torch
from otter.test_files import test_case
from torch import Tensor

OK_FORMAT = False
name = "training_step"
points = None


def set_parameters(rnn: Any, parameters: Mapping[str, Tensor]) -> None:
    """Give a network of the notebook these parameters, each of the shape that it has there."""
    for name, value in parameters.items():
        try:
            setattr(rnn, name, value)
        except TypeError:  # a torch.nn.Parameter takes new numbers only
            getattr(rnn, name).data = value


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
