"""Random values on which every entry, every summand and every named mistake shows."""

from __future__ import annotations

import inspect
import sysconfig
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from autograder.errors import ConfigurationError
from autograder.gradients.formula import Formula, Given, Sizes, Values
from autograder.gradients.results import fits
from autograder.grading.case_number import derived_seed, once_for_each_number

DRAWS = 5_000
"""Tries for one case; most formulas need fewer than ten."""

SETS = 20
"""Tries for cases that together show every mistake: |ŷ − y| is ŷ − y where ŷ is the larger one in each."""

SMALLEST = 1e-3
"""Smallest entry of a result as a share of its largest: an error of 1 % in such an entry is still more than
the tolerance of a comparison."""

LEAST_TERM = 0.02
"""Largest entry of a summand as a share of that of the sum: so that leaving it out shows."""

LEAST_AMOUNT = 0.1
"""Smallest amount of a drawn entry as a share of the largest one."""

NUDGE, MOST_MOVED = 1e-5, 1e-3
"""Values that are changed by this share may move a result by no more of its largest entry: beside a step, as
that of max(0, z) at z = 0, the rounding of float32 decides. Where nothing jumps, a nudge moves some 1e-4."""

_NO_LAB = (Path(__file__).parents[1], *(Path(sysconfig.get_path(name)) for name in ("stdlib", "platlib")))
"""Where the engine and libraries lie."""


@dataclass(frozen=True)
class Case:
    """Values for one call, and what has to come out; float64, the values rounded to float32.

    Attributes:
        sizes: of the axes.
        values: by the name of the argument.
        right: the result.
        terms: the summands, (number, *shape of the result); ``None`` where the result is no sum.
    """

    sizes: Sizes
    values: Values
    right: Tensor
    terms: Tensor | None

    @property
    def setting(self) -> str:
        """The sizes, for a message: "N=2, H=3"."""
        return _spelt(self.sizes)


def cases_of(formula: Formula) -> tuple[Case, ...]:
    """A telling case for each of the formula's sizes, the same for every submission of a class.

    Raises:
        ConfigurationError: the formula fails, gives another shape than it says, hides an entry or a summand
            in every draw, or has a mistake that gives what is right.
    """
    return _drawn(formula, True)


def foreign_cases_of(formula: Formula) -> tuple[Case, ...]:
    """The same with values that no forward pass gave; none where the formula knows no forward pass.

    Raises:
        ConfigurationError: as :func:`cases_of`.
    """
    return _drawn(formula, False) if formula.forward else ()


@once_for_each_number
def _drawn(formula: Formula, forward: bool) -> tuple[Case, ...]:
    if not formula.sizes:
        raise ConfigurationError(f"{_name(formula)}: no sizes")
    with _what_fails(formula):
        if formula.call is not None:
            inspect.signature(formula.call).bind("the student's object", {})
        generators = [_generator(formula, number, forward) for number in range(len(formula.sizes))]
        for _ in range(SETS):
            found = tuple(map(partial(_telling, formula, forward), formula.sizes, generators))
            hidden = _hidden_mistake(formula, found)
            if hidden is None:
                return found
    raise ConfigurationError(f"{_name(formula)}: this mistake gives what is right: {hidden}")


def _hidden_mistake(formula: Formula, cases: Sequence[Case]) -> str | None:
    """A mistake that gives what is right in each of the cases, if there is one."""
    slips = [formula.mistakes(case.values) for case in cases]
    for sentence in slips[0]:
        if all(fits(mistakes[sentence], case.right) for mistakes, case in zip(slips, cases, strict=True)):
            return sentence
    return None


@contextmanager
def _what_fails(formula: Formula) -> Iterator[None]:
    """A formula that cannot be computed is the author's to mend and costs no student anything."""
    try:
        yield
    except (TypeError, ValueError, RuntimeError, LookupError, AttributeError) as reason:
        raise ConfigurationError(
            f"{_name(formula)}: the formula cannot be computed{_where(reason)}: "
            f"{type(reason).__name__}: {reason}"
        ) from reason


def _where(reason: BaseException) -> str:
    """The last line of the lab's own that ran; empty where the engine failed on what a formula gave."""
    own = [
        frame
        for frame in traceback.extract_tb(reason.__traceback__)
        if not any(Path(frame.filename).is_relative_to(place) for place in _NO_LAB)
    ]
    return f" ({own[-1].filename}:{own[-1].lineno})" if own else ""


