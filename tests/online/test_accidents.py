"""Servers that do not answer, answer half, answer something else, and pushes that are killed: nothing twice, nothing lost."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.errors import NotReached, ServiceError
from autograder.online.moodle import MoodleService
from autograder.online.token import VARIABLE, Token
from autograder.online.web import Site
from autograder.store.pushed import Pushed, Written
from tests.conftest import ROOT
from tests.online.commands import push
from tests.online.conftest import published_class, site_of
from tests.online.moodle_server import TOKEN, Moodle, served
from tests.review.classes import WrittenClass

SAVE = "mod_assign_save_grades"
MARKS = [6.0, 8.0, 8.0]


def once(moodle: Moodle, function: str, fault: str, at: int = 0) -> None:
    """Let one request go wrong."""
    moodle.fault = lambda asked, times: fault if asked == function and times == at else ""


def is_complete(moodle: Moodle) -> bool:
    return [one.mark for one in moodle.students] == MARKS and all(one.feedback for one in moodle.students)


@pytest.mark.parametrize("fault", ["drop", "lose", "half", "busy"])
@pytest.mark.parametrize("at", [0, 2])
def test_a_lost_answer_to_a_write_is_looked_into(
    written: WrittenClass, moodle: Moodle, fault: str, at: int
) -> None:
    once(moodle, SAVE, fault, at)
    assert push(written, moodle, "--yes")[0] == 0
    assert is_complete(moodle)
    assert set(moodle.saves.values()) == {1}


@pytest.mark.parametrize(
    "fault", ["drop", "lose", "half", "busy", "html", "long", "list", "elsewhere", "sitemaintenance"]
)
@pytest.mark.parametrize(
    "function", ["mod_assign_get_submission_status", "upload.php", "mod_assign_get_assignments"]
)
def test_whatever_goes_wrong_the_same_command_goes_on(
    written: WrittenClass, moodle: Moodle, function: str, fault: str
) -> None:
    once(moodle, function, fault, 0)
    said = push(written, moodle, "--yes")[1]
    assert "Traceback" not in said
    assert "\x1b" not in said
    moodle.fault = lambda asked, times: ""
    assert push(written, moodle, "--yes")[0] == 0
    assert is_complete(moodle)
    assert set(moodle.saves.values()) == {1}


@pytest.mark.parametrize("code", ["invalidtoken", "sitemaintenance", "nopermissions"])
def test_a_refusal_that_all_would_get_ends_the_push(written: WrittenClass, moodle: Moodle, code: str) -> None:
    once(moodle, SAVE, code, 1)
    assert push(written, moodle, "--yes")[0] == 2
    assert dict(moodle.saves) == {101: 1}
    moodle.fault = lambda asked, times: ""
    assert push(written, moodle, "--yes")[0] == 0
    assert is_complete(moodle)
    assert set(moodle.saves.values()) == {1}


def test_who_is_refused_alone_is_named_and_the_others_are_written(
    written: WrittenClass, moodle: Moodle
) -> None:
    once(moodle, SAVE, "dmlwriteexception", 0)
    code, said = push(written, moodle, "--yes")
    assert code == 3
    assert "FAILED  Student 000 (1)" in said
    assert dict(moodle.saves) == {102: 1, 103: 1}
    assert push(written, moodle, "--yes")[0] == 0
    assert is_complete(moodle)


def test_a_write_that_was_half_done_is_completed_and_undone_whole(
    written: WrittenClass, moodle: Moodle
) -> None:
    """The mark is through, the comment is not, and the push was killed: what was there before all of it counts."""
    moodle.students[0].mark, moodle.students[0].comment = 2.0, "by hand"

    def half(function: str, times: int) -> str:
        if function == SAVE and times == 0:
            moodle.students[0].mark = 6.0
            return "invalidtoken"
        return ""

    moodle.fault = half
    assert push(written, moodle, "--yes", "--replace")[0] == 2
    (entry,) = Pushed(written.out).entries(1)
    assert (entry.state, entry.before.mark) == (Written.OPEN, 2.0)
    assert push(written, moodle, "--yes", "--replace")[0] == 0
    assert is_complete(moodle)
    assert push(written, moodle, "--undo", "--yes")[0] == 0
    assert (moodle.students[0].mark, moodle.students[0].comment) == (2.0, "by hand")


def test_what_was_written_and_not_read_back_is_not_written_again(
    written: WrittenClass, moodle: Moodle
) -> None:
    once(moodle, "mod_assign_get_submission_status", "invalidtoken", 1)
    assert push(written, moodle, "--yes")[0] == 2
    assert dict(moodle.saves) == {101: 1}
    assert push(written, moodle, "--yes")[0] == 0
    assert set(moodle.saves.values()) == {1}
    assert [one.state for one in Pushed(written.out).entries(1)] == [Written.DONE] * 3


def test_who_was_written_when_the_push_was_killed_gets_no_message_either(
    written: WrittenClass, moodle: Moodle
) -> None:
    """The mark was through, and the message about it was not taken back yet."""

    def killed(function: str, times: int) -> str:
        if function == "mod_assign_set_user_flags":
            return "drop"
        return "invalidtoken" if function == "mod_assign_get_submission_status" and moodle.saves else ""

    moodle.fault = killed
    assert push(written, moodle, "--yes")[0] == 2
    assert (dict(moodle.saves), moodle.students[0].mailed) == ({101: 1}, 0)
    moodle.fault = lambda asked, times: ""
    assert push(written, moodle, "--yes")[0] == 0
    assert [one.mailed for one in moodle.students] == [1, 1, 1]
    assert set(moodle.saves.values()) == {1}


def test_what_waits_for_its_release_and_was_half_done_is_written_again(
    written: WrittenClass, moodle: Moodle
) -> None:
    """Comment and page cannot be read then, and a journal that says open says nothing of them."""

    def half(function: str, times: int) -> str:
        if function == SAVE and times == 0:
            moodle.students[0].mark = 6.0
            return "invalidtoken"
        return ""

    moodle.workflow, moodle.fault = True, half
    assert push(written, moodle, "--yes")[0] == 2
    assert push(written, moodle, "--yes")[0] == 0
    assert is_complete(moodle)
    assert moodle.students[0].comment


def test_silence_ends(moodle: Moodle) -> None:
    moodle.fault = lambda asked, times: "hang"
    service = MoodleService(Site(moodle.address, silence=0.1), 8, Token(TOKEN))
    with pytest.raises(NotReached, match="no whole answer came"):
        service.assignment()
    assert len(moodle.asked) == 3


def test_a_server_that_answers_without_end_ends(moodle: Moodle) -> None:
    moodle.fault = lambda asked, times: "drip"
    service = MoodleService(Site(moodle.address, silence=10.0, whole=0.2), 8, Token(TOKEN))
    with pytest.raises(ServiceError):
        service.assignment()


def test_a_redirect_is_told_and_not_followed(written: WrittenClass, moodle: Moodle) -> None:
    moodle.fault = lambda asked, times: "elsewhere"
    code, said = push(written, moodle)
    assert (code, len(moodle.asked)) == (2, 1)
    assert "sends on to http://localhost:" in said


def begun(written: WrittenClass, moodle: Moodle, *more: str) -> subprocess.Popen[bytes]:
    """A push in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "autograder.cli",
        "push",
        str(written.out),
        "--assignment",
        moodle.url,
        *more,
    ]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {VARIABLE: TOKEN},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.slow
