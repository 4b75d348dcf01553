"""A TA's evening in a real Chromium: score, correct, override, excuse, answer an appeal, publish."""

from __future__ import annotations

import csv
import random
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from autograder.review.desk import Desk
from autograder.review.pile import Piles
from autograder.store.journal import Journal
from autograder.store.records import What
from tests.review.classes import DERIVATION, LAST_STEP, SOLUTION, Student, WrittenClass, write_class
from tests.review.scoring import PATIENCE, expect_text, items_in_journal, score_all, shown, wait_until_saved
from tests.review.served import Server, Visit, enter, served

ITEMS = ("h_last", "c", "V")

MOST_PRESSES = 9

pytestmark = pytest.mark.slow


def derivations(count: int) -> list[Student]:
    """Students whose derivations say which items they earn; three at the end have written the same."""
    texts = [f"My answer number {at}: " + ", ".join(earned_by(at)) + f" $x_{{{at}}}$" for at in range(count)]
    same = texts[:-3] + ["All of us have c $y$"] * 3
    return [
        Student(f"Student {at:02d}", {DERIVATION: text, LAST_STEP: SOLUTION[LAST_STEP]}, even=at != 1, late=7500.0 * (at == 2))
        for at, text in enumerate(same)
    ]  # fmt: skip


def earned_by(number: int) -> list[str]:
    return [f"has {code}" for bit, code in enumerate(ITEMS) if number >> bit & 1]


def earned(text: str) -> frozenset[str]:
    """The items that an answer says it has."""
    return frozenset(re.findall(r"ha(?:s|ve) (h_last|c|V)\b", text))


def everything(text: str) -> frozenset[str]:
    """Every item of the second question."""
    return frozenset({"h_last", "why"})


def expected(written: WrittenClass, count: int) -> dict[str, frozenset[str]]:
    """The items of each student's derivation."""
    return {
        id: frozenset({"c"}) if at >= count - 3 else frozenset(one.split()[1] for one in earned_by(at))
        for at, id in enumerate(written.ids)
    }


def check_scored(written: WrittenClass, count: int) -> None:
    desk = Desk(written.out)
    found = {id: items_in_journal(desk, id, DERIVATION) for id in written.ids}
    assert found == expected(written, count)


def test_an_evening(browser: Browser, tmp_path: Path) -> None:
    written = write_class(tmp_path, derivations(6))
    with served(written.out, "--grader", "Ada") as server:
        visit = enter(browser, server.link())
        counts = score_all(visit, DERIVATION, earned)
        assert len(counts) == 4, "three equal answers are scored once"
        assert max(counts) <= MOST_PRESSES
        check_scored(written, 6)
        assert len(score_all(visit, LAST_STEP, everything)) == 1

        _worth_more(visit)
        _override(visit, written.ids[1])
        _excuse(visit, written.ids[2])
        _answer_an_appeal(visit, written.ids[1])
        _publish(visit)
        assert visit.troubles == []
        marks = _marks(written.out)
        #        c and V are worth 2 and 0 now; median and counter give 5, the last step 2
        assert marks == {"0": 7.0, "1": 7.0 + 1, "2": 7.0 + 2, "3": 7.0 + 2, "4": 7.0 + 2, "5": 7.0 + 2}
        with zipfile.ZipFile(written.out / "lms" / "moodle_feedback.zip") as archive:
            assert len(archive.namelist()) == 6
        assert "Because it was ours" in _page(written, 2)
        assert "half of it was right" in _page(written, 1)


def _worth_more(visit: Visit) -> None:
    """The item ``c`` is worth two points, ``V`` nothing more: what was given follows."""
    page = visit.page
    visit.open(f"/rubric/{DERIVATION}")
    for code in ("c", "V"):
        row = page.locator("fieldset", has=page.locator(f"legend code:text-is('{code}')"))
        if code == "c":
            row.get_by_label("Points").fill("2")
        else:
            row.get_by_label("delete").check()
    page.get_by_role("button", name="Save the items").press("Enter")
    page.get_by_role("button", name="Change them").press("Enter")
    expect_text(page, "Saved")


def _override(visit: Visit, id: str) -> None:
    page = visit.page
    visit.open(f"/student/{id}")
    question = page.locator("#q-median")
    question.locator("summary", has_text="Change the points").press("Enter")
    question.get_by_label(re.compile("^Points")).fill("2")
    question.get_by_label(re.compile("^Reason")).fill("half of it was right")
    question.get_by_role("button", name="Save the change").press("Enter")
    expect_text(page, "Changed by the course team")


def _excuse(visit: Visit, id: str) -> None:
    page = visit.page
    visit.open(f"/student/{id}")
    page.get_by_label(re.compile("^Excuse it")).fill("Because it was ours")
    page.get_by_label(re.compile("^Excuse it")).press("Enter")
    expect_text(page, "Excused: Because it was ours")


def _answer_an_appeal(visit: Visit, id: str) -> None:
    """What the cell showed when it was graded, without a run and without another program."""
    visit.open(f"/student/{id}")
    visit.page.get_by_role("link", name=re.compile("as it ran")).first.press("Enter")
    expect_text(visit.page, "shown by the run")


