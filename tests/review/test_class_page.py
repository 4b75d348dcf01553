"""The first page: what is next, who is in the class, what fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.class_run.republish import republish
from autograder.review.class_page import next_step
from autograder.review.class_table import Asked, Show, Tables
from autograder.review.desk import Desk
from autograder.review.site import Site
from autograder.store.pushed import Pushed
from autograder.store.records import Decision, Subject, What
from tests.review.asking import entered, opened
from tests.review.classes import DERIVATION, LAST_STEP, Student, WrittenClass, students, write_class


@pytest.fixture
def written(tmp_path: Path) -> WrittenClass:
    refused = Student("Eve <script>alert(1)</script>", problem="the notebook is damaged")
    return write_class(tmp_path, [*students(6), refused])


def score(desk: Desk, ids: list[str]) -> None:
    decisions = [
        Decision(Subject(id, name, What.POINTS), 1.0) for id in ids for name in (DERIVATION, LAST_STEP)
    ]
    desk.decide(decisions, "Ada", desk.now().state.last)


def shown(page: str) -> list[str]:
    return re.findall(r'<tr[^>]*><th scope="row"><a href="/student/([^"]+)"', page)


def test_what_is_next_follows_from_what_is_done(written):
    desk, tables = Desk(written.out), Tables()

    def step() -> tuple[str, str]:
        now = desk.now()
        found = next_step(now, tables.table(now))
        return found.sentence, found.address

    *graded, refused = written.ids
    assert step() == ("12 answers wait for points", f"/score/{DERIVATION}")
    score(desk, graded[:5])
    assert step() == ("2 answers wait for points", f"/score/{DERIVATION}")
    score(desk, graded)
    assert step() == (
        "Everything is scored, but 1 student could not be graded",
        "/?show=not-gradable#students",
    )
    note = Decision(Subject(refused, "", What.PRIVATE_NOTE), "wrote to her")
    desk.decide([note], "Ada", desk.now().state.last)
    assert step() == ("Everything is scored", "/publish")
    (written.out / "results" / f"{graded[0]}.json").unlink()
    (written.out / "results" / f"{graded[1]}.json").write_text("{")
    assert step() == ("2 submissions have no result yet", "/again")
    now = desk.now()
    assert [one.id for one in (*now.missing, *now.broken)] == graded[:2]


def test_rows_are_chosen_sorted_and_searched(written):
    desk = Desk(written.out)
    ids = list(written.ids)
    score(desk, ids[:2])
    browser = opened(desk)
    assert shown(browser.get("/").text) == ids
    assert shown(browser.get("/?show=waiting").text) == ids[2:6]
    assert shown(browser.get("/?show=not-gradable").text) == ids[6:]
    assert shown(browser.get("/?show=flagged").text) == [ids[3]]
    assert shown(browser.get("/?show=late").text) == [ids[4]]
    assert shown(browser.get("/?search=DENT+003").text) == [ids[3]]
    assert browser.get("/?show=nothing&sort=x&failure=%00&down=9").status == 200


def test_a_failure_leads_to_its_students(written):
    desk = Desk(written.out)
    browser = opened(desk)
    page = browser.get("/").text
    [address] = set(re.findall(r'href="(/\?failure=[0-9a-f]+)#students"', page))
    assert shown(browser.get(address).text) == [written.ids[0], written.ids[3]]
    assert "the median of" not in address


def test_names_are_text(written):
    page = opened(Desk(written.out)).get("/").text
    assert "<script>alert" not in page
    assert "Eve &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "the notebook is damaged" in page


def test_a_row_is_made_again_only_when_its_grade_is_another_one(written):
    desk, tables = Desk(written.out), Tables()
    before = tables.table(desk.now()).rows
    score(desk, [written.ids[0]])
    after = tables.table(desk.now()).rows
    assert [one is other for one, other in zip(before, after, strict=True)] == [False, *[True] * 6]
    assert tables.table(desk.now()).by_hand[0].done == 1


def test_an_address_says_what_is_asked():
    asked = Asked(Show.LATE, search="a&b")
    assert asked.address() == "/?show=late&search=a%26b#students"


def test_once_the_files_say_everything_they_are_next_and_then_nothing_is(tmp_path):
    made = write_class(tmp_path, students(2))
    asker, desk = opened(Desk(made.out)), Desk(made.out)
    score(desk, made.ids)
    assert 'href="/publish">Publish</a>' in asker.get("/").text
    republish(made.out, None, lambda event: None)
    assert "Everything is scored, and the files are written" in asker.get("/").text
    journal = Pushed(made.out)
    journal.finish(journal.begin("https://moodle.example.org/mod/assign/view.php?id=42"))
    assert "Everything is scored, written and pushed into Moodle" in asker.get("/").text
    desk.decide([Decision(Subject(made.ids[0], "", What.COMMENT), "well done")], "Ada", desk.now().state.last)
    assert 'href="/publish">Publish</a>' in asker.get("/").text


def test_who_could_not_be_graded_keeps_nobody_from_publishing(written):
    desk = Desk(written.out)
    score(desk, written.ids[:-1])
    assert '<a class="button" href="/publish">Publish without them</a>' in opened(desk).get("/").text


def test_agreement_is_found_where_answers_come_back(written):
    link = 'href="/agreement"'
    assert link in entered(Site(Desk(written.out), repeat=0.05)).get("/").text
    assert link not in opened(Desk(written.out)).get("/").text
