"""Arrays of NumPy: those of numbers travel as bytes; text, times and objects entry by entry.

Both sides import this module, so it imports neither engine nor lab, and NumPy only where an array is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from autograder.kernel.wire import WireError

if TYPE_CHECKING:
    from autograder.kernel.plain import Decoder

BYTES_OF_A_NUMBER = 8
"""What every number of a tensor or an array counts at least: whoever judges it makes float64 of it, and sixty
megabytes of booleans would become half a gigabyte, several times over."""
MAX_EMPTY = 1 << 20
"""Product of the sizes of a tensor without entries, zeros aside: reducing it over the zero makes as many."""
ARRAY_TYPES = frozenset(
    """float16 float32 float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool complex64
    complex128""".split()
)
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
    """The kind of an array's entries, for :func:`of_entries`, and they themselves, the last axis first.

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


def sizes(shape: Any) -> tuple[int, ...]:
    """A shape, which may be anything.

    Raises:
        WireError: it is none.
    """
    if not isinstance(shape, list) or len(shape) > 16 or any(type(n) is not int or n < 0 for n in shape):
        raise WireError("not a shape")
    if not math.prod(shape) and math.prod(max(n, 1) for n in shape) > MAX_EMPTY:
        raise WireError("an empty tensor with enormous sizes")
    return tuple(shape)


def checked_shape(shape: Any, blob: bytes, itemsize: int) -> tuple[int, ...]:
    """A shape that fits so many bytes of numbers.

    Raises:
        WireError: it is none, or does not fit.
    """
    found = sizes(shape)
    if math.prod(found) * itemsize != len(blob):
        raise WireError("a tensor's shape does not fit its bytes")
    return found


def of_numbers(decoder: Decoder, body: Any) -> Any:
    """The array that ``[dtype, shape, blob]`` describes; a number of NumPy where it has no axes.

    Raises:
        WireError, ValueError, TypeError, IndexError: it describes none.
    """
    import numpy as np

    if body[0] not in ARRAY_TYPES:
        raise WireError("unknown array type")
    blob = decoder.blob(body[2])
    dtype = np.dtype(body[0])
    shape = checked_shape(body[1], blob, dtype.itemsize)
    decoder.spend(shape, dtype.itemsize)
    array = np.frombuffer(bytearray(blob), dtype=dtype).reshape(shape)
    return array if shape else array[()]


def of_entries(decoder: Decoder, body: Any, values: Sequence[Any]) -> Any:
    """The array that ``[kind, shape, …]`` describes, with these entries; a time without axes as NumPy's own.

    Raises:
        WireError, ValueError, OverflowError, TypeError, IndexError: it describes none.
    """
    kind, shape = body[0], sizes(body[1])
    if not isinstance(kind, str) or len(values) != math.prod(shape):
        raise WireError("not an array")
    decoder.spend(shape, BYTES_OF_A_NUMBER)
    array = _array(decoder, kind, values).reshape(shape)
    return array if shape or kind == "object" else array[()]


def _array(decoder: Decoder, kind: str, values: Sequence[Any]) -> Any:
    import numpy as np

    if kind == "object":
        array = np.empty(len(values), dtype=object)
        for number, value in enumerate(values):
            array[number] = value
        return array
    wanted = {"str": str, "bytes": bytes}.get(kind, int)
    if not all(type(value) is wanted for value in values):
        raise WireError("an entry of another type")
    if wanted is int:
        if not TIMES.fullmatch(kind):
            raise WireError("unknown array type")
        return np.array(values, dtype="int64").view(kind)
    width = max(map(len, values), default=0)  # the longest text: each takes as much room
    decoder.spend((len(values),), width * BYTES_OF_A_LETTER[kind])
    return np.array(values, dtype=f"{'U' if wanted is str else 'S'}{max(width, 1)}")
