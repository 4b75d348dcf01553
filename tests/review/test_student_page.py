"""The page of one student: what it shows, what its forms change, and what no page ever shows to a student."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from autograder.model import Override
from autograder.report.student import feedback_page
from autograder.review.app import application
from autograder.review.common_code import side_by_side
from autograder.review.desk import Desk
from autograder.review.doors import Doors, Place
from autograder.review.grading import Grading
from autograder.review.handed_in import opened
from autograder.review.server import listening_socket, serve
from autograder.review.similar_page import read_pairs
from autograder.review.site import Site
from autograder.similar.compare import Pair
from autograder.similar.write import write_pairs
from autograder.store.records import Decision, Subject, What
from autograder.store.seen import looked_at
from tests.review.classes import (
    DERIVATION,
    LAST_STEP,
    MEDIAN,
    Student,
    WrittenClass,
    write_class,
    write_lab,
)

ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class Browser:
    """Somebody who came in: asks the server, with a cookie and as a page of its own would."""

    def __init__(self, site: Site, written: WrittenClass, port: int, link: str) -> None:
        self.site = site
        self.written = written
        self._port = port
        self._headers = {"Host": f"127.0.0.1:{port}", "Origin": f"http://127.0.0.1:{port}"}
        _, headers, _ = self.get(link[link.index("/?") :])
        self._headers["Cookie"] = headers["set-cookie"].partition(";")[0]

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        return self._ask("GET", path, None)

    def page(self, path: str) -> str:
        status, _, body = self.get(path)
        assert status == 200, body.decode()
        return body.decode()

    def post(self, path: str, **form: object) -> tuple[int, dict[str, str], bytes]:
        return self._ask("POST", path, urlencode(form))

    def student(self, at: int = 0) -> str:
        return f"/student/{self.written.ids[at]}"

    def save(self, at: int = 0, **form: object) -> str:
        """Send a form as the page stands now; where the answer leads to."""
        seen = self.site.open_desk.now().state.last
        status, headers, body = self.post(self.student(at), **{"seen": seen} | form)
        assert status == 303, body.decode()
        return headers["location"]

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=30)
        connection.request(method, path, body, self._headers)
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return found


PEOPLE = [
    Student("Ada", attachments={"a.png": PNG}, even=False, late=7500.0),
    Student(
        f"Eve {ATTACK}",
        {DERIVATION: f"{ATTACK}\n\n![x](attachment:a.png) ![y](https://evil.example/a.png)", LAST_STEP: ""},
        attachments={"a.png": PNG, "b.png": b"<svg onload=alert(1)>"},
        outputs=[
            {"output_type": "stream", "name": "stdout", "text": [ATTACK, "\n"]},
            {"output_type": "display_data", "metadata": {}, "data": {"text/html": ATTACK}},
            {
                "output_type": "display_data",
                "metadata": {},
                "data": {"image/png": base64.b64encode(PNG).decode()},
            },
        ],
    ),
    Student("Ben", problem="not a notebook"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A server with a class, and somebody inside."""
    written = write_class(tmp_path_factory.mktemp("class"), PEOPLE)
    links: list[str] = []
    listener = listening_socket(0)
    port = listener.getsockname()[1]
    doors = Doors(Place(port), lambda link, grader: links.append(link))
    ready = threading.Event()
    desk = Desk(written.out)
    with ExitStack() as stack:
        site = Site(desk, stack.enter_context(opened(desk.run, written.out, desk.lab)))
        stack.callback(site.work.close)
        site.handed_in.submission(written.ids[0], 20.0)
        app = application(site, doors)
        threading.Thread(target=serve, args=(app, listener, ready.set), daemon=True).start()
        assert ready.wait(20)
        doors.hand_out(["Ada L."])
        yield Browser(site, written, port, links[0])


def test_the_page_shows_what_came_of_everything_and_why(browser: Browser) -> None:
    text = browser.page(browser.student())
    for shown in ("Ada", "late", "the median of 4, 1, 3, 2 is 2.5", "found 3", "What lies in the middle?"):
        assert shown in text
    assert 'href="/student/' + browser.written.ids[1] in text  # the next one
    assert f'href="/score/{DERIVATION}"' in text  # what to do next
    assert '<span class="math">' in text


