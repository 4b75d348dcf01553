"""The page that edits items: says whose points change, asks once, refuses who was too slow."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.review.desk import Desk
from autograder.store.records import Decision, Stale, Subject, What
from tests.review.asking import Asker, opened
from tests.review.classes import DERIVATION, WrittenClass, students, write_class

PAGE = f"/rubric/{DERIVATION}"


@pytest.fixture
def written(tmp_path: Path) -> WrittenClass:
    return write_class(tmp_path, students(3))


@pytest.fixture
def desk(written: WrittenClass) -> Desk:
    return Desk(written.out)


@pytest.fixture
def ada(desk: Desk) -> Asker:
    return opened(desk)


def form(page: str, **changed: str) -> list[tuple[str, str]]:
    """What a browser would send of the page's first form, with some fields filled in otherwise."""
    first = page.partition("</form>")[0]
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', first))
    fields |= dict(re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)<', first))
    return list((fields | {name.replace("_", "-"): value for name, value in changed.items()}).items())


def score(desk: Desk, student: str, **points: float) -> None:
    given = [Decision(Subject(student, DERIVATION, What.ITEM, code), value) for code, value in points.items()]
    assert not isinstance(desk.decide(given, "Ben", desk.now().state.last), Stale)


def items(desk: Desk) -> dict[str, float]:
    (question,) = (one for one in desk.now().config.manual if one.name == DERIVATION)
    return {one.code: one.points for one in question.items}


def test_what_nobody_has_yet_is_saved_at_once(desk: Desk, ada: Asker) -> None:
    page = ada.get(PAGE)
    assert page.status == 200
    saved = ada.post(PAGE, form(page.text, points_1="0.5", points_2="1.5", place_2="0"))
    assert (saved.status, saved.headers["location"]) == (303, f"{PAGE}?saved")
    assert list(items(desk).items()) == [("V", 1.5), ("h_last", 1.0), ("c", 0.5)]


def test_who_loses_points_is_said_before_it_is_done(desk: Desk, ada: Asker, written: WrittenClass) -> None:
    score(desk, written.ids[0], h_last=1.0, c=1.0, V=0.0)
    asked = ada.post(PAGE, form(ada.get(PAGE).text, points_0="0.5", points_2="1.5"))
    assert asked.status == 200
    assert "1 answer has the item h_last: from 1 to 0.5 points" in asked.text
    assert items(desk)["h_last"] == 1.0, "nothing is done yet"
    assert ada.post(PAGE, [*form(asked.text), ("sure", "yes")]).status == 303
    assert items(desk)["h_last"] == 0.5
    (scored,) = (one for one in desk.now().grades[written.ids[0]].manual if one.name == DERIVATION)
    assert scored.points == 1.5


def test_an_item_is_deleted_and_another_one_added(desk: Desk, ada: Asker, written: WrittenClass) -> None:
    score(desk, written.ids[0], h_last=1.0, c=1.0, V=1.0)
    filled = form(ada.get(PAGE).text, text_3="the dimensions fit", points_3="1")
    asked = ada.post(PAGE, [*filled, ("delete-1", "on")])
    assert "1 answer has the item c, which is deleted, and loses its points" in asked.text
    assert "nobody has new_1 yet" in asked.text
    ada.post(PAGE, [*form(asked.text), ("sure", "yes")])
    assert list(items(desk)) == ["h_last", "V", "new_1"]
    (scored,) = (one for one in desk.now().grades[written.ids[0]].manual if one.name == DERIVATION)
    assert (scored.points, [one.points for one in scored.items]) == (2.0, [1.0, 1.0, 0.0])


def test_the_slower_of_two_sees_what_differs_and_has_changed_nothing(desk: Desk, ada: Asker) -> None:
    ben = opened(desk, grader="Ben")
    seen_by_both = ada.get(PAGE).text
    ben.post(PAGE, form(seen_by_both, points_0="0.5"))
    refused = ada.post(PAGE, form(seen_by_both, points_0="2"))
    assert refused.status == 409
    assert "Ben has changed these items" in refused.text
    assert items(desk)["h_last"] == 0.5


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("points_0", "many", "item h_last: points: expected a number, found &#39;many&#39;"),
        ("points_0", "-1", "points"),
        ("points_0", "nan", "points"),
        ("text_0", "", "text"),
        ("place_0", "first", "place: expected a number"),
    ],
)
def test_what_cannot_be_is_said_with_what_was_written_still_there(
    desk: Desk, ada: Asker, field: str, value: str, says: str
) -> None:
    refused = ada.post(PAGE, form(ada.get(PAGE).text, **{field: value, "text_1": "kept as it was typed"}))
    assert refused.status == 422
    assert says in refused.text
    assert "kept as it was typed" in refused.text
    assert items(desk) == {"h_last": 1.0, "c": 1.0, "V": 1.0}


def test_back_to_the_items_of_the_configuration(desk: Desk, ada: Asker) -> None:
    ada.post(PAGE, form(ada.get(PAGE).text, points_0="0.5"))
    page = ada.get(PAGE).text
    assert "Edited here by Ada" in page
    seen = dict(form(page))["seen"]
    assert ada.post(PAGE, [("seen", seen), ("do", "configuration")]).status == 303
    assert items(desk)["h_last"] == 1.0


def test_what_no_browser_sends_is_refused(desk: Desk, ada: Asker) -> None:
    assert ada.post(PAGE, [(f"text-{at}", "x") for at in range(5000)]).status == 400
    assert ada.post(PAGE, [("seen", "x" * 9999)]).status == 422
    assert ada.get("/rubric/other").status == 404
    assert desk.now().state.last == 0


def test_agreement_tells_where_the_second_look_differs(desk: Desk, ada: Asker, written: WrittenClass) -> None:
    assert "No answer has been scored a second time" in ada.get("/agreement").text
    score(desk, written.ids[0], h_last=1.0, c=1.0, V=0.0)
    again = {"h_last": 1.0, "c": 0.0, "V": 0.0}
    desk.decide(
        [Decision(Subject(written.ids[0], DERIVATION, What.REPEAT, code), points) for code, points in again.items()],
        "Ben", desk.now().state.last,
    )  # fmt: skip
    page = ada.get("/agreement").text
    assert "2 of 3" in page
    assert "Student 000" in page
