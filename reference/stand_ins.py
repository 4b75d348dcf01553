"""Right replacements for the parts of a notebook that a question does not judge.

They run on the trusted side and read the weights from the student's object when they are called, so
updating the weights between two samples shows.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable
from math import isclose
from typing import Any

import numpy as np
import torch
from torch import Tensor

from autograder.gradients.precision import given
from autograder.grading import checks
from autograder.grading.namespace import kept, namespace_of, student_errors
from reference import formula, oracle
from reference.cases import Minibatch
from reference.language import lab as _
from reference.oracle import Weights
from reference.student_network import set_weights, weights_of

LONGEST = 2_000
"""Time steps that a replaced forward pass takes: a student's code decides what it is called with."""

LARGEST_BATCH = 512
"""More windows than a hand-written step could go through; a mean over these is as good."""

STAND_IN = "rnn_of_the_grader"
"""Name under which a stand-in object is made on the notebook's side."""


CLOSE = 1e-4
"""Relative: how near a number that a student's code hands back is to the one that we gave it."""


class Served:
    """Windows in a fixed order, and a record of what was asked.

    Args:
        batch: the windows.
        first: number of the window that is drawn first.

    Attributes:
        drawn: numbers of the windows that were drawn.
        losses: the losses that were computed of a drawn window's target and of what the forward pass
            predicted for it, with the number of the window.
        swapped: whether gradients were asked with target and prediction of a window swapped.
        several_at_once: whether the loss of more than one prediction was asked for. The lab does not say
            whether that is one number or one for each, so the notebook may count on either.
        elsewhere: whether a window was to be drawn from a table with other numbers than those of the batch.
    """

    def __init__(self, batch: Minibatch, first: int = 0) -> None:
        self.batch = batch
        self.drawn: list[int] = []
        self.losses: list[tuple[int, float]] = []
        self.swapped = self.several_at_once = self.elsewhere = False
        self._predicted: deque[tuple[int, float]] = deque(maxlen=LARGEST_BATCH)
        self._next = first

    def begin_again(self) -> None:
        """Forget what was asked so far."""
        self.swapped = self.elsewhere = False
        self.drawn.clear()
        self.losses.clear()
        self._predicted.clear()

    def get_random_day(self, data: Any = None) -> tuple[Tensor, Tensor]:
        """The next window, whatever ``data`` is: x (24, F) and y (1,), float32 as all that is given."""
        self.elsewhere |= _is_another_table(data, self.batch.data)
        number = self._next % len(self.batch.losses)
        self._next += 1
        self.drawn.append(number)
        x, y = self.batch.window(number)
        return given(x), given(y)

    def note_prediction(self, x: Tensor, y_pred: Tensor) -> None:
        """Remember the output ``y_pred`` (1,) for ``x`` (T, F), if that is a drawn window."""
        for number in set(self.drawn):
            window = self.batch.window(number)[0]
            if window.shape == x.shape and torch.allclose(window, x, rtol=CLOSE, atol=CLOSE):
                self._predicted.append((number, float(y_pred)))

    def note_arguments(self, y_true: float, y_pred: float) -> None:
        """Remember whether these, which gradients are asked with, stand in each other's place."""
        for number, predicted in self._predicted:
            target = float(self.batch.window(number)[1])
            self.swapped |= _near(y_true, predicted) and _near(y_pred, target)

    def mse_loss_func(self, y_true: Any, y_pred: Any) -> Tensor:
        """Squared error (ŷ - y)², (1,) float32; the mean of several. Source: lab text, exercise 2.

        Raises:
            CheckFailed: these are more values than any minibatch has.
        """
        target, prediction = checks.as_tensor(y_true, "y_true"), checks.as_tensor(y_pred, "y_pred")
        for name, values in (("y_true", target), ("y_pred", prediction)):
            checks.require(
                0 < values.numel() <= LARGEST_BATCH, _("{name} has the wrong shape.").format(name=name)
            )
        loss = (prediction - target).square().mean().reshape(1)
        if target.numel() == prediction.numel() == 1:
            self._note_loss(float(target), float(prediction), float(loss))
        else:
            self.several_at_once = True
        return given(loss)

    def _note_loss(self, one: float, other: float, loss: float) -> None:
        """Remember the loss of a drawn window, whichever argument is its target."""
        for number, predicted in reversed(self._predicted):
            target = float(self.batch.window(number)[1])
            if any(_near(a, target) and _near(b, predicted) for a, b in ((one, other), (other, one))):
                self.losses.append((number, loss))
                return