def _name(formula: Formula) -> str:
    return f"formula {formula.result} of {formula.function}"


def _generator(formula: Formula, number: int, forward: bool) -> np.random.Generator:
    seed = derived_seed(f"{formula.function} {formula.result} {number} {'forward' if forward else 'foreign'}")
    return np.random.default_rng(seed)


def _telling(formula: Formula, forward: bool, sizes: Sizes, generator: np.random.Generator) -> Case:
    sizes = formula.own(sizes)
    for _ in range(DRAWS):
        values = random_values(formula, sizes, generator)
        if forward and formula.forward:
            computed = formula.forward(values)
            values = {name: value.float().double() for name, value in computed.items()}
        if case := case_of(formula, sizes, values):
            return case
    raise ConfigurationError(
        f"{_name(formula)}: an entry of the result, or a summand, is next to nothing beside the largest "
        f"one in each of {DRAWS} draws with {_spelt(sizes)}. "
        + (
            "It says masked=True: is there an entry that is zero, and one that is not?"
            if formula.masked
            else "Are entries zero by the formula, as behind max(0, z)? Then say masked=True. Else give a "
            "Given a smaller `within`"
        )
    )


def _spelt(sizes: Sizes) -> str:
    return ", ".join(f"{letter}={length}" for letter, length in sizes.items())


def case_of(formula: Formula, sizes: Sizes, values: Values) -> Case | None:
    """The case with these values; ``None`` where an entry or a summand would hide in it.

    Raises:
        ConfigurationError: the formula gives another shape than it says.
    """
    terms = formula.terms(values)
    right = terms.sum(0) if formula.summed else terms
    if tuple(right.shape) != formula.shape(sizes):
        raise ConfigurationError(
            f"{_name(formula)}: has the shape {tuple(right.shape)}, "
            f"its axes {formula.axes} mean {formula.shape(sizes)}"
        )
    summands = terms if formula.summed else None
    shows = _shows(right, summands, formula.masked) and _stands(formula, values, right)
    return Case(sizes, values, right, summands) if shows else None


def random_values(formula: Formula, sizes: Sizes, generator: np.random.Generator) -> Values:
    """Numbers for every argument: float32 as float64."""
    return {one.name: _random(one, sizes, generator) for one in formula.takes}


def _random(one: Given, sizes: Sizes, generator: np.random.Generator) -> Tensor:
    """Numbers of either sign, none near zero."""
    shape = tuple(sizes[letter] for letter in one.axes)
    if one.among:
        return torch.from_numpy(np.asarray(generator.choice(one.among, shape))).float().double()
    amounts = one.within * generator.uniform(LEAST_AMOUNT, 1, shape)
    signed = np.asarray(amounts * generator.choice((-1.0, 1.0), shape))
    return torch.from_numpy(signed).float().double()


def _shows(right: Tensor, terms: Tensor | None, masked: bool) -> bool:
    """Whether an error of 1 % in any entry, and any summand left out, would be seen.

    Args:
        masked: whether some entries have to be zero; the others show.
    """
    shown = right[right != 0] if masked else right
    if masked and not 0 < shown.numel() < right.numel():
        return False
    if not bool(torch.isfinite(right).all()) or not bool(every_entry_counts(shown, shown.dim())):
        return False
    largest = float(right.abs().max())
    if terms is None or len(terms) == 0:
        return largest > 0
    return float(terms.abs().reshape(len(terms), -1).amax(1).min()) > LEAST_TERM * largest


def _stands(formula: Formula, values: Values, right: Tensor) -> bool:
    """Whether the result is far from every step of the formula; numbers of a list stay what they are."""
    generator = np.random.default_rng(0)
    nudges = {
        one.name: NUDGE * torch.from_numpy(np.asarray(generator.choice((-1.0, 1.0), values[one.name].shape)))
        for one in formula.takes
        if not one.among
    }
    allowed = MOST_MOVED * float(right.abs().max())
    for sign in (-1, 1):
        nudged = {name: values[name] * (1 + sign * nudge) for name, nudge in nudges.items()}
        if float((formula.right({**values, **nudged}) - right).abs().max()) > allowed:
            return False
    return True


def every_entry_counts(tensors: Tensor, dimensions: int) -> Tensor:
    """Whether no entry is next to nothing beside the largest, over so many last dimensions of a tensor."""
    sizes = tensors.abs().flatten(tensors.dim() - dimensions)
    return sizes.amin(-1) >= SMALLEST * sizes.amax(-1)
