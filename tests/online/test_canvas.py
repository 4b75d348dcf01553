"""``pull`` and ``push`` against a Canvas on loopback, which does as Canvas's documentation says."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.config.load import load
from autograder.errors import BadAnswer, ServiceError, ServiceRefused, UsageError
from autograder.lms.canvas import Canvas as CanvasFiles
from autograder.model import Submission
from autograder.online import canvas_calls, sites
from autograder.online.canvas import CanvasService
from autograder.online.service import PAGE, File, Held
from autograder.online.token import VARIABLE, Token
from autograder.online.web import Site
from autograder.store.going_back import FILE as GOING_BACK
from autograder.store.pushed import Pushed, Written
from autograder.submissions.whole_class import Given, find_class
from tests.conftest import ROOT, TOY_LAB
from tests.online.canvas_server import TEACHER, TOKEN, Canvas, Comment, Student, served
from tests.online.commands import with_token
from tests.online.test_evening import notebook
from tests.review.classes import WrittenClass

MARKS = [6.0, 8.0, 8.0]
NOTEBOOK = notebook("1")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canvas_calls, "PAUSES", (0.0, 0.0))


@pytest.fixture
def canvas() -> Iterator[Canvas]:
    with served(Canvas([Student(at, f"Student {at - 1:03d}") for at in (1, 2, 3)])) as site:
        yield site
        assert site.leaked == [], "the token went to another host"
        assert not any(TOKEN in line for line in site.seen), "the token stood in an address"


@pytest.fixture
def graded(written: WrittenClass) -> Path:
    """The published class, as if its export had come from Canvas."""
    change(written.out, lms="canvas")
    return written.out


def change(out: Path, **values: object) -> None:
    """What was published, with something else in it."""
    going = json.loads((out / GOING_BACK).read_text(encoding="utf-8"))
    (out / GOING_BACK).write_text(json.dumps(going | values), encoding="utf-8")


def set_mark(out: Path, mark: float, comment: str) -> None:
    """Another mark for the first student."""
    going = json.loads((out / GOING_BACK).read_text(encoding="utf-8"))
    going["people"][0] |= {"mark": mark, "comment": comment}
    change(out, people=going["people"])


def push(out: Path, canvas: Canvas, *more: str) -> tuple[int, str]:
    return with_token("push", out, "--assignment", canvas.url, *more, token=TOKEN)


def pull(out: Path, canvas: Canvas) -> tuple[int, str]:
    return with_token("pull", "--assignment", canvas.url, "--out", out, token=TOKEN)


def once(canvas: Canvas, function: str, fault: str, at: int = 0) -> None:
    """Let one request go wrong."""
    canvas.fault = lambda asked, times: fault if asked == function and times == at else ""


def is_complete(canvas: Canvas) -> bool:
    """Whether everybody has their mark, one comment and its page."""
    return [one.given for one in canvas.students] == MARKS and all(
        len(one.comments) == 1 and [b"<html" in page for page in canvas.pages(one)] == [True]
        for one in canvas.students
    )


# Push


@pytest.mark.parametrize("stored", ["created", "moved", "told"])
def test_marks_comments_and_pages_reach_their_students_once(
    graded: Path, canvas: Canvas, stored: str
) -> None:
    canvas.stored = stored
    code, said = push(graded, canvas)
    assert code == 0, said
    assert "Experimental: made after Canvas's documentation" in said
    assert "change  Student 000 (1): mark – → 6, new comment, new page" in said
    assert not {"put", "preflight", "upload", "delete"} & set(canvas.asked)
    code, said = push(graded, canvas, "--yes")
    assert code == 0, said
    assert is_complete(canvas)
    assert [one.comments[0].attempt for one in canvas.students] == [2, 2, 2]
    code, said = push(graded, canvas, "--yes")
    assert code == 0
    assert "0 written and read back, 3 are so already" in said
    assert set(canvas.puts.values()) == {1}


def test_an_undone_push_takes_its_comments_back_and_leaves_those_of_people(
    graded: Path, canvas: Canvas
) -> None:
    mine = (
        Comment(100, TEACHER, "see me"),
        Comment(101, TEACHER + 1, "from a colleague", [canvas.kept("feedback.html", b"x")]),
    )
    canvas.students[0].comments += mine
    assert push(graded, canvas, "--yes")[0] == 0
    assert len(canvas.students[0].comments) == 3
    code, said = push(graded, canvas, "--undo", "--yes")
    assert code == 0, said
    assert canvas.students[0].comments == [*mine]
    assert [(one.given, len(one.comments)) for one in canvas.students] == [(None, 2), (None, 0), (None, 0)]


def test_a_changed_mark_adds_a_comment_and_undoing_takes_that_one_back(graded: Path, canvas: Canvas) -> None:
    assert push(graded, canvas, "--yes")[0] == 0
    set_mark(graded, 7.0, "seven <b>")
    code, said = push(graded, canvas, "--yes")
    assert code == 0, said
    first = canvas.students[0]
    assert (first.given, [one.text == "seven ‹b›" for one in first.comments]) == (7.0, [False, True])
    assert len(canvas.pages(first)) == 2
    assert push(graded, canvas, "--undo", "--yes")[0] == 0
    assert is_complete(canvas)


def test_a_comment_is_known_by_its_text_and_its_page(canvas: Canvas) -> None:
    service = CanvasService(Site(canvas.address), 7, 42, Token(TOKEN))
    one, first = service.participants()[0], canvas.students[0]
    pages = [(File(PAGE, content),) for content in (b"one", b"two")]
    service.write(one, Held(6.0, "a", pages[0]))
    service.write(one, Held(7.0, "b", pages[1]))
    service.write(one, Held(7.0, "a", None))  # the page of now stays, whatever an older comment had
    assert [(comment.text, page) for comment, page in zip(first.comments, canvas.pages(first), strict=True)] == [
        ("a", b"one"), ("b", b"two"), ("a", b"two"),
    ]  # fmt: skip
    assert service.held(one) == Held(7.0, "a", pages[1])
    service.write(one, Held(6.0, "a", pages[0]))
    assert canvas.pages(first) == [b"one"]
    with pytest.raises(ServiceRefused, match="without a page"):
        service.write(one, Held(6.0, "c", ()))


def test_a_mark_of_somebody_else_stays_unless_it_is_said(graded: Path, canvas: Canvas) -> None:
    canvas.students[1].given = 3.0
    code, said = push(graded, canvas, "--yes")
    assert code == 3
    assert "not     Student 001 (2): there is a mark, 3, which this program did not write" in said
    assert canvas.students[1].given == 3.0
    assert push(graded, canvas, "--yes", "--replace")[0] == 0
    assert is_complete(canvas)


def test_a_mark_above_the_maximum_is_not_sent_and_nor_is_its_page(graded: Path, canvas: Canvas) -> None:
    canvas.maximum = 7.0
    code, said = push(graded, canvas, "--yes")
    assert code == 3
    assert "the mark 8 is above the assignment's maximum grade (7)" in said
    assert dict(canvas.puts) == {1: 1}
    assert not canvas.students[1].comments


@pytest.mark.parametrize(
    ("settings", "said_of_it"),
    [
        ({"grading_type": "letter_grade"}, "is not graded with points"),
        ({"points_possible": None}, "is not graded with points"),
        ({"points_possible": 0}, "has no points"),
        ({"submission_types": ["online_quiz"]}, "takes no files"),
        ({"use_rubric_for_grading": True}, "a rubric grades"),
        ({"moderated_grading": True}, "marks of several graders"),
        ({"anonymous_grading": True, "anonymize_students": True}, "names are hidden"),
        ({"group_category_id": 5}, "teams hand in at Canvas"),
        ({"submission_types": "online_upload"}, "instead of a list"),
        ({"due_at": "tomorrow"}, None),
    ],
)
def test_what_the_documentation_does_not_settle_is_refused_with_a_sentence(
    graded: Path, canvas: Canvas, settings: dict[str, object], said_of_it: str | None
) -> None:
    canvas.settings = settings
    code, said = push(graded, canvas, "--yes")
    assert code == 2
    assert (said_of_it or "no moment as Canvas writes them") in said
    assert not canvas.puts


@pytest.mark.parametrize(
    ("more", "said_of_it"),
    [
        ({"excused": True}, "is excused in Canvas (EX)"),
        ({"assignment_visible": False}, "is not assigned to this student"),
    ],
)
def test_who_takes_no_mark_is_named(
    graded: Path, canvas: Canvas, more: dict[str, object], said_of_it: str
) -> None:
    canvas.students[2].more = more
    code, said = push(graded, canvas, "--yes")
    assert code == 3
    assert said_of_it in said
    assert 3 not in canvas.puts


def test_what_students_do_not_see_yet_and_what_canvas_takes_away_is_said(
    graded: Path, canvas: Canvas
) -> None:
    canvas.settings["post_manually"] = True
    canvas.students[0].deducted = 2.0
    code, said = push(graded, canvas, "--yes")
    assert code == 0, said
    assert canvas.students[0].given == 6.0
    assert "once you post them there" in said
    assert "Canvas's own late policy takes points from late marks" in said


@pytest.mark.parametrize("alike", [True, False])
def test_every_member_of_a_group_gets_its_mark_and_a_comment(
    graded: Path, canvas: Canvas, alike: bool
) -> None:
    canvas.settings = {"group_category_id": 5, "grade_group_students_individually": not alike}
    canvas.groups = {80: "B"}
    for one, group in zip(canvas.students, (0, 80, 80), strict=True):  # the first is in no group
        one.group = group
    going = json.loads((graded / GOING_BACK).read_text(encoding="utf-8"))
    change(graded, teams=True, people=going["people"][:2])  # an export has the first member's number
    code, said = push(graded, canvas, "--yes")
    assert code == 0, said
    assert is_complete(canvas)
    code, said = push(graded, canvas, "--undo", "--yes")
    assert code == 0, said
    assert [(one.given, one.comments) for one in canvas.students] == [(None, [])] * 3


def test_a_group_that_has_one_mark_is_given_no_second_one(graded: Path, canvas: Canvas) -> None:
    canvas.settings = {"group_category_id": 5}
    going = json.loads((graded / GOING_BACK).read_text(encoding="utf-8"))
    change(graded, teams=True, people=[one | {"members": [one["lms_id"]]} for one in going["people"]])
    for one, group in zip(canvas.students, (70, 70, 0), strict=True):
        one.group = group
    code, said = push(graded, canvas, "--yes", "--replace")
    assert code == 3
    assert said.count("members of a team have different marks") == 2
    assert dict(canvas.puts) == {3: 1}


# Accidents


@pytest.mark.parametrize("fault", ["drop", "lose", "half", "busy", "throttled"])
@pytest.mark.parametrize("at", [0, 2])
def test_a_lost_answer_to_a_write_is_looked_into(graded: Path, canvas: Canvas, fault: str, at: int) -> None:
    once(canvas, "put", fault, at)
    code, said = push(graded, canvas, "--yes")
    assert code == 0, said
    assert is_complete(canvas)
    assert set(canvas.puts.values()) == {1}


@pytest.mark.parametrize(
    ("function", "faults"),
    [
        ("list", ("half", "html", "list", "elsewhere")),
        ("one", ("drop", "long", "expired")),
        ("preflight", ("list", "unauthorized", "half")),
        ("upload", ("drop", "lose", "half", "busy", "html", "elsewhere")),
        ("confirm", ("drop", "html", "expired")),
    ],
)
def test_whatever_goes_wrong_the_same_command_goes_on(
    graded: Path, canvas: Canvas, function: str, faults: tuple[str, ...]
) -> None:
    for fault in faults:
        once(canvas, function, fault, canvas.asked.count(function))
        said = push(graded, canvas, "--yes")[1]
        assert "Traceback" not in said
        assert "\x1b" not in said
    canvas.fault = lambda asked, times: ""
    assert push(graded, canvas, "--yes")[0] == 0
    assert is_complete(canvas)
    assert set(canvas.puts.values()) == {1}


def test_a_token_that_has_expired_ends_the_push_and_who_is_refused_alone_does_not(
    graded: Path, canvas: Canvas
) -> None:
    once(canvas, "put", "expired", 1)
    code, said = push(graded, canvas, "--yes")
    assert (code, dict(canvas.puts)) == (2, {1: 1})
    assert "make a new one in your account's settings" in said
    once(canvas, "put", "unauthorized", canvas.asked.count("put"))
    code, said = push(graded, canvas, "--yes")
    assert (code, dict(canvas.puts)) == (3, {1: 1, 3: 1})
    assert "FAILED  Student 001 (2)" in said


def test_too_many_requests_are_waited_for(graded: Path, canvas: Canvas) -> None:
    canvas.fault = lambda asked, times: "throttled" if times % 2 == 0 and asked != "content" else ""
    code, said = push(graded, canvas, "--yes")
    assert code == 0, said
    assert is_complete(canvas)


def test_a_killed_push_goes_on_and_writes_nothing_twice(graded: Path, canvas: Canvas) -> None:
    """A real process, a real kill: while the second mark is on its way."""
    canvas.pause = 0.02
    command = [
        sys.executable,
        "-m",
        "autograder.cli",
        "push",
        str(graded),
        "--assignment",
        canvas.url,
        "--yes",
    ]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {VARIABLE: TOKEN},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and canvas.asked.count("put") < 2:
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    code, said = push(graded, canvas, "--yes")
    assert code == 0, said
    assert is_complete(canvas)
    assert set(canvas.puts.values()) == {1}
    assert {one.state for one in Pushed(graded).entries(1)} == {Written.DONE}


def test_silence_and_answers_without_end_end(canvas: Canvas) -> None:
    for fault, site in (
        ("hang", Site(canvas.address, silence=0.1)),
        ("drip", Site(canvas.address, whole=0.2)),
    ):
        canvas.fault = lambda asked, times, fault=fault: fault  # type: ignore[misc]
        with pytest.raises(ServiceError):
            CanvasService(site, 7, 42, Token(TOKEN)).assignment()


# Where a token goes


@pytest.mark.parametrize(
    "link",
    [
        '<http://localhost:{port}/api/v1/x>; rel="next"',
        '<http://127.0.0.1.example.org/>; rel="next"',
        '<nowhere>; rel="next"',
    ],
)
def test_the_rest_of_a_list_lies_at_the_site_or_is_not_fetched(
    graded: Path, canvas: Canvas, monkeypatch: pytest.MonkeyPatch, link: str
) -> None:
    from tests.online.canvas_server import Handler

    send = Handler.send
    port = canvas.address.rpartition(":")[2]

    def sent(
        self: Handler, status: int, content: bytes, headers: dict[str, str], most: int | None = None
    ) -> None:
        send(
            self,
            status,
            content,
            {name: link.format(port=port) if name == "Link" else value for name, value in headers.items()},
            most,
        )

    monkeypatch.setattr(Handler, "send", sent)
    code, said = push(graded, canvas)
    assert code == 2
    assert "where no token is sent" in said


def test_a_site_that_is_encrypted_names_no_store_that_is_not() -> None:
    calls = canvas_calls.Calls(Site("https://canvas.example.org"), Token(TOKEN))
    for address in (
        "http://127.0.0.1/upload",
        "http://store.example.org/",
        "file:///etc/passwd",
        "https://a@b/",
        "https://x/\r\nA: b",
        "",
    ):
        with pytest.raises(BadAnswer):
            calls._elsewhere(address)
    assert calls._elsewhere("https://store.example.org/a?b=1#c") == (
        Site("https://store.example.org"),
        "/a?b=1",
    )
    for address in (
        "https://canvas.example.org.evil/",
        "https://canvas.example.org@evil/",
        "https://canvas.example.org:8/",
    ):
        assert not calls._is_here(address)


def test_the_address_tells_the_lms_and_a_token_is_asked_for(
    canvas: Canvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    for more in ("", "/", "?module_item_id=3", "#x", "/submissions/1"):
        with pytest.raises(UsageError, match=r"Canvas needs a token .*docs/canvas\.md"):
            sites.opened(canvas.url + more, None)
    with pytest.raises(UsageError, match="over the network unencrypted"):
        sites.opened("http://canvas.example.org/courses/7/assignments/42", None)
    monkeypatch.setenv(VARIABLE, TOKEN)
    service = sites.opened(canvas.url, None, remember=True)
    assert service.assignment().key == canvas.url
    assert sites.opened(canvas.url, None).participants()[0].name == "Student 000"


# Pull


def found(out: Path, spool: Path) -> dict[str, Submission]:
    """What ``grade`` finds, by the LMS's identifier."""
    given = Given((out / "submissions.zip",), worksheet=out / "worksheet.csv")
    spool.mkdir()
    return {
        one.lms_id: one for one in find_class(given, spool, load(TOY_LAB / "grading_config.yml")).submissions
    }


