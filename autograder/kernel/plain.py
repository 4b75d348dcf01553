"""Plain values between the two sides: a closed vocabulary with size caps. Never pickle.

A value is JSON where JSON can say it (``null``, booleans, strings, floats, small integers) and otherwise
an object with the single key of its kind: ``{"tensor": [dtype, shape, blob]}``, ``{"tuple": […]}``,
``{"object": {…}}``; the bytes of tensors, arrays and byte strings are blobs, named by their number.
Neither side evaluates or looks up anything that the other named; what a handle stands for is known
only to the side that made it.

Both sides import this module, so it imports neither engine nor lab, and torch only where it is loaded
or asked for.
"""

from __future__ import annotations

import array
import math
import sys
from collections.abc import Callable
from typing import Any

from autograder.kernel import arrays, tables
from autograder.kernel.arrays import ARRAY_TYPES, BYTES_OF_A_NUMBER, checked_shape
from autograder.kernel.hashed import SAFE_INTEGER, are_cheap, as_entry
from autograder.kernel.wire import FrameTooLarge, WireError

MAX_DEPTH = 24
MAX_NODES = 1_000_000
TENSOR_TYPES = frozenset(
    "float16 bfloat16 float32 float64 int8 int16 int32 int64 uint8 bool complex64 complex128".split()
)


class NotPlain(Exception):
    """A value cannot be sent. The message says what is wrong with it."""


class TooLarge(NotPlain):
    """A value has more bytes than one message may hold."""


class Encoder:
    """Turns one value into JSON and blobs.

    Args:
        handle: gives the description of an object that has to stay on this side.
        max_bytes: limit for all blobs together.
    """

    def __init__(self, handle: Callable[[Any], dict[str, Any]], max_bytes: int) -> None:
        self.blobs: list[bytes] = []
        self._handle = handle
        self._budget = max_bytes
        self._nodes = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        """JSON for ``value``; its bytes are appended to ``blobs``.

        Raises:
            NotPlain: too deep, too many parts, or a tensor without numbers.
            TooLarge: too many bytes.
        """
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise NotPlain("the value is nested too deeply or has too many parts")
        if value is None or value is True or value is False:
            return value
        if value is Ellipsis:
            return {"ellipsis": None}
        if isinstance(value, str):
            self._spend(len(value))
            return str(value)
        if isinstance(value, int):
            return int(value) if abs(int(value)) < SAFE_INTEGER else {"int": format(int(value), "x")}
        if isinstance(value, float):
            number = float(value)
            return number if math.isfinite(number) else {"float": str(number)}
        if isinstance(value, complex):
            return {"complex": [self.encode(value.real), self.encode(value.imag)]}
        if isinstance(value, bytes | bytearray):
            return {"bytes": self._blob(bytes(value))}
        if isinstance(value, array.array):
            value = value.tolist()
        if isinstance(value, list):
            return {"list": [self.encode(item, depth + 1) for item in value]}
        if isinstance(value, tuple):
            return {"tuple": [self.encode(item, depth + 1) for item in value]}
        if isinstance(value, dict):
            pairs = [(as_entry(key), one) for key, one in value.items()]
            return {"dict": [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in pairs]}
        if isinstance(value, slice):
            ends = (value.start, value.stop, value.step)
            return {"slice": [self.encode(as_entry(end), depth + 1) for end in ends]}
        if type(value) in (set, frozenset) and are_cheap(entries := [as_entry(one) for one in value]):
            return {type(value).__name__: [self.encode(one, depth + 1) for one in entries]}
        return self._array(value, depth) or {"object": self._handle(value)}

    def _array(self, value: Any, depth: int) -> dict[str, Any] | None:
        torch = sys.modules.get("torch")
        if torch is not None and isinstance(value, torch.Tensor):
            return {"tensor": self._tensor(torch, value)}
        try:
            table = tables.parts(value)
        except ValueError as reason:
            raise NotPlain(str(reason)) from None
        if table is not None:
            return {"table": self.encode(table)}
        numpy = sys.modules.get("numpy")
        if numpy is not None and isinstance(value, numpy.ndarray | numpy.generic):
            return self._numpy_array(arrays.of_base_class(value), depth)
        return None

    def _numpy_array(self, array: Any, depth: int) -> dict[str, Any]:
        size = array.size * max(array.itemsize, BYTES_OF_A_NUMBER)
        if size > self._budget:  # before any copy: a broadcast array is larger than it looks
            raise TooLarge(f"an array of {array.size} entries is too large")
        array = arrays.in_own_order(array)
        dtype, shape = str(array.dtype), list(array.shape)
        if dtype in ARRAY_TYPES:
            self._spend(size - array.nbytes)
            return {"array": [dtype, shape, self._blob(array.tobytes())]}
        try:
            kind, entries = arrays.entries(array)
        except ValueError as reason:
            raise NotPlain(str(reason)) from None
        encoded = [self.encode(entry, depth + 1) for entry in entries]
        for entry, node in zip(entries, encoded, strict=True):
            if isinstance(node, dict) and "object" in node:
                raise NotPlain(
                    f"an array holds a {type(entry).__name__}: only numbers, text and times are plain"
                )
        return {"entries": [kind, shape, encoded]}

    def _tensor(self, torch: Any, value: Any) -> list[Any]:
        # Without the overrides of a subclass: its numbers are wanted, not what it says of itself.
        with torch._C.DisableTorchFunctionSubclass():
            try:
                base = torch.Tensor.as_subclass(value, torch.Tensor)
            except RuntimeError as reason:  # sparse, and other kinds without numbers of their own
                raise NotPlain(f"a tensor without plain numbers: {reason}") from None
            return self._plain_tensor(torch, base)

    def _plain_tensor(self, torch: Any, value: Any) -> list[Any]:
        dtype = str(value.dtype).removeprefix("torch.")
        if dtype not in TENSOR_TYPES or value.layout is not torch.strided or value.device.type == "meta":
            raise NotPlain(
                f"a {value.layout} tensor of type {dtype} on {value.device} holds no plain numbers"
            )
        size = value.numel() * max(value.element_size(), BYTES_OF_A_NUMBER)
        if size > self._budget:
            raise TooLarge(f"a tensor of {value.numel()} entries is too large")
        self._spend(size - value.numel() * value.element_size())
        flat = value.detach().to("cpu").resolve_conj().resolve_neg()
        if dtype == "bfloat16":  # which NumPy lacks
            # A copy: torch calls a tensor of one entry contiguous whatever its stride, and cannot view it.
            flat = flat.clone(memory_format=torch.contiguous_format).reshape(-1).view(torch.uint8)
        data = flat.numpy().tobytes() if value.numel() else b""
        return [dtype, [int(n) for n in value.shape], self._blob(data)]

    def _blob(self, data: bytes) -> int:
        self._spend(len(data))
        self.blobs.append(data)
        return len(self.blobs) - 1

    def _spend(self, count: int) -> None:
        self._budget -= count
        if self._budget < 0:
            raise TooLarge("the value is too large")


