"""Answers that come back unmarked: which, when, and what is said of the second look."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.review.repeats import BETWEEN, Agreement, agreements, due, graders
from autograder.store.journal import Journal
from autograder.store.records import Decision, Stale, Subject, What


class Class:
    """A journal in which people score a question with two items."""

    def __init__(self, out: Path) -> None:
        self.journal = Journal(out)

    def give(self, student: str, a: float, b: float, who: str = "Ada", what: What = What.ITEM) -> None:
        given = zip("AB", (a, b), strict=True)
        decisions = [Decision(Subject(student, "essay", what, code), points) for code, points in given]
        assert not isinstance(self.journal.append_all(decisions, who, self.journal.state().last), Stale)

    def due(self, who: str = "Ada", share: float = 1.0) -> list[str]:
        return list(due("essay", who, share, self.journal.state()))


@pytest.fixture
def scored(tmp_path: Path) -> Class:
    found = Class(tmp_path)
    for at in range(BETWEEN + 2):
        found.give(f"s{at}", 1.0, 0.0)
    return found


def test_an_answer_comes_back_after_some_others_to_who_scored_it(scored: Class) -> None:
    assert scored.due() == ["s0", "s1"]
    assert scored.due("Ben") == []


def test_a_share_of_them_comes_back_and_always_the_same(tmp_path: Path) -> None:
    found = Class(tmp_path)
    for at in range(200):
        found.give(f"s{at}", 1.0, 0.0)
    some = found.due(share=0.1)
    assert 5 <= len(some) <= 40
    assert some == found.due(share=0.1)
    assert set(some) <= set(found.due(share=0.2))
    assert found.due(share=0.0) == []


def test_once_is_enough_until_it_is_scored_anew(scored: Class) -> None:
    scored.give("s0", 1.0, 1.0, what=What.REPEAT)
    assert scored.due() == ["s1"]
    scored.give("s0", 0.5, 0.5)
    for at in range(BETWEEN):
        scored.give(f"later{at}", 1.0, 0.0)
    assert "s0" in scored.due()


def test_agreement_is_told_by_item_against_what_held_then(scored: Class) -> None:
    scored.give("s0", 1.0, 1.0, what=What.REPEAT)
    scored.give("s0", 1.0, 1.0)
    assert agreements("essay", "Ada", scored.journal.state()) == [Agreement("s0", "essay", ("A",), ("B",))]
    assert graders(scored.journal.state()) == ["Ada"]


def test_a_second_look_changes_no_points(scored: Class) -> None:
    scored.give("s0", 0.0, 1.0, what=What.REPEAT)
    state = scored.journal.state()
    assert [state.value(Subject("s0", "essay", What.ITEM, code)) for code in "AB"] == [1.0, 0.0]
