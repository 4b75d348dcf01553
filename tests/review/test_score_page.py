"""The page for scoring, asked as a browser asks: what is saved once, refused, grouped, hidden."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from autograder.review.app import application
from autograder.review.desk import Desk
from autograder.review.doors import Doors, Place
from autograder.review.handed_in import HandedIn
from autograder.review.handed_in import opened as handed_in
from autograder.review.pile import Piles
from autograder.review.site import Site
from autograder.review.student_work import StudentWork
from autograder.store.journal import Journal
from autograder.store.records import Decision, Record, Subject, What
from tests.review.asking import HOST, PORT, Answer, Asker, entered
from tests.review.classes import (
    DERIVATION,
    LAST_STEP,
    PLACEHOLDER,
    SOLUTION,
    TYPED,
    Student,
    WrittenClass,
    students,
    write_class,
)

ITEMS = ("h_last", "c", "V")

WORK = StudentWork()
"""One process that reads what students wrote, for all tests."""


@pytest.fixture(scope="module", autouse=True)
def _reader_that_ends() -> Iterator[None]:
    yield
    WORK.close()


def opened(desk: Desk, grader: str = "Ada", repeat: float = 0.0, uploads: HandedIn | None = None) -> Asker:
    """A browser that came in with a key of this grader."""
    links: list[str] = []
    doors = Doors(Place(PORT), lambda link, grader: links.append(link))
    doors.hand_out([grader])
    asker = Asker(application(Site(desk, uploads, work=WORK, repeat=repeat), doors))
    entered = asker.get("/?" + links[0].partition("?")[2])
    asker.cookie = entered.headers["set-cookie"].partition(";")[0]
    return asker


class Window:
    """One window in which somebody scores: what its script knows and sends.

    Attributes:
        asker: how it asks.
    """

    def __init__(self, asker: Asker, client: str = "window") -> None:
        self.asker = asker
        self._client = client
        self._number = 0

    def open(self, address: str) -> None:
        """Show an answer."""
        page = self.asker.get(address)
        while page.status == 303:
            address = page.headers["location"]
            page = self.asker.get(address)
        assert page.status == 200
        self.address, self.text = address.partition("?")[0], page.text
        self.seen = int(self.field("seen"))

    def field(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found is not None
        return found[1]

    def change(self, number: int = 0, **said: object) -> tuple[int, Any]:
        """Send a change; status and reply."""
        self._number = number or self._number + 1
        body = {
            "client": self._client, "number": self._number, "seen": self.seen, "rubric": self.field("rubric"),
            "members": self.field("members").split(),
        } | said  # fmt: skip
        answer = post_json(self.asker, f"{self.address}/change", body)
        reply = json.loads(answer.text)
        self.seen = reply.get("seen", self.seen) if answer.status == 200 else self.seen
        return answer.status, reply

    def give(self, *earned: str, **said: object) -> tuple[int, Any]:
        """Give these items their points, and the others none."""
        return self.change(points={code: float(code in earned) for code in ITEMS}, **said)

    def form(self, *more: tuple[str, str]) -> Answer:
        """Send the form as a browser without scripts."""
        hidden = [(name, self.field(name)) for name in ("seen", "rubric", "members")]
        return self.asker.post(self.address, [*hidden, *more])


def post_json(asker: Asker, target: str, body: object) -> Answer:
    own = {"origin": f"http://{HOST}", "content-type": "application/json"}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return asker.ask("POST", target, own, data)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WrittenClass:
    return write_class(tmp_path_factory.mktemp("class"), students(16))


@pytest.fixture
def desk(written: WrittenClass) -> Desk:
    for file in written.out.glob("journal.sqlite3*"):
        file.unlink()
    return Desk(written.out)


@pytest.fixture
def window(desk: Desk) -> Window:
    found = Window(opened(desk))
    found.open(f"/score/{DERIVATION}")
    return found


def points(desk: Desk, question: str = DERIVATION) -> list[float | None]:
    """What everybody has, in the class's order."""
    return [
        one.points for grade in desk.now().grades.values() for one in grade.manual if one.name == question
    ]


def open_group(window: Window, like: int) -> Sequence[int]:
    """Show the group of the student at this position; positions of all members."""
    address = next(one for one in every_answer(window) if like in members_of(window, one))
    window.open(address)
    return members_of(window, address)


def every_answer(window: Window) -> list[str]:
    """Addresses of the groups, in the order of the page."""
    window.open(f"/score/{DERIVATION}?go=next")
    found = [window.address]
    while True:
        window.open(f"/score/{DERIVATION}?go=next&after={found[-1].rpartition('/')[2]}")
        if window.address == found[-1]:
            return found
        found.append(window.address)


