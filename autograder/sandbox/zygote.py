"""The zygote: a clean process that has imported what notebooks import, and nothing else.

Started by ``exec``, so that no test, reference or result of the grading process is in its memory. For each
descriptor that it is sent it forks a fork server, which talks to its worker alone: the zygote hears nothing
of any worker, and so hands nothing on from one to the next.

When every process that holds the other end of its socket is gone it waits for its fork servers, whose
sockets have closed as well, and ends.
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
import traceback
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from autograder.sandbox.forkserver import MESSAGE_BYTES, Guest, be_fork_server, run_child

ALWAYS = ("IPython", "ipykernel.kernelapp", "ipykernel.zmqshell")
"""What every kernel is made of."""


def main(argv: Sequence[str]) -> int:
    """Fork until the socket closes.

    Args:
        argv: the socket's descriptor, then the guest's module: a child of a fork server becomes what its
            ``run`` makes of it. The first message is ``{"preload": [module…], "threads": int}``.
    """
    nursery = socket.socket(fileno=int(argv[0]))
    nursery.set_inheritable(False)
    gc.disable()  # nothing that is imported is ever garbage, and looking for some takes a tenth of the time
    guest = importlib.import_module(argv[1])  # found now: the checkout leaves the path
    _forget_checkout()
    for name in ALWAYS:
        importlib.import_module(name)
    message = nursery.recv(MESSAGE_BYTES)
    if not message:
        return 0
    _preload(**json.loads(message))
    gc.freeze()  # children share these pages instead of copying them when they collect
    gc.enable()
    signal.signal(signal.SIGCHLD, _reap)
    while descriptors := _received(nursery):
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run_child(nursery, partial(_be_fork_server, descriptors[0], guest.run))
        os.close(descriptors[0])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    return 0


def _be_fork_server(descriptor: int, run_guest: Guest) -> int:
    try:
        be_fork_server(socket.socket(fileno=descriptor), run_guest)
    except ConnectionError:
        pass  # the worker has ended meanwhile
    except Exception:  # whatever it is, it is said and raised again
        traceback.print_exc()  # the worker only hears that there is none
        raise
    return 0


def _received(nursery: socket.socket) -> list[int]:
    """The next fork server's end of its socket; nothing when there will be none."""
    try:
        _, descriptors, _, _ = socket.recv_fds(nursery, 1, 1)
    except ConnectionError:
        return []
    return descriptors


def _reap(number: int, frame: object) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


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


def _preload(preload: Sequence[str], threads: int) -> None:
    """Import what notebooks import. A module that is not installed is simply not preloaded."""
    # Read by the libraries when they are loaded.
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(threads))
    # A notebook may ask for more threads than its process has cores: by default those that are done keep the
    # core from those that are not, and everything takes sixty times as long.
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    # Not matplotlib_inline: its import hooks it into the running shell, and there is none yet.
    drawing = ["matplotlib.backends.backend_agg", "matplotlib.backends.backend_pdf"]
    # requests: so that its downloads can be answered from memory like those of urllib.
    for name in [*preload, *(drawing if "matplotlib.pyplot" in preload else []), "requests"]:
        with contextlib.suppress(ModuleNotFoundError):
            importlib.import_module(name)
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    os._exit(code)  # taking torch apart would cost half a second, and there is nothing to clean up
