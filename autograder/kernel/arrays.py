"""Arrays of NumPy that hold text, times or objects, entry by entry; those of numbers travel as bytes.

Both sides import this module, so it imports neither engine nor lab, and NumPy only where an array is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

TIMES = re.compile(r"(datetime64|timedelta64)\[(Y|M|W|D|h|m|s|ms|us|ns)\]")
BYTES_OF_A_LETTER = {"str": 4, "bytes": 1}


def of_base_class(value: Any) -> Any:
    """An array or a number of NumPy as an array of the base class, whatever its own class says of it."""
    import numpy as np

    return np.asarray(value) if isinstance(value, np.generic) else np.ndarray.view(value, np.ndarray)


def in_own_order(array: Any) -> Any:
    """The array with numbers as this machine writes them.

    Files are often in the other order of bytes (``dtype=">f4"``); a ``longdouble`` differs between machines.
    """
    import numpy as np

    if array.dtype == np.longdouble and array.dtype != np.float64:
        return array.astype(np.float64)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def entries(array: Any) -> tuple[str, list[Any]]:
    """The kind of an array's entries, for :func:`built`, and the entries themselves, the last axis first.

    Raises:
        ValueError: it holds something else than text, bytes, times and objects.
    """
    flat = array.reshape(-1)
    match array.dtype.kind:
        case "U":
            return "str", flat.tolist()
        case "S":
            return "bytes", flat.tolist()
        case "O":
            return "object", flat.tolist()
        case "m" | "M" if TIMES.fullmatch(str(array.dtype)):
            return str(array.dtype), flat.view("int64").tolist()
    raise ValueError(f"an array of type {array.dtype} holds neither numbers nor text nor times")


def built(
    kind: Any, shape: tuple[int, ...], values: Sequence[Any], spend: Callable[[tuple[int, ...], int], None]
) -> Any:
    """The array of this shape with these entries, which may be anything.

    Args:
        spend: is told the shape and the bytes of an entry before there is an array: each text takes the room
            of the longest one.

    Returns:
        An array; a time without axes as a number of NumPy.

    Raises:
        ValueError: they are no array's.
    """
    import numpy as np

    if len(values) != math.prod(shape):
        raise ValueError("entries of another number")
    if kind == "object":
        array = np.empty(len(values), dtype=object)
        for number, value in enumerate(values):
            array[number] = value
    elif kind in ("str", "bytes"):
        wanted = str if kind == "str" else bytes
        if not all(type(value) is wanted for value in values):
            raise ValueError("an entry of another type")
        width = max(map(len, values), default=0)
        spend(shape, width * BYTES_OF_A_LETTER[kind])
        array = np.array(values, dtype=f"{'U' if wanted is str else 'S'}{max(width, 1)}")
    elif isinstance(kind, str) and TIMES.fullmatch(kind):
        if not all(type(value) is int for value in values):
            raise ValueError("a time that is no whole number")
        array = np.array(values, dtype="int64").view(kind)
    else:
        raise ValueError("an unknown type")
    array = array.reshape(shape)
    return array if shape or kind == "object" else array[()]