def members_of(window: Window, address: str) -> list[int]:
    """Positions of the students whose answers an address scores together."""
    window.open(f"{address}?names")
    page = window.asker.get(f"{address}?names").text
    group = page.partition('<details class="group">')[2].partition("</details>")[0] or page
    window.open(address)
    return sorted({int(one) for one in re.findall(r"Student (\d{3})", group)})


def test_equal_answers_are_scored_once_and_all_of_them(desk: Desk, window: Window) -> None:
    assert open_group(window, 0) == [0, 1, 2, 8, 9, 10]
    assert "6 equal answers" in window.text
    assert window.give("h_last", "c")[0] == 200
    right = {0, 1, 2, 8, 9, 10}
    assert points(desk) == [2.0 if at in right else None for at in range(16)]
    window.open(window.address)
    assert window.change(comment="Good.")[0] == 200
    comments = [grade.manual[0].comment for grade in desk.now().grades.values()]
    assert comments == ["Good." if at in right else "" for at in range(16)]


def test_answers_in_which_nothing_stands_are_a_group_that_nobody_scores_by_itself(
    desk: Desk, window: Window
) -> None:
    assert open_group(window, 4) == [4, 5, 12, 13]
    assert "Nobody wrote anything here" in window.text
    assert set(points(desk)) == {None}
    window.give()
    assert [at for at, given in enumerate(points(desk)) if given == 0.0] == [4, 5, 12, 13]


def test_one_answer_of_a_group_may_be_scored_alone(desk: Desk, window: Window) -> None:
    open_group(window, 0)
    alone = window.address.rpartition("/")[2]
    assert window.give("V", members=[alone])[0] == 200
    assert sorted(filter(None, points(desk))) == [1.0]
    window.open(window.address)
    assert "5 equal answers wait" in window.text
    assert window.field("members") == alone


def test_a_change_is_applied_once_whatever_is_sent_again(desk: Desk, window: Window) -> None:
    journal = Journal(desk.out)
    first = window.give("c")
    last = journal.state().last
    assert window.give("c", "V", number=1) == first  # its answer was lost; the number decides
    assert journal.state().last == last
    window.give("c", "V", number=2)
    assert window.give("c", number=1)[0] == 410  # late, and overtaken
    assert 2.0 in points(desk)

    again = Window(opened(Desk(desk.out)), "window")  # the server was killed and started again
    again.open(window.address)
    again.seen = window.seen
    last = journal.state().last
    assert again.give("c", "V", number=2)[0] == 200
    assert journal.state().last == last


def test_ten_times_the_same_change_at_once_is_one(desk: Desk, window: Window) -> None:
    replies: list[tuple[int, Any]] = []
    threads = [threading.Thread(target=lambda: replies.append(window.give("c", number=1))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({json.dumps(reply) for reply in replies}) == 1
    numbers = [one.number for one in Journal(desk.out).state().records()]
    assert len(numbers) == len(window.field("members").split()) * (len(ITEMS) + 1)


def test_who_comes_second_is_refused_and_hears_what_holds(desk: Desk, window: Window) -> None:
    other = Window(opened(desk, grader="Ben"))
    other.open(window.address)
    window.give("h_last")
    status, reply = other.give("c")
    assert status == 409
    assert reply["who"] == "Ada"
    assert reply["theirs"]["items"] == {"h_last": 1.0, "c": 0.0, "V": 0.0}
    assert 2.0 not in points(desk)
    assert other.give("h_last")[0] == 200  # the same holds already
    other.seen = reply["seen"]  # "keep mine"
    assert other.give("c", "V")[0] == 200
    assert 2.0 in points(desk)


def test_a_comment_says_nothing_of_points_that_somebody_else_gave(desk: Desk, window: Window) -> None:
    other = Window(opened(desk, grader="Ben"))
    other.open(window.address)
    before = window.seen
    other.give("V")
    assert window.change(comment="See the board.")[0] == 200
    window.seen = before  # the page keeps one number for points, and another one for comments
    assert window.give("c")[0] == 409


def test_all_answers_of_a_group_are_scored_or_none(desk: Desk, window: Window) -> None:
    positions = open_group(window, 0)
    id = [*desk.now().grades][positions[-1]]
    by_table = Decision(Subject(id, DERIVATION, What.ITEM, "V"), 0.5)
    assert isinstance(Journal(desk.out).append(by_table, "manual.csv", 10_000), Record)
    assert window.give("h_last")[0] == 409
    assert set(points(desk)) == {None}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"points": {"h_last": 2, "c": 0, "V": 0}}, 422),
        ({"points": {"h_last": -1, "c": 0, "V": 0}}, 422),
        ({"points": {"h_last": True, "c": 0, "V": 0}}, 422),
        ({"points": {"h_last": "1", "c": 0, "V": 0}}, 422),
        ({"points": {"h_last": float("nan"), "c": 0, "V": 0}}, 422),
        ({"points": {"h_last": 1}}, 422),
        ({"points": {"h_last": 1, "c": 0, "V": 0, "more": 1}}, 422),
        ({"points": [1, 0, 0]}, 422),
        ({"points": {"h_last": 10**400, "c": 0, "V": 0}}, 422),
        ({"comment": 5}, 422),
        ({"comment": "x" * 10_001}, 422),
        ({"points": None, "rubric": "older"}, 422),
        ({"points": None, "members": []}, 422),
        ({"points": None, "members": "all"}, 422),
        ({"points": None, "members": [["a"]]}, 422),
        ({"points": None, "client": ""}, 400),
        ({"points": None, "client": "x" * 65}, 400),
        ({"points": None, "number": True}, 400),
        ({"points": None, "number": -1}, 400),
    ],
)
def test_a_change_that_is_none_changes_nothing(
    desk: Desk, window: Window, said: Mapping[str, Any], status: int
) -> None:
    assert window.change(**said)[0] == status
    assert not (desk.out / "journal.sqlite3").exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"[" * 100_000, b"\xff", b"1"])
