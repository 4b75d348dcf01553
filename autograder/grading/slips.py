"""A formula done differently in one place or in two, and the words for each: a mistake named by its numbers.

A lab writes a formula as a function whose keyword arguments are its parts (a factor, a shift, the steps that
are summed), with what is right as defaults. A slip is another value of one part, with a sentence. Slips in
different parts can be made together, so two mistakes at once need no entry of their own:

    def area(width, height, *, factor=0.5):
        return factor * width * height

    Slips(partial(area, width, height), [Slip.of("factor_missing", "The factor ½ is missing.", factor=1)])

Nothing here decides what is right, and nothing is computed before somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, Any

from autograder.grading.checks import Mistake
from autograder.language import judging as _

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Slip:
    """One mistake in a formula.

    Attributes:
        mistake: its code and its sentence.
        parts: what stands in the formula instead, by the name of the part.
        alone: whether it is named where it is the only one; not where it makes no difference by itself.
        joins: whether it is named beside another one; not where nothing is left of the formula.
    """

    mistake: Mistake
    parts: Mapping[str, Any]
    alone: bool = True
    joins: bool = True

    @classmethod
    def of(cls, code: str, sentence: str, **parts: Any) -> Slip:
        """The slip of these parts; ``code`` is an identifier."""
        return cls(Mistake(code, sentence), parts)


def slips_about(**words: str) -> Callable[..., Slip]:
    """:meth:`Slip.of` for sentences into which these words are put.

    >>> slips_about(name="∇W")("sign_flipped", "{name} has the wrong sign.", scale=-1.0).mistake
    '∇W has the wrong sign.'
    """
    return lambda code, sentence, **parts: Slip.of(code, sentence.format(**words), **parts)


class Slips(Mapping[str, "Tensor"]):
    """What slips in a formula compute, by their sentences: single ones first, then two at once.

    Two at once have the codes of both, joined by ``_and_``. Where that is the code of a single slip, for
    which the lab has words of its own, these are used.

    Args:
        formula: takes parts by name, and what is right for those it is not given; float64 tensors.
        table: the slips, the likeliest first.
    """

    def __init__(self, formula: Callable[..., Tensor], table: Sequence[Slip]) -> None:
        self._formula, self._table = formula, table
        self._found: dict[str, Tensor] = {}

    def __getitem__(self, sentence: str) -> Tensor:
        if sentence not in self._found:
            self._found[sentence] = self._formula(**self._all[sentence])
        return self._found[sentence]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def where(self, change: Callable[[Slip], Slip]) -> Slips:
        """The same formula with each slip as ``change`` makes it."""
        return Slips(self._formula, [change(slip) for slip in self._table])

    def named(self) -> list[Mistake]:
        """The mistakes that have words of their own."""
        return [slip.mistake for slip in self._table if slip.alone]

    def single(self) -> dict[Mistake, Tensor]:
        """What each slip computes by itself."""
        return {mistake: self[mistake] for mistake in self.named()}

    @cached_property
    def _all(self) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {slip.mistake: slip.parts for slip in self._table if slip.alone}
        codes = {slip.mistake.code for slip in self._table}
        joining = [slip for slip in self._table if slip.joins]
        for one, other in combinations(joining, 2):
            code = f"{one.mistake.code}_and_{other.mistake.code}"
            if code not in codes and not one.parts.keys() & other.parts.keys():
                sentence = _("Two mistakes at once. {one} {other}")
                both = Mistake(code, sentence.format(one=one.mistake, other=other.mistake))
                found[both] = {**one.parts, **other.parts}
        return found
