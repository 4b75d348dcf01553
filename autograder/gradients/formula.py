"""What a student's function has to compute, said once: its arguments, its formula, the mistakes in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from torch import Tensor

from autograder.errors import ConfigurationError
from autograder.gradients.precision import as_given
from autograder.grading.slips import Slip, Slips

Values = Mapping[str, Tensor]
"""Float64 numbers by the name of the argument."""

Sizes = Mapping[str, int]
"""The length of each axis by its letter."""


@dataclass(frozen=True)
class Given:
    """An argument of a student's function, drawn at random.

    ``Given("hidden", "NH", within=0.8)`` is a matrix of N rows and H columns, with entries from −0.8 to 0.8.

    Attributes:
        name: as the formula and the lab text call it.
        axes: a letter for each axis; none for a single number.
        within: the largest amount of an entry: below 1 for what a tanh gave.
        among: the numbers that entries are drawn from instead: ``(0, 1)`` for labels, or a mask.
        whole: whether students get them as whole numbers, which they can index with. The formula gets
            float64 all the same.
    """

    name: str
    axes: str
    within: float = 2.0
    among: tuple[float, ...] = ()
    whole: bool = False

    def __post_init__(self) -> None:
        if self.whole and not (self.among and all(float(number).is_integer() for number in self.among)):
            raise ConfigurationError(f"Given {self.name}: whole=True needs whole numbers in `among`")


@dataclass(frozen=True, eq=False)  # cases are kept by the formula itself: write it at the top of a module
class Formula:
    """A result that students derive by hand, ∇W = Σ δ[n] x[n]ᵀ for example, and how it is asked for.

    .. code-block:: python

        GRAD_W = Formula(
            "grad_w", "∇W", "HF",
            takes=(Given("delta", "NH"), Given("x", "NF")),
            compute=lambda delta, x, *, scale=1.0: scale * torch.einsum("nh,nf->nhf", delta, x),
            summed="N",
            says="∇W = Σ δ[n] x[n]ᵀ, summed over the samples n.",
            sizes=({"N": 2, "H": 3, "F": 4}, {"N": 7, "H": 5, "F": 3}),
            slips=(Slip.of("mean", "∇W is divided by 2 once too often.", scale=0.5),),
        )

    Attributes:
        function: its name in the notebook.
        result: the name of what it returns, for hints.
        axes: of the result, a letter each; those of the arguments have the same lengths.
        takes: the arguments, in order.
        compute: takes the arguments, and by name whatever parts of the formula a slip may change. With
            ``summed`` it gives the summands, that axis first; else the result.
        says: the formula, one sentence.
        sizes: a length for each axis, for each case, small ones first. With another length for each axis in
            one of them, hints can say which axes met.
        summed: the letter of the axis that the result is a sum over; empty for none.
        term: what one summand belongs to: "step", "sample".
        first: the number of the first summand in the lab text.
        slips: mistakes that have names.
        part: of an answer that is a dictionary or a tuple, the key or place of the result.
        arrays: what a notebook computes with, ``"torch"`` or ``"numpy"``.
        call: calls the student's object, the first argument, with the arrays by name, the second one, where
            it is no function that takes them in order: ``lambda net, given: net.forward(given["x"])``.
        forward: puts what a forward pass computes into random values by name. A function must then be right
            for numbers of a forward pass, and for others too: who differentiates the network again is not.
        masked: whether entries are zero by the formula, as behind max(0, z). Each case then has entries that
            are, and others that show.
    """

    function: str
    result: str
    axes: str
    takes: tuple[Given, ...]
    compute: Callable[..., Tensor]
    says: str
    sizes: tuple[Sizes, ...]
    summed: str = ""
    term: str = "step"
    first: int = 1
    slips: tuple[Slip, ...] = ()
    part: str | int | None = None
    arrays: Literal["torch", "numpy"] = "torch"
    call: Callable[[Any, Mapping[str, Any]], Any] | None = None
    forward: Callable[[Values], Values] | None = None
    masked: bool = False

    def terms(self, values: Values, **parts: Any) -> Tensor:
        """The summands, (number, *axes) float64, where the result is a sum."""
        return self.compute(*(values[one.name] for one in self.takes), **parts)

    def right(self, values: Values, **parts: Any) -> Tensor:
        """The result, float64; with ``parts`` another one."""
        found = self.terms(values, **parts)
        return found.sum(0) if self.summed else found

    def handed(self, one: Given, value: Tensor) -> Any:
        """An argument as the notebook computes with it: a copy, which the student's function may write to."""
        return as_given(value, self.arrays, whole=one.whole)

    def mistakes(self, values: Values) -> Slips:
        """What the slips give, by their sentences."""
        return Slips(partial(self.right, values), self.slips)

    def own(self, sizes: Sizes) -> Sizes:
        """The lengths of the axes that the formula has; a table may be for several formulas."""
        letters = {*self.axes, *self.summed, *(letter for one in self.takes for letter in one.axes)}
        return {letter: length for letter, length in sizes.items() if letter in letters}

    def shape(self, sizes: Sizes) -> tuple[int, ...]:
        """The shape of the result."""
        return tuple(sizes[letter] for letter in self.axes)
