"""The report being written, beside the pages: one at a time, and whoever asks hears how far it is."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from autograder.class_run.events import Begun, Event, Graded, Noted
from autograder.class_run.republish import republish
from autograder.errors import AutograderError
from autograder.review.desk import Desk


@dataclass(frozen=True)
class Writing:
    """How far the report is written.

    Attributes:
        by: who asked for it; empty where nobody has since the program was started.
        under_way: whether it is being written at this moment.
        done, submissions: pages that are written, and all of them; 0 until that is known.
        notes: what was said meanwhile, a sentence each.
        problem: why nothing came of it; empty where something did.
    """

    by: str = ""
    under_way: bool = False
    done: int = 0
    submissions: int = 0
    notes: tuple[str, ...] = ()
    problem: str = ""


class Publishing:
    """Writes a class's report. Any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writing = Writing()
        self._thread: threading.Thread | None = None

    @property
    def writing(self) -> Writing:
        """How far it is."""
        with self._lock:
            return self._writing

    def begin(self, desk: Desk, by: str, *, partial: bool) -> bool:
        """Begin to write, unless that is under way already.

        Args:
            by: who asks for it.
            partial: whether marks go back though a person has not scored everything.

        Returns:
            Whether it has begun now.
        """
        with self._lock:
            if self._writing.under_way:
                return False
            self._writing = Writing(by, under_way=True)
            # Not a daemon: who stops the server waits for a report that is whole.
            self._thread = threading.Thread(target=self._write, args=(desk, by, partial))
            self._thread.start()
            return True

    def wait(self, seconds: float) -> None:
        """Wait until what is under way has come to its end, but not longer than this."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _write(self, desk: Desk, by: str, partial: bool) -> None:
        problem = "it was broken off; the terminal in which the program runs says why"
        try:
            republish(desk.out, desk.lab.path, self._hear, partial=partial, by=by)
            problem = ""
        except AutograderError as reason:
            problem = str(reason)
        finally:
            with self._lock:
                self._writing = replace(self._writing, under_way=False, problem=problem)

    def _hear(self, event: Event) -> None:
        with self._lock:
            now = self._writing
            if isinstance(event, Begun):
                self._writing = replace(now, submissions=event.submissions)
            elif isinstance(event, Graded):
                self._writing = replace(now, done=now.done + 1)
            elif isinstance(event, Noted):
                self._writing = replace(now, notes=(*now.notes, event.text))
