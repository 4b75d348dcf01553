"""What a wrong shape says about the axes of a result, and which axes or index an operation failed at."""

from __future__ import annotations

import re
from collections.abc import Sequence

from torch import Tensor

from autograder.gradients.cases import Case
from autograder.gradients.formula import Formula, Sizes
from autograder.gradients.results import fits
from autograder.grading.checks import CheckFailed, Mistake
from autograder.language import judging as _

MOST_READ = 500
"""Characters of a student's exception that are searched for shapes."""

_SHAPE = re.compile(r"\b\d{1,4}(?:x\d{1,4})+\b|[(\[]\d{1,4}(?:, ?\d{1,4})*,?[)\]]")
"""As torch and NumPy write them: 3x4, (3, 4), (3,4), (3,), [3, 4]."""

_TWO_SIZES = re.compile(
    r"size of tensor a \((\d{1,4})\) must match the size of tensor b \((\d{1,4})\)"
    r"|size (\d{1,4}) is different from (\d{1,4})"
)

_MATRIX_AND_VECTOR = re.compile(r"got input \(\d{1,4}\), mat \(\d")
"""How torch begins when it multiplies a matrix with a vector."""

_WRITTEN_TO_A_PLACE = re.compile(r"(?:^|: )expand\(")
"""How torch begins where something is assigned to a row that is too small for it."""

_INDEX_BEYOND = re.compile(
    r"index (?P<index>\d{1,4}) is out of bounds for (?:dimension|axis) 0 with size (?P<size>\d{1,4})\b"
)


def letters_of(shape: Sequence[int], sizes: Sizes) -> str:
    """The axes of a shape, "HF"; empty where a length belongs to no axis, or to two.

    >>> letters_of((4, 3), {"N": 2, "H": 3, "F": 4})
    'FH'
    """
    by_length = {length: letter for letter, length in sizes.items()}
    if len(by_length) < len(sizes) or not all(length in by_length for length in shape):
        return ""
    return "".join(by_length[length] for length in shape)


def spelt(letters: str) -> str:
    """Axes as a shape: "(H, F)", "(H,)"."""
    return f"({', '.join(letters)}{',' if len(letters) == 1 else ''})"


def in_its_shape(answer: Tensor, formula: Formula, case: Case) -> Tensor:
    """The answer, if it has the shape of the result.

    Raises:
        CheckFailed: it has another one; what that says about its axes is said.
    """
    if answer.shape == case.right.shape:
        return answer
    rationale, help = _what_is_wrong(answer, formula, case)
    raise CheckFailed(
        rationale,
        help=help or formula.says,
        evidence=_("{setting}: yours {found}, expected {expected}").format(
            setting=case.setting, found=tuple(answer.shape), expected=tuple(case.right.shape)
        ),
    )


def _what_is_wrong(answer: Tensor, formula: Formula, case: Case) -> tuple[str, str]:
    """A sentence, and what to look at; that may be empty."""
    name, axes = formula.result, letters_of(tuple(answer.shape), case.sizes)
    if answer.dim() == 2 and fits(answer.T, case.right) and answer.T.shape == case.right.shape:
        text = _("{name} is transposed: rows and columns are in each other's place.").format(name=name)
        return Mistake("transposed", text), _outer(formula, case)
    if fits(answer, case.right):
        text = _("{name} has the right numbers in another shape.").format(name=name)
        return Mistake("another_shape", text), ""
    if case.terms is not None and answer.shape == case.terms.shape:
        text = _("{name} is not summed over {axis} yet.").format(name=name, axis=formula.summed)
        return Mistake("sum_missing", text), ""
    if axes and len(axes) == len(set(axes)):
        if axes == formula.axes[::-1]:
            text = _("{name} has its axes in each other's place: {found} instead of {expected}.")
            text = text.format(name=name, found=spelt(axes), expected=spelt(formula.axes))
            return Mistake("axes_swapped", text), _outer(formula, case)
        text = _("{name} has the axes {found}, expected were {expected}.")
        return text.format(name=name, found=spelt(axes), expected=spelt(formula.axes)), ""
    return _("{name} has the wrong shape.").format(name=name), ""


def _outer(formula: Formula, case: Case) -> str:
    """What the outer product of the two factors gives the wrong way round, where it can be known."""
    if len(formula.axes) != 2 or len(case.sizes) != len({*case.sizes.values()}):
        return ""
    factors = [_factor(formula, letter) for letter in formula.axes]
    if not all(factors):
        return ""
    shape = tuple(case.right.shape)
    return _(
        "outer({second}, {first}) is {swapped}, {name} is {shape}: a row for each entry of {first}."
    ).format(first=factors[0], second=factors[1], swapped=shape[::-1], shape=shape, name=formula.result)


def _factor(formula: Formula, letter: str) -> str:
    """The argument that an axis of an outer product comes from; empty where it may be another one."""
    axes = {letter, formula.summed} - {""}
    found = [one.name for one in formula.takes if {*one.axes} == axes]
    return found[0] if len(found) == 1 else ""


def told_by_an_error(text: str, function: str, sizes: Sizes, setting: str) -> str:
    """What an exception of NumPy or torch says about axes or an index; empty where that is not sure.

    Args:
        text: of the exception; a student's code decides what it is, and nothing but numbers is taken of it.
        function: the student's, by name.
        sizes: of the case, and ``setting``: the same in words.
    """
    text = text[:MOST_READ]
    return _axes_that_met(text, function, sizes, setting) or _index_beyond(text, function)


def _axes_that_met(text: str, function: str, sizes: Sizes, setting: str) -> str:
    shapes = [tuple(map(int, re.findall(r"\d+", found[0]))) for found in _SHAPE.finditer(text)]
    if both := _TWO_SIZES.search(text):
        shapes = [(int(length),) for length in both.groups() if length]
    elif _MATRIX_AND_VECTOR.search(text):
        shapes = shapes[1:]  # torch names the vector before them, and once more behind them
    # A vector that is multiplied from the left is a matrix of one row to torch.
    shapes = [tuple(length for length in shape if length != 1) for shape in shapes[:2]]
    found = [letters_of(shape, sizes) for shape in shapes]
    if len(found) < 2 or not all(found) or shapes[0] == shapes[1]:
        return ""
    if _WRITTEN_TO_A_PLACE.search(text):
        return _(
            "In {function} an array with the axes {one} is written to a place with the axes {other} "
            "({setting}): does `*` stand there for `@`?"
        ).format(function=function, one=spelt(found[0]), other=spelt(found[1]), setting=setting)
    return _("In {function} the axes {one} met {other}, which do not fit ({setting}).").format(
        function=function, one=spelt(found[0]), other=spelt(found[1]), setting=setting
    )


def _index_beyond(text: str, function: str) -> str:
    found = _INDEX_BEYOND.search(text)
    if found is None or int(found["index"]) < int(found["size"]):
        return ""
    return _(
        "In {function} index {index} is asked of {size} rows, which have the numbers 0 to {last}: "
        "where does the loop begin and end?"
    ).format(function=function, last=int(found["size"]) - 1, **found.groupdict())
