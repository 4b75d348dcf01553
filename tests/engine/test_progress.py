"""What is said while a class is graded."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from autograder.class_run.events import (
    AdapterLeftOut,
    Begun,
    Graded,
    Noted,
    Running,
    Stopped,
    Unconfined,
)
from autograder.commands.progress import JsonLines, Lines
from autograder.model import Grade, Status, Submission
from autograder.workers.pool import Held

EVE = Submission("eve", "eve.ipynb", "Eve [red]\x1b[2J")
REFUSED = Grade(EVE, Status.NOT_GRADABLE, reason="no notebook")


def running(seconds: float) -> Running:
    return Running((Held(EVE, seconds), Held(Submission("bo", "bo.ipynb", "Bo"), 3.0)))


def lines(terminal: bool, *looks: float) -> str:
    text = io.StringIO()
    console = Console(file=text, force_terminal=terminal, width=100, color_system=None)
    tell = Lines(console)
    for event in (Begun(2), *map(running, looks), Graded(REFUSED, reused=True)):
        tell(event)
    tell.close()
    return text.getvalue()


def test_a_slow_submission_is_named_at_a_minute_and_each_time_that_it_has_doubled() -> None:
    said = lines(False, 5, 59, 60, 61, 119, 120, 121, 239, 241).splitlines()
    assert said == [
        "still running  Eve [red], 1 min",
        "still running  Eve [red], 2 min",
        "still running  Eve [red], 4 min 1 s",
        "not_gradable        -  Eve [red]  [no notebook]  0.0 s  (known)",
    ]


def test_a_terminal_shows_what_takes_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")  # rich draws no bar on a dumb one
    said = lines(True, 5, 42)
    assert "0/2" in said
    assert "Eve [red], 42 s" in said
    assert "\x1b[2J" not in said


def test_a_machine_hears_of_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    tell = JsonLines(Console(stderr=True))
    for event in (Begun(2), running(5), running(75), Graded(REFUSED, reused=False)):
        tell(event)
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["event"] for event in events] == ["start", "held", "running", "ended"]
    assert [(one["student"], one["seconds"]) for one in events[1]["submissions"]] == [
        (EVE.student, 5),
        ("Bo", 3),
    ]
    assert (events[2]["submission"], events[2]["seconds"]) == ("eve.ipynb", 75)
    assert (events[3]["student"], events[3]["flags"]) == (EVE.student, ["no notebook"])


def test_a_machine_hears_of_notes_and_of_a_stop(capsys: pytest.CaptureFixture[str]) -> None:
    tell = JsonLines(Console(stderr=True))
    for event in (Unconfined(), AdapterLeftOut("campus: broken"), Noted("who is Eve", True), Stopped(1, 2)):
        tell(event)
    said = capsys.readouterr()
    events = [json.loads(line) for line in said.out.splitlines()]
    assert [(event["event"], event.get("text"), event.get("doubtful")) for event in events] == [
        ("note", "The sandbox is off: student code runs with your rights", True),
        ("note", "campus: broken: this run does without it", False),
        ("note", "who is Eve", True),
        ("stopped", None, None),
    ]
    assert (events[3]["done"], events[3]["submissions"]) == (1, 2)
    assert "who is Eve" in said.err