def _near(one: float, other: float) -> bool:
    return isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)


def _is_another_table(data: Any, right: Tensor) -> bool:
    """Whether that is seen: what has not the two axes of a table may be the same data in another form.

    Rows at an end may be missing, as where somebody cuts the data to whole days.
    """
    if not isinstance(data, torch.Tensor | np.ndarray) or data.ndim != 2 or data.shape[1] != right.shape[1]:
        return False
    if len(data) > len(right):
        return True
    found = checks.as_tensor(data, "data")
    parts = (right[first : first + len(found)] for first in range(len(right) - len(found) + 1))
    return not any(torch.allclose(found, part, rtol=CLOSE, atol=CLOSE) for part in parts)


class Equipment:
    """A right forward pass and right gradients for the network ``rnn`` of the given sizes (H, F).

    They read the weights of ``rnn`` when they are called, and follow ``reference.formula``. What they are
    called with is the student's choice: nothing is computed before the shapes fit, for two outer products
    would fill the memory. T is the same in all arguments of one call, and up to :data:`LONGEST`.

    Args:
        rnn: the network whose weights are read.
        sizes: (H, F).
        served: is told what the forward pass predicts.

    Raises:
        CheckFailed: in every method, where the network has other sizes or an argument has another shape.
    """

    def __init__(self, rnn: Any, sizes: tuple[int, int], served: Served | None = None) -> None:
        self._rnn, self._served = rnn, served
        self._hidden_size, self._features = sizes

    def forward(self, x: Any) -> tuple[Tensor, Tensor]:
        """hidden (T, H) and y (1,) of ``x`` (T, F)."""
        sequence = self._rows(x, "x", self._features)
        hidden, y = oracle.forward(self._weights(), sequence)
        if self._served is not None:
            self._served.note_prediction(sequence, y)
        return given(hidden), given(y)

    def compute_grad_h(self, y_true: Any, y_pred: Any, hidden: Any) -> Tensor:
        """∇h, (T, H), of ``y_true`` (1,), ``y_pred`` (1,) and ``hidden`` (T, H)."""
        states = self._rows(hidden, "hidden", self._hidden_size)
        factor = self._residual(y_true, y_pred)
        return given(formula.grad_h(self._weights(), states, factor))

    def compute_grad_c(self, y_true: Any, y_pred: Any) -> Tensor:
        """∇c, (1,), of ``y_true`` (1,) and ``y_pred`` (1,)."""
        return given(self._residual(y_true, y_pred))

    def compute_grad_b(self, hidden: Any, grad_h: Any) -> Tensor:
        """∇b, (H,), of ``hidden`` (T, H) and ``grad_h`` (T, H)."""
        return given(formula.grad_b(self._sums(hidden, grad_h)))

    def compute_grad_v(self, y_true: Any, y_pred: Any, hidden: Any) -> Tensor:
        """∇V, (H,), of ``y_true`` (1,), ``y_pred`` (1,) and ``hidden`` (T, H)."""
        factor = self._residual(y_true, y_pred)
        return given(formula.grad_v(self._rows(hidden, "hidden", self._hidden_size), factor))

    def compute_grad_w(self, hidden: Any, grad_h: Any) -> Tensor:
        """∇W, (H, H), of ``hidden`` (T, H) and ``grad_h`` (T, H)."""
        states = self._rows(hidden, "hidden", self._hidden_size)
        return given(formula.grad_w(self._sums(hidden, grad_h), states))

    def compute_grad_u(self, hidden: Any, grad_h: Any, x: Any) -> Tensor:
        """∇U, (H, F), of ``hidden`` (T, H), ``grad_h`` (T, H) and ``x`` (T, F)."""
        sums, inputs = self._sums(hidden, grad_h), self._rows(x, "x", self._features)
        checks.require(len(sums) == len(inputs), _("hidden and x differ in length."))
        return given(formula.grad_u(sums, inputs))

    def get_gradients(self, x: Any, y_true: Any, y_pred: Any, hidden: Any) -> dict[str, Tensor]:
        """The gradients of all five parameters, by the names of the lab: ``grad_c`` and so on.

        Args:
            x: (T, F).
            y_true: (1,).
            y_pred: (1,).
            hidden: (T, H).
        """
        grad = self.compute_grad_h(y_true, y_pred, hidden)
        return {
            "grad_c": self.compute_grad_c(y_true, y_pred),
            "grad_b": self.compute_grad_b(hidden, grad),
            "grad_v": self.compute_grad_v(y_true, y_pred, hidden),
            "grad_w": self.compute_grad_w(hidden, grad),
            "grad_u": self.compute_grad_u(hidden, grad, x),
        }

    def _weights(self) -> Weights:
        weights = weights_of(self._rnn)
        checks.require(
            weights.sizes == (self._hidden_size, self._features), _("The sizes of the network changed.")
        )
        return weights

    def _rows(self, value: Any, name: str, width: int) -> Tensor:
        rows = checks.as_tensor(value, name)
        checks.require(
            rows.dim() == 2 and rows.shape[1] == width and 0 < len(rows) <= LONGEST,
            _("{name} has the wrong shape.").format(name=name),
            evidence=_("{shape}, expected (T, {width})").format(shape=tuple(rows.shape), width=width),
        )
        return rows

    def _sums(self, hidden: Any, grad_h: Any) -> Tensor:
        states = self._rows(hidden, "hidden", self._hidden_size)
        grad = self._rows(grad_h, "grad_h", self._hidden_size)
        checks.require(len(states) == len(grad), _("hidden and grad_h differ in length."))
        return formula.grad_sums(states, grad)

    def _residual(self, y_true: Any, y_pred: Any) -> Tensor:
        pair = [checks.as_tensor(y_true, "y_true"), checks.as_tensor(y_pred, "y_pred")]
        checks.require(all(one.numel() == 1 for one in pair), _("y_true and y_pred are one number each."))
        if self._served is not None:
            self._served.note_arguments(float(pair[0]), float(pair[1]))
        return formula.residual(*(one.reshape(1) for one in pair))


