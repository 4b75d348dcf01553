"""Runs the cells of a notebook in a kernel: nbclient, with endings that have names.

An error in a cell does not stop the notebook. A cell that runs too long is interrupted, and if that
does not help its kernel is killed; what happens then is the session's decision.
"""

from __future__ import annotations

import asyncio
import signal
import time
from dataclasses import dataclass, replace
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError
from nbformat import NotebookNode, ValidationError
from zmq.constants import SocketOption

from autograder.errors import SandboxError
from autograder.kernel.cell_reply import cell_run, error_of
from autograder.kernel.clock import Deadline
from autograder.model import CellRun, Ending
from autograder.sandbox.launcher import StudentProcess

CHANNELS = {"shell": 1, "iopub": 2, "stdin": 3, "control": 4, "hb": 5}
"""The number that ends the path of each channel's socket."""

LEFT_OUT = "left_out"
"""What the guest puts into the metadata of a message in the place of an output that is too large."""

REFUSED_ADDRESS = "refused_address"
"""What it puts there to tell the address of a download that it refused. The student's process can write the
same: it makes a remark, never a verdict."""

LONGEST_ADDRESS = 300
"""Characters that are kept of such an address."""

INTERRUPT_GRACE = 5.0
"""Seconds that a cell has to end after an interrupt, before its kernel is killed."""

READY_SECONDS = 30.0
GREETING_SECONDS = 1.0
"""Seconds until a kernel that has not greeted us is asked something: it usually takes some milliseconds."""

SHORTEST_WAIT = 0.01
"""Seconds between two looks at a deadline that moves on."""

WAITING_MESSAGES = 64
"""Messages that may wait on our side while one is handled. libzmq counts messages, not bytes: its usual
1,000 of the largest size would take 20 GB."""

OUTPUT_OVERHEAD = 200
"""Bytes that an output costs beyond its text, so that a million empty ones reach the limit too."""


@dataclass(frozen=True)
class CellLimits:
    """Limits of a notebook's run.

    Attributes:
        cell_seconds: of one cell.
        notebook_until: after it the remaining cells are skipped.
        output_bytes: text and images of all outputs together.
    """

    cell_seconds: float
    notebook_until: Deadline
    output_bytes: int


class KernelClient(AsyncKernelClient):  # type: ignore[misc]
    """A client that knows its kernel's process, and so needs no heartbeat."""

    process: StudentProcess

    async def is_alive(self) -> bool:
        """Whether the process runs."""
        return not self.process.ended()

    _async_is_alive = is_alive


def connect(process: StudentProcess, prefix: str, key: str, max_message: int) -> KernelClient:
    """A client on the kernel's sockets, its channels not yet started.

    Args:
        prefix: path of the sockets without their number.
        key: the key that signs the messages.
        max_message: bytes of one message; a kernel that sends more loses the connection.
    """
    ports = {f"{channel}_port": port for channel, port in CHANNELS.items()}
    client = KernelClient(transport="ipc", ip=prefix, **ports)
    for option, value in ((SocketOption.MAXMSGSIZE, max_message), (SocketOption.RCVHWM, WAITING_MESSAGES)):
        client.context.setsockopt(option, value)  # for every socket that it makes
    client.process = process
    client.session.key = key.encode()
    client.allow_stdin = False
    return client


async def wait_ready(client: KernelClient) -> None:
    """Wait until the kernel's outputs reach us: its first message greets the subscription.

    Raises:
        SandboxError: it does not answer.
    """
    until = time.monotonic() + READY_SECONDS
    nudge = time.monotonic() + GREETING_SECONDS
    while not await client.iopub_channel.msg_ready():
        if client.process.ended():
            raise SandboxError("the kernel ended after its start, before the first cell")
        if time.monotonic() > until:
            raise SandboxError(f"the kernel did not answer within {READY_SECONDS:.0f} s after its start")
        if time.monotonic() > nudge:  # the kernel may miss that we subscribed; a request has it look again
            nudge = time.monotonic() + GREETING_SECONDS
            client.kernel_info()
        await asyncio.sleep(0.005)


