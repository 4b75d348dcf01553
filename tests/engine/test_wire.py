"""Plain data on the wire: what goes in comes out, and what is not plain data is refused."""

from __future__ import annotations

import contextlib
import json
import math
import socket
import struct
import threading
import time

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.kernel import plain, wire
from autograder.kernel.tables import MOST_LEVELS


def no_handle(value):
    raise plain.NotPlain(f"{type(value).__name__} is no plain data")


def round_trip(value, max_bytes=1 << 24):
    encoder = plain.Encoder(no_handle, max_bytes)
    tree = json.loads(json.dumps(encoder.encode(value)))
    return plain.Decoder(encoder.blobs, lambda body: body).decode(tree)


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=50)
    | st.binary(max_size=50) | st.just(...) | st.complex_numbers(allow_nan=False)
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=8) | st.integers(-1000, 1000), inner, max_size=4)
    ),
    max_leaves=12,
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    | st.builds(lambda kind, body: {kind: body}, st.sampled_from(sorted(plain._READERS)), inner),
    max_leaves=20,
)  # fmt: skip


@given(values)
def test_plain_values_survive_with_their_types(value):
    back = round_trip(value)
    assert back == value
    assert type(back) is type(value)


def test_numbers_that_json_lacks_survive():
    assert math.isnan(round_trip(float("nan")))
    assert round_trip([float("inf"), float("-inf")]) == [float("inf"), float("-inf")]
    assert round_trip(-(10**400)) == -(10**400)
    assert round_trip(1) == 1
    assert type(round_trip(True)) is bool


@pytest.mark.parametrize("dtype", sorted(plain.TENSOR_TYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 1, 3)])
def test_tensors_of_every_type_and_shape_survive(dtype, shape):
    tensor = (torch.arange(math.prod(shape)).reshape(shape) % 2).to(getattr(torch, dtype))
    back = round_trip(tensor)
    assert back.dtype == tensor.dtype
    assert back.shape == tensor.shape
    assert torch.equal(back, tensor)


@pytest.mark.parametrize("dtype", sorted(plain.ARRAY_TYPES))
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 1, 3)])
def test_arrays_of_every_type_and_shape_survive(dtype, shape):
    array = np.arange(math.prod(shape)).reshape(shape).astype(dtype)
    back = round_trip(array)
    assert back.dtype == array.dtype
    assert np.array_equal(back, array)


def ragged(*entries):
    array = np.empty(len(entries), dtype=object)
    array[:] = entries
    return array


@pytest.mark.parametrize(
    "array",
    [
        np.array(["a", "longer"]), np.array([["ä"], [""]]), np.array([b"ab", b"c"]), np.array([], dtype="U1"),
        np.array(["a", None, 3, 2.5, True], dtype=object), np.array("a", dtype=object), np.empty((0, 3), dtype=object),
        np.array(["2020-01-01", "NaT"], "datetime64[D]"), np.array([3, -1], "timedelta64[ms]"),
        np.datetime64("2020-01-01T05"),
    ],
    ids=lambda array: f"{array.dtype}-{array.shape}",
)  # fmt: skip
def test_arrays_of_text_times_and_objects_survive(array):
    back = round_trip(array)
    assert (type(back), back.dtype, back.shape) == (type(array), array.dtype, array.shape)
    assert back.tolist() == array.tolist()


def test_arrays_in_an_array_survive():
    back = round_trip(ragged(np.arange(2.0), [1, "x"]))
    assert np.array_equal(back[0], np.arange(2.0))
    assert back[1] == [1, "x"]


@pytest.mark.parametrize("dtype", [">f4", ">i8", np.longdouble])
def test_numbers_in_another_order_of_bytes_come_as_this_machine_writes_them(dtype):
    back = round_trip(np.array([1, -2], dtype))
    assert back.dtype in (np.float32, np.int64, np.float64)
    assert back.dtype.isnative
    assert back.tolist() == [1, -2]


@pytest.mark.parametrize(
    "values", [pd.Series(["a", "b", "a"]).unique(), pd.Series([1, None], dtype=object).array]
)
def test_the_values_of_a_column_survive(values):
    assert type(round_trip(values)) is type(values)
    assert round_trip(values).tolist() == values.tolist()