def equip(rnn: Any, sizes: tuple[int, int], served: Served | None = None) -> None:
    """Replace the forward pass and all gradients of ``rnn`` by right ones, those of :class:`Equipment`.

    Args:
        sizes: (H, F) of the network.
        served: is told what the forward pass predicts.

    Raises:
        StudentCodeError: the student's object refuses them.
    """
    right = Equipment(rnn, sizes, served)
    rnn.forward = right.forward
    rnn.get_gradients = right.get_gradients
    rnn._compute_grad_h = right.compute_grad_h
    rnn._compute_grad_c = right.compute_grad_c
    rnn._compute_grad_b = right.compute_grad_b
    rnn._compute_grad_v = right.compute_grad_v
    rnn._compute_grad_w = right.compute_grad_w
    rnn._compute_grad_u = right.compute_grad_u


def stand_in(env: Any, weights: Weights, served: Served | None = None) -> Any:
    """An object on the notebook's side that holds ``weights`` and can be called like the network.

    For notebooks whose ``RNN`` cannot be used at all: a callback takes attributes like any function.
    The name that it needs for a moment is removed again.

    Args:
        served: is told what the call predicts.
    """

    def call(x: Any) -> tuple[Tensor, Tensor]:
        return Equipment(rnn, weights.sizes, served).forward(x)

    names = namespace_of(env)
    with kept(env, STAND_IN):
        names[STAND_IN] = call
        rnn = names.get(STAND_IN)
    rnn.hidden_state_size, rnn.num_features = weights.sizes
    set_weights(rnn, weights)
    return rnn


