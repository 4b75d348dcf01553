"""Right replacements for the parts of a notebook that a question does not judge.

They run on the trusted side and read the weights from the student's object when they are called, so
updating the weights between two samples shows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from autograder.grading import checks
from autograder.grading.namespace import kept, namespace_of, student_errors
from reference import misconceptions, oracle
from reference.cases import Minibatch, given
from reference.judging import set_weights, weights_of
from reference.oracle import Weights

LONGEST = 2_000
"""Time steps that a replaced forward pass takes: a student's code decides what it is called with."""

LARGEST_BATCH = 512
"""More windows than a hand-written step could go through; a mean over these is as good."""

STAND_IN = "rnn_of_the_grader"
"""Name under which a stand-in object is made on the notebook's side."""


class Served:
    """Windows in a fixed order, and a record of what was asked.

    Attributes:
        drawn: numbers of the windows that were drawn.
        losses: the losses that were computed.
    """

    def __init__(self, batch: Minibatch, first: int = 0) -> None:
        self.batch = batch
        self.drawn: list[int] = []
        self.losses: list[float] = []
        self._next = first

    def begin_again(self) -> None:
        """Forget what was asked so far."""
        self.drawn.clear()
        self.losses.clear()

    def get_random_day(self, data: Any = None) -> tuple[Tensor, Tensor]:
        """The next window: x (24, F) and y (1,), float32."""
        number = self._next % len(self.batch.losses)
        self._next += 1
        self.drawn.append(number)
        x, y = self.batch.window(number)
        return given(x), given(y)

    def mse_loss_func(self, y_true: Any, y_pred: Any) -> Tensor:
        """Squared error, (1,) float32."""
        difference = checks.as_tensor(y_pred, "y_pred") - checks.as_tensor(y_true, "y_true")
        loss = difference.square().mean().reshape(1)
        self.losses.append(float(loss))
        return given(loss)


def equip(rnn: Any) -> None:
    """Replace the forward pass and all gradients of ``rnn`` by right ones."""

    def forward(x: Any) -> tuple[Tensor, Tensor]:
        return _forward(rnn, x)

    def grad_h(weights: Weights, y_true: Any, y_pred: Any, hidden: Any) -> Tensor:
        states = checks.as_tensor(hidden, "hidden")
        checks.require(0 < len(states) <= LONGEST, "hidden has the wrong length.")
        factor = _residual(y_true, y_pred)
        rows = [factor * weights.v]
        for state in states[1:].flip(0):
            rows.insert(0, misconceptions.step_back(weights, state, rows[0]))
        return torch.stack(rows)

    def through_tanh(hidden: Any, grad: Any) -> Tensor:
        return misconceptions.tanh_slope(checks.as_tensor(hidden, "hidden")) * checks.as_tensor(
            grad, "grad_h"
        )

    def compute_grad_h(y_true: Any, y_pred: Any, hidden: Any) -> Tensor:
        return given(grad_h(weights_of(rnn), y_true, y_pred, hidden))

    def compute_grad_c(y_true: Any, y_pred: Any) -> Tensor:
        return given(_residual(y_true, y_pred))

    def compute_grad_b(hidden: Any, grad_h: Any) -> Tensor:
        return given(through_tanh(hidden, grad_h).sum(0))

    def compute_grad_v(y_true: Any, y_pred: Any, hidden: Any) -> Tensor:
        return given(_residual(y_true, y_pred) * checks.as_tensor(hidden, "hidden")[-1])

    def compute_grad_w(hidden: Any, grad_h: Any) -> Tensor:
        before = misconceptions.previous(checks.as_tensor(hidden, "hidden"))
        return given(through_tanh(hidden, grad_h).T @ before)

    def compute_grad_u(hidden: Any, grad_h: Any, x: Any) -> Tensor:
        return given(through_tanh(hidden, grad_h).T @ checks.as_tensor(x, "x"))

    def get_gradients(x: Any, y_true: Any, y_pred: Any, hidden: Any) -> dict[str, Tensor]:
        grad = grad_h(weights_of(rnn), y_true, y_pred, hidden)
        return {
            "grad_c": compute_grad_c(y_true, y_pred),
            "grad_b": compute_grad_b(hidden, grad),
            "grad_v": compute_grad_v(y_true, y_pred, hidden),
            "grad_w": compute_grad_w(hidden, grad),
            "grad_u": compute_grad_u(hidden, grad, x),
        }

    rnn.forward = forward
    rnn.get_gradients = get_gradients
    rnn._compute_grad_h = compute_grad_h
    rnn._compute_grad_c = compute_grad_c
    rnn._compute_grad_b = compute_grad_b
    rnn._compute_grad_v = compute_grad_v
    rnn._compute_grad_w = compute_grad_w
    rnn._compute_grad_u = compute_grad_u


