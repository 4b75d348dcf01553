"""Becomes a student's kernel: enters the sandbox, then is a stock IPython kernel.

Runs in a child of the fork server. Whatever lies in this process belongs to the student from the
first cell on, so it holds nothing that a student may not know and imports neither engine nor lab.
"""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import traceback
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from autograder.errors import PolicyNotEnforced
from autograder.kernel import wire
from autograder.kernel.guest import questions, scenery
from autograder.kernel.guest.cell_report import CellReport
from autograder.kernel.guest.passed_over import PassedOver
from autograder.sandbox import enter
from autograder.sandbox.policy import Policy

COMM_TARGET = "autograder.questions"
"""The trusted side opens this comm when the notebook has run; from then on questions are served."""

LONGEST_ERROR, LONGEST_TRACE = 10_000, 50
"""Characters of an exception's message and of each part of its traceback, and the parts that are kept."""

LEFT_OUT = "left_out"
"""In a message's metadata: it stands for an output that was too large to be sent."""

REFUSED_ADDRESS = "refused_address"
"""In a message's metadata: the address of a download that was refused, as it is none of the lab's."""


def run(message: Mapping[str, Any], descriptor: int, served: Mapping[str, bytes]) -> int:
    """Set up, tell the trusted side that the kernel is ready (or why not), and run it.

    Args:
        message: ``policy`` (JSON text), ``kernel`` (``key``, ``ports`` by channel), ``seed``,
            ``recording``, ``environment``, ``reply_bytes``, ``output_bytes``.
        descriptor: our end of the socket over which questions are asked.
        served: bytes by URL, for downloads without a network.

    Returns:
        The process's exit code.
    """
    descriptor = _only_descriptor(descriptor)
    channel = socket.socket(fileno=descriptor)
    policy = Policy.from_json(message["policy"])
    try:
        os.setsid()
        os.environ.clear()
        os.environ.update(message["environment"])
        os.environ.update(HOME=policy.work, TMPDIR=policy.work, IPYTHONDIR=f"{policy.work}/.ipython")
        tempfile.tempdir = None  # found in the fork server; here TMPDIR names another one
        layers = enter.confine(policy) if policy.enforce else _unconfined(policy)
        app = _kernel(policy, message["kernel"])
        _cut_long_errors(app.session)
        _leave_out_large_outputs(app, message["output_bytes"])
        scenery.install(app.shell, served, partial(_tell_refused, app))
        passed_over = PassedOver(app.shell)
        CellReport(app.shell, app.session, passed_over)
        scenery.seed(message["seed"])
        server = questions.QuestionServer(channel, app.shell, message["reply_bytes"])
        recording = ExitStack()

        def serve(comm: Any, opened: Any) -> None:
            recording.close()  # questions are asked with recording on, as everywhere
            passed_over.give_back()
            server.serve()

        app.kernel.comm_manager.register_target(COMM_TARGET, serve)
        if policy.enforce:
            layers += enter.seal(policy)
    except Exception as reason:  # noqa: BLE001  no student code has run: the TA must read it
        ours = isinstance(reason, PolicyNotEnforced)
        failed = str(reason) if ours else f"{type(reason).__name__}: {reason}\n{traceback.format_exc()}"
        wire.send(channel, {"failed": failed.strip()}, [])
        return 71  # EX_OSERR
    wire.send(channel, {"layers": layers}, [])
    if not message["recording"]:
        recording.enter_context(scenery.without_recording())
    app.start()
    return 0


def _leave_out_large_outputs(app: Any, limit: int) -> None:
    """Say that an output was left out instead of sending more than the trusted side would take.

    It disconnects a kernel that sends too much, and nobody would hear of the cells that follow.
    """
    send = app.iopub_thread.send_multipart

    def send_unless_large(parts: Any, *args: Any, **kwargs: Any) -> None:
        if sum(map(len, parts)) <= limit:
            send(parts, *args, **kwargs)
        else:
            _tell(app, {LEFT_OUT: True})

    app.iopub_thread.send_multipart = send_unless_large