@pytest.mark.parametrize(
    "index",
    [
        pd.RangeIndex(2, 9, 3), pd.Index(["a", "b"], name="n"), pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]),
        pd.DatetimeIndex(["2020-01-01"]), pd.Index([]),
    ],
)  # fmt: skip
def test_labels_by_themselves_survive(index):
    pd.testing.assert_index_equal(round_trip(index), index)


def test_a_short_message_makes_no_large_array():
    """NumPy gives each text the room of the longest one."""
    nodes = ["x" * 100_000, *[""] * 10_000]
    with pytest.raises(wire.FrameTooLarge):
        plain.Decoder([], no_handle, max_bytes=1 << 24).decode({"entries": ["str", [len(nodes)], nodes]})


def test_views_gradients_and_parameters_become_plain_tensors():
    parameter = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
    assert torch.equal(round_trip(parameter.T), parameter.detach().T)
    assert not round_trip(parameter * 2).requires_grad
    assert torch.equal(round_trip(torch.arange(3).expand(2, 3)), torch.arange(3).expand(2, 3))


@pytest.mark.parametrize(
    "value",
    [
        torch.zeros(1).expand(1 << 40),
        torch.eye(3).to_sparse(),
        torch.zeros(3, device="meta"),
        np.broadcast_to(np.zeros(1), (1 << 40,)),
        np.array([object()]),
        np.zeros(1, dtype=[("a", "i4")]),
        np.broadcast_to(np.array(["long" * 1000]), (1 << 20,)),
        "x" * (1 << 25),
    ],
    ids=["expanded", "sparse", "meta", "broadcast", "objects", "fields", "texts", "long"],
)
def test_values_that_lie_about_their_size_or_hold_no_numbers_are_not_sent(value):
    with pytest.raises(plain.NotPlain):
        round_trip(value)


def test_tensors_with_any_stride_are_sent():
    table = torch.arange(12.0).reshape(4, 3)
    for view in (
        table[1:2, 1],
        table[:, 1],
        table.T,
        table[::2, ::2],
        torch.rand(2).expand(3, 2),
        table[0:0],
    ):
        assert torch.equal(round_trip(view), view)


@pytest.mark.parametrize("levels", [MOST_LEVELS, MOST_LEVELS + 1])
def test_a_table_has_so_many_levels_of_labels_and_no_more(levels):
    """Each takes pandas as long as thousand numbers do."""
    series = pd.Series([1.0], pd.MultiIndex.from_arrays([[1]] * levels))
    if levels == MOST_LEVELS:
        pd.testing.assert_series_equal(round_trip(series), series)
    else:
        with pytest.raises(wire.WireError, match="levels"):
            round_trip(series)


def test_what_a_table_cannot_hold_is_named():
    with pytest.raises(plain.NotPlain, match="the series holds a object"):
        round_trip(pd.Series(["text", object()], dtype=object))
    with pytest.raises(plain.NotPlain, match="column 't' holds a Timestamp"):
        round_trip(pd.DataFrame({"t": pd.to_datetime(["2020-01-01"]).tz_localize("UTC")}))


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": [1.5, float("nan")], "d": [True, False]}),
        pd.DataFrame({"t": pd.to_datetime(["2020-01-01", None])}, index=["u", "v"]),
        pd.DataFrame({("a", 1): [1], ("a", 2): [2.0]}).rename_axis(index="row"),
        pd.DataFrame({"a": [1, 1], "b": ["x", "y"], "c": [0.5, 2]}).groupby(["a", "b"]).sum(),
        pd.DataFrame([[1, 2]], columns=["same", "same"]),
        pd.DataFrame({"mixed": [1, "x", None, 2.5, np.int64(7), True]}),
        pd.DataFrame(), pd.DataFrame(index=range(3)), pd.DataFrame({"a": []}), pd.DataFrame(index=["x"]),
        pd.DataFrame({"a": [1, 2, 3]})[::2],
        pd.Series([1.5, 2.5], name="s"), pd.Series({"x": 1, "y": 2}), pd.Series([], dtype="float32"),
    ],
    ids=lambda table: "-".join(map(str, getattr(table, "columns", ["series"]))) or "no columns",
)  # fmt: skip
def test_tables_keep_labels_columns_and_types(table):
    back = round_trip(table)
    same = pd.testing.assert_frame_equal if table.ndim == 2 else pd.testing.assert_series_equal
    same(back, table)


