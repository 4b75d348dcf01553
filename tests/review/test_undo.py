"""Undo on the page for scoring: one's own last points, known to the journal, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.review.desk import Desk
from autograder.store.journal import Journal
from autograder.store.records import What
from autograder.store.rubrics import Edit
from tests.review.classes import DERIVATION, WrittenClass, students, write_class
from tests.review.test_score_page import Window, every_answer, open_group, opened, points


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenClass:
    return write_class(tmp_path_factory.mktemp("class"), students(16))


@pytest.fixture
def out(written: WrittenClass) -> Iterator[Path]:
    yield written.out
    for file in written.out.glob("journal.sqlite3*"):
        file.unlink()


def window_of(out: Path, grader: str = "Ada") -> Window:
    """A program that was started just now, and somebody who scores in it."""
    found = Window(opened(Desk(out), grader))
    found.open(f"/score/{DERIVATION}")
    return found


def undo(window: Window, **said: object) -> int:
    """Undo what the page shows as the last change; the answer's status."""
    return window.change(undo=int(window.field("undo")), **said)[0]


def given(window: Window) -> str:
    window.open(window.address)
    return window.text.partition('<output id="total">')[2].partition("</output>")[0]


def test_a_page_that_is_loaded_anew_from_a_new_program_knows_what_may_be_undone(out: Path) -> None:
    window = window_of(out)
    for items in (["c"], ["c", "V"], []):
        window.give(*items)
    later = window_of(out)
    later.open(window.address)
    for total in ("2 of 3", "1 of 3", "not scored yet"):
        assert undo(later) == 200
        assert given(later) == total
    assert later.field("undo") == "0"
    assert undo(later) == 422


def test_what_arrives_twice_is_undone_once(out: Path) -> None:
    window = window_of(out)
    window.give("c")
    window.give("c", "V")
    window.open(window.address)
    number = int(window.field("undo"))
    assert window.change(undo=number)[0] == 200
    again = window_of(out)  # the answer was lost, and so is the program that gave it
    again.open(window.address)
    assert again.change(undo=number)[0] == 200
    assert given(again) == "1 of 3"


def test_a_change_after_an_undo_is_undone_before_older_ones(out: Path) -> None:
    window = window_of(out)
    window.give("c")
    window.give("V")
    window.open(window.address)
    undo(window)
    window.open(window.address)
    window.give("c", "V")
    for total in ("1 of 3", "not scored yet"):
        window.open(window.address)
        assert undo(window) == 200
        assert given(window) == total


def test_nobody_undoes_what_somebody_else_gave(out: Path) -> None:
    ada, ben = window_of(out), window_of(out, "Ben")
    ada.give("c")
    ada.open(ada.address)
    number = int(ada.field("undo"))
    ben.open(ada.address)
    assert ben.field("undo") == "0"
    assert ben.change(undo=number)[0] == 422
    ben.give("V")
    status, reply = ada.change(undo=number)
    assert status == 422
    assert "changed by Ben since" in reply["problem"]
    assert given(ada) == "1 of 3"
    assert ada.field("undo") == "0"


def test_a_group_is_undone_together_but_for_who_was_scored_since(out: Path) -> None:
    ada, ben = window_of(out), window_of(out, "Ben")
    group = open_group(ada, 0)
    ada.give("c")
    ada.open(ada.address)
    others = ada.field("members").split()
    ben.open(f"/score/{DERIVATION}/{others[-1]}")
    ben.give("V", members=[others[-1]])
    assert undo(ada) == 200
    found = points(Desk(out))
    assert sorted(found[at] is None for at in group) == [False] + [True] * (len(group) - 1)


def test_one_of_a_group_may_be_undone_alone(out: Path) -> None:
    window = window_of(out)
    group = open_group(window, 0)
    window.give("c")
    window.open(window.address)
    assert undo(window, members=[window.address.rpartition("/")[2]]) == 200
    found = points(Desk(out))
    assert [found[at] for at in group].count(None) == 1


def test_points_are_not_undone_across_an_edit_of_the_items(out: Path) -> None:
    window = window_of(out)
    window.give("c")
    began = Desk(out).now().config.manual[0]
    items = tuple(
        one.model_copy(update={"points": 0.5 if one.code == "c" else one.points}) for one in began.items
    )
    Desk(out).edit(Edit(began, items, 0), "Ada")
    window.open(window.address)
    assert window.field("undo") == "0"


def test_without_a_script_the_form_undoes(out: Path) -> None:
    window = window_of(out)
    window.give("c")
    window.open(window.address)
    assert window.form(("do", "undo"), ("undo", window.field("undo")), ("comment", "")).status == 303
    assert given(window) == "not scored yet"
    assert window.form(("do", "undo"), ("undo", "9" * 6000)).status == 422


def test_what_was_undone_is_kept_and_gives_no_points(out: Path) -> None:
    window = window_of(out)
    window.give("c")
    window.open(window.address)
    undo(window)
    state = Journal(out).state()
    assert [one.who for one in state.records() if one.subject.what is What.UNDONE] == ["Ada"] * len(
        window.field("members").split()
    )
    assert set(points(Desk(out))) == {None}
    assert every_answer(window)
