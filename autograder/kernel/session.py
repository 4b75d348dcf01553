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
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from nbformat import NotebookNode

from autograder.errors import AllCellsNeeded, KernelDied, PolicyNotEnforced, SandboxError, TimeUsedUp
from autograder.kernel import wire
from autograder.kernel.cells import CHANNELS, CellLimits, CellRunner, connect, wait_ready
from autograder.kernel.clock import Deadline, StudentClock
from autograder.kernel.conversation import Conversation
from autograder.kernel.remote import NamesThatAreThere, RemoteNamespace
from autograder.kernel.watchdog import Watchdog
from autograder.kernel.workspace import Workspace, workspace
from autograder.language import judging as _
from autograder.model import AS_IT_IS, CellRun, Ending, ExecutedNotebook, Shortcuts, Shown
from autograder.notebook.own_lines import OwnLines
from autograder.sandbox.launcher import ENVIRONMENT, ForkServer
from autograder.sandbox.policy import Limits, Policy, readable_paths

MESSAGE_OVERHEAD = 1 << 20
"""Bytes of a kernel's message beyond the output that it carries."""

UNOPENED_KERNELS = 2
"""Kernels whose question channel may fail to open before the submission is given up: one for bad luck."""

START_SECONDS = 30.0
KNOWN_ENDLESS_SECONDS = 5.0
"""What a cell gets in a later kernel when it was interrupted in an earlier one: enough for the
definitions above its endless loop."""

Answers = TypeVar("Answers")


@dataclass(frozen=True)
class SessionSettings:
    """Everything about a session that does not depend on the submission.

    Attributes:
        limits: resources of the process.
        cell_seconds, notebook_seconds, request_seconds, submission_seconds: time of one cell, one run of
            all cells, one request of a test, and everything together, as :mod:`.clock` counts it.
        busy_factor: how many times as long each may last while the processor is busy with others.
        output_bytes: limit of the notebook's outputs; ``reply_bytes`` of one answer to a test.
        reading_bytes: what this process may gain while it reads both.
        files: files of the lab by their name in the working directory.
        seed: for ``random``, NumPy and torch.
        restarts: cells that may end the kernel before the rest of the notebook is left out.
        enforce: whether the sandbox is on.
        keep_outputs: whether it is remembered what the cells showed.
    """

    limits: Limits
    cell_seconds: float
    notebook_seconds: float
    request_seconds: float
    submission_seconds: float
    busy_factor: float
    output_bytes: int
    reply_bytes: int
    reading_bytes: int
    files: Mapping[str, Path]
    seed: int
    restarts: int
    enforce: bool
    keep_outputs: bool = False


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
        self._kernel: _Kernel | None = None
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
            _Kernel(self._server, self._settings, self._until, self._shortcuts.recording, self._own)
        )
        self.layers = kernel.layers
        notebook = copy.deepcopy(self._source)
        until = self._until.part(self._settings.notebook_seconds)
        limits = CellLimits(self._settings.cell_seconds, until, self._settings.output_bytes)
        self._start_seconds += time.monotonic() - began
        return asyncio.run(self._run_cells(kernel, notebook, limits))

    async def _run_cells(self, kernel: _Kernel, notebook: NotebookNode, limits: CellLimits) -> bool:
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
                if index in self._shortcuts.left_out:
                    self._cells[index] = CellRun(index, Ending.LEFT_OUT, 0.0)
                    continue
                if index in self._lethal:
                    self._cells[index] = self._lethal[index]
                    continue
                if limits.notebook_until.missed():
                    self._cells[index] = CellRun(index, Ending.SKIPPED, 0.0)
                    self._shown.pop(index, None)  # of an earlier kernel
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

    def _give_up_after(self, index: int, notebook: NotebookNode) -> None:
        """Leave out the cells that follow: each that ends its kernel costs a run of all before it."""
        for later in range(index + 1, len(notebook.cells)):
            self._lethal[later] = CellRun(later, Ending.RESTART_LIMIT, 0.0)
            self._shown.pop(later, None)


class _Kernel:
    """One student process with its directories, its watchdog and its question channel."""

    def __init__(
        self, server: ForkServer, settings: SessionSettings, until: Deadline, recording: bool, own: OwnLines
    ) -> None:
        self._recording = recording
        self._own = own
        self._server = server
        self._settings = settings
        self._until = until
        self._resources = ExitStack()
        self.key = secrets.token_hex(16)

    def __enter__(self) -> _Kernel:
        with ExitStack() as resources:
            uid = self._server.uid if self._settings.enforce else None
            place = resources.enter_context(workspace(self._settings.files, uid))
            self.socket_prefix = str(place.sockets / "k")
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            resources.callback(ours.close)
            with theirs:
                self.process = self._server.student(self._request(place, uid), theirs)
            resources.callback(self._end)
            resources.enter_context(self._until.clock.following(self.process))
            ours.setblocking(False)
            self.layers = self._hear_ready(ours)
            self._watchdog = resources.enter_context(
                Watchdog(self.process, place.work, self._settings.limits, self._settings.reading_bytes)
            )
            self.conversation = Conversation(
                ours, self.process, self._settings.request_seconds, self._until,
                self._settings.reply_bytes, self._own,
            )  # fmt: skip
            self._resources = resources.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._resources.close()

    def _end(self) -> None:
        self._server.end(self.process)

    def _request(self, place: Workspace, uid: int | None) -> dict[str, Any]:
        policy = Policy(
            work=str(place.work), sockets=str(place.sockets), limits=self._settings.limits, uid=uid,
            readable=readable_paths(), enforce=self._settings.enforce,
        )  # fmt: skip
        return {
            "policy": policy.to_json(),
            "kernel": {"key": self.key, "ports": CHANNELS},
            "seed": self._settings.seed,
            "recording": self._recording,
            "environment": ENVIRONMENT,
            "reply_bytes": self._settings.reply_bytes,
            "output_bytes": self._settings.output_bytes,
        }

    def _hear_ready(self, channel: socket.socket) -> tuple[str, ...]:
        # No student code has run yet: this message is our own.
        try:
            message, _ = wire.receive(channel, 1 << 20, time.monotonic() + START_SECONDS)
        except wire.WireError as reason:
            raise SandboxError(f"the kernel did not start: {type(reason).__name__} {reason}") from None
        if "failed" in message:
            raise PolicyNotEnforced(f"the sandbox cannot be entered: {message['failed']}")
        return tuple(message["layers"])

    async def open_questions(self, client: Any) -> None:
        """Have the kernel serve questions from now on; a kernel that does not is not usable."""
        content = {"comm_id": secrets.token_hex(8), "target_name": "autograder.questions", "data": {}}
        client.shell_channel.send(client.session.msg("comm_open", content))
        self._watchdog.asking = True
        await asyncio.get_running_loop().run_in_executor(None, self.conversation.begin)

    def explained(self, run: CellRun) -> CellRun:
        """``run`` with the reason that the watchdog knows."""
        ending = self.ending() if run.ending is Ending.DIED else run.ending
        return replace(run, ending=ending)

    def ending(self) -> Ending:
        """Why the process ended.

        Raises:
            SandboxError: it had to be ended because it could not be watched any more.
        """
        if self._watchdog.trouble is not None:
            raise SandboxError(f"the watchdog broke: {self._watchdog.trouble!r}")
        return self._watchdog.verdict or Ending.DIED
