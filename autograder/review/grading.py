"""Grading from a page: ``autograder grade`` as a process of its own, so that nothing of students' runs here.

The process says what happens as lines of JSON; a thread listens. It stops when its standard input ends: when
somebody presses Stop, when this program ends, and when this program is killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import autograder
from autograder.errors import AutograderError
from autograder.files.visible import plain
from autograder.review.heard import Heard

_LONGEST_LINE = 4_000_000
"""Bytes of one line of JSON: a name and some remarks have some thousands."""

_SAID_BYTES = 20_000
"""Bytes of what the process says to people that are kept: the last ones."""

_LONGEST_SAID = 4_000
"""Characters of it that a page shows."""

PATIENCE = 20.0
"""Seconds that a process has to come to its end when this program ends."""

_STOPPED, _COULD_NOT_BEGIN = 130, 2
"""Exit codes of the command."""


@dataclass(frozen=True)
class Task:
    """What is to be graded.

    Attributes:
        arguments: of ``autograder grade``, without how it tells its progress.
        out: the report's folder.
    """

    arguments: Sequence[str]
    out: Path


@dataclass(frozen=True)
class Progress:
    """How far a grading process has come.

    Attributes:
        version: grows with each change.
        heard: what it has said.
        stopping: whether somebody has asked it to stop.
        code: its exit code; ``None`` while it runs.
        trouble: what it says went wrong; empty where nothing did.
        seconds_left: as long as the rest may take; ``None`` where nobody can tell.
        now: on the clock of :func:`time.monotonic`.
    """

    version: int
    heard: Heard
    stopping: bool
    code: int | None
    trouble: str
    seconds_left: float | None
    now: float

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.code is None

    @property
    def complete(self) -> bool:
        """Whether the class's report is written."""
        return self.code is not None and self.heard.finished

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it."""
        return self.code == _STOPPED

    @property
    def doubts(self) -> Sequence[str]:
        """What does not fit, a sentence each."""
        return [text for text, doubtful in self.heard.notes if doubtful]


class Grading:
    """One grading process at a time. Any thread may call.

    Args:
        ended: is told of the report's folder when a process that began to grade has ended, before others are.
        means: options of ``grade`` that say with what is graded.
    """

    def __init__(self, ended: Callable[[Path], None], means: Sequence[str] = ()) -> None:
        self._tell, self._means = ended, tuple(means)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._follower: threading.Thread | None = None
        self._heard, self._version = Heard(), 0
        self._code: int | None = None
        self._trouble, self._stopping = "", False
        self.task: Task | None = None

    def start(self, task: Task) -> bool:
        """Start a process; whether that was possible: another one may be running."""
        with self._lock:
            if self._process is not None and self._code is None:
                return False
            self._process = _started([*self._means, *task.arguments])
            self._heard, self._code, self._trouble, self._stopping = Heard(), None, "", False
            self.task = task
            self._version += 1
            self._follower = threading.Thread(
                target=self._follow, args=(self._process, task.out), daemon=True
            )
            self._follower.start()
            return True

    def now(self) -> Progress | None:
        """How far the last process has come; ``None`` where there was none."""
        with self._lock:
            if self._process is None:
                return None
            now, heard = time.monotonic(), self._heard
            copy = replace(heard, latest=heard.latest.copy(), refused=[*heard.refused], notes=[*heard.notes])
            return Progress(
                self._version, copy, self._stopping, self._code, self._trouble, copy.seconds_left(now), now
            )

    def stop(self) -> None:
        """Ask the process to stop, as after a Ctrl-C; what is done is kept. Asked twice, it is killed."""
        with self._lock:
            process = self._process
            if process is None or self._code is not None:
                return
            again, self._stopping = self._stopping, True
            self._version += 1
        if again:
            _kill(process)
        _cut(process)

    def close(self) -> None:
        """Stop the process and wait for its end."""
        with self._lock:
            process, follower = self._process, self._follower
        if process is None or follower is None:
            return
        _cut(process)
        follower.join(PATIENCE)
        if follower.is_alive():
            _kill(process)
            follower.join(PATIENCE)

    def _follow(self, process: subprocess.Popen[bytes], out: Path) -> None:
        """Listen to the process until its end."""
        assert process.stdout is not None
        assert process.stderr is not None
        said: deque[int] = deque(maxlen=_SAID_BYTES)
        listener = threading.Thread(target=_keep_last, args=(process.stderr, said), daemon=True)
        listener.start()
        while line := process.stdout.readline(_LONGEST_LINE):
            with self._lock:
                self._version += self._heard.hear(line, time.monotonic())
        code = process.wait()
        listener.join(PATIENCE)
        for stream in (process.stdout, process.stderr):
            stream.close()
        _cut(process)
        trouble = "" if self._heard.finished else _trouble(code, bytes(said))
        try:
            if self._heard.total is not None:  # else it came to an end before the class was another one
                self._tell(out)
        except AutograderError as reason:
            trouble = trouble or str(reason)
        with self._lock:
            self._code, self._trouble = code, trouble
            self._heard.at_work = ()
            self._version += 1


def _started(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    engine = str(Path(autograder.__file__).parents[1])
    path = os.pathsep.join(filter(None, [engine, os.environ.get("PYTHONPATH")]))
    # -P: a folder called like a module that happens to be here is none of ours.
    command = [sys.executable, "-P", "-m", "autograder.cli", "grade", "--json-lines", "--stop-at-eof"]
    return subprocess.Popen(
        [*command, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path},
        # A Ctrl-C at the terminal is for this program, which then ends the other in an orderly way.
        start_new_session=True,
    )


def _keep_last(stream: IO[bytes], said: deque[int]) -> None:
    while data := os.read(stream.fileno(), 65_536):
        said.extend(data)


def _cut(process: subprocess.Popen[bytes]) -> None:
    """End the standard input of the process."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):
        process.stdin.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _trouble(code: int, said: bytes) -> str:
    """What the command says went wrong; what it says is for people already."""
    if code == _STOPPED:
        return ""
    text = plain(said.decode("utf-8", "replace")[-_LONGEST_SAID:], _LONGEST_SAID, multiline=True).strip()
    if code == _COULD_NOT_BEGIN:
        return text.rpartition("autograder: ")[2] or "it could not begin, and does not say why"
    return f"The grading process ended unexpectedly (exit code {code}).\n{text}".strip()