def test_sets_and_keys_keep_what_they_hold():
    for value in ({1, "a", None, 2.5}, frozenset([(1, 2), ("a",)]), set(), {(0, 1): {2}}):
        assert round_trip(value) == value
        assert type(round_trip(value)) is type(value)
    assert round_trip({np.int64(3): 1}) == {3: 1}
    assert round_trip({np.float32(0.5), (np.int64(1),)}) == {0.5, (1,)}
    assert round_trip([slice(1, None, 2), slice("a", "b")]) == [slice(1, None, 2), slice("a", "b")]


@pytest.mark.parametrize(
    "odd", [{2**60}, {b"x"}, {(1, (2, 3))}, {tuple(range(17))}, {(n,) for n in range(2001)}]
)
def test_sets_that_could_be_made_slow_stay_objects(odd):
    with pytest.raises(plain.NotPlain):
        round_trip(odd)


@pytest.mark.parametrize("loop", [[0], ragged(0)], ids=["list", "array"])
def test_cyclic_values_are_not_sent(loop):
    loop[0] = loop
    with pytest.raises(plain.NotPlain):
        round_trip(loop)


@given(json_values, st.lists(st.binary(max_size=32), max_size=3))
def test_the_decoder_gives_a_value_or_refuses_whatever_it_is_given(tree, blobs):
    with contextlib.suppress(wire.WireError):
        plain.Decoder(blobs, lambda body: body).decode(tree)


@pytest.mark.parametrize(
    "tree",
    [
        {"tensor": ["float32", [1 << 40], 0]},
        {"tensor": ["float32", [-1], 0]},
        {"tensor": ["load", [1], 0]},
        {"tensor": ["float32", [1], 5]},
        {"tensor": ["float32", [True], 0]},
        {"array": ["object", [1], 0]},
        {"entries": ["str", [2], ["a"]]},
        {"entries": ["str", [-1], []]},
        {"entries": ["str", [1], [1]]},
        {"entries": ["bytes", [1], ["a"]]},
        {"entries": ["float64", [1], [1.0]]},
        {"entries": ["datetime64", [1], [1]]},
        {"entries": ["datetime64[s]", [1], [1.5]]},
        {"entries": ["datetime64[s]", [1], [{"int": "f" * 17}]]},
        {"entries": ["object", [0] * 17, []]},
        {"entries": ["object", [1 << 40, 0], []]},
        {"entries": [["str"], [1], ["a"]]},
        {"table": {"tuple": ["range", {"list": [0, 1 << 40, 1]}, {"list": [None]}]}},
        {"int": "z" * 10},
        {"float": "1e400"},
        {"eval": "1"},
        {"a": 1, "b": 2},
        {"dict": [[{"list": []}, 1]]},
        {"dict": [[{"int": "1fffffffffffffff"}, 1]]},
        {"dict": [[{"tuple": [{"list": []}]}, 1]]},
        {"dict": [[{"tuple": [{"int": "1fffffffffffffff"}]}, 1]]},
        {"dict": [[{"tuple": [n]}, 1] for n in range(2001)]},
        {"dict": [[{"tuple": [0] * 17}, 1]]},
        {"set": 3},
        {"set": [{"list": []}]},
        {"set": [{"object": {}}]},
        {"frozenset": [{"int": "1fffffffffffffff"}]},
        {"slice": [1, 2]},
        {"slice": [{"list": []}, 1, 1]},
        {"slice": [1.5, 2, 3]},
        {"list": [{"bytes": 0}, {"bytes": 0}]},
    ],
)
def test_lying_descriptions_are_refused(tree):
    with pytest.raises(wire.WireError):
        plain.Decoder([b"\0" * 8], lambda body: body).decode(tree)


# --- frames -------------------------------------------------------------------------------------


@pytest.fixture
def pair():
    left, right = socket.socketpair()
    left.setblocking(False)
    with left, right:
        yield left, right


def soon(seconds=5.0):
    return time.monotonic() + seconds


def test_a_frame_larger_than_the_sockets_buffers_arrives_whole(pair):
    left, right = pair
    blobs = [bytes(3 << 20), b"", b"abc"]
    sender = threading.Thread(target=wire.send, args=(left, {"op": "x"}, blobs, soon(20)))
    sender.start()
    message, received = wire.receive(right, 1 << 24)
    sender.join()
    assert message == {"op": "x"}
    assert received == blobs


def test_a_deadline_without_a_frame_is_named(pair):
    left, _ = pair
    with pytest.raises(wire.DeadlinePassed):
        wire.receive(left, 1 << 20, time.monotonic() + 0.05)


