"""What is wrong with an answer that no named mistake explains: factor, sign, order, one line, one summand.

Nothing of a formula is known here but what is right and the summands. An explanation has to hold for every
case; where several would, the first of them is said, and where none does, nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

import torch
from torch import Tensor

from autograder.gradients.formula import Formula, Sizes
from autograder.gradients.results import MISTAKES_FLOOR, fits
from autograder.grading.checks import RTOL, Mistake
from autograder.language import judging as _

FAINTEST, STRONGEST = 1e-4, 1e4
"""Amounts of a factor that are told: beyond them rounding decides."""

MOST_TERMS = 12
"""Summands from either end that are tried, one by one and each in the place of another."""


@dataclass(frozen=True)
class Seen:
    """An answer and what is right, of one shape and float64; the summands, if there are any; the sizes."""

    answer: Tensor
    right: Tensor
    terms: Tensor | None
    sizes: Sizes


def explanation(seen: Sequence[Seen], formula: Formula) -> Mistake | None:
    """What explains all answers, of which some are wrong; ``None`` where nothing does."""
    for look in (_nothing, _no_number, _whole, _factor, _factor_of_a_size, _order, _summand, _line):
        if found := look(seen, formula):
            return found
    return None


def codes() -> set[Mistake]:
    """The mistakes that every formula can name: ``partial_credit`` of a lab may name their codes."""
    names = """still_zero not_a_number whole_numbers sign_flipped constant_factor factor_of_a_size transposed
    rows_reversed rows_shifted term_missing term_doubled term_negated term_alone term_instead_of_another
    one_line_wrong another_shape sum_missing axes_swapped changed_in_place not_from_what_is_given""".split()
    return {Mistake(name, name) for name in names}


def _all(seen: Sequence[Seen], other: Callable[[Seen], Tensor]) -> bool:
    """Whether every answer is what ``other`` makes of its case.

    ``other`` is called at once and not kept, so it may use a variable of the loop around the call (B023).
    """
    return all(fits(one.answer, other(one)) for one in seen)


def _nothing(seen: Sequence[Seen], formula: Formula) -> Mistake | None:
    if any(bool(one.answer.any()) for one in seen):
        return None
    return Mistake("still_zero", _("{name} is still zero.").format(name=formula.result))


def _no_number(seen: Sequence[Seen], formula: Formula) -> Mistake | None:
    if not any(bool((~torch.isfinite(one.answer)).any()) for one in seen):
        return None
    text = _("{name} holds entries that are no numbers (NaN or infinity).").format(name=formula.result)
    return Mistake("not_a_number", text)


def _whole(seen: Sequence[Seen], formula: Formula) -> Mistake | None:
    """Right numbers without what stands behind the point, where that is more than nothing."""
    cuts = (torch.trunc, torch.round, torch.floor)
    if not any(_all(seen, lambda one: cut(one.right)) for cut in cuts):  # noqa: B023  see _all
        return None
    text = _("{name} holds whole numbers: an int, // or an integer dtype drops what stands behind the point.")
    return Mistake("whole_numbers", text.format(name=formula.result))


def _factor(seen: Sequence[Seen], formula: Formula) -> Mistake | None:
    first = max(seen, key=lambda one: float(one.right.abs().max()))  # of a zero, nothing follows
    factor = float((first.answer * first.right).sum() / first.right.square().sum())
    if not FAINTEST < abs(factor) < STRONGEST or not _all(seen, lambda one: factor * one.right):
        return None
    if abs(factor + 1) < RTOL:
        return Mistake("sign_flipped", _("{name} has the wrong sign.").format(name=formula.result))
    text = _("{name} is {factor} times what it should be.")
    return Mistake("constant_factor", text.format(name=formula.result, factor=f"{factor:.4g}"))


def _factor_of_a_size(seen: Sequence[Seen], formula: Formula) -> Mistake | None:
    for letter in seen[0].sizes:
        if _all(seen, lambda one: one.right / one.sizes[letter]):  # noqa: B023  # called at once
            text = _("{name} is divided by {size} once too often.")
        elif _all(seen, lambda one: one.right * one.sizes[letter]):  # noqa: B023
            text = _("{name} is {size} times what it should be.")
        else:
            continue
        return Mistake("factor_of_a_size", text.format(name=formula.result, size=letter))
    return None


def _order(seen: Sequence[Seen], formula: Formula) -> Mistake | None:
    name, dimensions = formula.result, seen[0].right.dim()
    if (
        dimensions == 2
        and all(len({*one.right.shape}) == 1 for one in seen)
        and _all(seen, lambda one: one.right.T)
    ):
        return Mistake("transposed", _("{name} is transposed.").format(name=name))
    for axis in range(dimensions):
        if _all(seen, lambda one: one.right.flip(axis)):  # noqa: B023
            first, other = (
                _("{name} is in reverse order along its first axis."),
                _("{name} is in reverse order along its axis {axis}."),
            )
            text = (other if axis else first).format(name=name, axis=formula.axes[axis])
            return Mistake("rows_reversed", text)
        if any(_all(seen, lambda one: one.right.roll(by, axis)) for by in (1, -1)):  # noqa: B023
            first, other = (
                _("{name} is shifted by one place along its first axis."),
                _("{name} is shifted by one place along its axis {axis}."),
            )
            text = (other if axis else first).format(name=name, axis=formula.axes[axis])
            return Mistake("rows_shifted", text)
    return None


def _places(counts: Sequence[int]) -> Iterator[int]:
    """Places in lists of these lengths, from the front and, as negative numbers, from the back."""
    tried = min([*counts, MOST_TERMS])
    yield from range(tried)
    for place in range(-1, -1 - tried, -1):
        if len({*counts}) > 1 or counts[0] + place >= tried:  # of one length, a place has one number
            yield place


def _summand(seen: Sequence[Seen], formula: Formula) -> Mistake | None:
    terms = [one.terms for one in seen if one.terms is not None]
    if len(terms) < len(seen) or max(map(len, terms)) < 2:
        return None
    places = [*_places([len(one) for one in terms])]

    def told(code: str, sentence: str, place: int, other: int = 0) -> Mistake:
        which = f"{formula.term} {_number(place, formula)}"
        return Mistake(code, sentence.format(name=formula.result, term=which, other=_number(other, formula)))

    for place in places:
        for code, sentence, weight in (
            ("term_missing", _("{name} lacks the term of {term}."), -1),
            ("term_doubled", _("{name} has the term of {term} twice."), 1),
            ("term_negated", _("{name} has the term of {term} with the wrong sign."), -2),
        ):
            if _all(seen, lambda one: one.right + weight * one.terms[place]):  # type: ignore[index]  # noqa: B023
                return told(code, sentence, place)
        if _all(seen, lambda one: one.terms[place]):  # type: ignore[index]  # noqa: B023
            return told("term_alone", _("{name} holds the term of {term} alone: the sum is missing."), place)
    for place, other in permutations(places, 2):
        if _all(seen, lambda one: one.right - one.terms[place] + one.terms[other]):  # type: ignore[index]  # noqa: B023
            text = _("{name} lacks the term of {term}, and has that of {other} twice.")
            return told("term_instead_of_another", text, place, other)
    return None


def _number(place: int, formula: Formula) -> str:
    """The number of a summand as the lab text counts: "0", or "N−1" from the back."""
    if place >= 0:
        return str(place + formula.first)
    before = -place - formula.first
    return f"{formula.summed}−{before}" if before else formula.summed


def _line(seen: Sequence[Seen], formula: Formula) -> Mistake | None:
    """One row, column or entry that is wrong, with all others right."""
    wrong = [_wrong(one) for one in seen]
    for axis in range(seen[0].right.dim()):
        lengths = [one.shape[axis] for one in wrong]
        if max(lengths) < 2:
            continue
        lines = [mask.movedim(axis, 0).reshape(mask.shape[axis], -1).any(1) for mask in wrong]
        for place in _places(lengths):
            if all(bool(one[place]) and int(one.sum()) == 1 for one in lines):
                return Mistake("one_line_wrong", _line_says(formula, axis, seen[0].right.dim(), place))
    return None


def _line_says(formula: Formula, axis: int, dimensions: int, place: int) -> str:
    if dimensions == 1:
        text = _("Only entry {place} of {name} is wrong.")
    elif axis == 0:
        text = _("Only row {place} of {name} is wrong.")
    else:
        text = _("Only column {place} of {name} is wrong.")
    return text.format(place=place, name=formula.result)


def _wrong(one: Seen) -> Tensor:
    """Which entries are wrong, as booleans of the result's shape."""
    allowed = RTOL * one.right.abs() + MISTAKES_FLOOR * one.right.abs().max()
    return (one.answer - one.right).abs() > allowed
