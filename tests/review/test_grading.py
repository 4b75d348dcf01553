"""Grading from the pages: a process of its own, that says how far it is, and that dies with the server."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.review.grading import Grading
from autograder.review.heard import Heard
from autograder.review.intake import Intake
from autograder.review.opening import Opening
from autograder.review.site import Site
from tests.conftest import ROOT, TOY_LAB, notebook_bytes
from tests.engine.processes import started_below, wait_until
from tests.review.asking import entered

MEDIAN = "def median(v):\n    v = sorted(v)\n    return v[len(v) // 2]"
SLOW = "import time\ntime.sleep(2.5)"


def line(event: str, **values: object) -> bytes:
    return json.dumps({"event": event, **values}).encode()


def ended(id: str, status: str = "graded", flags: tuple[str, ...] = (), known: bool = False) -> bytes:
    return line(
        "ended", id=id, submission=f"{id}.ipynb", student=id.title(), status=status, score=2, max_score=5,
        flags=flags, seconds=1.0, known=known,
    )  # fmt: skip


def test_what_is_said_becomes_what_is_shown():
    heard = Heard()
    assert heard.hear(line("note", text="A worksheet names nobody", doubtful=True), 0.0)
    assert heard.hear(line("start", submissions=4), 10.0)
    assert heard.seconds_left(11.0) is None
    assert heard.hear(line("held", submissions=[{"submission": "a", "student": "Ann", "seconds": 3}]), 11.0)
    assert [(one.name, one.since) for one in heard.at_work] == [("Ann", 8.0)]
    heard.hear(ended("ann", known=True), 11.0)
    heard.hear(ended("ben"), 14.0)
    assert heard.seconds_left(14.0) == 8.0  # two are left, one took four seconds
    heard.hear(ended("eve", "not_gradable", ("the notebook is damaged",)), 15.0)
    assert (heard.done, heard.known, heard.refusals) == (3, 1, 1)
    assert [(one.name, one.points, one.remark) for one in heard.latest] == [
        ("Eve", "", "the notebook is damaged"), ("Ben", "2 / 5", ""), ("Ann", "2 / 5", "")
    ]  # fmt: skip
    assert heard.notes == [("A worksheet names nobody", True)]
    assert not heard.finished
    heard.hear(line("report", graded=3), 16.0)
    assert heard.finished


@pytest.mark.parametrize(
    "said",
    [b"", b"{", b"[]", b"{}", b'"x"', b'{"event": "start"}', b'{"event": "ended"}', b"\xff", b"[" * 9000],
)
def test_half_a_line_is_no_news(said):
    assert not Heard().hear(said, 0.0)


def test_what_students_wrote_is_bounded_and_visible():
    heard = Heard()
    for number in range(1000):
        heard.hear(ended(f"\x1b[2J{number}" + "x" * 5000, "not_gradable", ("y" * 5000,)), 0.0)
        heard.hear(line("note", text="z" * 5000, doubtful=False), 0.0)
    assert (heard.refusals, len(heard.refused), len(heard.notes), len(heard.latest)) == (1000, 100, 100, 8)
    assert "\x1b" not in heard.refused[0].name
    assert max(len(one.name) + len(one.remark) for one in heard.refused) <= 360


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    spool = tmp_path / "spool"
    spool.mkdir()
    site = Site(intake=Intake(spool, [TOY_LAB / "grading_config.yml"], tmp_path))
    site.grading = Grading(Opening(site, spool).open_if_graded, ["--jobs=1"])
    yield site
    site.grading.close()


def at_the_end(site: Site) -> bool:
    progress = site.grading.now() if site.grading else None
    return progress is not None and not progress.running


def test_the_command_says_what_is_wrong(site):
    """A list of no LMS that is known: the page says what the terminal would."""
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    browser = entered(site)
    files = [("files", "class.zip", empty.getvalue()), ("worksheet", "list.csv", b"a,b")]
    answer = browser.upload("/new", files, [("folder", "graded")])
    assert (answer.status, answer.headers["location"]) == (303, "/progress")
    wait_until(lambda: at_the_end(site))
    progress = site.grading.now()
    assert (progress.code, progress.complete, progress.stopped) == (2, False, False)
    assert "list.csv: no LMS was recognised that it could be from" in progress.trouble
    assert progress.trouble in browser.get("/progress").text
    assert browser.get("/").headers["location"] == "/new"
    # The folder that was named holds no class yet: it may be named again.
    assert site.intake.folder("graded", False).is_dir()


def test_a_class_is_graded_stopped_and_gone_on_with(site):
    """From the upload to the class, then one more student; scores would stay, as a run reads the journal."""
    browser = entered(site)
    assert browser.get("/").headers["location"] == "/new"
    files = [("files", f"{name}.ipynb", notebook_bytes(MEDIAN, SLOW)) for name in ("ann", "ben<b>")]
    assert browser.upload("/new", files, [("folder", "graded")]).status == 303
    assert browser.upload("/new", files, [("folder", "graded-2")]).status == 400  # one at a time
    wait_until(lambda: site.grading.now().heard.at_work)
    assert "ann" in browser.get("/progress").text
    assert browser.post("/progress/stop").status == 303
    wait_until(lambda: at_the_end(site))
    assert site.grading.now().stopped
    assert "Go on grading" in browser.get("/").text
    assert browser.post("/again").headers["location"] == "/progress"
    wait_until(lambda: at_the_end(site))
    progress = site.grading.now()
    assert (progress.complete, progress.heard.total, progress.trouble) == (True, 2, "")
    page = browser.get("/").text
    assert "ben&lt;b&gt;" in page
    assert "ben<b>" not in page
    assert "2 answers wait for points" in page
    events = browser.get("/progress/events")
    assert events.headers["content-type"].startswith("text/event-stream")
    assert json.loads(events.text.removeprefix("data: "))["complete"] is True
    add = [("files", "words.ipynb", notebook_bytes(MEDIAN))]
    assert "choose whose it is" in browser.upload("/add", add).text
    ann = next(id for id, grade in site.desk.now().grades.items() if grade.submission.student == "ann")
    assert f'<option value="{ann}" selected>' in browser.get(f"/add?whose={ann}").text
    before = site.desk.now().grades[ann].digest
    assert browser.upload("/add", add, [("whose", ann)]).status == 303
    wait_until(lambda: at_the_end(site))
    now = site.desk.now()
    assert len(now.grades) == 2
    assert now.grades[ann].digest != before


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files whose name is short enough for sockets below it."""
    with tempfile.TemporaryDirectory(prefix="killed-") as folder:
        yield Path(folder)


