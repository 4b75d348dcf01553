"""Answers with anything in them: a value, or one of the named errors.

The student's side is played by bytes on a real socket pair, and its process by a real one that has ended.
Everything is derived, not random: each run tries the same examples.
"""

from __future__ import annotations

import inspect
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from itertools import islice
from operator import setitem
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import StudentCodeError
from autograder.grading.namespace import bases_of, call_and_arguments, call_and_output, shown
from autograder.kernel import plain, wire
from autograder.kernel.clock import StudentClock
from autograder.kernel.conversation import Conversation
from autograder.kernel.proxy import RemoteObject
from autograder.kernel.remote import RemoteNamespace
from autograder.model import FewerRows
from autograder.notebook.own_lines import OwnLines
from autograder.sandbox.launcher import StudentProcess
from tests.engine.fuzzing import fuzz, never_hangs, places  # noqa: F401  never_hangs acts by being here

REPLY_BYTES = 1 << 20
FUZZ = fuzz(150)


@pytest.fixture(scope="module")
def ended_process() -> Iterator[StudentProcess]:
    """A process that signals no longer reach."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        pidfd = os.pidfd_open(child.pid)
        child.wait()
        yield StudentProcess(child.pid, pidfd)
        os.close(pidfd)


# What the other side may say: every kind of message, as it should be and not.

TENSORS = st.sampled_from(
    [
        torch.zeros(2, 3),
        torch.tensor(1),
        np.arange(4.0),
        np.float32(2),
        torch.ones(0),
        torch.tensor([True]),
        {1, "a"},
        frozenset([(1, 2)]),
        slice(1, None),
        pd.Series([1, 2], name="s"),
        pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=["u", "v"]),
        pd.Index(["u", "v"]),
        pd.Series(["u", "v"]).unique(),
        np.array([["a", "bc"]]),
        np.array([1, None, "a"], dtype=object),
        np.array(["2020-01-01"], dtype="datetime64[D]"),
    ]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=6)
    | st.binary(max_size=6) | st.complex_numbers() | st.just(...) | TENSORS,
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner) | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=6)
    | st.sampled_from([1 << 60, -1, 10**300, "float32", "x" * 5000, "object", "list"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    | st.builds(lambda kind, body: {kind: body}, st.sampled_from(sorted(plain._READERS)), inner)
    | st.builds(lambda body: {"object": {"id": body, "kind": body, "callable": body}}, inner),
    max_leaves=8,
)  # fmt: skip


def handle(value: object) -> dict[str, Any]:
    return {"id": id(value) % 1000, "kind": "thing", "callable": True}


@st.composite
def encoded(draw: st.DrawFn) -> tuple[Any, list[bytes]]:
    """A value as it is sent, perhaps with one part of it changed, and its blobs."""
    encoder = plain.Encoder(handle, REPLY_BYTES)
    tree = encoder.encode(draw(VALUES))
    blobs = encoder.blobs
    if draw(st.booleans()):
        tree = changed(draw, tree)
    if blobs and draw(st.integers(0, 3)) == 0:
        blobs = draw(st.permutations([*blobs, b"", blobs[0] + b"x"]))
    return tree, blobs


def changed(draw: st.DrawFn, tree: Any) -> Any:
    """The tree with another value in one place."""
    path = draw(st.sampled_from(list(places(tree))))
    if not path:
        return draw(WILD)
    tree = deepcopy(tree)
    holder = tree
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = draw(WILD)
    return tree


@st.composite
def frames(draw: st.DrawFn, number: int) -> bytes:
    """What comes back for one request: perhaps calls of our functions, then a reply; perhaps damaged."""
    stream = b""
    for _ in range(draw(st.integers(0, 2))):
        args, blobs = draw(encoded())
        which = draw(st.integers(-1, 3) | WILD)
        arguments = draw(st.just({"tuple": [args]}) | WILD)
        stream += framed(
            {"callback": which, "args": arguments, "kwargs": draw(st.just({"dict": []}) | WILD)}, blobs
        )
    tree, blobs = draw(encoded())
    message = draw(
        st.sampled_from(
            [
                {"value": tree},
                {"raised": {"type": "E", "text": "t", "where": "w"}},
                {"bad": "no"},
                {"interrupted": True},
                {},
            ]
        )
    )
    message = {"n": number} | message
    if draw(st.booleans()):
        message = changed(draw, message)
    stream += framed(message, blobs)
    if draw(st.integers(0, 2)) == 0:
        at = draw(st.integers(0, len(stream) - 1))
        kind = draw(st.sampled_from(["change", "lose", "insert", "cut"]))
        if kind == "change":
            stream = stream[:at] + bytes([draw(st.integers(0, 255))]) + stream[at + 1 :]
        elif kind == "lose":
            stream = stream[:at] + stream[at + draw(st.integers(1, 20)) :]
        elif kind == "insert":
            stream = stream[:at] + draw(st.binary(max_size=20)) + stream[at:]
        else:
            stream = stream[:at]
    return stream


def framed(message: Any, blobs: list[bytes]) -> bytes:
    header = json.dumps({"m": message, "b": [len(blob) for blob in blobs]}).encode()
    return struct.pack(">IQ", len(header), sum(map(len, blobs))) + header + b"".join(blobs)


@contextmanager
def said_by(theirs: socket.socket, stream: bytes) -> Iterator[None]:
    """Have a socket say ``stream`` and nothing more; in a thread, since it may hold more than a socket does."""

    def say() -> None:
        with suppress(OSError):  # nobody listens any more
            theirs.sendall(stream)
            theirs.shutdown(socket.SHUT_WR)

    speaker = threading.Thread(target=say)
    speaker.start()
    try:
        yield
    finally:
        with suppress(OSError):
            theirs.shutdown(socket.SHUT_RDWR)
        speaker.join()


@contextmanager
def conversation(process: StudentProcess, stream: bytes, seconds: float = 30.0) -> Iterator[Conversation]:
    """A conversation whose other side has said ``stream`` and says nothing more."""
    ours, theirs = socket.socketpair()
    with ours, theirs, said_by(theirs, stream):
        ours.setblocking(False)
        talk = Conversation(ours, process, seconds, StudentClock(1).deadline(60), REPLY_BYTES, OwnLines())
        talk.usable = True
        yield talk


def requests(talk: Conversation) -> list[Callable[[], Any]]:
    """One request of each kind; the first puts a function of ours into the notebook."""
    names = RemoteNamespace(talk)
    thing = RemoteObject(talk, 3, "thing", True)
    return [
        lambda: names.__setitem__("double", lambda x: x * 2),
        lambda: names.get("x"),
        lambda: names["x"],
        lambda: thing.weights,
        lambda: thing(torch.ones(2), key=[1, None]),
        lambda: setattr(thing, "weights", np.zeros(2)),
        lambda: names.rerun("x", {"f": len}),
        lambda: names.rerun_on_fewer(FewerRows("x", torch.ones(2), ("y",), {4: 2}), 0),
        lambda: call_and_arguments(thing, (torch.ones(2),)),
        lambda: len(thing),
        lambda: thing[1:2],
        lambda: setitem(thing, "a", 1),
        lambda: 3 in thing,
        lambda: bool(RemoteObject(talk, 3, "thing", False)),
        lambda: next(thing, None),
        lambda: [*islice(thing, 300)],
        lambda: str(inspect.signature(thing)),
        lambda: isinstance(3, thing),
        lambda: bases_of(thing),
        lambda: call_and_output(thing, 1, key=2),
        lambda: str(thing),
        lambda: shown(thing),
    ]


MAY_BE_MISSING = 2
"""The position of the request that may say, like any mapping, that there is no such name."""

PLAIN = (
    type(None),
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    list,
    tuple,
    dict,
    set,
    frozenset,
    slice,
    pd.DataFrame,
    pd.Series,
    pd.Index,
    pd.api.extensions.ExtensionArray,
    torch.Tensor,
    np.ndarray,
    np.generic,
    type(...),
)


@FUZZ
@given(
    stream=st.tuples(*[frames(number) for number in range(1, 22)]), seconds=st.sampled_from([30.0, 30.0, 0.0])
)
def test_any_answer_is_a_value_or_a_named_error(
    ended_process: StudentProcess, stream: tuple[bytes, ...], seconds: float
) -> None:
    with conversation(ended_process, b"".join(stream), seconds) as talk:
        for position, request in enumerate(requests(talk)):
            try:
                value = request()
            except StudentCodeError as error:
                str(error).encode("utf-8", "backslashreplace")
            except KeyError:
                assert position == MAY_BE_MISSING
            except TypeError as error:
                assert "has no len()" in str(error)  # noqa: PT017  the answer says that there is none
            else:
                assert isinstance(value, (*PLAIN, RemoteObject))
                if isinstance(value, RemoteObject):
                    assert repr(value).startswith("<a ")
                    assert value != value.kind


@FUZZ
@given(stream=frames(1) | st.binary(max_size=60) | WILD.map(lambda message: framed(message, [])))
def test_any_greeting_is_a_beginning_or_none(ended_process: StudentProcess, stream: bytes) -> None:
    with conversation(ended_process, stream) as talk:
        talk.begin()
        assert talk.usable in (True, False)


@FUZZ
@given(st.lists(frames(1), min_size=1, max_size=3).map(b"".join))
def test_any_stream_is_read_as_frames_until_a_named_error(stream: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, said_by(theirs, stream):
        ours.setblocking(False)
        received = 0
        with suppress(wire.WireError):
            while True:
                message, blobs = wire.receive(ours, REPLY_BYTES, time.monotonic() + 30)
                assert isinstance(message, dict)
                received += 1 + sum(map(len, blobs))
        assert received <= len(stream)


@FUZZ
@given(encoded())
def test_any_description_of_a_value_is_a_value_or_refused(description: tuple[Any, list[bytes]]) -> None:
    tree, blobs = json.loads(json.dumps(description[0])), description[1]
    with suppress(wire.WireError):
        assert isinstance(plain.Decoder(blobs, lambda body: None).decode(tree), PLAIN)


@pytest.mark.parametrize("depth", [10, 500, *range(900, 1001, 4), 5000, 100_000])
@pytest.mark.parametrize("key", ["value", "bad", "raised"])
def test_answers_nested_to_the_edge_of_the_parser(
    ended_process: StudentProcess, depth: int, key: str
) -> None:
    header = b'{"m": {"n": 1, "%s": ' % key.encode() + b"[" * depth + b"]" * depth + b'}, "b": []}'
    with (
        conversation(ended_process, struct.pack(">IQ", len(header), 0) + header) as talk,
        pytest.raises(StudentCodeError),
    ):
        talk.ask("get", name="x")


@pytest.mark.parametrize(
    "answer",
    [
        {"tensor": ["float32", [0, 1 << 62], 0]},
        {"tensor": ["float32", [1 << 62, 1 << 62, 0], 0]},
        {"array": ["float64", [0] * 16, 0]},
        {"array": ["float64", [1 << 70, 0], 0]},
        {"tensor": ["bool", [4], 0]},
        {"list": [{"bytes": 0}] * 2},
        {"dict": [[{"float": "nan"}, 1]] * 1000},
        {"dict": [[1, 2, 3]]},
        {"dict": 7},
        {"complex": [{"list": []}, 1]},
        {"complex": [1, 2, 3]},
        {"object": {"id": True, "kind": "x", "callable": True}},
        {"object": {"id": 1, "kind": "x" * 10_000, "callable": "yes"}},
        {"float": ["nan"]},
        {"int": "0x" + "f" * 9000},
        {"tensor": [["float32"], [1], 0]},
        {"tensor": {"0": 1}},
        {"tensor": []},
    ],
    ids=lambda answer: str(answer)[:40],
)
@pytest.mark.parametrize("blob", [b"", b"\2\3\4\5"])
def test_descriptions_that_lie(ended_process: StudentProcess, answer: dict[str, Any], blob: bytes) -> None:
    with conversation(ended_process, framed({"n": 1, "value": answer}, [blob])) as talk:
        try:
            value = talk.ask("get", name="x")
        except StudentCodeError:
            return
    assert isinstance(value, (*PLAIN, RemoteObject))
    assert isinstance(value, int) or len(repr(value)) < 100_000