def test_a_body_that_is_no_change_is_refused(window: Window, body: bytes) -> None:
    assert post_json(window.asker, f"{window.address}/change", body).status == 400


def test_a_body_that_is_too_long_is_not_read(window: Window) -> None:
    assert post_json(window.asker, f"{window.address}/change", b" " * 300_000).status == 413


def test_answers_that_are_not_equal_are_never_scored_together(desk: Desk, window: Window) -> None:
    tokens = [one.rpartition("/")[2] for one in every_answer(window)]
    window.open(f"/score/{DERIVATION}/{tokens[0]}")
    assert window.give("c", members=tokens[:2])[0] == 422
    assert set(points(desk)) == {None}


def test_nothing_on_the_page_says_whose_answer_it_is(desk: Desk, window: Window) -> None:
    for address in every_answer(window):
        window.open(address)
        for id, grade in desk.now().grades.items():
            assert id not in window.text
            assert grade.submission.student not in window.text
            assert id not in address
    assert "Student 0" in window.asker.get(f"{address}?names").text


def test_each_question_has_an_order_of_its_own_that_stays(desk: Desk, window: Window) -> None:
    def order(question: str) -> list[str]:
        pile = Piles(Desk(desk.out)).of(question, desk.now())
        assert pile is not None
        return [one.grade.submission.id for one in pile.answers]

    ids = [*desk.now().grades]
    assert order(DERIVATION) == order(DERIVATION)
    assert len({tuple(ids), tuple(order(DERIVATION)), tuple(order(LAST_STEP))}) == 3


def test_scored_answers_are_left_and_the_last_one_leads_on(desk: Desk, window: Window) -> None:
    for left in range(5, 0, -1):
        window.open(f"/score/{DERIVATION}?go=waiting&after={window.address.rpartition('/')[2]}")
        before = sum(one is None for one in points(desk))
        window.give("c")
        assert sum(one is None for one in points(desk)) < before, left
    done = window.asker.get(f"/score/{DERIVATION}")
    assert "All 16 answers are scored" in done.text
    assert f'href="/score/{LAST_STEP}"' in done.text


def test_without_a_script_a_form_does_the_same(desk: Desk, window: Window) -> None:
    open_group(window, 3)
    saved = window.form(("earned", "c"), ("part-V", "0,5"), ("comment", "half of V"), ("do", "save"))
    assert (saved.status, saved.headers["location"]) == (303, window.address)
    grade = [*desk.now().grades.values()][3]
    assert [one.points for one in grade.manual[0].items] == [0.0, 1.0, 0.5]
    assert grade.manual[0].comment == "half of V"
    window.open(window.address)
    assert 'value="0.5"' in window.text
    window.form(("comment", "half of V"), ("do", "full"))
    assert points(desk)[3] == 3.0
    window.open(window.address)
    window.form(("comment", ""), ("do", "clear"))
    grade = [*desk.now().grades.values()][3]
    assert (grade.manual[0].points, grade.manual[0].comment) == (None, "")