def small_weights(hidden_size: int, features: int, generator: torch.Generator) -> Weights:
    """Weights as the lab's class RNN initialises them: N(0, 0.001) and zero biases; float64."""

    def normal(*size: int) -> Tensor:
        return 0.001 * torch.randn(*size, generator=generator, dtype=torch.float64)

    zeros = torch.zeros(hidden_size, dtype=torch.float64)
    u, w, v = normal(hidden_size, features), normal(hidden_size, hidden_size), normal(hidden_size)
    return Weights(u, w, v, zeros, torch.zeros(1, dtype=torch.float64))


class TrainingSteps:
    """Right training steps on trusted data, with the batch size and rate that the student's loop passes.

    Args:
        data: (N, F), standardised, N above 24.
        seed: of the windows that are drawn.
        wrap: makes what a step returns of its loss.

    Attributes:
        losses: one per call, in order.
        rates: the learning rates of these calls.
    """

    SAMPLE = 64
    """Windows that a network is judged on before its first step: enough to tell trained from untrained."""

    def __init__(self, data: Tensor, seed: int, wrap: Callable[[float], Any] = float) -> None:
        self.losses: list[float] = []
        self.rates: list[float] = []
        self._data = data
        self._generator = torch.Generator().manual_seed(seed)
        self._wrap = wrap
        self._sample = oracle.random_windows(data, self.SAMPLE, torch.Generator().manual_seed(seed))
        self._first_losses: dict[bytes, float] = {}

    def do_training_step(self, rnn: Any, data_train: Any, batch_size: int, lr: float) -> Any:
        """One plain SGD step on ``batch_size`` random windows; the mean loss, as ``wrap`` makes it.

        Args:
            rnn: gets the new weights.
            data_train: not looked at.
            batch_size: windows; never more than :data:`LARGEST_BATCH` are drawn.
            lr: learning rate.

        Raises:
            CheckFailed: ``rnn`` has no usable weights, or there is no window in the minibatch.
        """
        checks.require(
            int(batch_size) > 0,
            _("do_training_step is called with batch_size={batch_size:g} and lr={lr:g}.").format(
                batch_size=float(batch_size), lr=float(lr)
            ),
        )
        count = min(int(batch_size), LARGEST_BATCH)
        x, y = oracle.random_windows(self._data, count, self._generator)
        weights = weights_of(rnn)
        moved, loss = oracle.sgd_step(weights, x, y, float(lr))
        set_weights(rnn, moved)
        self.losses.append(loss)
        self.rates.append(float(lr))
        before, after = _fingerprint(weights), _fingerprint(moved)
        if after != before:  # a rate of zero trains nothing
            first = self._first_losses.get(before)
            self._first_losses[after] = oracle.mean_loss(weights, *self._sample) if first is None else first
        return self._wrap(loss)

    def first_loss(self, weights: Weights) -> float | None:
        """What the network with these weights lost before its first step, (mean of a sample of windows).

        Returns:
            None where no step led to these weights. So it is, rightly or not, after anything that changes
            them behind the step, an average over the last steps for example.
        """
        return self._first_losses.get(_fingerprint(weights))


def _fingerprint(weights: Weights) -> bytes:
    """The same for the same float32 numbers, which is what a step hands out."""
    hashed = hashlib.sha256()
    for tensor in weights.tensors().values():
        hashed.update((tensor.float() + 0.0).contiguous().numpy().tobytes())  # -0.0 becomes 0.0
    return hashed.digest()


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