def test_points_are_changed_with_a_reason_and_taken_back(browser: Browser) -> None:
    path = browser.save(do="override", question="median", points="1,5", reason="on paper", comment="See me.")
    assert path == f"{browser.student()}?saved=q-median#q-median"
    text = browser.page(path.partition("#")[0])
    assert "Saved." in text
    assert "1.5 instead of 0" in text
    grade = browser.site.open_desk.now().grades[browser.written.ids[0]]
    assert grade.questions[0].override == Override(1.5, "on paper", "See me.", 0.0)
    assert "on paper" in browser.get(f"{browser.student()}/feedback")[2].decode()
    browser.save(do="override", question="median", back="1")
    text = browser.page(browser.student())
    assert "instead of" not in text
    assert re.search(
        r"Ada L\..{0,200}points changed.{0,200}1\.5 points: on paper.{0,40}→ nothing", text, re.S
    )


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"do": "override", "question": "median", "points": "9", "reason": "why"}, "from 0 to 2"),
        ({"do": "override", "question": "median", "points": "nan", "reason": "why"}, "Points are a number"),
        ({"do": "override", "question": "median", "points": "", "reason": "why"}, "Points are a number"),
        ({"do": "override", "question": "median", "points": "1", "reason": " "}, "A reason is missing"),
        ({"do": "override", "question": "nothing", "points": "1", "reason": "why"}, "no such question"),
        ({"do": "excuse", "reason": ""}, "A reason is missing"),
        ({"do": "comment", "text": "x" * 10_001}, "longer than"),
        ({"do": "comment", "question": "nothing", "text": "x"}, "no such question"),
        ({"do": "everything"}, "no form of this page"),
    ],
)
def test_what_cannot_be_is_refused_and_what_was_typed_stays(
    browser: Browser, form: dict[str, str], says: str
) -> None:
    before = browser.site.open_desk.now().state.last
    status, _, body = browser.post(browser.student(), seen=before, **form)
    assert status == 400
    assert says in body.decode()
    assert browser.site.open_desk.now().state.last == before
    if form.get("reason", "").strip() and form["question"] == "median":
        assert 'value="why"' in body.decode()


def test_who_was_there_first_is_named_and_nothing_is_lost(browser: Browser) -> None:
    seen = browser.site.open_desk.now().state.last
    browser.save(do="comment", text="first")
    status, _, body = browser.post(browser.student(), seen=seen, do="comment", text="second")
    assert status == 409
    assert "Ada L. has changed this meanwhile" in body.decode()
    assert ">second</textarea>" in body.decode()
    assert browser.site.open_desk.now().grades[browser.written.ids[0]].comment == "first"
    browser.save(do="comment", text="")
    assert browser.site.open_desk.now().grades[browser.written.ids[0]].comment == ""


def test_lateness_is_excused_and_that_is_taken_back(browser: Browser) -> None:
    id = browser.written.ids[0]
    assert "10 % of" in browser.page(browser.student())
    browser.save(do="excuse", reason="ill", comment="")
    now = browser.site.open_desk.now().grades[id]
    assert now.mark == now.score
    browser.save(do="excuse", back="1")
    assert browser.site.open_desk.now().grades[id].excused is None


def test_a_private_note_is_on_no_page_of_a_student(browser: Browser) -> None:
    browser.save(do="note", text="SECRET of the team")
    assert "SECRET of the team" in browser.page(browser.student())
    grade = browser.site.open_desk.now().grades[browser.written.ids[0]]
    assert "SECRET" not in feedback_page(grade, "Lab")
    assert "SECRET" not in repr(grade)
    assert "SECRET" not in browser.get(f"{browser.student()}/feedback")[2].decode()


def test_points_of_who_cannot_be_graded_are_kept_and_the_page_says_that_they_have_no_effect(
    browser: Browser,
) -> None:
    text = browser.page(browser.student(2))
    assert "not a notebook" in text
    assert "have no effect" in text
    assert "autograder grade --add" in text
    browser.save(2, do="override", question="median", points="2", reason="on paper")
    browser.save(2, do="comment", text="Hand in again.")
    assert "on paper" in browser.page(browser.student(2))
    grade = browser.site.open_desk.now().grades[browser.written.ids[2]]
    assert (grade.mark, grade.comment) == (None, "Hand in again.")


def test_where_the_pages_can_grade_a_notebook_that_can_be_read_is_the_next_thing(browser: Browser) -> None:
    browser.site.grading = Grading(lambda out: None)
    try:
        text = browser.page(browser.student(2))
    finally:
        browser.site.grading = None
    assert f'<a class="button first" href="/add?whose={browser.written.ids[2]}">Add a notebook' in text
    assert "autograder grade" not in text


def test_an_answer_that_was_replaced_is_told_of(browser: Browser) -> None:
    desk, id = browser.site.open_desk, browser.written.ids[0]
    now = desk.now()
    scored = Decision(Subject(id, LAST_STEP, What.POINTS), 1.0)
    desk.decide([scored, looked_at(now.grades[id], LAST_STEP)], "Ada", now.state.last)
    assert "The answer changed since" not in browser.page(browser.student())
    seen = Decision(Subject(id, LAST_STEP, What.SEEN), "0" * 64)
    desk.decide([seen], "Ada", desk.now().state.last)
    assert "The answer changed since" in browser.page(browser.student())


@pytest.mark.parametrize("path", ["", "/notebook", "/feedback"])
def test_what_students_wrote_is_closed_to_the_pages(browser: Browser, path: str) -> None:
    text = browser.page(browser.student(1) + path)
    scripts = re.findall(r"<script[^>]*>", text)
    assert all('src="/static/' in one for one in scripts)
    assert not re.search(r"<[^>]*\son\w+\s*=", text)
    assert not re.search(r"<(?!a )[^>]*evil\.example", text)
    assert not re.search(r"<[^>]*\sstyle\s*=", text) or path == "/feedback"
    assert all(one.startswith('"/picture/') for one in re.findall(r"<img[^>]*src=(\S+)", text))