def test_a_form_that_comes_too_late_keeps_what_was_filled_in(desk: Desk, window: Window) -> None:
    other = Window(opened(desk, grader="Ben"))
    other.open(window.address)
    window.give("h_last")
    late = other.form(("earned", "c"), ("comment", "mine"), ("do", "save"))
    assert late.status == 409
    assert "Nothing was saved" in late.text
    assert "Ada" in late.text
    assert re.search(r'value="c" checked', late.text)
    assert not re.search(r'value="h_last" checked', late.text)
    other.text = late.text
    assert other.form(("earned", "c"), ("comment", "mine"), ("do", "save")).status == 303
    assert 1.0 in points(desk)


def test_a_form_gives_nobody_elses_points_back(desk: Desk, window: Window) -> None:
    """Who only comments says nothing of points, nor the other way round."""
    window.give("h_last")
    window.open(window.address)
    other = Window(opened(desk, grader="Ben"))
    other.open(window.address)
    window.give("h_last", "c", "V")
    done = other.form(("was", "scored"), ("earned", "h_last"), ("comment", "only this"), ("do", "save"))
    assert done.status == 303
    assert 3.0 in points(desk)
    assert 1.0 not in points(desk)


def test_no_page_is_there_for_what_is_not(window: Window) -> None:
    for path in (
        "/score/nothing",
        "/score/median",
        f"/score/{DERIVATION}/0000000000000000",
        "/score/nothing/1",
    ):
        assert window.asker.get(path).status == 404
    assert window.asker.get(f"{window.address}/change").status == 405
    assert window.asker.get(f"/score/{DERIVATION}?go=nowhere&after=nobody").status == 303


def test_pictures_keep_answers_apart_and_remarks_say_what_to_look_at(tmp_path: Path) -> None:
    claim = {DERIVATION: r"$\nabla_{\mathbf{c}} \mathcal{L} = 1$", LAST_STEP: ""}
    members = [
        Student("With a picture", attachments={"a.png": b"\x89PNG"}),
        Student("With another one", attachments={"a.png": b"\x89PNG2"}),
        Student("Without", SOLUTION),
        Student("Twin", SOLUTION),
        Student("Unreadable", {DERIVATION: "Other.", LAST_STEP: ""}, problem="not a notebook"),
        Student("A heading", {DERIVATION: "# Big\n\n### small", LAST_STEP: ""}),
        Student("Own", claim),
    ]
    written = write_class(tmp_path, members)
    window = Window(opened(Desk(written.out)))
    addresses = every_answer(window)
    assert len(addresses) == 5  # two pictures, the twins, two others; who cannot be graded is not there
    texts = [window.asker.get(one).text for one in addresses]
    assert sum("pictures in it: 1" in one for one in texts) == 2
    assert sum("the same file was handed in 2 times" in one for one in texts) == 1
    assert sum("<h1" in one for one in texts) == len(texts)
    assert all(len(re.findall("<h[1-6]", one)) == len(re.findall("<h[1-6]", texts[0])) for one in texts)


