"""One submission's life in the sandbox: its notebook runs, then questions are asked.

A kernel that dies is replaced: the notebook runs again without the cell that killed it, so that a
question which ends the process costs only itself. All of it happens before the submission's
deadline.

A notebook may run with shortcuts, which change no mark. Whoever asks for them has read its source; what
reading cannot tell shows here, in a cell that fails or a question that asks for what is missing, and then it
runs again without them.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import TypeVar

from nbformat import NotebookNode

from autograder.errors import AllCellsNeeded, KernelDied, TimeUsedUp
from autograder.kernel.cells import CellLimits, CellRunner, connect, wait_ready
from autograder.kernel.clock import StudentClock
from autograder.kernel.remote import NamesThatAreThere, RemoteNamespace
from autograder.kernel.session_settings import SessionSettings
from autograder.kernel.student_kernel import StudentKernel
from autograder.language import judging as _
from autograder.model import AS_IT_IS, CellRun, Ending, ExecutedNotebook, Shortcuts, Shown
from autograder.notebook.own_lines import OwnLines
from autograder.sandbox.launcher import ForkServer

MESSAGE_OVERHEAD = 1 << 20
"""Bytes of a kernel's message beyond the output that it carries."""

UNOPENED_KERNELS = 2
"""Kernels whose question channel may fail to open before the submission is given up: one for bad luck."""

KNOWN_ENDLESS_SECONDS = 5.0
"""What a cell gets in a later kernel when it was interrupted in an earlier one: enough for the
definitions above its endless loop."""

Answers = TypeVar("Answers")