class CellRunner(NotebookClient):  # type: ignore[misc]
    """Runs single cells and keeps their outputs below a limit.

    Attributes:
        outputs_cut: whether outputs were dropped.
    """

    def __init__(self, notebook: NotebookNode, client: KernelClient, limits: CellLimits) -> None:
        # `coalesce_streams` takes quadratic time on long lines, after the cell and outside every deadline.
        super().__init__(
            notebook, allow_errors=True, timeout=None, record_timing=False, store_widget_state=False,
            coalesce_streams=False, iopub_timeout=4, raise_on_iopub_timeout=False,
            on_cell_executed=self._remember,
        )  # fmt: skip
        self._reply: dict[str, Any] = {}
        self._refused_address = ""
        self.kc = client
        self.reset_execution_trackers()
        self.outputs_cut = False
        self._limits = limits
        self._output_budget = limits.output_bytes

    async def run_cell(
        self, index: int, ended: asyncio.Event, seconds: float | None = None
    ) -> tuple[CellRun, bool]:
        """Run one cell.

        Args:
            ended: set when the kernel's process has ended.
            seconds: at most this long, if that is less than the limit.

        Returns:
            How it went, and whether the kernel is still usable.
        """
        self._reply = {}
        self._refused_address = ""
        started = time.monotonic()
        cut_before = self.outputs_cut
        allowed = self._limits.cell_seconds
        deadline = self._limits.notebook_until.part(allowed if seconds is None else min(allowed, seconds))
        task = asyncio.ensure_future(self.async_execute_cell(self.nb.cells[index], index))
        death = asyncio.ensure_future(ended.wait())
        try:
            late = await _is_late({task, death}, deadline)
            if late:
                deadline.missed()
                self.kc.process.signal(signal.SIGINT)
                await _is_late({task, death}, deadline.beside(INTERRUPT_GRACE))
            alive = await self._settle(task)
        finally:
            death.cancel()
        seconds = time.monotonic() - started
        if late:
            return CellRun(index, Ending.TIMED_OUT, seconds, refused_address=self._refused_address), alive
        if not alive:
            return CellRun(index, Ending.DIED, seconds, refused_address=self._refused_address), False
        ending = Ending.RAISED if error_of(self._reply) else Ending.FINISHED
        if self.outputs_cut and not cut_before:
            ending = Ending.OUTPUT_LIMIT
        run = cell_run(index, ending, seconds, self._reply)
        return replace(run, refused_address=self._refused_address), True

    async def _settle(self, task: asyncio.Future[Any]) -> bool:
        """Take the cell's end; kill the kernel if it has none. Whether the kernel is usable."""
        if not task.done():
            self.kc.process.signal(signal.SIGKILL)
            self.task_poll_for_reply.cancel()
        try:
            await task
        except DeadKernelError:
            return False
        except Exception:  # noqa: BLE001  the kernel is the student's and may send anything
            self.kc.process.signal(signal.SIGKILL)
            return False
        return True

    def _remember(self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        """Keep what the kernel says of the cell's end (nbclient's hook)."""
        self._reply = execute_reply

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take a message as nbclient does, within the output limit and without widgets."""
        kind = msg["msg_type"]
        if isinstance(msg["metadata"], dict) and LEFT_OUT in msg["metadata"]:
            self.outputs_cut = True
            return None
        if isinstance(msg["metadata"], dict) and REFUSED_ADDRESS in msg["metadata"]:
            address = msg["metadata"][REFUSED_ADDRESS]
            if isinstance(address, str) and not self._refused_address:
                self._refused_address = address[:LONGEST_ADDRESS]
            return None
        if kind.startswith("comm") or kind == "update_display_data":
            return None
        if not _is_plausible(kind, msg["content"]):
            return None
        if kind != "status":
            self._output_budget -= OUTPUT_OVERHEAD + _text_length(msg["content"])
            if self._output_budget < 0:
                self.outputs_cut = True
                return None
        try:
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except (
            KeyError,
            TypeError,
            ValueError,
            AttributeError,
            ValidationError,
        ):  # what no kernel would send
            return None


async def _is_late(awaited: set[asyncio.Future[Any]], deadline: Deadline) -> bool:
    """Wait for the first of some ends; whether the deadline passed before it."""
    done: set[asyncio.Future[Any]] = set()
    while not done:
        left = deadline.remaining()
        done, _ = await asyncio.wait(
            awaited, timeout=max(left, SHORTEST_WAIT), return_when=asyncio.FIRST_COMPLETED
        )
        if left <= 0:  # it has passed, and this was the last look
            break
    return not done


def _is_plausible(kind: str, content: Any) -> bool:
    """Whether a message has the types that a kernel sends; the student's process may send any."""
    if not isinstance(content, dict):
        return False
    if kind == "stream":
        return isinstance(content.get("text"), str) and content.get("name") in ("stdout", "stderr")
    if kind == "error":
        trace = content.get("traceback")
        texts = [content.get("ename"), content.get("evalue"), *(trace if isinstance(trace, list) else [None])]
        return all(isinstance(text, str) for text in texts)
    if kind in ("display_data", "execute_result"):
        count = content.get("execution_count")
        maps = isinstance(content.get("data"), dict) and isinstance(content.get("metadata"), dict)
        return maps and (count is None or type(count) is int)
    return True


def _text_length(content: Any) -> int:
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return sum(_text_length(value) for value in content.values())
    if isinstance(content, list):
        return sum(_text_length(value) for value in content)
    return 8
