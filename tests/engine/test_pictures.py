"""Pictures for the feedback: data with bounds, whatever the points are."""

from __future__ import annotations

import torch

from autograder.grading import pictures
from autograder.grading.pictures import FIELDS, against_each_other, collected_pictures


def drawn(x, y):
    with collected_pictures() as made:
        against_each_other("a title", torch.tensor(x), torch.tensor(y), "x, m", "y, m")
    return made.pictures


def test_points_lie_where_they_belong():
    (picture,) = drawn([0.0, 0.0, 10.0], [0.0, 0.0, 10.0])
    assert (picture.x_range, picture.y_range) == ((0, 10), (0, 10))
    assert len(picture.rows) == FIELDS
    assert {len(row) for row in picture.rows} == {FIELDS}
    assert picture.rows[-1] == "9" + "0" * (FIELDS - 1)  # the lowest y is the last row
    top = picture.rows[0]
    assert top[:-1] == "0" * (FIELDS - 1)
    assert 0 < int(top[-1]) < 9
    assert picture.diagonal


def test_one_point_among_thousands_is_seen():
    (picture,) = drawn([0.0] * 5000 + [1.0], [0.0] * 5000 + [0.0])
    assert picture.rows[-1][0] == "9"
    assert picture.rows[-1][-1] != "0"


def test_what_lies_beyond_the_true_values_lies_at_the_edge():
    (picture,) = drawn([0.0, 1.0, 0.0, 0.0], [0.0, 1.0, 1e30, -1e30])
    assert (picture.x_range, picture.y_range) == ((0, 1), (0, 1))
    assert picture.rows[0][0] != "0"
    assert picture.rows[-1][0] == "9"


def test_values_that_are_no_numbers_are_left_out():
    (picture,) = drawn([0.0, 1.0, float("nan"), 5.0], [0.0, 1.0, 0.5, float("inf")])
    assert picture.x_range == (0, 1)
    assert sum(digit != "0" for row in picture.rows for digit in row) == 2


def test_nothing_to_show_makes_no_picture():
    assert drawn([float("nan")], [1.0]) == []


def test_equal_values_are_a_point():
    (picture,) = drawn([3.0, 3.0], [3.0, 3.0])
    assert picture.rows[-1] == "9" + "0" * (FIELDS - 1)


def test_nobody_collects_outside_of_a_question():
    against_each_other("a title", torch.ones(2), torch.ones(2), "x", "y")
    assert pictures._shown.get() is None