class Session:
    """Runs one notebook and lets its names be asked for; a context manager that leaves nothing behind.

    Attributes:
        layers: of the sandbox that were active.
        clock: which deadlines were missed for want of a processor.
    """

    def __init__(self, server: ForkServer, settings: SessionSettings) -> None:
        self.layers: tuple[str, ...] = ()
        self._server = server
        self._settings = settings
        self._resources = ExitStack()
        self._kernel: StudentKernel | None = None
        self._late_requests = 0

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop_kernel()

    def run_and_ask(
        self, notebook: NotebookNode, questions: Callable[[], Answers], shortcuts: Shortcuts
    ) -> tuple[ExecutedNotebook, Answers]:
        """Run the notebook as :meth:`run` does, and have the questions asked of :meth:`names`.

        Where one of them asks for a name that only a left-out cell binds, everything happens once more,
        without shortcuts and with the whole time. All questions are asked again, so that their answers are
        those of one run.

        Raises:
            SandboxError: the sandbox cannot be entered on this machine.
        """
        try:
            return self.run(notebook, shortcuts), questions()
        except AllCellsNeeded:  # the template says that nobody asks for the name, and a test file does
            return self.run(notebook), questions()

    def run(self, notebook: NotebookNode, shortcuts: Shortcuts = AS_IT_IS) -> ExecutedNotebook:
        """Run the code cells in order, as if nothing had run before.

        Where a cell's error may come from recording being off, they run again with it.

        Raises:
            SandboxError: the sandbox cannot be entered on this machine.
        """
        started = time.monotonic()
        self._begin(notebook, shortcuts)
        while not self._start_and_run():
            if self._until.missed():
                break
        cells = tuple(self._cells[index] for index in sorted(self._cells))
        seconds = time.monotonic() - started
        shown = {run.index: self._shown[run.index] for run in cells if run.index in self._shown}
        return ExecutedNotebook(cells, seconds, self._start_seconds, self._outputs_cut, shown)

    def names(self) -> RemoteNamespace:
        """The notebook's top-level names, asked of a living kernel.

        A kernel that died is replaced first.

        Raises:
            TimeUsedUp: there is no time left for another kernel.
            KernelDied: the notebook closes the channel of the questions each time it runs.
            SandboxError: no other kernel can be started.

        Asking for a name that only a left-out cell binds raises :class:`AllCellsNeeded`.
        """
        while self._kernel is None or not self._kernel.conversation.usable:
            if self._until.missed():
                raise TimeUsedUp
            if self._unopened >= UNOPENED_KERNELS:
                raise KernelDied(_("the notebook closed the channel on which questions are asked"))
            self._start_and_run()
        return NamesThatAreThere(self._kernel.conversation, self._shortcuts.missing)

    def ending(self) -> Ending:
        """Why the present kernel is not usable; ``FINISHED`` when it is.

        Raises:
            SandboxError: it had to be ended because it could not be watched any more.
        """
        if self._kernel is None or self._kernel.conversation.usable:
            return Ending.FINISHED
        return self._kernel.ending()

    def late_requests(self) -> int:
        """How many requests were not answered in time, in all kernels."""
        return self._late_requests + (self._kernel.conversation.late_requests if self._kernel else 0)

    def _begin(self, notebook: NotebookNode, shortcuts: Shortcuts) -> None:
        """Nothing has run yet, and the whole time is left."""
        self._drop_kernel()
        self._source = notebook
        self._own = OwnLines(notebook)
        self._shortcuts = shortcuts
        self.clock = StudentClock(self._settings.busy_factor)
        self._until = self.clock.deadline(self._settings.submission_seconds)
        self._start_seconds = 0.0
        self._unopened = 0
        self._late_requests = 0
        self._forget_cells()

    def _forget_cells(self) -> None:
        self._lethal: dict[int, CellRun] = {}
        self._cells: dict[int, CellRun] = {}
        self._shown: dict[int, Shown] = {}
        self._outputs_cut = False

    def _drop_kernel(self) -> None:
        self._late_requests = self.late_requests()
        self._resources.close()
        self._kernel = None

    def _start_and_run(self) -> bool:
        """One kernel, one run of the cells. Whether it survived them."""
        self._drop_kernel()
        began = time.monotonic()
        self._kernel = kernel = self._resources.enter_context(
            StudentKernel(self._server, self._settings, self._until, self._shortcuts.recording, self._own)
        )
        self.layers = kernel.layers
        notebook = copy.deepcopy(self._source)
        until = self._until.part(self._settings.notebook_seconds)
        limits = CellLimits(self._settings.cell_seconds, until, self._settings.output_bytes)
        self._start_seconds += time.monotonic() - began
        return asyncio.run(self._run_cells(kernel, notebook, limits))

    async def _run_cells(self, kernel: StudentKernel, notebook: NotebookNode, limits: CellLimits) -> bool:
        client = connect(
            kernel.process, kernel.socket_prefix, kernel.key, self._settings.output_bytes + MESSAGE_OVERHEAD
        )
        client.start_channels(stdin=False, hb=False, control=False)
        ended = asyncio.Event()
        asyncio.get_running_loop().add_reader(kernel.process.pidfd, ended.set)
        try:
            await wait_ready(client)
            runner = CellRunner(notebook, client, limits)
            for index, cell in enumerate(notebook.cells):
                if cell.cell_type != "code" or not cell.source.strip():
                    continue
                if (not_run := self._not_run(index, limits)) is not None:
                    self._cells[index] = not_run
                    continue
                known = self._cells.get(index)
                endless = known is not None and known.ending is Ending.TIMED_OUT
                run, alive = await runner.run_cell(index, ended, KNOWN_ENDLESS_SECONDS if endless else None)
                self._outputs_cut |= runner.outputs_cut
                self._cells[index] = run
                if self._settings.keep_outputs:
                    self._shown[index] = Shown(cell.execution_count, cell.outputs)
                if self._shortcuts.may_explain(run.error):
                    # What happened so far may have happened only because recording was off.
                    self._shortcuts = self._shortcuts.with_recording()
                    self._forget_cells()
                    return False
                if not alive:
                    self._lethal[index] = kernel.explained(self._cells[index])
                    self._cells[index] = self._lethal[index]
                    if len(self._lethal) >= self._settings.restarts:
                        self._give_up_after(index, notebook)
                    return False
            await kernel.open_questions(client)
            self._unopened += not kernel.conversation.usable
            return True
        finally:
            asyncio.get_running_loop().remove_reader(kernel.process.pidfd)
            client.stop_channels()

    def _not_run(self, index: int, limits: CellLimits) -> CellRun | None:
        """What stands in the place of a cell's run where it does not run; ``None`` where it does."""
        if index in self._shortcuts.left_out:
            return CellRun(index, Ending.LEFT_OUT, 0.0)
        if index in self._lethal:
            return self._lethal[index]
        if limits.notebook_until.missed():
            self._shown.pop(index, None)  # of an earlier kernel
            return CellRun(index, Ending.SKIPPED, 0.0)
        return None

    def _give_up_after(self, index: int, notebook: NotebookNode) -> None:
        """Leave out the cells that follow: each that ends its kernel costs a run of all before it."""
        for later in range(index + 1, len(notebook.cells)):
            self._lethal[later] = CellRun(later, Ending.RESTART_LIMIT, 0.0)
            self._shown.pop(later, None)
