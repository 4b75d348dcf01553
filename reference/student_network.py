"""A student's network: made with given weights, given others, looked at on plain copies."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from autograder.gradients.precision import given
from autograder.grading import checks
from autograder.grading.namespace import assign, attributes
from reference.cases import Case
from reference.language import lab as _
from reference.oracle import Weights
from reference.worked_examples import TAKES

PARAMETERS = ("u", "w", "v", "b", "c")

LOSS = "mse_loss_func"

FUNCTIONS = {
    "forward": "forward",
    "loss": LOSS,
    **{name: f"_compute_{name}" for name in ("grad_h", "grad_c", "grad_b", "grad_v", "grad_w", "grad_u")},
}
"""By question, in the order in which a training step calls them; all but one are methods of the network.
Source: lab text, ``get_gradients``."""

ARGUMENTS = {LOSS: ("y_true", "y_pred"), **TAKES}
"""By function, what it is given, in order."""

LARGEST_SIZE = 512
"""Hidden units, and features, of a network that is looked at: its ``w`` then takes 2 MB. The lab has 10."""


def defined(value: Any, name: str) -> Any:
    """``value``, unless the notebook lacks it or left it unfinished.

    Raises:
        CheckFailed: ``value`` is what an undefined name or an unset TODO looks like, or cannot be called.
    """
    if value is None or value is Ellipsis or not callable(value):
        checks.fail(
            _("{name} is not defined.").format(name=name),
            help=_("Did the cell that defines it run without an error, and is its TODO filled in?"),
        )
    return value


def network(rnn_class: Any, weights: Weights) -> Any:
    """An instance of the student's class with the given weights, and of their sizes H and F.

    Raises:
        CheckFailed: the notebook has no such class.
        StudentCodeError: making it or giving it weights fails.
    """
    rnn = defined(rnn_class, "RNN")(*weights.sizes)
    set_weights(rnn, weights)
    return rnn


def arguments(function: str, case: Case) -> list[Tensor]:
    """What a function of the lab is given for a case: new tensors, of the type that the notebook keeps to."""
    return [given(case.inputs[name]) for name in ARGUMENTS[function]]


def asked(rnn: Any, method: str, case: Case) -> Any:
    """What a method of the student's network gives for a case.

    Raises:
        StudentCodeError: it fails.
    """
    return getattr(rnn, method)(*arguments(method, case))


def set_weights(rnn: Any, weights: Weights) -> None:
    """Give ``rnn`` copies of these weights, as ``autograder.gradients.precision.given`` makes them.

    Raises:
        StudentCodeError: the student's object refuses them.
    """
    assign(rnn, {name: given(value) for name, value in weights.tensors().items()})


def weights_of(rnn: Any) -> Weights:
    """The weights that ``rnn`` has now.

    Raises:
        CheckFailed: it is an open TODO; a weight is missing or no tensor; their shapes do not fit
            together; they are far too large.
    """
    checks.require(
        rnn is not Ellipsis,
        _("An open TODO: rnn is still `...`."),
        help=_("Make a network there: rnn = RNN(), before the loop."),
    )
    found = {}
    values = attributes(rnn, PARAMETERS)
    for name in PARAMETERS:
        try:
            value = next(values)
        except AttributeError:  # plain data, or under stock otter an object without it
            raise checks.CheckFailed(
                _("rnn has no weight {name}.").format(name=name),
                help=_(
                    "Is it what RNN() gives, with its brackets, and does it keep the names of its weights?"
                ),
            ) from None
        _check_size(value, name)
        found[name] = checks.as_tensor(value, f"rnn.{name}")
    u = found["u"]
    checks.require(
        u.dim() == 2,
        _("rnn.u has the wrong shape."),
        evidence=_("yours: {yours}, expected: (H, F)").format(yours=tuple(u.shape)),
    )
    size = u.shape[0]
    for name, wanted in {"w": (size, size), "v": (size,), "b": (size,), "c": (1,)}.items():
        checks.shape(found[name], f"rnn.{name}", wanted)
    return Weights(**found)


def _check_size(value: Any, name: str) -> None:
    """Refuse a weight of a size that only costs memory, before it is copied."""
    if isinstance(value, Tensor | np.ndarray):
        checks.require(
            all(size <= LARGEST_SIZE for size in value.shape),
            _("rnn.{name} is too large to be checked.").format(name=name),
            help=_("A network of up to {size} hidden units is checked; the lab has 10.").format(
                size=LARGEST_SIZE
            ),
            evidence=_("shape {yours}").format(yours=tuple(value.shape)),
        )
