"""Frames on a stream socket: a JSON header and its blobs, with size caps and deadlines.

A frame is::

    4 bytes   length of the header, big endian
    8 bytes   length of all blobs together
    header    JSON: {"m": message, "b": [length of each blob]}
    blobs     their bytes, one after the other

Both sides import this module, so it imports neither engine nor lab.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

Deadline = float | Callable[[], float]
"""A value of ``time.monotonic()``, or what says how many seconds are left for certain, at most 0 for none."""

_PREFIX = struct.Struct(">IQ")
MAX_HEADER = 16 << 20
"""Bytes of a header: half a million numbers. Numbers in tensors and arrays are blobs."""

MAX_BLOBS = 20_000
"""Blobs of a frame: each costs ten microseconds and some hundred bytes, as a tensor even when it is empty."""

MAX_CONTAINERS = 300_000
"""Lists and objects in a header. Each takes some hundred bytes of memory, and three of the header."""


class WireError(Exception):
    """The other side sent bytes that are not a frame, or a value that is not in the vocabulary."""


class FrameTooLarge(WireError):
    """The other side announces more bytes than a frame may have here."""


class TooManyParts(WireError):
    """A frame has more lists, objects or blobs than one may have here."""


class Disconnected(WireError):
    """The other side is gone."""


class DeadlinePassed(WireError):
    """No complete frame arrived in time."""


def send(
    channel: socket.socket,
    message: dict[str, Any],
    blobs: list[bytes],
    deadline: Deadline | None = None,
    max_header: int = MAX_HEADER,
) -> None:
    """Send one frame; nothing of it where the other side would not take it.

    Args:
        deadline: by which it must be gone; ``None`` waits.
        max_header: bytes of the header that the other side takes.

    Raises:
        FrameTooLarge, TooManyParts: it would refuse the frame.
        Disconnected: the other side is gone.
        DeadlinePassed: it does not read.
    """
    header = json.dumps({"m": message, "b": [len(blob) for blob in blobs]}).encode("utf-8", "surrogatepass")
    if len(header) > min(MAX_HEADER, max_header):
        raise FrameTooLarge(f"a frame of {len(header)} bytes is too large")
    _check_parts(header, len(blobs))
    data = memoryview(b"".join([_PREFIX.pack(len(header), sum(map(len, blobs))), header, *blobs]))
    flags = socket.MSG_NOSIGNAL | _without_waiting(deadline)
    while data:
        _check(deadline)
        try:
            sent = channel.send(data, flags)
        except BlockingIOError:
            _wait(channel, deadline, write=True)
            continue
        except OSError as reason:
            raise Disconnected(str(reason)) from None
        data = data[sent:]


def receive(
    channel: socket.socket, max_bytes: int, deadline: Deadline | None = None
) -> tuple[dict[str, Any], list[bytes]]:
    """Receive one frame: its message and its blobs.

    Args:
        max_bytes: limit for all blobs together, and for the header.
        deadline: by which the whole frame must be here.

    Raises:
        Disconnected, DeadlinePassed, FrameTooLarge, WireError: no frame, none in time, too large, not one.
    """
    header_size, blob_size = _PREFIX.unpack(_read(channel, _PREFIX.size, deadline))
    if header_size > min(MAX_HEADER, max_bytes) or blob_size > max_bytes:
        raise FrameTooLarge(f"a frame of {header_size + blob_size} bytes is too large")
    data = _read(channel, header_size + blob_size, deadline)
    header = data[:header_size]
    _check_parts(header, 0)
    try:
        parsed = json.loads(header)
        message, lengths = parsed["m"], parsed["b"]
    except (ValueError, TypeError, KeyError, RecursionError, MemoryError):
        raise WireError("the header is not a message") from None
    if not isinstance(message, dict) or not isinstance(lengths, list):
        raise WireError("the header is not a message")
    _check_parts(b"", len(lengths))
    if any(type(n) is not int or n < 0 for n in lengths) or sum(lengths) != blob_size:
        raise WireError("the blobs do not fit their lengths")
    blobs, start, view = [], header_size, memoryview(data)
    for length in lengths:
        blobs.append(bytes(view[start : start + length]))
        start += length
    return message, blobs


def _check_parts(header: bytes | bytearray, blobs: int) -> None:
    if header.count(b"[") + header.count(b"{") > MAX_CONTAINERS or blobs > MAX_BLOBS:
        raise TooManyParts("the value has too many parts")


def _read(channel: socket.socket, count: int, deadline: Deadline | None) -> bytearray:
    # Grows with what really arrives: a lying prefix must not make us allocate its number.
    data = bytearray()
    flags = _without_waiting(deadline)
    while len(data) < count:
        _check(deadline)
        try:
            part = channel.recv(min(count - len(data), 1 << 20), flags)
        except BlockingIOError:
            _wait(channel, deadline, write=False)
            continue
        except OSError as reason:
            raise Disconnected(str(reason)) from None
        if not part:
            raise Disconnected("the other side closed the channel")
        data += part
    return data


def _without_waiting(deadline: Deadline | None) -> int:
    """The flag with which a call does not wait, where :func:`_wait` is to do that."""
    return 0 if deadline is None else socket.MSG_DONTWAIT


def _check(deadline: Deadline | None) -> None:
    if deadline is not None and _left(deadline) <= 0:
        raise DeadlinePassed


def _left(deadline: Deadline) -> float:
    """Seconds until a deadline, for certain."""
    return deadline() if callable(deadline) else deadline - time.monotonic()


def _wait(channel: socket.socket, deadline: Deadline | None, *, write: bool) -> None:
    """Wait until the channel can be used, or for as long as is left for certain: it may be more then."""
    if deadline is None:
        return
    watched = select.poll()
    watched.register(channel, select.POLLOUT if write else select.POLLIN)
    watched.poll(max(_left(deadline), 0) * 1000)
