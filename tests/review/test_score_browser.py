"""The script of the page for scoring, in a real Chromium: keys pressed quickly, a server that dies."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.review.desk import Desk
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


@pytest.fixture
def out(tmp_path: Path) -> Path:
    members = [Student(f"Student {at}", {DERIVATION: f"Answer {at}."}) for at in range(4)]
    return write_class(tmp_path, members).out


def test_keys_that_are_pressed_quickly_arrive_in_their_order(browser: Browser, out: Path) -> None:
    server = Server(out)
    try:
        page = entered(browser, server.link(), f"/score/{DERIVATION}")
        for key in "12wf1wu3w0w":  # the first: 1 and 2; the second: all but 1; the third: undone nothing, 3
            page.keyboard.press(key)
        expect(page.get_by_text("All 4 answers are scored")).to_be_visible()
        assert sorted(given(out).values()) == [
            (0.0, 0.0, 0.0),
            (0.0, 0.0, 1.0),
            (0.0, 1.0, 1.0),
            (1.0, 1.0, 0.0),
        ]
        page.context.close()
    finally:
        server.kill()


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
        expect(page.locator("#status")).to_have_text("not saved: the server does not answer")
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
