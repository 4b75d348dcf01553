"""Values of odd kinds: numbers where they are numbers, and words for everything else, at little cost."""

from __future__ import annotations

import copy
import time
import warnings

import numpy as np
import pandas as pd
import pytest
import torch

from autograder.grading.checks import MOST_TENSORS, CheckFailed, agrees, as_tensor, closest_comparison, equal
from autograder.grading.student_text import StudentText
from autograder.grading.verdicts import verdict
from autograder.model import Ending

DEEP: list = [1.0]
for _ in range(16):
    DEEP = [DEEP, DEEP]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0), (True, 1.0), (2.5, 2.5), ([1, 2.5], [1.0, 2.5]), ((1, 2), [1.0, 2.0]),
        (np.float32(0.5), 0.5), (np.uint64(2**63), 2.0**63), (np.float16("inf"), float("inf")),
        (np.array([True, False]), [1.0, 0.0]), (np.array([1, 2], "uint16"), [1.0, 2.0]),
        (torch.tensor([True]), [1.0]), (torch.full((1,), 2.0, dtype=torch.bfloat16), [2.0]),
        ([np.array([1, 2]), np.array([3, 4])], [[1.0, 2.0], [3.0, 4.0]]),
        ([np.float32(1), np.float64(2)], [1.0, 2.0]),
        ([torch.tensor(1), 2.0, np.array(3)], [1.0, 2.0, 3.0]),
        (pd.DataFrame({"a": [1, 2], "b": [0.5, 1]}), [[1.0, 0.5], [2.0, 1.0]]),
        ([pd.Series([1, 2], index=[7, 9]), pd.Series([3.0, 4.0])], [[1.0, 2.0], [3.0, 4.0]]),
        ([[np.array([1.0])], [torch.tensor([2])]], [[[1.0]], [[2.0]]]),
    ],
)  # fmt: skip
def test_numbers_of_every_kind_are_numbers(value, expected):
    assert torch.equal(as_tensor(value, "x"), torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize(
    "value",
    [
        pd.DataFrame({"a": ["1"]}), pd.Series([True, 1.5], dtype=object), None, ..., (), "12", b"12", {}, {"a": 1}, [None], ["x"], [[1], [1, 2]], [{}], object(), 10**400, [10**400],
        1j, np.complex64(1), np.array(1 + 2j), np.array([1 + 0j]), torch.tensor([1j]), [1j], [np.array([1j])],
        [torch.tensor([1.0]), torch.tensor([1.0, 2.0])], [torch.tensor(1.0), "x"],
        [torch.zeros(())] * (MOST_TENSORS + 1), [np.zeros(1)] * (MOST_TENSORS + 1), [[torch.zeros(1)], 3 * [10**400]],
    ],
    ids=lambda value: f"{type(value).__name__}",
)  # fmt: skip
def test_what_is_no_number_is_a_failed_check_with_words(value):
    with warnings.catch_warnings(action="error"), pytest.raises(CheckFailed, match="x "):
        as_tensor(value, "x")


@pytest.mark.parametrize(
    "value",
    [DEEP, [np.zeros(400_000)] * 20, [[0.5] * 1000] * 500, [np.zeros(3)] * 20_000, np.zeros((1,) * 16)],
    ids=["nested", "arrays", "lists", "many", "dimensions"],
)
def test_large_values_are_read_in_little_time(value):
    began = time.thread_time()
    as_tensor(value, "x")
    assert time.thread_time() - began < 2


def test_the_comparison_closest_to_another_outcome_is_remembered_on_either_side():
    one = torch.ones(2, dtype=torch.float64)
    with closest_comparison() as closest:
        agrees(one, one)  # exact
        assert closest == []
        agrees(one * (1 + 1e-6), one, rtol=1e-3, floor=0)
        assert closest == [pytest.approx(1e-3)]
        agrees(one * 1.002, one, rtol=1e-3, floor=0)
        assert closest == [pytest.approx(2)]
        agrees(one * 2, one, rtol=1e-3, floor=0)
        agrees(torch.tensor([0.0, 1.0]).double(), torch.tensor([0.0, 0.0]).double())  # nothing is allowed
        assert closest == [pytest.approx(2)]


@pytest.mark.parametrize(
    ("text", "message", "repeat"),
    [
        ("a is 1.\nIn a cell of its own:\n\nf(1)\nf(2)", "a is 1.", "f(1)\nf(2)"),
        ("a is 1.\n\nf(1)", "a is 1.", "f(1)"),
        ("a is wrong:\n\nf(1)", "a is wrong:", "f(1)"),
        ("a is 1.\nexpected:", "a is 1.\nexpected:", ""),
    ],
)
def test_code_in_the_text_of_a_public_case_is_there_to_be_repeated(text, message, repeat):
    def run():
        raise AssertionError(text)

    found = verdict(run, lambda: Ending.FINISHED, StudentText())
    assert (found.message, found.mistake, found.repeat) == (message, "", repeat)


@pytest.mark.parametrize(("value", "held"), [([..., ...], "`...`"), ((None,), "None")])
def test_a_list_that_was_never_filled_is_called_so(value, held):
    with pytest.raises(CheckFailed, match=f"losses holds {held} where numbers belong") as raised:
        as_tensor(value, "losses")
    assert "TODO" in raised.value.help


@pytest.mark.parametrize(
    ("value", "held"),
    [(np.array(["1.5"]), "str"), (["x"], "str"), (pd.Index(["a"]), "str"), ([[1, 2], [3, {}]], "dict"),
     (np.array([1, None], dtype=object), "NoneType"), (np.array(["2020-01-01"], "datetime64[D]"), "date")],
)  # fmt: skip
def test_text_and_objects_among_numbers_are_named(value, held):
    with pytest.raises(CheckFailed, match=f"labels holds {held} where numbers belong"):
        as_tensor(value, "labels")


def test_numbers_are_read_whatever_array_holds_them():
    for value in (np.array([1, 2.5], dtype=object), pd.Index([1, 2.5]), pd.array([1, 2.5])):
        assert torch.equal(as_tensor(value, "x"), torch.tensor([1, 2.5], dtype=torch.float64))


@pytest.mark.parametrize(
    ("actual", "expected", "evidence"),
    [
        ({1, 2}, {1, 3}, "3 missing; 2 too much"),
        ({1}, set(range(9)), "0, 2, 3, 4, 5 and 3 more missing"),
        ([{1}], [{2}], "entry [0]: 2 missing; 1 too much"),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, "entry ['a']['b']: yours 1, expected 2"),
        ({"a": 1}, {"b": 1}, "keys: 'b' missing; 'a' too much"),
        ("one\ntwo", "one\nthree", "line 2: yours 'two', expected 'three'"),
        ("one\n", "one\ntwo\nthree", "line 2: yours '', expected 'two'"),
        ("one", "one\ntwo", "1 lines, expected 2"),
        ([1, 2], [1, 2, 3], "2 entries, expected 3"),
        ([1, [2, 3]], [1, [2, 4]], "entry [1][1]: yours 3, expected 4"),
        ((1, 2), [1, 2], "yours (1, 2), expected [1, 2]"),
        (None, 3, "yours None, expected 3"),
        ("3", 3, "yours '3', expected 3"),
        (0.1 + 0.2 + 1e-6, 0.3, "yours 0.300001, expected 0.3"),
        (torch.tensor([1.0, 2.0]), 1.0, "yours [1.0, 2.0], expected 1.0"),
        ([1.0, 2.5], torch.tensor([1.0, 2.0]), "entry [1]: yours 2.5, expected 2.0"),
        (np.ones(3), np.ones(2), "shape (3,), expected (2,)"),
        (np.array([1, 2]), [1, 2], "yours [1, 2] (ndarray), expected [1, 2] (list)"),
        (np.array(["a", "b"]), np.array(["a", "c"]), "entry [1]: yours 'b', expected 'c'"),
        (["a"], np.array(["a", "b"], dtype=object), "1 entries, expected 2"),
        (np.array([1.0]), pd.Index(["a"]), "yours [1.0], expected ['a']"),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]}), "columns: entry [0]: yours 'a', expected 'b'"),
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 3]}), "entry ['a'][1]: yours 2, expected 3"),
        (pd.Series([1], index=["x"]), pd.Series([1], index=["y"]), "row labels: entry [0]: yours 'x', expected 'y'"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_not_equal_is_told_by_its_first_difference(actual, expected, evidence):
    with pytest.raises(CheckFailed) as caught:
        equal(actual, expected, "it")
    assert caught.value.evidence == evidence


@pytest.mark.parametrize(
    "value",
    [
        {"a": {"b": [1, (2.0, None)]}}, {1, "x"}, float("nan"), torch.eye(2), pd.DataFrame({"a": [1.0, np.nan]}),
        "text\n", ..., {}, [], set(), frozenset([(1, 2)]),
        np.array([["a", "b"]]), np.array([1, None, "x"], dtype=object), np.array(["2020"], dtype="datetime64[Y]"),
        pd.Index(["a"]), pd.Series(["a", "b"]).unique(),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_value_equals_a_copy_of_itself(value):
    equal(copy.deepcopy(value), value, "it")


def test_numbers_are_equal_whatever_holds_them():
    for actual in (2, 2.0, np.float32(2), np.int64(2), torch.tensor(2), np.array(2.0)):
        equal(actual, 2, "it")
    equal(0.1 + 0.2, 0.3, "it")