@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.thorough)])
def test_kills_write_nothing_twice_and_lose_nothing(tmp_path: Path, times: int) -> None:
    """The promise itself, so in processes that are killed: at moments of a write that a seed draws."""
    draw, kills, people = random.Random(7), 0, times + 10
    written = published_class(tmp_path, people)
    with served(site_of(people)) as moodle:
        moodle.pause = 0.01
        for _ in range(60):
            asked = len(moodle.asked)
            process = begun(written, moodle, "--yes")
            wanted = asked + draw.randrange(8, 40)
            while process.poll() is None and len(moodle.asked) < wanted:
                time.sleep(0.001)
            time.sleep(draw.random() * 0.01)
            if kills < times and process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
            output, _ = process.communicate(timeout=60)
            if process.returncode == 0:
                break
            assert process.returncode == -signal.SIGKILL, output.decode()
        assert (kills, process.returncode) == (times, 0), output.decode()
        marks = [one.mark for one in moodle.students]
        assert None not in marks
        assert all(one.feedback for one in moodle.students)
        assert dict(moodle.saves) == {one.user: 1 for one in moodle.students}
        assert {one.mailed for one in moodle.students} == {1}
        last = Pushed(written.out).last()
        assert last is not None
        entries = Pushed(written.out).entries(last.number)
        assert {(one.state, one.before.mark) for one in entries} == {(Written.DONE, None)}
        assert len(entries) == people
