"""What Python and torch say of a mistake in words of their own.

A message that is one of these as a whole tells what went wrong, and a student's code chooses hardly more of
it than its digits.
"""

from __future__ import annotations

import re

MOST_DIMENSIONS = 4
"""Lengths in one shape."""

WHICH = 2
"""Characters that the choice of a sentence counts as: there are fewer than 95²."""

_PIECES = {
    "#": r"\d{1,5}",
    "[#]": rf"\[\d{{1,5}}(?:, \d{{1,5}}){{0,{MOST_DIMENSIONS - 1}}}\]",
    "#x#": r"\d{1,5}x\d{1,5}",
    "?": r"(?:NoneType|float|int|list|tuple|dict|Tensor|method|function|type|ellipsis)",
}

SENTENCES = (
    "index # is out of bounds for dimension # with size #",
    "index # is out of bounds for axis # with size #",
    "list index out of range",
    "slice indices must be integers or None or have an __index__ method",
    "mat1 and mat2 shapes cannot be multiplied (#x# and #x#)",
    "mm: mat1 and mat2 shapes cannot be multiplied (#x# and #x#)",  # from torch 2.15 on, as the next
    "addmm: mat1 and mat2 shapes cannot be multiplied (#x# and #x#)",
    "size mismatch, got input (#), mat (#x#), vec (#)",
    "The size of tensor a (#) must match the size of tensor b (#) at non-singleton dimension #",
    "The expanded size of the tensor (#) must match the existing size (#) at non-singleton dimension #.  "
    "Target sizes: [#].  Tensor sizes: [#]",
    "expand(torch.FloatTensor{[#]}, size=[#]): the number of sizes provided (#) must be greater or equal "
    "to the number of dimensions in the tensor (#)",
    "inconsistent tensor size, expected tensor [#] and src [#] to have the same number of elements, but got "
    "# and # elements respectively",
    "output with shape [#] doesn't match the broadcast shape [#]",
    "shape '[#]' is invalid for input of size #",
    "1D tensors expected, but got #D and #D tensors",
    "a Tensor with # elements cannot be converted to Scalar",
    "only one element tensors can be converted to Python scalars",
    "stack expects a non-empty TensorList",
    'can only concatenate list (not "?") to list',
    "'?' object is not iterable",
    "'?' object is not subscriptable",
    "'?' object is not callable",
    "'?' object has no attribute 'append'",
    "'?' object has no attribute 'shape'",
    "'?' object does not support item assignment",
    "cannot unpack non-iterable ? object",
    "not enough values to unpack (expected #, got #)",
    "too many values to unpack (expected #)",
    "unsupported operand type(s) for +: '?' and '?'",
    "unsupported operand type(s) for -: '?' and '?'",
    "unsupported operand type(s) for *: '?' and '?'",
    "unsupported operand type(s) for /: '?' and '?'",
    "unsupported operand type(s) for +=: '?' and '?'",
    "unsupported operand type(s) for -=: '?' and '?'",
)


def _pattern(sentence: str) -> str:
    pieces = re.split(r"(\[#\]|#x#|#|\?)", sentence)
    return "".join(_PIECES.get(piece, re.escape(piece)) for piece in pieces)


_ANY = re.compile("|".join(map(_pattern, SENTENCES)))


def cost(text: str) -> int | None:
    """How many characters a text counts as; ``None`` where it is none of these.

    >>> cost("index 24 is out of bounds for dimension 0 with size 24")
    7
    >>> cost("my index is 24") is None
    True
    """
    if _ANY.fullmatch(text) is None:
        return None
    kinds = len(re.findall(r"['\"]\w+['\"]", text))  # each of few kinds of objects: less than a character
    return WHICH + kinds + sum(character.isdigit() for character in text)