def _forward(rnn: Any, x: Any) -> tuple[Tensor, Tensor]:
    weights, sequence = weights_of(rnn), checks.as_tensor(x, "x")
    fits = sequence.dim() == 2 and sequence.shape[1] == weights.sizes[1] and 0 < len(sequence) <= LONGEST
    checks.require(fits, "x has the wrong shape.", evidence=f"{tuple(sequence.shape)}, expected (T, F)")
    hidden, y = oracle.forward(weights, sequence)
    return given(hidden), given(y)


def _residual(y_true: Any, y_pred: Any) -> Tensor:
    return misconceptions.residual(checks.as_tensor(y_true, "y_true"), checks.as_tensor(y_pred, "y_pred"))


def stand_in(env: Any, weights: Weights) -> Any:
    """An object on the notebook's side that holds ``weights`` and can be called like the network.

    For notebooks whose ``RNN`` cannot be used at all: a callback takes attributes like any function.
    The name that it needs for a moment is removed again.
    """

    def call(x: Any) -> tuple[Tensor, Tensor]:
        return _forward(rnn, x)

    names = namespace_of(env)
    with kept(env, STAND_IN):
        names[STAND_IN] = call
        rnn = names.get(STAND_IN)
    rnn.hidden_state_size, rnn.num_features = weights.sizes
    set_weights(rnn, weights)
    return rnn


def small_weights(hidden_size: int, features: int, generator: torch.Generator) -> Weights:
    """Weights as the lab initialises them: N(0, 0.001) and zero biases."""

    def normal(*size: int) -> Tensor:
        return 0.001 * torch.randn(*size, generator=generator, dtype=torch.float64)

    zeros = torch.zeros(hidden_size, dtype=torch.float64)
    u, w, v = normal(hidden_size, features), normal(hidden_size, hidden_size), normal(hidden_size)
    return Weights(u, w, v, zeros, torch.zeros(1, dtype=torch.float64))


class TrainingSteps:
    """Right training steps on trusted data, with the batch size and rate that the student's loop passes.

    Attributes:
        losses: one per call, in order.
    """

    def __init__(self, data: Tensor, seed: int, wrap: Callable[[float], Any] = float) -> None:
        self.losses: list[float] = []
        self._data = data
        self._generator = torch.Generator().manual_seed(seed)
        self._wrap = wrap

    def do_training_step(self, rnn: Any, data_train: Any, batch_size: int, lr: float) -> Any:
        """One plain SGD step on ``batch_size`` random windows; the mean loss, as ``wrap`` makes it."""
        count = min(int(batch_size), LARGEST_BATCH)
        x, y = oracle.random_windows(self._data, count, self._generator)
        moved, loss = oracle.sgd_step(weights_of(rnn), x, y, float(lr))
        set_weights(rnn, moved)
        self.losses.append(loss)
        return self._wrap(loss)


def can_be_built(env: Any, rnn_class: Any) -> bool:
    """Whether ``RNN()`` of the notebook gives an object with usable weights."""
    if rnn_class is None or not callable(rnn_class):
        return False
    try:
        weights_of(rnn_class())
    except checks.CheckFailed:
        return False
    except student_errors(env):
        return False
    return True
