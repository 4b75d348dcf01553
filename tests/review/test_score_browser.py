"""The script of the page for scoring, in a real Chromium: keys pressed quickly, a server that dies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.review.desk import Desk
from autograder.store.journal import Journal
from autograder.store.rubrics import Edit
from tests.review.classes import DERIVATION, Student, write_class
from tests.review.served import Server

pytestmark = pytest.mark.slow


def given(out: Path) -> dict[str, tuple[float | None, ...]]:
    """Points of the items, by the student's name."""
    return {
        grade.submission.student: tuple(item.points for item in grade.manual[0].items)
        for grade in Desk(out).now().grades.values()
    }


def entered(browser: Browser, link: str, path: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(link)
    page.wait_for_url("**/")
    page.goto(link.partition("/?")[0] + path)
    return page


@contextmanager
def scoring(browser: Browser, out: Path) -> Iterator[Page]:
    """The page for scoring, of a server that is killed afterwards."""
    server = Server(out)
    try:
        page = entered(browser, server.link(), f"/score/{DERIVATION}")
        yield page
        page.context.close()
    finally:
        server.kill()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    members = [Student(f"Student {at}", {DERIVATION: f"Answer {at}."}) for at in range(4)]
    return write_class(tmp_path, members).out


@pytest.mark.thorough  # test_an_evening presses them all
def test_keys_that_are_pressed_quickly_arrive_in_their_order(browser: Browser, out: Path) -> None:
    with scoring(browser, out) as page:
        for key in "12wf1wu3w0w":  # the first: 1 and 2; the second: all but 1; the third: undone nothing, 3
            page.keyboard.press(key)
        expect(page.get_by_text("All 4 answers are scored")).to_be_visible()
        assert sorted(given(out).values()) == [
            (0.0, 0.0, 0.0),
            (0.0, 0.0, 1.0),
            (0.0, 1.0, 1.0),
            (1.0, 1.0, 0.0),
        ]


@pytest.mark.thorough  # test_an_evening scores in a browser in every run
def test_what_was_given_before_the_page_was_loaded_anew_is_undone(browser: Browser, out: Path) -> None:
    with scoring(browser, out) as page:
        page.keyboard.press("1")
        page.keyboard.press("3")
        expect(page.locator("#total")).to_have_text("2 of 3")
        expect(page.locator("#status")).to_have_text("saved")
        page.reload()
        for key in "u2u":  # undone: 3; then 2 as well; then that
            page.keyboard.press(key)
        expect(page.locator("#status")).to_have_text("undone")
        expect(page.locator("#total")).to_have_text("1 of 3")
        page.keyboard.press("u")
        expect(page.locator("#total")).to_have_text("not scored yet")
        page.keyboard.press("u")
        expect(page.locator("#status")).to_have_text("nothing of yours to undo here")
        assert set(given(out).values()) == {(None, None, None)}


def without_network(page: Page) -> None:
    """From now on nothing can be asked for but what changes something."""
    page.route(
        "**/score/**", lambda route: route.abort() if route.request.method == "GET" else route.fallback()
    )


@pytest.mark.thorough  # test_an_evening scores in a browser in every run
def test_the_next_answer_is_there_before_it_is_wanted(browser: Browser, out: Path) -> None:
    an_answer = re.compile(rf"/score/{DERIVATION}/[0-9a-f]{{16}}$")
    server = Server(out)
    try:
        page = browser.new_context().new_page()
        page.goto(server.link())
        page.wait_for_url("**/")
        with page.expect_request_finished(
            lambda one: one.is_navigation_request() is False and bool(an_answer.search(one.url))
        ):
            page.goto(server.link().partition("/?")[0] + f"/score/{DERIVATION}")
        assert Journal(out).state().last == 0
        first = page.get_attribute("#work", "data-address")
        with page.expect_request_finished(
            lambda one: one.method == "GET" and bool(an_answer.search(one.url))
        ):
            page.keyboard.press("1")  # after which there is one more that is scored
        without_network(page)
        page.keyboard.press("w")
        expect(page.locator("#work")).not_to_have_attribute("data-address", str(first))
        expect(page.locator("#scored")).to_have_text("1")
        assert sorted(given(out).values(), key=str)[0] == (1.0, 0.0, 0.0)
        assert {one.subject.student for one in Journal(out).state().records()} == {
            grade.submission.id for grade in Desk(out).now().grades.values() if grade.manual[0].points == 1.0
        }
        page.context.close()
    finally:
        server.kill()


@pytest.mark.thorough  # test_an_evening scores in a browser in every run
def test_every_item_has_keys(browser: Browser, out: Path) -> None:
    desk = Desk(out)
    question = desk.now().config.manual[0]
    item = question.items[0]
    items = tuple(item.model_copy(update={"code": f"i{at}"}) for at in range(1, 101))
    desk.edit(Edit(question, items, 0), "Ada")
    with scoring(browser, out) as page:
        for key in "1e1r2eez.":  # items 1, 21, 42, 80; then a part
            page.keyboard.press(key)
        for key in "erz":
            page.keyboard.press(key)
        expect(page.locator("[name=part-i100]")).to_be_focused()
        expect(page.locator("#status")).to_have_text("saved")
        earned = page.locator("input[name=earned]:checked")
        assert [one.get_attribute("value") for one in earned.all()] == ["i1", "i21", "i42", "i80"]


@pytest.mark.thorough  # test_an_evening scores in a browser in every run
def test_a_change_outlives_the_server(browser: Browser, out: Path) -> None:
    server = Server(out)
    try:
        page = entered(browser, server.link(), f"/score/{DERIVATION}")
        port = server.link().partition("127.0.0.1:")[2].partition("/")[0]
        page.keyboard.press("1")
        expect(page.locator("#status")).to_have_text("saved")
        server.kill()
        page.keyboard.press("c")
        page.keyboard.type("12f")
        page.keyboard.press("Escape")
        page.keyboard.press("3")
        expect(page.locator("#status")).to_contain_text("not saved: the server does not answer")
        assert sorted(given(out).values(), key=str)[0] == (1.0, 0.0, 0.0)
        server = Server(out, "--port", port)
        other = page.context.new_page()  # the new link, in another tab
        other.goto(server.link())
        other.wait_for_url("**/")
        expect(page.locator("#status")).to_have_text("saved")
        grades = Desk(out).now().grades.values()
        assert [one.manual[0].comment for one in grades if one.manual[0].points == 2.0] == ["12f"]
        page.context.close()
    finally:
        server.kill()


@pytest.mark.thorough  # test_states shows the page in every look
@pytest.mark.parametrize(("script", "way"), [(True, "Next waiting"), (False, "Save, then the next")])
def test_the_way_on_is_in_the_window(browser: Browser, out: Path, script: bool, way: str) -> None:
    desk = Desk(out)
    question = desk.now().config.manual[0]
    more = tuple(question.items[0].model_copy(update={"code": f"i{at}"}) for at in range(12))
    desk.edit(Edit(question, more, 0), "Ada")
    server = Server(out)
    try:
        size = {"width": 1280, "height": 560}
        page = browser.new_context(java_script_enabled=script, viewport=size).new_page()  # type: ignore[arg-type]
        page.goto(server.link())
        page.wait_for_url("**/")
        page.goto(server.link().partition("/?")[0] + f"/score/{DERIVATION}")
        expect(page.get_by_text(way).first).to_be_in_viewport(ratio=1)
        page.context.close()
    finally:
        server.kill()
