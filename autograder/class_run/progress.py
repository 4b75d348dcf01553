"""What a run says while it runs: to a person at a terminal, into a log, to a machine."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from autograder.files.visible import duration, plain, storable
from autograder.model import Submission
from autograder.report import terminal
from autograder.report.grades import remarks
from autograder.workers.pool import Held

if TYPE_CHECKING:
    from rich.console import Console

    from autograder.class_run.run import Graded

SLOW_SECONDS = 60.0
"""After so long a submission is named while it still runs, and again each time that this has doubled."""


class Progress(AbstractContextManager["Progress"], Protocol):
    """Follows a run of some submissions."""

    def watch(self, held: Sequence[Held]) -> None:
        """Hear what is being graded at this moment."""

    def ended(self, graded: Graded) -> None:
        """Hear of a submission's end."""


class _Slow:
    """Which of the submissions that run have become noteworthy since the last look."""

    def __init__(self) -> None:
        self._next: dict[str, float] = {}

    def found(self, held: Sequence[Held]) -> list[Held]:
        self._next = {one.submission.id: self._next.get(one.submission.id, SLOW_SECONDS) for one in held}
        slow = [one for one in held if one.seconds >= self._next[one.submission.id]]
        for one in slow:
            self._next[one.submission.id] = 2 * max(one.seconds, SLOW_SECONDS)
        return slow


class Lines(AbstractContextManager["Lines"]):
    """A line for each submission and, on a terminal, a bar with the time that is left."""

    def __init__(self, console: Console, total: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
        )  # fmt: skip
        self._on_terminal = console.is_terminal
        self._bar = Bar(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._task = self._bar.add_task("", total=total)
        self._slow = _Slow()

    def __enter__(self) -> Lines:
        self._bar.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def watch(self, held: Sequence[Held]) -> None:
        """Name the submission that takes longest."""
        if self._on_terminal:
            longest = max(held, key=lambda one: one.seconds, default=None)
            shown = longest is not None and longest.seconds >= 1
            self._bar.update(self._task, description=_running(longest) if shown and longest else "")
        for one in self._slow.found(held):
            self._print(f"{'still running':<12}  {_running(one)}")

    def ended(self, graded: Graded) -> None:
        """Print the submission's line."""
        self._print(terminal.line(graded.grade) + ("  (known)" if graded.reused else ""))
        self._bar.advance(self._task)

    def _print(self, line: str) -> None:
        from rich.text import Text

        # As plain text: a student's name is neither markup nor a reason to wrap a line.
        self._bar.console.print(Text(line), soft_wrap=True)


class JsonLines(AbstractContextManager["JsonLines"]):
    """An object a line on the standard output, for other programs.

    ``event`` is ``start`` (``submissions``), ``running`` (a slow one: ``submission``, ``seconds``) or
    ``ended`` (``id``, ``submission``, ``student``, ``status``, ``score``, ``max_score``, ``flags``,
    ``seconds``, ``known``: whether the result is of an earlier run).
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._slow = _Slow()

    def __enter__(self) -> JsonLines:
        say("start", submissions=self._total)
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing: the command says how the run ended."""

    def watch(self, held: Sequence[Held]) -> None:
        """Report what has been running for long."""
        for one in self._slow.found(held):
            say("running", submission=one.submission.source, seconds=round(one.seconds, 1))

    def ended(self, graded: Graded) -> None:
        """Report a submission's end."""
        grade = graded.grade
        is_graded = grade.status == "graded"
        say(
            "ended",
            id=grade.submission.id,
            submission=grade.submission.source,
            student=grade.submission.student,
            status=grade.status.value,
            score=grade.score if is_graded else None,
            max_score=grade.max_score if is_graded else None,
            flags=remarks(grade),
            seconds=round(grade.seconds, 3),
            known=graded.reused,
        )


def say(event: str, **values: object) -> None:
    """Print one event as a line of JSON, in ASCII."""
    print(storable(json.dumps({"event": event, "time": round(time.time(), 3), **values})), flush=True)


def _running(held: Held) -> str:
    return f"{_name(held.submission)}, {duration(round(held.seconds))}"


def _name(submission: Submission) -> str:
    return plain(submission.student or submission.source, 40)