def with_items(texts: Mapping[str, str]) -> bytes:
    """A notebook with a cell for each item of the derivation."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "markdown", "id": f"item-{item}", "source": text,
            "metadata": {"autograder": {"manual": DERIVATION, "item": item}},
        }
        for item, text in texts.items()
    ]  # fmt: skip
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def test_an_answer_that_falls_apart_by_item_says_of_each_what_stands_in_its_cell(tmp_path: Path) -> None:
    claim = r"$\nabla_{\mathbf{c}} \mathcal{L} =$" + "\n\n" + r"$\sum_{t=1}^{\tau} \mathbf{g}^{[t]}$"
    texts = {"h_last": PLACEHOLDER, "c": claim, "V": r"$V =$ by the product rule"}
    written = write_class(tmp_path, [Student("Ada", notebook=with_items(texts))])
    desk = Desk(written.out)
    with handed_in(desk.run, written.out, desk.lab) as uploads:
        uploads.submission(written.ids[0], 20.0)
        window = Window(opened(desk, uploads=uploads))
        (address,) = every_answer(window)
        page = window.asker.get(address).text
    items = re.findall(r"<li><label class=\"item\">.*?</li>", page, re.DOTALL)
    assert [re.findall("not answered|claim only", one) for one in items] == [["not answered"], [], []]
    assert re.findall(r">Item (\d)<", page) == ["2", "3"]


def test_a_comment_is_offered_again(desk: Desk, window: Window) -> None:
    open_group(window, 3)
    window.change(comment="<b>Where</b> is the transpose?")
    open_group(window, 6)
    assert "&lt;b&gt;Where&lt;/b&gt; is the transpose?" in window.text


def test_every_kind_of_answer_has_a_page(desk: Desk, window: Window) -> None:
    assert len(every_answer(window)) == len({TYPED[0], TYPED[3], "", *TYPED[6:]})


def test_an_answer_that_comes_back_is_unmarked_and_earns_nothing_more(desk: Desk) -> None:
    window = Window(opened(desk, repeat=1.0))
    open_group(window, 0)  # six equal ones: all but five may come back
    window.give("h_last", "c")
    window.open(window.address)
    window.change(comment="Read this.")
    before = points(desk)
    window.open(f"/score/{DERIVATION}")
    assert "You scored this answer before" in window.text
    assert "not scored yet" in window.text
    assert "Read this." not in window.text
    assert "checked" not in window.text
    assert window.field("members") == window.address.rpartition("/")[2]
    assert window.give("c", "V", again=True)[0] == 200
    assert points(desk) == before
    looks = [one for one in Journal(desk.out).state().records() if one.subject.what is What.REPEAT]
    assert {one.subject.item: one.after for one in looks} == {"h_last": 0.0, "c": 1.0, "V": 1.0}
    window.open(f"/score/{DERIVATION}")
    assert "You scored this answer before" not in window.text

    by_form = Window(opened(desk, repeat=1.0))
    by_form.asker.post(window.address, [])  # nothing is due for a window that began anew, either
    by_form.open(f"/score/{DERIVATION}")
    assert "You scored this answer before" not in by_form.text


def test_a_second_look_by_form_changes_no_mark(desk: Desk) -> None:
    window = Window(opened(desk, repeat=1.0))
    open_group(window, 0)
    window.give("h_last")
    before = points(desk)
    window.open(f"/score/{DERIVATION}")
    done = window.form(("again", "yes"), ("do", "full"))
    assert done.status == 303
    assert points(desk) == before
    assert [one.subject.what for one in Journal(desk.out).state().records()].count(What.REPEAT) == 3


def test_a_question_without_items_takes_a_number(tmp_path: Path) -> None:
    written = write_class(
        tmp_path, [Student("One", {LAST_STEP: "Because."}), Student("Two", {LAST_STEP: "So."})]
    )
    config = written.lab.path
    text = config.read_text("utf-8")
    items = text[text.index("    solution: {tag: last_step}") : text.index("data:\n")]
    config.write_text(text.replace(items, ""), "utf-8")
    desk = Desk(written.out)
    window = Window(opened(desk))
    window.open(f"/score/{LAST_STEP}")
    assert window.change(points={"": 1.5})[0] == 200
    assert window.change(points={"": 2.5})[0] == 422
    assert sorted(points(desk, LAST_STEP), key=str) == [1.5, None]
    window.open(f"/score/{LAST_STEP}")
    assert window.form(("part-", "x"), ("do", "save")).status == 422
    assert window.form(("part-", ""), ("do", "save")).status == 303
    assert None in points(desk, LAST_STEP)
    window.open(window.address)
    assert window.form(("part-", "0,5"), ("do", "save")).status == 303
    assert sorted(filter(None, points(desk, LAST_STEP))) == [0.5, 1.5]
    window.open(window.address)
    assert 'value="0.5"' in window.text


def test_points_that_a_table_gave_as_one_number_stay_until_items_replace_them(
    desk: Desk, window: Window
) -> None:
    open_group(window, 3)
    id = [*desk.now().grades][3]
    Journal(desk.out).append(Decision(Subject(id, DERIVATION, What.POINTS), 2.0), "manual.csv", 0)
    open_group(window, 3)
    assert "2 points were given as one number" in window.text
    assert window.form(("comment", "Well."), ("do", "save")).status == 303
    assert points(desk)[3] == 2.0
    window.open(window.address)
    assert window.give("c")[0] == 200
    assert points(desk)[3] == 1.0


def test_several_graders_begin_apart_from_each_other(desk: Desk) -> None:
    site = Site(desk, work=WORK, graders=("Ada", "Ben", "Cleo"))
    starts = [
        entered(site, who).get(f"/score/{DERIVATION}").headers["location"] for who in ("Ada", "Ben", "Cleo")
    ]
    assert len(set(starts)) == 3
    alone = opened(desk).get(f"/score/{DERIVATION}").headers["location"]
    assert starts[0] == alone
