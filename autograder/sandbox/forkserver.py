"""A server of forks: one child for each request, and how it ended, on one socket, a message each:

    {"op": "fork", …} + descriptors   ->  {"pid": …} + pidfd
    {"op": "status", "pid": …}        ->  {"exit": null | code | -signal}

The fork server of a worker is one: forked by the zygote (:mod:`autograder.sandbox.zygote`), it forks a
process for each kernel of a submission. The zygote of the workers is another. A server stays
single-threaded. When its socket closes it ends its children and itself.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

MESSAGE_BYTES = 1 << 20
MOST_DESCRIPTORS = 4

Become = Callable[[dict[str, Any], list[int]], int]
"""What a child does with the request and the descriptors that came with it; its exit code."""

Guest = Callable[[Mapping[str, Any], int, Mapping[str, bytes]], int]
"""``run`` of the module whose processes run student code: request, channel of questions, downloads by URL."""


def be_fork_server(control: socket.socket, run_guest: Guest) -> None:
    """Be the fork server of one worker, whose first message says what it needs.

    Args:
        control: to the worker, which sends ``{"served": {url: file}, "probe_uid": int | null,
            "reach": folder}`` and gets ``{"pid": …, "uid_works": …}`` with a descriptor of this process.
    """
    received = receive(control)
    if received is None:
        return
    settings, _ = received
    served = {url: Path(file).read_bytes() for url, file in settings["served"].items()}
    uid = settings["probe_uid"]
    uid_works = uid is not None and _readable_to(uid, settings["reach"])
    reply(control, {"pid": os.getpid(), "uid_works": uid_works}, of=os.getpid())
    serve(control, lambda request, descriptors: run_guest(request, descriptors[0], served))


def serve(control: socket.socket, become: Become) -> None:
    """Answer requests until the other side closes the socket; then end every child."""
    children: set[int] = set()
    try:
        while received := receive(control):
            _answer(control, *received, children, become)
    except ConnectionError:
        pass  # the other side is gone, perhaps before it read our answer: the same end as a closed socket
    finally:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def receive(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next message and its descriptors; ``None`` when there will be none."""
    try:
        data, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, MOST_DESCRIPTORS)
    except (ConnectionError, InterruptedError):
        return None
    return (json.loads(data), descriptors) if data else None


def reply(control: socket.socket, message: dict[str, Any], of: int) -> None:
    """Send a message with a descriptor of a process that cannot come to mean another one."""
    pidfd = os.pidfd_open(of)
    try:
        socket.send_fds(control, [json.dumps(message).encode()], [pidfd])
    finally:
        os.close(pidfd)


def run_child(close: socket.socket, become: Callable[[], int]) -> NoReturn:
    """In a process that has just been forked: be what ``become`` makes of it, and never return.

    Args:
        close: the parent's socket, which is not for the child.
    """
    code = os.EX_SOFTWARE  # our own set-up failed
    try:
        close.close()
        code = become()
    finally:
        # Taking torch apart would cost half a second, and what has to be cleaned up is.
        os._exit(code)


def _answer(
    control: socket.socket,
    message: dict[str, Any],
    descriptors: list[int],
    children: set[int],
    become: Become,
) -> None:
    if message["op"] == "status":
        pid = int(message["pid"])
        try:
            done, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            done, status = pid, 0
        if done:
            children.discard(pid)
        control.send(json.dumps({"exit": os.waitstatus_to_exitcode(status) if done else None}).encode())
        return
    pid = os.fork()
    if pid == 0:
        run_child(control, lambda: become(message, descriptors))
    children.add(pid)
    for descriptor in descriptors:
        os.close(descriptor)
    reply(control, {"pid": pid}, of=pid)


def _readable_to(uid: int, folder: str) -> bool:
    """Whether another user could read the interpreter and reach ``folder`` (either may be private)."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.setgroups([])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            files = [str(m.__file__) for m in list(sys.modules.values()) if getattr(m, "__file__", None)]
            readable = all(os.access(file, os.R_OK) for file in files if os.path.isabs(file))
            code = 0 if readable and os.access(folder, os.X_OK) else 1
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