class Decoder:
    """Turns JSON and blobs into a value.

    Args:
        blobs: the frame's blobs.
        resolve: gives the value for a handle's description.
        max_bytes: limit for the numbers of all tensors and arrays, eight bytes or more each.
        hear: is told every text in the values.
    """

    def __init__(
        self,
        blobs: list[bytes],
        resolve: Callable[[Any], Any],
        max_bytes: int | None = None,
        hear: Callable[[str], None] | None = None,
    ) -> None:
        self._hear = hear
        self._blobs: list[bytes | None] = [*blobs]
        self._resolve = resolve
        self._budget = math.inf if max_bytes is None else max_bytes
        self._nodes = 0

    def decode(self, node: Any, depth: int = 0) -> Any:
        """The value that ``node`` describes.

        Raises:
            WireError: it describes nothing of the vocabulary.
        """
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise WireError("the value is nested too deeply or has too many parts")
        if isinstance(node, str) and self._hear is not None:
            self._hear(node)
        if node is None or isinstance(node, bool | str | int | float):
            return node
        if not isinstance(node, dict) or len(node) != 1:
            raise WireError("not a value")
        ((kind, body),) = node.items()
        reader = _READERS.get(kind)
        if reader is None:
            raise WireError(f"unknown kind of value {kind[:40]!r}")
        try:
            return reader(self, body, depth + 1)
        except WireError:
            raise
        except (
            TypeError,
            ValueError,
            KeyError,
            IndexError,
            OverflowError,
            RuntimeError,
            MemoryError,
        ) as reason:
            raise WireError(f"a malformed {kind}: {str(reason)[:200]}") from None

    def blob(self, index: Any) -> bytes:
        """The blob that a value names by its number; each may be named once, or it would multiply.

        Raises:
            WireError: there is none, or it has been named before.
        """
        if type(index) is not int or not 0 <= index < len(self._blobs):
            raise WireError("no such blob")
        found, self._blobs[index] = self._blobs[index], None
        if found is None:
            raise WireError("a blob is named twice")
        return found

    def text(self, index: Any) -> bytes:
        """A byte string, whose bytes may be those of a text; raises as :meth:`blob`."""
        found = self.blob(index)
        if self._hear is not None:
            self._hear(found.decode("latin-1"))
        return found

    def spend(self, shape: tuple[int, ...], itemsize: int) -> None:
        """Count the numbers of a tensor or an array.

        Raises:
            FrameTooLarge: they are too many.
        """
        self._budget -= math.prod(shape) * max(itemsize, BYTES_OF_A_NUMBER)
        if self._budget < 0:
            raise FrameTooLarge("the value is too large")

    @property
    def bounded(self) -> bool:
        """Whether what is decoded comes from the side that is not trusted."""
        return self._budget != math.inf

    def resolve(self, body: Any) -> Any:
        """The value for a handle."""
        return self._resolve(body)


