"""The fork server: a clean process that has imported what notebooks import, and nothing else.

Started by ``exec``, so that no test, reference or result of the grading process is in its memory.
It stays single-threaded, forks one child per submission, and answers on one socket, a message each:

    {"op": "fork", "policy": …, "kernel": …} + descriptor   ->  {"pid": …} + pidfd
    {"op": "status", "pid": …}                               ->  {"exit": null | code | -signal}

When the socket closes it ends its children and itself.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

MESSAGE_BYTES = 1 << 20


def main(argv: Sequence[str]) -> int:
    """Serve until the socket closes.

    Args:
        argv: the socket's descriptor, then a JSON object ``{"guest": module, "preload": [module…],
            "served": {url: file}, "probe_uid": int | null, "reach": folder, "threads": int}``. A child
            becomes what ``run`` of the guest module makes of it.
    """
    control = socket.socket(fileno=int(argv[0]))
    control.set_inheritable(False)
    settings = json.loads(argv[1])
    guest = importlib.import_module(settings["guest"])  # found now: the checkout leaves the path
    _forget_checkout()
    served = {url: Path(file).read_bytes() for url, file in settings["served"].items()}
    _preload(settings["preload"], settings["threads"])
    uid_works = settings["probe_uid"] is not None and _readable_to(settings["probe_uid"], settings["reach"])
    gc.collect()
    gc.freeze()  # children share these pages instead of copying them when they collect
    children: set[int] = set()
    try:
        control.send(json.dumps({"ready": True, "uid_works": uid_works}).encode())
        while data := _receive(control):
            message, descriptors = data
            _answer(control, message, descriptors, children, guest.run, served)
    except ConnectionError:
        pass  # the other side is gone, perhaps before we were ready: the same end as a closed socket
    finally:
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in children:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
    return 0


def _receive(control: socket.socket) -> tuple[dict[str, object], list[int]] | None:
    try:
        data, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, 4)
    except (ConnectionError, InterruptedError):
        return None
    return (json.loads(data), descriptors) if data else None


def _answer(
    control: socket.socket,
    message: dict[str, object],
    descriptors: list[int],
    children: set[int],
    run_guest: Callable[..., int],
    served: dict[str, bytes],
) -> None:
    if message["op"] == "status":
        pid = int(str(message["pid"]))
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
        _run_child(control, lambda: run_guest(message, descriptors[0], served))
    children.add(pid)
    for descriptor in descriptors:
        os.close(descriptor)
    pidfd = os.pidfd_open(pid)
    socket.send_fds(control, [json.dumps({"pid": pid}).encode()], [pidfd])
    os.close(pidfd)


def _run_child(control: socket.socket, become_guest: Callable[[], int]) -> None:
    """Become the kernel; never return into the server's loop."""
    code = 70  # EX_SOFTWARE: our own set-up failed
    try:
        control.close()
        code = become_guest()
    finally:
        os._exit(code)


def _forget_checkout() -> None:
    """Take a source checkout off the path: students must not be able to import the lab by name."""
    checkout = str(Path(__file__).resolve().parents[2])
    if "site-packages" not in checkout:
        sys.path[:] = [entry for entry in sys.path if os.path.realpath(entry or ".") != checkout]
        sys.meta_path[:] = [f for f in sys.meta_path if "__editable__" not in getattr(f, "__module__", "")]
        sys.path_hooks[:] = [h for h in sys.path_hooks if "__editable__" not in getattr(h, "__module__", "")]
        # What was looked for there before is remembered with the names of all files.
        for entry in list(sys.path_importer_cache):
            if Path(entry).resolve().is_relative_to(checkout):
                del sys.path_importer_cache[entry]


def _preload(modules: Sequence[str], threads: int) -> None:
    """Import what notebooks import. A module that is not installed is simply not preloaded."""
    for name in ("IPython", "ipykernel.kernelapp", "ipykernel.zmqshell"):
        importlib.import_module(name)
    # Not matplotlib_inline: its import hooks it into the running shell, and there is none yet.
    drawing = ["matplotlib.backends.backend_agg", "matplotlib.backends.backend_pdf"]
    # requests: so that its downloads can be answered from memory like those of urllib.
    for name in [*modules, *(drawing if "matplotlib.pyplot" in modules else []), "requests"]:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)


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


if __name__ == "__main__":
    code = main(sys.argv[1:])
    os._exit(code)  # taking torch apart would cost half a second, and there is nothing to clean up
