"""What Python, NumPy and torch say of a mistake in words of their own.

A message that is one of these as a whole tells what went wrong, and a student's code chooses hardly more of
it than its digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable

MOST_DIMENSIONS = 4
"""Lengths in one shape."""

WHICH = 2
"""Characters that the choice of a sentence counts as: there are fewer than 95²."""

_KIND = """NoneType float int str bool list tuple dict set range generator Tensor ndarray method function type
    ellipsis""".split()
_FUNCTION = """abs add bmm cat clamp cumsum diag diagonal dot einsum exp eye flip float full int log matmul
    max mean min mm mul mv normal norm ones ones_like outer pow rand randint randn randperm reshape sigmoid
    sqrt square squeeze stack std sub sum tanh tensordot transpose unsqueeze var view zeros
    zeros_like""".split()
_ARGUMENT = "input other mat1 mat2 vec vec2 tensors tensor size dim exponent self".split()
_KEYWORD = "dim axis size keepdim dtype out low high".split()
_TYPE = "Bool Byte Double Float Half Int Long bool double float int long".split()
_ATTRIBUTE = "T append backward clone detach dim item mean numpy reshape shape size sum unsqueeze".split()


def _one_of(words: list[str]) -> str:
    return f"(?:{'|'.join(words)})"


_GIVEN = rf"(?:{_one_of(_KEYWORD)}=)?{_one_of(_KIND)}"
_PIECES = {
    "#": r"(-?\d{1,5})",
    "[#]": rf"(\[\d{{1,5}}(?:, \d{{1,5}}){{0,{MOST_DIMENSIONS - 1}}}\])",
    "#x#": r"(\d{1,5})x(\d{1,5})",
    "<shape>": rf"(\(\d{{1,5}},(?:\d{{1,5}}(?:,\d{{1,5}}){{0,{MOST_DIMENSIONS - 2}}})?\))",
    "<letter>": "([a-zA-Z])",
    "<given>": rf"({_GIVEN}(?:, {_GIVEN}){{0,4}}(?:, )?)",
    "<kind>": f"({_one_of(_KIND)})",
    "<function>": f"({_one_of(_FUNCTION)})",
    "<argument>": f"({_one_of(_ARGUMENT)})",
    "<type>": f"({_one_of(_TYPE)})",
    "<attribute>": f"({_one_of(_ATTRIBUTE)})",
    "<name>": r"(?P<name_>[^\W\d]\w{0,79})",
}
"""Each word that a message may choose counts as one character: there are fewer than 95 to choose from."""

_OPERATIONS = (*"+ - * / // % @ += -= *= /= @=".split(), "** or pow()")
_SLOT = re.compile(r"(\[#\]|#x#|#|<[a-z]+>)")

SENTENCES = (
    "index # is out of bounds for dimension # with size #",
    "index # is out of bounds for axis # with size #",
    "list index out of range",
    "too many indices for tensor of dimension #",
    "slice indices must be integers or None or have an __index__ method",
    "list indices must be integers or slices, not <kind>",
    "tuple indices must be integers or slices, not <kind>",
    "tensors used as indices must be long, int, byte or bool tensors",
    "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices "
    "(got <kind>)",
    "only integer tensors of a single element can be converted to an index",
    "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to "
    "convert a "
    "0-dim tensor to a number",
    "mat1 and mat2 shapes cannot be multiplied (#x# and #x#)",
    "mm: mat1 and mat2 shapes cannot be multiplied (#x# and #x#)",  # from torch 2.15 on, as the next
    "addmm: mat1 and mat2 shapes cannot be multiplied (#x# and #x#)",
    "size mismatch, got input (#), mat (#x#), vec (#)",
    "mat2 must be a matrix",
    "self must be a matrix",
    "batch1 must be a 3D tensor",
    "batch2 must be a 3D tensor",
    "outer: Expected 1-D argument <argument>, but got #-D",
    "1D tensors expected, but got #D and #D tensors",
    "einsum(): the number of subscripts in the equation (#) does not match the number of dimensions (#) for "
    "operand # and no ellipsis was given",
    "einsum(): subscript <letter> has size # for operand # which does not broadcast with previously "
    "seen size #",
    "The size of tensor a (#) must match the size of tensor b (#) at non-singleton dimension #",
    "The expanded size of the tensor (#) must match the existing size (#) at non-singleton dimension #.  "
    "Target sizes: [#].  Tensor sizes: [#]",
    "expand(torch.FloatTensor{[#]}, size=[#]): the number of sizes provided (#) must be greater or equal "
    "to the number of dimensions in the tensor (#)",
    "inconsistent tensor size, expected tensor [#] and src [#] to have the same number of elements, but got "
    "# and # elements respectively",
    "output with shape [#] doesn't match the broadcast shape [#]",
    "shape '[#]' is invalid for input of size #",
    "view size is not compatible with input tensor's size and stride (at least one dimension spans "
    "across two "
    "contiguous subspaces). Use .reshape(...) instead.",
    "Dimension out of range (expected to be in range of [#, #], but got #)",
    "a Tensor with # elements cannot be converted to Scalar",
    "only one element tensors can be converted to Python scalars",
    "Boolean value of Tensor with more than one value is ambiguous",
    "stack expects a non-empty TensorList",
    "stack expects each tensor to be equal size, but got [#] at entry # and [#] at entry #",
    "expected Tensor as element # in argument #, but got <kind>",
    "Sizes of tensors must match except in dimension #. Expected size # but got size # for tensor "
    "number # in the "
    "list.",
    "Tensors must have same number of dimensions: got # and #",
    "zero-dimensional tensor (at position #) cannot be concatenated",
    "<function>(): argument '<argument>' (position #) must be Tensor, not <kind>",
    "<function>(): argument '<argument>' (position #) must be tuple of ints, not <kind>",
    "<function>(): argument '<argument>' (position #) must be tuple of Tensors, not <kind>",
    "<function>(): argument '<argument>' (position #) must be int, not <kind>",
    "<function>() received an invalid combination of arguments - got (<given>)",
    "<function>(): could not infer output dtype. Input dtype must be either a floating point or complex "
    "dtype. Got: "
    "<type>",
    "expected m1 and m2 to have the same dtype, but got: <type> != <type>",
    "expected mat1 and mat2 to have the same dtype, but got: <type> != <type>",
    "addmv input tensors must have the same dtype, but got <type>, <type>, and <type>",
    "dot : expected both vectors to have same dtype, but found <type> and <type>",
    "result type <type> can't be cast to the desired output type <type>",
    "random_ expects 'from' to be less than 'to', but got from=# >= to=#",
    "Could not infer dtype of <kind>",
    "expected sequence of length # at dim # (got #)",
    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.",
    "a leaf Variable that requires grad is being used in an in-place operation.",
    "element # of tensors does not require grad and does not have a grad_fn",
    "matmul: Input operand # has a mismatch in its core dimension #, with gufunc signature "
    "(n?,k),(k,m?)->(n?,m?) "
    "(size # is different from #)",
    "shapes <shape> and <shape> not aligned: # (dim #) != # (dim #)",
    "operands could not be broadcast together with shapes <shape> <shape> ",
    "could not broadcast input array from shape <shape> into shape <shape>",
    "expected np.ndarray (got <kind>)",
    "division by zero",
    "float division by zero",
    "math domain error",
    'can only concatenate list (not "<kind>") to list',
    'can only concatenate str (not "<kind>") to str',
    "can't multiply sequence by non-int of type '<kind>'",
    "object of type '<kind>' has no len()",
    "float() argument must be a string or a real number, not '<kind>'",
    "'<kind>' object cannot be interpreted as an integer",
    "'<kind>' object is not iterable",
    "'<kind>' object is not subscriptable",
    "'<kind>' object is not callable",
    "'<kind>' object has no attribute '<attribute>'",
    "'<kind>' object does not support item assignment",
    "cannot unpack non-iterable <kind> object",
    "not enough values to unpack (expected #, got #)",
    "too many values to unpack (expected #)",
    "bad operand type for unary -: '<kind>'",
    *(f"unsupported operand type(s) for {one}: '<kind>' and '<kind>'" for one in _OPERATIONS),
    "'<name>' object has no attribute '<name>'",
    "'<name>' object is not subscriptable",
    "'<name>' object is not callable",
    "<name>() takes no arguments",
    "<name>() takes # positional argument but # were given",
    "<name>() takes # positional arguments but # were given",
    "<name>() takes # positional arguments but # was given",
    "<name>.<name>() takes # positional argument but # were given",
    "<name>.<name>() takes # positional arguments but # were given",
    "<name>.<name>() takes # positional arguments but # was given",
    "<name>() missing # required positional argument: '<name>'",
    "<name>() missing # required positional arguments: '<name>' and '<name>'",
    "<name>.<name>() missing # required positional argument: '<name>'",
    "<name>.<name>() missing # required positional arguments: '<name>' and '<name>'",
    "<name>() got an unexpected keyword argument '<name>'",
    "<name>.<name>() got an unexpected keyword argument '<name>'",
)
"""``<name>`` is a word of the notebook."""


def _pattern(sentence: str) -> re.Pattern[str]:
    names = 0
    found = ""
    for piece in _SLOT.split(sentence):
        pattern = _PIECES.get(piece, re.escape(piece))
        if piece == "<name>":
            pattern, names = pattern.replace("name_", f"name{names}"), names + 1
        found += pattern
    return re.compile(found)


_PATTERNS = [*map(_pattern, SENTENCES)]
_CHOSEN = re.compile(r"[^\W\d]\w*|\d")
_CALLS_THAT_FIT = re.compile(
    r"(\w{1,40}\(\) received an invalid combination of arguments - got \([^()]*\)), but expected"
)


def without_other_calls(text: str) -> str:
    """What torch says of a call, without the pages of calls that would fit."""
    found = _CALLS_THAT_FIT.match(text)
    return found[1] if found else text


def cost(text: str, is_own: Callable[[str], bool] = lambda word: False) -> int | None:
    """How many characters a text counts as; ``None`` where it is none of these.

    Args:
        is_own: whether a word is one of the notebook's.

    >>> cost("index 24 is out of bounds for dimension 0 with size 24")
    7
    >>> cost("my index is 24") is None
    True
    """
    for pattern in _PATTERNS:
        found = pattern.fullmatch(text)
        if found and all(map(is_own, found.groupdict().values())):
            return WHICH + sum(len(_CHOSEN.findall(part)) for part in found.groups())
    return None