def test_pictures_are_served_by_their_bytes_alone_and_by_nobodys_name(browser: Browser) -> None:
    text = browser.page(browser.student(1))
    shown = re.findall(r'<img[^>]*src="(/picture/[^"]+)"', text)
    assert len(shown) == 1
    status, headers, body = browser.get(shown[0])
    assert (status, body) == (200, PNG)
    assert headers["content-type"] == "image/png"
    assert headers["content-disposition"].startswith("inline")
    assert headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert headers["x-content-type-options"] == "nosniff"
    assert browser.written.ids[1] not in shown[0]
    (other,) = set(re.findall(r'href="(/picture/[^"]+)"', text)) - set(shown)  # called .png, and no picture
    _, headers, body = browser.get(other)
    assert b"svg" in body
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"].startswith("attachment")
    assert browser.get(shown[0] + "9")[0] == 404
    assert browser.get("/picture/x-0")[0] == 404


def test_the_notebook_stands_there_as_handed_in_and_as_it_ran(browser: Browser) -> None:
    text = browser.page(f"{browser.student()}/notebook")
    assert "shown by the run" in text
    assert 'id="code-1"' in text
    assert text.count('<span class="line">') > 5
    for name in ("handed-in", "executed"):
        status, headers, body = browser.get(f"{browser.student()}/{name}.ipynb")
        assert (status, body[:1]) == (200, b"{")
        assert headers["content-disposition"].startswith("attachment")
        assert headers["content-type"] == "application/octet-stream"
    assert "was not kept" in browser.page(f"{browser.student(2)}/notebook")


def test_nobody_is_nobody(browser: Browser) -> None:
    for path in ("/student/nobody", "/student/..%2f..%2fetc%2fpasswd", "/student/nobody/executed.ipynb"):
        assert browser.get(path)[0] == 404


# Similar work

OWN = """def helper(values):
    total = 0
    for at, value in enumerate(values):
        if value % 3 == 1 and at > 2:
            total = total + value ** 2 - at
        elif value < 0:
            total -= abs(value) // 2
    return total / (1 + len(values))
"""
OTHER = """def unlike(text):
    while text.startswith("a"):
        text = text[1:].upper().replace("b", "c")
    return [part for part in text.split(",") if part not in ("x", "y")]
"""


def test_common_code_is_marked_whatever_its_names_are(tmp_path: Path) -> None:
    lab = write_lab(tmp_path / "lab")
    renamed = OWN.replace("helper", "mine").replace("value", "v").replace("total", "t")
    (first, second) = side_by_side([[MEDIAN, OWN], [f"{OTHER}\n{renamed}"]], lab)
    assert [(cell["number"], {line["common"] for line in cell["lines"][:8]}) for cell in first] == [
        (2, {True})
    ]
    lines = {line["text"]: line["common"] for line in second[0]["lines"]}
    assert lines["def mine(vs):"]
    assert not lines["def unlike(text):"]
    assert side_by_side([["def broken(:"], []], lab) == [[], []]


def test_pairs_are_listed_and_stand_side_by_side_and_are_no_mark(browser: Browser) -> None:
    assert "Compare the notebooks" in browser.page("/similar")
    first, second, _ = browser.written.ids
    before = browser.site.open_desk.now()
    pair = Pair((first, second), 0.8, 12, 3, ("median",), ("median", f"f{ATTACK}"))
    write_pairs(browser.written.out, [pair], {first: "Ada", second: f"Eve {ATTACK}"})
    for path in ("/similar", browser.student(0), browser.student(1)):
        text = browser.page(path)
        assert f'href="/similar/{first}/{second}"' in text
        assert "the same wrong code in median, f&lt;script&gt;" in text
        assert "(80 % of what is unusual)" in text
        assert "<script>" not in text
    assert "/similar/" not in browser.page(browser.student(2)).replace('"/similar"', "")
    text = browser.page(f"/similar/{first}/{second}")
    assert f'href="{browser.student(1)}"' in text
    assert "No mark depends on it" in text
    assert browser.get(f"/similar/{first}/nobody")[0] == 404
    assert browser.site.open_desk.now().grades == before.grades
    head = "student_1,id_1,student_2,id_2,share,shared,shared_wrong,lost_by_both,functions"
    for broken in (f"{head}\nA,a,B,b,nan,1,1,,\n", "", "id_1\n1\n", "id_1,id_2,share\na,b,x\n", "\0"):
        (browser.written.out / "similar.csv").write_text(broken)
        assert not read_pairs(browser.written.out)


def test_the_class_is_compared_at_the_press_of_a_button(browser: Browser) -> None:
    (browser.written.out / "similar.csv").unlink(missing_ok=True)
    assert browser.post("/similar")[0] == 303
    for _ in range(200):
        text = browser.page("/similar")
        if "Compare again" in text and "Comparing" not in text:
            break
        time.sleep(0.1)
    assert "No pair shares enough" in text