def test_grade_reads_what_was_pulled_as_an_export_with_its_gradebook(canvas: Canvas, tmp_path: Path) -> None:
    canvas.students.append(Student(4, "Dee", files={}))
    canvas.students[1].late, canvas.students[2].given = 90_061, 4.5
    for one in canvas.students[:3]:
        one.files = {"12_7_lab.ipynb": NOTEBOOK}
    code, said = pull(tmp_path / "pulled", canvas)
    assert code == 0, said
    assert "Experimental" in said
    assert "3 submissions with 3 files, 4 people in the course." in said
    submissions = found(tmp_path / "pulled", tmp_path / "spool")
    assert {id: (one.student, one.lms, one.late_seconds) for id, one in submissions.items()} == {
        "1": ("Student 000", "canvas", 0.0),
        "2": ("Student 001", "canvas", 90_061.0),
        "3": ("Student 002", "canvas", 0.0),
    }
    assert submissions["1"].file is not None
    assert submissions["1"].file.read_bytes() == NOTEBOOK
    listed = CanvasFiles().worksheet((tmp_path / "pulled" / "worksheet.csv").read_bytes())
    assert listed.headers[4] == "Lab <9> & co (42)"
    assert [one.lms_id for one in listed.people] == ["1", "2", "3", "4"]


