"""The zygote of the workers: it has imported the engine and loaded the lab, and forks a worker when asked.

Its children hold the tests and read what students wrote, so it is another process than the zygote of the
fork servers, started by ``exec`` as that one is: no worker has memory in common with a process that runs
student code, and neither knows where things lie in the memory of the other.

    python -m autograder.workers.zygote DESCRIPTOR
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import sys
import tempfile
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.config.load import load
from autograder.errors import AutograderError
from autograder.notebook.quick_import import without_address_grammar
from autograder.sandbox.enter import die_with_parent
from autograder.sandbox.forkserver import MESSAGE_BYTES, serve
from autograder.workers.worker import be_worker, limit_memory

if TYPE_CHECKING:
    from autograder.grading.course import Prepared
    from autograder.grading.run_settings import RunSettings


def main(argv: Sequence[str]) -> int:
    """Load the lab, say so, and fork until the pool is gone.

    Args:
        argv: the descriptor of the socket to the pool. Its first message is the pickled settings; ours is
            ``ready``; then it asks for workers, each with its folder for temporary files and two descriptors:
            its connection to the pool, and the nursery where it gets its fork server.
    """
    die_with_parent()  # a killed pool must not leave us behind, nor us the workers
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the pool decides what a Ctrl-C ends
    warnings.simplefilter("ignore")  # of libraries that handle a student's values: not for the TA's terminal
    control = socket.socket(fileno=int(argv[0]))
    control.set_inheritable(False)
    with ExitStack() as resources:
        settings = pickle.loads(control.recv(MESSAGE_BYTES))  # noqa: S301  from the pool that started us
        loaded = _load(settings, resources)
        alone = _has_one_thread()
        control.send(b"ready")

        def become(request: dict[str, Any], descriptors: list[int]) -> int:
            os.environ["TMPDIR"] = request["folder"]
            tempfile.tempdir = None  # found in the zygote; here TMPDIR names another one
            if not alone:
                _start_again(descriptors)
            return be_worker(Connection(descriptors[0]), socket.socket(fileno=descriptors[1]), loaded)

        serve(control, become)
    return 0


def _load(settings: RunSettings, resources: ExitStack) -> Prepared | AutograderError:
    """The lab, or what is wrong with it: for a worker to say."""
    gc.disable()  # nothing that is imported is ever garbage, and looking for some takes a tenth of the time
    try:
        lab = load(settings.config)
        limit_memory(lab)
        with without_address_grammar():
            from autograder.grading import pipeline  # noqa: F401  what a worker needs in the end
            from autograder.grading.course import prepared

        return resources.enter_context(prepared(lab, settings))
    except AutograderError as trouble:
        return trouble
    finally:
        gc.freeze()
        gc.enable()


def _has_one_thread() -> bool:
    """Whether forking copies all that runs: a lab's module may have started a thread."""
    return len(list(Path("/proc/self/task").iterdir())) == 1


def _start_again(descriptors: Sequence[int]) -> None:
    """Be a worker by ``exec``, which loads the lab for itself: a copy of one thread of several may hang."""
    for descriptor in descriptors:
        os.set_inheritable(descriptor, True)
    command = [sys.executable, "-P", "-m", "autograder.workers.worker", *map(str, descriptors)]
    os.execv(sys.executable, command)


if __name__ == "__main__":
    os._exit(main(sys.argv[1:]))  # all is cleaned up: taking torch apart would cost half a second
