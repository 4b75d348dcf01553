"""The process of one run of a notebook: started in the sandbox, watched, and asked questions at the end."""

from __future__ import annotations

import asyncio
import secrets
import socket
import time
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any

from autograder.errors import PolicyNotEnforced, SandboxError
from autograder.kernel import wire
from autograder.kernel.cells import CHANNELS
from autograder.kernel.clock import Deadline
from autograder.kernel.conversation import Conversation
from autograder.kernel.session_settings import SessionSettings
from autograder.kernel.watchdog import Watchdog
from autograder.kernel.workspace import Workspace, workspace
from autograder.model import CellRun, Ending
from autograder.notebook.own_lines import OwnLines
from autograder.sandbox.launcher import ENVIRONMENT, ForkServer
from autograder.sandbox.policy import Policy, readable_paths

START_SECONDS = 30.0


class StudentKernel:
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

    def __enter__(self) -> StudentKernel:
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
                self._settings.reply_bytes, self._own, self._settings.definitions,
            )  # fmt: skip
            resources.callback(self.conversation.end_case)
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