def test_teams_come_by_the_number_of_their_first_member(canvas: Canvas, tmp_path: Path) -> None:
    canvas.settings, canvas.groups = {"group_category_id": 5}, {80: "R2_D2"}
    for one, group in zip(canvas.students, (0, 80, 80), strict=True):
        one.group = group
    assert pull(tmp_path / "pulled", canvas)[0] == 0
    with zipfile.ZipFile(tmp_path / "pulled" / "submissions.zip") as archive:
        assert [name.rsplit("_", 2)[0] for name in archive.namelist()] == ["student_1", "rd_2"]


def test_names_of_students_and_of_their_files_lead_nowhere(canvas: Canvas, tmp_path: Path) -> None:
    """Whatever somebody calls themselves or a file, it is theirs."""
    first, second, third = canvas.students
    first.name, first.files = "a_2_", {"2_500_lab.ipynb": NOTEBOOK, "b\\c/../../x.ipynb": NOTEBOOK}
    second.name, second.files = "\u202e\x00\n/=1+1", {"..": NOTEBOOK, "n" * 400 + ".ipynb": NOTEBOOK}
    third.name, third.files = "Anon", {"LATE_1_2_text.html": b"<p>", "lab.ipynb": NOTEBOOK}
    assert pull(tmp_path / "pulled", canvas)[0] == 0
    assert set(found(tmp_path / "pulled", tmp_path / "spool")) == {"1", "2", "3"}
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file() and "spool" not in path.parts) == [
        "assignment.json", "submissions.zip", "worksheet.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "fault"),
    [("download", "drop"), ("download", "html"), ("download", "expired"), ("download", "elsewhere"),
     ("content", "half"), ("content", "long"), ("content", "busy"), ("content", "elsewhere")],
)  # fmt: skip
def test_what_comes_in_half_does_not_come(canvas: Canvas, tmp_path: Path, function: str, fault: str) -> None:
    canvas.fault = lambda asked, times: fault if asked == function and times >= 1 else ""
    code, said = pull(tmp_path / "pulled", canvas)
    assert code == 2
    assert "Traceback" not in said
    assert list((tmp_path / "pulled").iterdir()) == []
    canvas.fault = lambda asked, times: ""
    assert pull(tmp_path / "pulled", canvas)[0] == 0