def _publish(visit: Visit) -> None:
    visit.open("/publish")
    visit.page.get_by_role("button", name="Write files").press("Enter")
    expect_text(visit.page, "All is written")


def _marks(out: Path) -> dict[str, float]:
    """What goes back to Moodle, by the last digit of the student's number less one."""
    with (out / "lms" / "moodle_grades.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {str(int(row["Identifier"].removeprefix("Participant ")) - 1): float(row["Grade"]) for row in rows}


def _page(written: WrittenClass, at: int) -> str:
    return (written.out / "feedback" / f"{written.ids[at]}.html").read_text(encoding="utf-8")


@pytest.mark.single  # test_an_evening
def test_thirty_derivations_take_at_most_nine_presses_each(browser: Browser, tmp_path: Path) -> None:
    written = write_class(tmp_path, derivations(32))
    with served(written.out) as server:
        visit = enter(browser, server.link())
        counts = score_all(visit, DERIVATION, earned)
        assert len(counts) == 30
        assert max(counts) <= MOST_PRESSES
        assert visit.troubles == []
    check_scored(written, 32)


@pytest.mark.thorough  # test_the_slower_of_two_sees_what_differs_and_has_changed_nothing (test_rubric_page.py)
def test_two_who_score_at_once_lose_nothing(browser: Browser, tmp_path: Path) -> None:
    written = write_class(tmp_path, derivations(5))
    with served(written.out, "--grader", "Ada", "--grader", "Ben") as server:
        ada, ben = enter(browser, server.link(0)), enter(browser, server.link(1))
        for visit in (ada, ben):
            visit.open(f"/score/{DERIVATION}")
        assert shown(ada.page).address != shown(ben.page).address, "they begin apart from each other"
        ben.open(shown(ada.page).address)

        ada.page.keyboard.press("1")
        wait_until_saved(ada.page)
        ben.page.keyboard.press("2")
        ben.page.wait_for_selector("#conflict:not([hidden])", timeout=PATIENCE)
        assert "Ada" in ben.page.inner_text("#conflict")
        assert shown(ben.page).state == "unsaved"
        ben.page.keyboard.press("t")  # theirs
        ben.page.wait_for_selector("#conflict[hidden]", state="attached", timeout=PATIENCE)
        assert shown(ben.page).earned == {"h_last"}
        ben.page.keyboard.press("2")
        wait_until_saved(ben.page)

        assert len(score_all(ada, DERIVATION, earned)) + len(score_all(ben, LAST_STEP, everything)) > 2
        # A refusal is what one of them was told, and the only thing that went wrong.
        assert [one for one in ada.troubles + ben.troubles if "409" not in one] == []
    records = [one for one in Journal(written.out).state().records() if one.subject.what is What.ITEM]
    assert {one.who for one in records} == {"Ada", "Ben"}
    desk = Desk(written.out)
    assert all(one.points is not None for grade in desk.now().grades.values() for one in grade.manual)


KILLS = 20


@pytest.mark.single  # test_two_who_score_at_once_lose_nothing; the journal's own test kills its writer, too
def test_a_server_that_is_killed_loses_nothing_that_the_page_showed_as_saved(
    browser: Browser, tmp_path: Path
) -> None:
    written = write_class(tmp_path, derivations(24))
    by_token: dict[str, str] = {}
    desk, choose = Desk(written.out), random.Random(1)
    server = Server(written.out, "--grader", "Ada")
    try:
        visit = enter(browser, server.link())
        port = visit.address.rpartition(":")[2]
        visit.open(f"/score/{DERIVATION}")
        for at in range(KILLS):
            for _ in range(choose.randint(1, 4)):
                visit.page.keyboard.press(choose.choice("123f0"))
            if at % 2:
                wait_until_saved(visit.page)
            else:
                visit.page.wait_for_timeout(choose.random() * 60)
            server.kill()
            before = shown(visit.page)
            assert before.state in ("saved", "busy", "unsaved")
            if before.state == "saved":
                assert _on_disk(desk, before.address, by_token) == before.earned, f"after {at} kills"
            server = Server(written.out, "--grader", "Ada", "--port", port)
            tab = enter(visit.page.context, server.link())  # as the page asks for
            tab.page.close()
            visit.page.bring_to_front()
            wait_until_saved(visit.page)
            assert _on_disk(desk, before.address, by_token) == shown(visit.page).earned == before.earned
            if at % 3 == 2:
                visit.page.keyboard.press("n")
                visit.page.wait_for_function(
                    "before => document.getElementById('work').dataset.address !== before",
                    arg=before.address,
                    timeout=PATIENCE,
                )
        server.stop()
    finally:
        server.kill()


def _on_disk(desk: Desk, address: str, by_token: dict[str, str]) -> frozenset[str] | None:
    """The items of the answer at an address, as the journal has them."""
    if not by_token:
        pile = Piles(desk).of(DERIVATION, desk.now())
        assert pile is not None
        by_token |= {one.token: one.grade.submission.id for one in pile.answers}
    return items_in_journal(desk, by_token[address.rpartition("/")[2]], DERIVATION)
