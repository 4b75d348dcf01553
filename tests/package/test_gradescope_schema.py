"""The validator that the tests of Gradescope's results rely on does find what is wrong."""

from __future__ import annotations

import pytest

from tests.package.gradescope_schema import problems

GOOD = {
    "tests": [{"score": 1.0, "max_score": 2, "name": "a", "number": "1", "status": "failed", "output": ""}]
}


def test_good_results_are_good():
    assert not problems(GOOD)
    assert not problems({"score": 0, "tests": []})


@pytest.mark.parametrize(
    "wrong",
    [
        {"visibility": "always"},
        {"output": None},
        {"scores": 1},
        {"score": float("nan")},
        {"score": "1"},
        {"tests": {}},
        {"tests": []},
        {"tests": [{"name": "no score"}]},
        {"tests": [{"score": True}]},
        {"tests": [{"score": 1, "status": "ok"}]},
        {"tests": [{"score": 1, "number": 1}]},
        {"tests": [{"score": 1, "title": "a"}]},
        {"tests": [{"score": 1, "number": "1"}, {"score": 1, "number": "1"}]},
        {"tests": ["a"]},
    ],
)
def test_wrong_results_are_wrong(wrong):
    assert problems(GOOD | wrong)


def test_what_is_no_object_is_wrong():
    assert problems([GOOD])