@pytest.mark.slow  # a class is graded, which is what the way is about
@pytest.mark.thorough  # test_evening.py has the same way with Moodle
@pytest.mark.usefixtures("forked_zygotes")
def test_from_the_site_and_back_by_three_commands(canvas: Canvas, tmp_path: Path) -> None:
    canvas.maximum = 6.0  # the lab's: another one would be a doubt, and exit code 3
    right = "import statistics\ndef median(v):\n    return statistics.median(v)"
    for one, source in zip(canvas.students, (right, "def median(v):\n    return 0", "1 +"), strict=True):
        one.files = {"words.ipynb": notebook(source)}
    pulled, graded = tmp_path / "pulled", tmp_path / "graded"
    assert pull(pulled, canvas)[0] == 0
    lab = ("--config", TOY_LAB / "grading_config.yml", "--partial", "--jobs", "1")
    code, said = with_token(
        "grade", pulled / "submissions.zip", "--worksheet", pulled / "worksheet.csv", "--out", graded, *lab
    )
    assert code == 0, said
    for more, count in ((("--yes",), 3), (("--yes",), 0), (("--undo", "--yes"), 3)):
        code, said = with_token("push", graded, *more, token=TOKEN)
        assert code == 0, said
        assert f"{count} written and read back" in said
        if more == ("--yes",):
            assert [one.given for one in canvas.students] == [2.0, 0.0, 0.0]
            assert all(len(one.comments) == 1 and b"<html" in canvas.pages(one)[0] for one in canvas.students)
    assert [(one.given, one.comments) for one in canvas.students] == [(None, [])] * 3