def _tell_refused(app: Any, address: str) -> None:
    _tell(app, {REFUSED_ADDRESS: address[:LONGEST_ERROR]})


def _tell(app: Any, metadata: Mapping[str, Any]) -> None:
    """Tell the trusted side something about the cell that runs, with an output that shows nothing."""
    nothing = {"name": "stderr", "text": ""}
    parent = app.kernel.get_parent("shell")
    app.session.send(app.iopub_socket, "stream", nothing, parent, metadata=dict(metadata))


def _cut_long_errors(session: Any) -> None:
    """Shorten the text of exceptions, which goes out twice: as an output and with the reply."""
    send = session.send

    def send_short(stream: Any, kind: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
        if isinstance(content, dict) and "traceback" in content:
            trace = [str(line)[:LONGEST_ERROR] for line in content["traceback"][-LONGEST_TRACE:]]
            texts = {key: str(content[key])[:LONGEST_ERROR] for key in ("ename", "evalue") if key in content}
            content = {**content, **texts, "traceback": trace}
        return send(stream, kind, content, *args, **kwargs)

    session.send = send_short


def _unconfined(policy: Policy) -> list[str]:
    os.chdir(policy.work)
    enter.die_with_parent()
    return []


def _only_descriptor(descriptor: int) -> int:
    """Close every inherited descriptor but this one, which becomes number 3; 0 to 2 lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    if descriptor != 3:
        os.dup2(descriptor, 3)
    os.set_inheritable(3, False)
    os.closerange(4, os.sysconf("SC_OPEN_MAX") if os.sysconf("SC_OPEN_MAX") > 0 else 65536)
    return 3


def _kernel(policy: Policy, connection: Mapping[str, Any]) -> Any:
    """An initialised, not yet started ``IPKernelApp`` on the sockets of ``connection``."""
    # As where it is not installed. Nobody debugs here, and loading it is half of a kernel's start.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    from ipykernel import kernelapp
    from traitlets.config import Config
    from zmq.utils import garbage

    # The pipe of the output thread would be a TCP socket; nothing here writes from another process.
    with_pipe = kernelapp.IOPubThread
    kernelapp.IOPubThread = lambda socket, pipe, session: with_pipe(socket, pipe=False, session=session)

    class SandboxedKernelApp(kernelapp.IPKernelApp):  # type: ignore[misc]
        """``IPKernelApp`` without files: the connection is given, nothing is written anywhere."""

        def init_connection_file(self) -> None:
            """The connection is in our arguments, not in a file."""

        def write_connection_file(self, **kwargs: Any) -> None:
            """The trusted side knows the connection already."""

        def init_heartbeat(self) -> None:
            """None: the trusted side watches the process itself, and the heartbeat's thread would
            open its socket whenever it comes to run, perhaps after the seal."""

        def init_control(self, context: Any) -> None:
            """Leave the debugger's socket unconnected: it would dial out after the seal."""
            super().init_control(context)
            unconnected = context.socket(self.debug_shell_socket.type)
            self.debug_shell_socket.close()
            self.debug_shell_socket: Any = unconnected

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.IPKernelApp.capture_fd_output = False
    config.Session.key = connection["key"].encode()
    app = SandboxedKernelApp.instance(
        config=config,
        transport="ipc",
        ip=str(Path(policy.sockets) / "k"),
        **{f"{channel}_port": port for channel, port in connection["ports"].items()},
    )
    app.initialize([])
    # Messages that are sent without a copy are given back through a context of pyzmq's own. One that begins
    # after the seal could not work.
    garbage.gc.context = app.context
    del sys.modules["debugpy"]
    sys.path[:] = [entry for entry in sys.path if entry not in ("", ".")]
    sys.path.insert(0, policy.work)
    return app