def _sequence(decoder: Decoder, body: Any, depth: int) -> list[Any]:
    if not isinstance(body, list):
        raise WireError("not a sequence")
    return [decoder.decode(item, depth) for item in body]


def _mapping(decoder: Decoder, body: Any, depth: int) -> dict[Any, Any]:
    keys = _hashed(decoder, [key for key, _ in body], depth)
    return {key: decoder.decode(value, depth) for key, (_, value) in zip(keys, body, strict=True)}


def _hashed(decoder: Decoder, body: list[Any], depth: int) -> list[Any]:
    entries = [decoder.decode(entry, depth) for entry in body]
    if not are_cheap(entries):
        raise WireError("a key or an entry of a set that is neither text nor a small number")
    return entries


def _set(decoder: Decoder, body: Any, depth: int) -> set[Any]:
    if not isinstance(body, list):
        raise WireError("not a set")
    return set(_hashed(decoder, body, depth))


def _slice(decoder: Decoder, body: Any, depth: int) -> slice:
    start, stop, step = _sequence(decoder, body, depth)
    if not all(isinstance(part, int | str | None) for part in (start, stop, step)):
        raise WireError("not a slice")
    return slice(start, stop, step)


def _number(text: Any) -> float:
    if text not in ("nan", "inf", "-inf"):
        raise WireError("not a number")
    return float(text)


def _integer(text: Any) -> int:
    if not isinstance(text, str) or len(text) > 10_000:
        raise WireError("not an integer")
    return int(text, 16)


def _tensor(decoder: Decoder, body: Any, depth: int) -> Any:
    import torch

    if body[0] not in TENSOR_TYPES:
        raise WireError("unknown tensor type")
    dtype = getattr(torch, body[0])  # one of twelve names that we wrote down
    blob = decoder.blob(body[2])
    shape = checked_shape(body[1], blob, dtype.itemsize)
    decoder.spend(shape, dtype.itemsize)
    flat = torch.frombuffer(bytearray(blob), dtype=dtype) if blob else torch.empty(0, dtype=dtype)
    return flat.reshape(shape)


_READERS: dict[str, Callable[[Decoder, Any, int], Any]] = {
    "ellipsis": lambda decoder, body, depth: Ellipsis,
    "int": lambda decoder, body, depth: _integer(body),
    "float": lambda decoder, body, depth: _number(body),
    "complex": lambda decoder, body, depth: complex(*_sequence(decoder, body, depth)),
    "bytes": lambda decoder, body, depth: decoder.text(body),
    "list": _sequence,
    "tuple": lambda decoder, body, depth: tuple(_sequence(decoder, body, depth)),
    "dict": _mapping,
    "set": _set,
    "frozenset": lambda decoder, body, depth: frozenset(_set(decoder, body, depth)),
    "slice": _slice,
    "table": lambda decoder, body, depth: tables.built(decoder.decode(body, depth), bounded=decoder.bounded),
    "tensor": _tensor,
    "array": lambda decoder, body, depth: arrays.of_numbers(decoder, body),
    "entries": lambda decoder, body, depth: arrays.of_entries(
        decoder, body, _sequence(decoder, body[2], depth)
    ),
    "object": lambda decoder, body, depth: decoder.resolve(body),
}