def test_a_server_that_is_killed_leaves_no_grader(tmp_path, temporary):
    """The process that grades has a lifeline: nobody has to end it."""
    (tmp_path / "ann.ipynb").write_bytes(notebook_bytes("while True: pass"))
    task = ["ann.ipynb", "--out=out", f"--config={TOY_LAB / 'grading_config.yml'}", "--jobs=1"]
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom autograder.review.grading import Grading, Task\n"
        f"grading = Grading(lambda out: None)\ngrading.start(Task({task!r}, Path('out')))\n"
        "while grading.now().running and not grading.now().heard.at_work: time.sleep(0.05)\n"
        "print(grading.now().trouble or 'grading', flush=True)\ntime.sleep(60)"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with server:
        assert server.stdout.readline() == "grading\n"
        assert len(started_below(temporary)) > 1
        server.send_signal(signal.SIGKILL)
    wait_until(lambda: not started_below(temporary))


def test_a_command_stops_when_its_input_ends(tmp_path):
    (tmp_path / "ann.ipynb").write_bytes(notebook_bytes(MEDIAN))
    config = TOY_LAB / "grading_config.yml"
    done = subprocess.run(
        [sys.executable, "-m", "autograder.cli", "grade", "--stop-at-eof", tmp_path / "ann.ipynb", "--out",
         tmp_path / "out", "--config", config],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 130
