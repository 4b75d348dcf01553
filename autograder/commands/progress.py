"""What a run says while it runs: to a person at a terminal, into a log, to a machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from autograder.class_run.events import (
    AdapterLeftOut,
    Begun,
    Event,
    Graded,
    Listener,
    Noted,
    Running,
    Stopped,
    Unconfined,
)
from autograder.commands.json_lines import say
from autograder.files.visible import duration, plain
from autograder.model import Submission
from autograder.report import terminal
from autograder.report.grades import remarks
from autograder.workers.pool import Held

if TYPE_CHECKING:
    from rich.console import Console

SLOW_SECONDS = 60.0
"""After so long a submission is named while it still runs, and again each time that this has doubled."""

_UNCONFINED = "The sandbox is off: student code runs with your rights"


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


@contextmanager
def listening(json_lines: bool) -> Iterator[tuple[Console, Listener]]:
    """Where people are told something, and who listens to a run inside the block.

    Args:
        json_lines: whether a program reads the standard output; people are told on the other then.
    """
    from rich.console import Console

    console = Console(stderr=json_lines)
    listener = JsonLines(console) if json_lines else Lines(console)
    try:
        yield console, listener
    finally:
        listener.close()


def _tell_of_trouble(event: Unconfined | AdapterLeftOut | Noted | Stopped, console: Console) -> None:
    if isinstance(event, Unconfined):
        console.print(f"{_UNCONFINED}.", style="bold red")
    elif isinstance(event, AdapterLeftOut):
        console.print(f"{event.reason}: this run does without it", soft_wrap=True, markup=False)
    elif isinstance(event, Noted):
        style = "bold yellow" if event.doubtful else None
        console.print(plain(event.text, 2000), soft_wrap=True, markup=False, emoji=False, style=style)
    else:
        kept = f"{event.done} of {event.submissions} submissions are done and kept"
        console.print(f"stopped: {kept}; the same command goes on from there", soft_wrap=True)


class Lines:
    """A line for each submission and, on a terminal, a bar with the time that is left."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
        )  # fmt: skip
        self._console = console
        self._bar = Bar(*columns, console=console, disable=not console.is_terminal, transient=True)
        self._slow = _Slow()

    def __call__(self, event: Event) -> None:
        """Show an event."""
        match event:
            case Begun(submissions):
                self._task = self._bar.add_task("", total=submissions)
                self._bar.start()
            case Running(held):
                self._watch(held)
            case Graded(grade, reused):
                self._print(terminal.line(grade) + ("  (known)" if reused else ""))
                self._bar.advance(self._task)
            case Unconfined() | AdapterLeftOut() | Noted() | Stopped():
                self.close()
                _tell_of_trouble(event, self._console)

    def close(self) -> None:
        """Take the bar off the terminal."""
        self._bar.stop()

    def _watch(self, held: Sequence[Held]) -> None:
        if self._console.is_terminal:
            longest = max(held, key=lambda one: one.seconds, default=None)
            shown = longest is not None and longest.seconds >= 1
            self._bar.update(self._task, description=_running(longest) if shown and longest else "")
        for one in self._slow.found(held):
            self._print(f"{'still running':<12}  {_running(one)}")

    def _print(self, line: str) -> None:
        from rich.text import Text

        # As plain text: a student's name is neither markup nor a reason to wrap a line.
        self._bar.console.print(Text(line), soft_wrap=True)


class JsonLines:
    """An object a line on the standard output, for other programs.

    ``event`` is ``note`` (``text``, ``doubtful``: whether something does not fit), ``start``
    (``submissions``), ``held`` (what is being graded from now on: ``submissions``, each with ``submission``,
    ``student``, ``seconds``), ``running`` (a slow one: ``submission``, ``seconds``), ``ended`` (``id``,
    ``submission``, ``student``, ``status``, ``score``, ``max_score``, ``flags``, ``seconds``, ``known``:
    whether the result is of an earlier run) or ``stopped`` (``done``, ``submissions``).

    Args:
        console: where people are told what no program has to know.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._slow = _Slow()
        self._held: set[str] = set()

    def __call__(self, event: Event) -> None:
        """Write an event."""
        match event:
            case Begun(submissions):
                say("start", submissions=submissions)
            case Running(held):
                self._running(held)
            case Graded():
                self._ended(event)
            case Unconfined() | AdapterLeftOut() | Noted() | Stopped():
                self._noted(event)
                _tell_of_trouble(event, self._console)

    def close(self) -> None:
        """Nothing: the command says how the run ended."""

    def _running(self, held: Sequence[Held]) -> None:
        now = {one.submission.id for one in held}
        if now != self._held:
            self._held = now
            say("held", submissions=[_held(one) for one in held])
        for one in self._slow.found(held):
            say("running", submission=one.submission.source, seconds=round(one.seconds, 1))

    def _noted(self, event: Unconfined | AdapterLeftOut | Noted | Stopped) -> None:
        match event:
            case Unconfined():
                say("note", text=_UNCONFINED, doubtful=True)
            case AdapterLeftOut(reason):
                say("note", text=f"{reason}: this run does without it", doubtful=False)
            case Noted(text, doubtful):
                say("note", text=text, doubtful=doubtful)
            case Stopped(done, submissions):
                say("stopped", done=done, submissions=submissions)

    def _ended(self, graded: Graded) -> None:
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


def _held(one: Held) -> dict[str, object]:
    said = one.submission
    return {"submission": said.source, "student": said.student, "seconds": round(one.seconds, 1)}


def _running(held: Held) -> str:
    return f"{_name(held.submission)}, {duration(round(held.seconds))}"


def _name(submission: Submission) -> str:
    return plain(submission.student or submission.source, 40)
