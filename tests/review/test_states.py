"""Pages in the states in which no link leads to them: each is sound in both widths and both sets of colours."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from autograder.class_run.republish import republish
from autograder.review.desk import Desk
from autograder.store.pushed import Pushed
from autograder.store.records import Decision, Subject, What
from tests.conftest import TOY_LAB, notebook_bytes
from tests.review.classes import DERIVATION, LAST_STEP, Student, WrittenClass, students, write_class
from tests.review.scoring import expect_text, shown, wait_until_saved
from tests.review.served import Server, Visit, enter, served
from tests.review.test_pages import AXE, LOOKS, look, too_wide, violations

pytestmark = [pytest.mark.slow, pytest.mark.thorough]  # test_pages looks at every page in one state


def is_sound(visit: Visit) -> None:
    """Nothing is wrong on the page that is open, in any look."""
    visit.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = []
    for size, scheme in LOOKS:
        look(visit, size, scheme)
        found += [f"{size[0]} {scheme}: {one}" for one in [*violations(visit), too_wide(visit)] if one]
    assert found == []


@pytest.fixture
def written(tmp_path: Path) -> WrittenClass:
    return write_class(tmp_path, [*students(4), Student("Dee", problem="not a notebook")])


def scored(written: WrittenClass) -> None:
    """Everything, by Ada."""
    desk = Desk(written.out)
    wanted = [
        Decision(Subject(id, name, What.POINTS), 1.0)
        for id in written.ids
        for name in (DERIVATION, LAST_STEP)
    ]
    assert isinstance(desk.decide(wanted, "Ada", desk.now().state.last), list)


def test_two_at_one_answer_and_a_server_that_is_gone(browser: Browser, written: WrittenClass) -> None:
    server = Server(written.out, "--grader=Ada", "--grader=Ben")
    try:
        ada, ben = enter(browser, server.link(0)), enter(browser, server.link(1))
        ada.open(f"/score/{DERIVATION}")
        ben.open(shown(ada.page).address)
        ada.page.keyboard.press("1")
        wait_until_saved(ada.page)
        ben.page.keyboard.press("2")
        ben.page.wait_for_selector("#conflict:not([hidden])")
        assert "1 of 3" in ben.page.inner_text("#conflict-text")
        is_sound(ben)
        server.kill()
        ada.page.keyboard.press("2")
        expect(ada.page.locator("#status")).to_contain_text("Leave this page open")
        is_sound(ada)
    finally:
        server.kill()


def test_what_is_refused_or_asked_or_not_there(browser: Browser, written: WrittenClass) -> None:
    with served(written.out) as server:
        visit, page = (found := enter(browser, server.link())), found.page
        scored(written)
        visit.open(f"/score/{DERIVATION}")
        is_sound(visit)
        visit.open(f"/rubric/{DERIVATION}")
        page.get_by_label("delete").first.check()
        page.get_by_role("button", name="Save the items").press("Enter")
        expect_text(page, "The items add up to 2 of 3 points")
        is_sound(visit)
        visit.open(f"/student/{written.ids[0]}")
        page.locator("#q-median summary", has_text="Change the points").press("Enter")
        page.locator("#q-median").get_by_label("Points, of 2").fill("7")
        page.locator("#q-median").get_by_role("button", name="Save the change").press("Enter")
        expect_text(page, "Not saved")
        is_sound(visit)
        page.goto(f"{visit.address}/student/nobody")
        is_sound(visit)
        outside = Visit(browser.new_context().new_page(), visit.address)
        outside.page.goto(visit.address)
        assert "Open the link that the program printed" in outside.page.inner_text("h1")
        is_sound(outside)
        outside.page.goto(server.link())
        assert "Open the newest link" in outside.page.inner_text("h1")
        is_sound(outside)


def test_what_is_written_and_what_is_pushed(browser: Browser, written: WrittenClass) -> None:
    scored(written)
    note = Decision(Subject(written.ids[-1], "", What.PRIVATE_NOTE), "wrote to her")
    Desk(written.out).decide([note], "Ada", Desk(written.out).now().state.last)
    with served(written.out) as server:
        visit = enter(browser, server.link())
        republish(written.out, None, lambda event: None)
        for said in ("and the files are written", "written and pushed into Moodle"):
            visit.open("/")
            expect_text(visit.page, said)
            is_sound(visit)
            visit.open("/publish")
            expect_text(visit.page, "All is written")
            is_sound(visit)
            journal = Pushed(written.out)
            journal.finish(journal.begin("https://moodle.example.org/mod/assign/view.php?id=42"))


def test_a_class_that_is_only_coming(browser: Browser, tmp_path: Path) -> None:
    config, slow = TOY_LAB / "grading_config.yml", "import time\ntime.sleep(2)"
    with served(None, "--out", str(tmp_path / "graded"), "--config", str(config)) as server:
        visit, page = (found := enter(browser, server.link(), first="/new")), found.page
        is_sound(visit)
        notebook = {
            "name": "ada.ipynb",
            "mimeType": "",
            "buffer": notebook_bytes("def median(v):\n    ...", slow),
        }
        page.get_by_label("What the students handed in").set_input_files(notebook)
        page.get_by_role("button", name="Grade").press("Enter")
        page.wait_for_url("**/progress")
        expect_text(page, "Nothing to do meanwhile")
        is_sound(visit)
        page.get_by_role("button", name="Stop").press("Enter")
        expect_text(page, "Go on grading|Open the class")
        is_sound(visit)
        visit.open("/")
        is_sound(visit)