def test_a_closed_channel_is_named(pair):
    left, right = pair
    right.close()
    with pytest.raises(wire.Disconnected):
        wire.receive(left, 1 << 20, soon())


def test_a_prefix_that_promises_too_much_is_refused_before_anything_is_read(pair):
    left, right = pair
    right.send(struct.pack(">IQ", 10, 1 << 60))
    with pytest.raises(wire.WireError, match="too large"):
        wire.receive(left, 1 << 20, soon())


@given(st.binary(min_size=0, max_size=200))
def test_any_bytes_are_a_frame_or_a_named_error(data):
    left, right = socket.socketpair()
    left.setblocking(False)
    with left, right:
        right.send(data or b"\0")
        right.shutdown(socket.SHUT_WR)
        with contextlib.suppress(wire.WireError):
            wire.receive(left, 1 << 16, soon())


@given(json_values)
def test_any_json_is_a_message_or_a_named_error(value):
    left, right = socket.socketpair()
    left.setblocking(False)
    header = json.dumps(value).encode()
    with left, right:
        right.send(struct.pack(">IQ", len(header), 0) + header)
        right.shutdown(socket.SHUT_WR)
        with contextlib.suppress(wire.WireError):
            wire.receive(left, 1 << 16, soon())


def test_what_a_subclass_says_of_itself_does_not_matter():
    class Liar(torch.Tensor):
        @property
        def shape(self):
            return torch.Size([7])

        def numel(self):
            return 7

        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            return torch.ones(7)

    class ArrayLiar(np.ndarray):
        @property
        def shape(self):
            return (7,)

        def tobytes(self, order="C"):
            return b"lies"

    assert torch.equal(round_trip(torch.zeros(2).as_subclass(Liar)), torch.zeros(2))
    assert np.array_equal(round_trip(np.zeros(2).view(ArrayLiar)), np.zeros(2))


def test_a_header_of_endless_lists_is_refused_before_it_is_parsed():
    ours, theirs = socket.socketpair()
    header = b'{"m": {"value": [' + b"[]," * 400_000 + b'[]]}, "b": []}'
    with ours, theirs:
        sender = threading.Thread(target=theirs.sendall, args=(struct.pack(">IQ", len(header), 0) + header,))
        sender.start()
        with pytest.raises(wire.WireError, match="too many parts"):
            wire.receive(ours, 1 << 26, time.monotonic() + 30)
        sender.join()


@pytest.mark.parametrize(
    ("tree", "size"),
    [
        ({"tensor": ["bool", [1000], 0]}, 1000), ({"tensor": ["float32", [10, 100], 0]}, 4000),
        ({"array": ["uint8", [1000], 0]}, 1000), ({"tensor": ["complex128", [500], 0]}, 8000),
    ],
)  # fmt: skip
def test_every_number_counts_as_what_it_becomes(tree, size):
    assert plain.Decoder([bytes(size)], None, 8000).decode(tree) is not None
    with pytest.raises(wire.FrameTooLarge):
        plain.Decoder([bytes(size)], None, 7999).decode(tree)


@pytest.mark.parametrize(
    "value", [torch.zeros(1000, dtype=torch.bool), np.zeros(1000, "int8"), np.zeros(1000)]
)
def test_the_honest_side_counts_them_alike(value):
    assert plain.Encoder(None, 8000).encode(value)
    with pytest.raises(plain.TooLarge):
        plain.Encoder(None, 7999).encode(value)


@pytest.mark.parametrize(
    ("message", "blobs", "error"),
    [
        ({"value": [[]] * wire.MAX_CONTAINERS}, [], wire.TooManyParts),
        ({"value": "{" * (wire.MAX_CONTAINERS + 1)}, [], wire.TooManyParts),
        ({}, [b""] * (wire.MAX_BLOBS + 1), wire.TooManyParts),
        ({"value": "x" * wire.MAX_HEADER}, [], wire.FrameTooLarge),
    ],
)
def test_what_the_other_side_would_refuse_is_not_sent(pair, message, blobs, error):
    ours, theirs = pair
    with pytest.raises(error):
        wire.send(theirs, message, blobs)
    wire.send(theirs, {"still": "here"}, [])
    assert wire.receive(ours, 1 << 20, soon()) == ({"still": "here"}, [])
