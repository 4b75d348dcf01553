"""A worker: a process that grades one submission after the other, as its parent hands them out.

Forked by the zygote of the workers with one end of a socket pair. The parent, which is the pool, sends the
settings and the cores of its student processes, then submissions; the worker answers with ``None`` when it is
ready and with a grade for each submission. What ends the whole run (a broken test file, a machine without a
sandbox) is sent as the exception that it is.

    python -m autograder.workers.worker DESCRIPTOR NURSERY      # where the zygote cannot be copied
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
import socket
import sys
import warnings
from collections.abc import Collection, Sequence
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from autograder.config.load import Lab, load
from autograder.config.packed import MB
from autograder.errors import AutograderError, ConfigurationError, PolicyNotEnforced, SandboxError
from autograder.grading.run_settings import RunSettings
from autograder.notebook.quick_import import without_address_grammar
from autograder.sandbox.enter import die_with_parent

if TYPE_CHECKING:
    from autograder.grading.course import Course, Prepared
    from autograder.model import Grade, Submission
    from autograder.sandbox.launcher import ForkServer

ATTEMPTS = 2
"""How often a submission is tried when the grader itself is in trouble: bad luck is possible once."""


class Worker:
    """A lab with a fork server, which is replaced when it has died; a context manager.

    Args:
        loaded: the lab; ``None`` loads it here.
        nursery: of a zygote that runs already; ``None`` starts one.
        cores: on which student processes run; none given: on any.

    Raises:
        AutograderError: the lab is broken, or nobody can be confined here.
    """

    def __init__(
        self,
        settings: RunSettings,
        loaded: Prepared | None = None,
        nursery: socket.socket | None = None,
        cores: Collection[int] = (),
    ) -> None:
        self._cores = cores
        self._resources = ExitStack()
        self._server = ExitStack()
        self._prepared = loaded or self._load(settings)
        self._course: Course
        self._pinned: ForkServer | None = None
        self._open(nursery)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.close()
        self._resources.close()

    def _load(self, settings: RunSettings) -> Prepared:
        with without_address_grammar():
            from autograder.grading import pipeline  # noqa: F401  what grades in the end
            from autograder.grading.course import prepared

        lab = load(settings.config)
        limit_memory(lab)
        return self._resources.enter_context(prepared(lab, settings))

    def _open(self, nursery: socket.socket | None) -> None:
        """Get a fork server from the nursery, or from a zygote of our own where that one is gone."""
        self._server.close()
        with contextlib.suppress(SandboxError):
            if nursery is not None:
                self._course = self._server.enter_context(self._prepared.with_fork_server(nursery))
                return
        self._course = self._server.enter_context(self._prepared.with_own_zygote())

    def _keep_to_cores(self) -> None:
        """Once for each fork server, when it is needed: it may still be starting before."""
        if self._cores and self._pinned is not self._course.server:
            self._course.server.keep_to(self._cores)
            self._pinned = self._course.server

    def grade(self, submission: Submission) -> Grade:
        """Grade one submission; trouble of ours with it becomes its reason and never ends the class.

        Raises:
            ConfigurationError, PolicyNotEnforced: true for every submission: the run must end and say so.
        """
        from autograder.grading.pipeline import grade, not_gradable

        reason = ""
        for attempt in range(ATTEMPTS):
            try:
                if attempt:
                    self._open(None)  # a fork server that died is replaced; its zygote may be to blame
                self._keep_to_cores()
                return grade(submission, self._course)
            except (ConfigurationError, PolicyNotEnforced):
                raise
            except Exception as trouble:  # noqa: BLE001  whatever it is, the others are graded
                reason = f"trouble in the grader, twice: {type(trouble).__name__}: {trouble}"
        return replace(not_gradable(submission, self._course, reason), trouble=True)


def limit_memory(lab: Lab) -> None:
    """Limit the memory of this process, and of those that it forks, to ``grader_mb``."""
    # Only the soft limit: a student's process, which has a limit of its own, inherits the hard one.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = lab.config.limits.grader_mb * MB
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _end(number: int, frame: object) -> None:
    logging.getLogger("asyncio").disabled = True  # it would complain of the kernel that ends with us
    sys.exit(128 + number)  # unwinds: sessions, fork server and directories are cleaned up


def be_worker(
    parent: Connection, nursery: socket.socket | None, loaded: Prepared | AutograderError | None
) -> int:
    """Serve until the parent has no more submissions or is gone; the process's exit code.

    Args:
        nursery: where a fork server is asked for.
        loaded: the lab, or what is wrong with it; ``None`` where this process has to load it.
    """
    die_with_parent()  # whatever ends the zygote: no worker, and through it no kernel, is left behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what a Ctrl-C ends
    signal.signal(signal.SIGTERM, _end)
    warnings.simplefilter("ignore")  # of libraries that handle a student's values: not for the TA's terminal
    with parent, contextlib.suppress(EOFError, BrokenPipeError):
        try:
            settings, cores = parent.recv()
            if isinstance(loaded, AutograderError):
                raise loaded
            with Worker(settings, loaded, nursery, cores) as worker:
                parent.send(None)
                while (submission := parent.recv()) is not None:
                    parent.send(worker.grade(submission))
        except AutograderError as trouble:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the parent ends the run, and this ends by itself
            parent.send(trouble)
    return 0


def main(argv: Sequence[str]) -> int:
    """Be a worker that loads the lab for itself.

    Args:
        argv: the descriptors of the parent's socket and of the nursery.
    """
    connection, nursery = map(int, argv)
    return be_worker(Connection(connection), socket.socket(fileno=nursery), None)


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # All is cleaned up and nothing is buffered: taking torch apart would cost half a second.
    os._exit(code)
