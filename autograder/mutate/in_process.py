"""A notebook without a sandbox: its cells run in this process, and the questions ask it directly.

Ten times as fast as a kernel of its own, and for code that one trusts: it could change the questions. What
only the engine can do (switch automatic differentiation off, end a process) is not to be seen here.
"""

from __future__ import annotations

import contextlib
import copy
import io
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from autograder.errors import RequestTimedOut
from autograder.grading.checks import CheckFailed, collected_notes
from autograder.grading.namespace import PlainNamespace
from autograder.grading.pictures import collected_pictures
from autograder.grading.questions import Question
from autograder.kernel.guest import fewer_rows, scenery
from autograder.kernel.guest.questions import assigned_names
from autograder.model import FewerRows

LONGEST_SECONDS = 10.0
"""Processor time of one case, where a lab allows a request more; ordinary ones take half a second."""


class NotebookNames(PlainNamespace):
    """A notebook's names that can run cells again, as the engine's can.

    Attributes:
        names: the names themselves.
        cells: sources of the cells that ran, in order.
    """

    def __init__(self, names: dict[str, Any], cells: Sequence[str]) -> None:
        super().__init__(names)
        self.names, self.cells = names, cells

    def rerun(self, assigns: str, given: Mapping[str, Any], *, first: bool = False) -> bool:
        """Run again the last cell that assigns a name, or the first one; whether there is one."""
        for source in self.cells if first else reversed(self.cells):
            if assigns in assigned_names(source):
                self.names.update(copy.deepcopy(dict(given)))  # a kernel gets copies, and may write to them
                run_cell(source, self.names)
                return True
        return False

    def rerun_on_fewer(self, fewer: FewerRows, number: int) -> dict[str, Any] | None:
        """Run the cells between a table and what is made of it again, as the engine does."""
        written = fewer.lengths if fewer.written else {}
        cells = [fewer_rows.with_lengths(source, written) for source in self.cells]
        return fewer_rows.rerun(
            self.names, [assigned_names(source) for source in cells],
            lambda position: run_cell(cells[position], self.names),
            table=(fewer.name, fewer.table), wanted=fewer.wanted, lengths=fewer.lengths, number=number,
        )  # fmt: skip


def run_cell(source: str, names: dict[str, Any], seconds: float | None = None) -> Exception | None:
    """Run one cell; what it ended with. What it prints is lost.

    Args:
        seconds: of processor time that it gets; ``None`` for as long as it takes.
    """
    limit = contextlib.nullcontext() if seconds is None else time_limit(seconds)
    try:
        with contextlib.redirect_stdout(io.StringIO()), limit:
            exec(compile(source, "<cell>", "exec"), names)  # noqa: S102  that is what is asked for
    except Exception as error:  # noqa: BLE001  it stops nothing, whatever it is, as in a kernel
        return error
    return None


def ask(question: Question, env: Any, seed: int, seconds: float = LONGEST_SECONDS) -> tuple[float, str]:
    """Points that a question takes from a notebook in this process, and what its failing cases say.

    Whatever a case raises is taken for the notebook's fault: right ones make none raise.

    Args:
        seconds: processor time of each case.
    """
    lost = 0.0
    said: list[str] = []
    with collected_notes(), collected_pictures(), contextlib.redirect_stdout(io.StringIO()):
        for case in question.file.test_cases:
            scenery.seed(seed)
            try:
                with time_limit(seconds):
                    case.body.call_func(env)
            except CheckFailed as failure:
                lost, said = lost + case.points, [*said, str(failure)]
            except Exception as error:  # noqa: BLE001  of the notebook, whatever it is
                lost, said = lost + case.points, [*said, f"{type(error).__name__}: {error}"]
    return lost, "\n".join(said)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Have what takes more processor time raise :class:`RequestTimedOut`; in the main thread only."""

    def stop(number: int, frame: object) -> None:
        raise RequestTimedOut

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
