"""Items that are edited while people score: who has what afterwards, in the journal, the tables and the next run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from autograder.config.schema import ManualItem, ManualQuestion
from autograder.errors import UsageError
from autograder.store.journal import Journal
from autograder.store.records import Decision, Stale, Subject, What
from autograder.store.rubrics import Edit, items_now, read_items, version
from tests.conftest import entry_of
from tests.engine.test_by_hand import ITEMS, by_hand, cells, graded
from tests.engine.test_by_hand import edit as edit_table

QUESTION = ManualQuestion.model_validate(ITEMS)


def item(code: str, points: float = 1, text: str = "$x$") -> ManualItem:
    return ManualItem(code=code, text=text, points=points)


def give(out: Path, student: str, **points: float) -> None:
    journal = Journal(out)
    given = [Decision(Subject(student, "essay", What.ITEM, code), value) for code, value in points.items()]
    assert not isinstance(journal.append_all(given, "Ada", journal.state().last), Stale)


def change(out: Path, items: Sequence[ManualItem] | None, began_with: int = 0, who: str = "Ada") -> object:
    edit = Edit(QUESTION, None if items is None else tuple(items), began_with)
    return Journal(out).append_made(edit.decisions, who)


def held(out: Path) -> dict[tuple[str, str], object]:
    """What holds for each student and item."""
    found = Journal(out).state().held()
    return {(one.student, one.item): value for one, value in found if one.what is What.ITEM}


def points(out: Path, student: str = "s") -> float | None:
    return by_hand(out, "s", "t", manual=[ITEMS]).of(student).points.get("essay")


def test_changed_points_are_scored_again_in_the_same_step(tmp_path: Path) -> None:
    give(tmp_path, "s", A=1.0, B=0.0)
    give(tmp_path, "t", A=0.5, B=1.0)
    change(tmp_path, [item("A", 1.5), item("B", 0.5)])
    assert held(tmp_path) == {("s", "A"): 1.5, ("s", "B"): 0.0, ("t", "A"): 0.75, ("t", "B"): 0.5}
    assert points(tmp_path) == 1.5


def test_who_has_a_deleted_item_loses_it_and_a_new_one_nobody_has_yet(tmp_path: Path) -> None:
    give(tmp_path, "s", A=1.0, B=1.0)
    change(tmp_path, [item("A"), item("C")])
    assert held(tmp_path) == {("s", "A"): 1.0, ("s", "C"): 0.0}
    assert points(tmp_path) == 1.0, "still scored"


def test_items_that_add_up_to_more_earn_no_more_than_the_question_has(tmp_path: Path) -> None:
    give(tmp_path, "s", A=1.0, B=1.0)
    change(tmp_path, [item("A", 2), item("B", 2)])
    assert points(tmp_path) == 2.0


def test_another_text_scores_nothing_again(tmp_path: Path) -> None:
    give(tmp_path, "s", A=1.0, B=0.0)
    before = Journal(tmp_path).state().last
    change(tmp_path, [item("A", text="clearer"), item("B")])
    assert Journal(tmp_path).state().last == before + 1


def test_a_number_beside_items_gives_way_to_them(tmp_path: Path) -> None:
    give(tmp_path, "s", A=1.0, B=0.0)
    journal = Journal(tmp_path)
    journal.append(Decision(Subject("s", "essay", What.POINTS), 1.0), "Ada", journal.state().last)
    change(tmp_path, [item("A", 1.5), item("B", 0.5)])
    assert points(tmp_path) == 1.5


def test_an_edit_that_began_before_another_one_is_refused_with_it(tmp_path: Path) -> None:
    change(tmp_path, [item("A", 2)], who="Ben")
    refused = change(tmp_path, [item("A", 3)])
    assert isinstance(refused, Stale)
    assert refused.newest.who == "Ben"
    assert [one.points for one in items_now(QUESTION, Journal(tmp_path).state())] == [2]
    change(tmp_path, [item("A", 3)], began_with=version("essay", Journal(tmp_path).state()))
    assert [one.points for one in items_now(QUESTION, Journal(tmp_path).state())] == [3]


def test_points_that_were_given_for_items_of_before_are_refused(tmp_path: Path) -> None:
    """One point was all of the item when the page was opened, and would be half of it now."""
    journal = Journal(tmp_path)
    seen = journal.state().last
    change(tmp_path, [item("A", 2), item("B")])
    refused = journal.append(Decision(Subject("s", "essay", What.ITEM, "A"), 1.0), "Ben", seen)
    assert isinstance(refused, Stale)
    assert refused.newest.subject.what is What.RUBRIC


def test_scoring_goes_on_while_somebody_edits(tmp_path: Path) -> None:
    """An edit concerns what holds when it is written, not when its page was opened."""
    began = version("essay", Journal(tmp_path).state())
    give(tmp_path, "s", A=1.0, B=1.0)
    assert not isinstance(change(tmp_path, [item("A", 1.5), item("B", 0.5)], began), Stale)
    assert points(tmp_path) == 2.0


def test_the_configurations_items_hold_again(tmp_path: Path) -> None:
    give(tmp_path, "s", A=1.0, B=0.0)
    change(tmp_path, [item("A", 1.5), item("B", 0.5)])
    change(tmp_path, None, began_with=version("essay", Journal(tmp_path).state()))
    assert held(tmp_path) == {("s", "A"): 1.0, ("s", "B"): 0.0}


def test_a_configuration_that_was_changed_since_is_named_and_the_pages_items_hold(tmp_path: Path) -> None:
    change(tmp_path, [item("A", 1.5), item("B", 0.5)])
    assert not by_hand(tmp_path, manual=[ITEMS]).notes
    other = {
        "name": "essay",
        "title": "Essay",
        "points": 2,
        "items": [{"code": "Z", "text": "z", "points": 2}],
    }
    found = by_hand(tmp_path, manual=[other])
    assert "essay: its items were edited on the page for people by Ada" in "\n".join(found.notes)
    assert [one.code for one in found.config.manual[0].items] == ["A", "B"]


def test_the_table_of_before_is_read_and_loses_the_column_of_a_deleted_item(tmp_path: Path) -> None:
    give(tmp_path, "s", A=1.0, B=1.0)
    first = by_hand(tmp_path, manual=[ITEMS])
    first.write([entry_of(graded())])
    change(tmp_path, [item("A"), item("C")])
    by_hand(tmp_path, manual=[ITEMS]).write([entry_of(graded())])
    (row,) = cells(tmp_path)
    assert "essay: B" not in row
    assert (row["essay: A"], row["essay: C"]) == ("1", "0")


def test_points_for_an_item_that_was_deleted_since_are_complained_of(tmp_path: Path) -> None:
    give(tmp_path, "s", A=1.0, B=1.0)
    by_hand(tmp_path, manual=[ITEMS]).write([entry_of(graded())])
    change(tmp_path, [item("A"), item("C")])
    edit_table(tmp_path, essay_B="0.5")
    with pytest.raises(UsageError, match="essay: B: essay has no such item any more"):
        by_hand(tmp_path, manual=[ITEMS])


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([{"code": "A", "text": "a", "points": 1}] * 2, "two items have the code 'A'"),
        ([{"code": "A", "text": "a", "points": -1}], "item 1: points: "),
        ([{"code": "A b", "text": "a", "points": 1}], "item 1: code: "),
        ([{"code": "A", "text": "", "points": 1}], "item 1: text: "),
        ([], "expected 1 to 100 items, found 0"),
    ],
)
def test_what_is_no_item_is_named(items: list[dict[str, object]], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        read_items(items)
