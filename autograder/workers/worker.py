"""A worker: a process that grades one submission after the other, as its parent hands them out.

Started by ``exec`` with one end of a socket pair. The parent sends the settings, then submissions; the
worker answers with ``None`` when it is ready and with a grade for each submission. What ends the whole
run (a broken test file, a machine without a sandbox) is sent as the exception that it is.

    python -m autograder.workers.worker DESCRIPTOR
"""

from __future__ import annotations

import contextlib
import logging
import os
import resource
import signal
import sys
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from autograder.config.load import MB, Lab, load
from autograder.errors import AutograderError, ConfigurationError, PolicyNotEnforced
from autograder.workers.settings import RunSettings

if TYPE_CHECKING:
    from autograder.grading.course import Course
    from autograder.model import Grade, Submission

ATTEMPTS = 2
"""How often a submission is tried when the grader itself is in trouble: bad luck is possible once."""


class Worker:
    """A course that is open, and opened anew when its fork server has died; a context manager."""

    def __init__(self, settings: RunSettings) -> None:
        self._settings = settings
        self._resources = ExitStack()
        self._course: Course
        lab = load(settings.config)
        _limit_memory(lab)
        self._open(lab)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self._resources.close()

    def _open(self, lab: Lab) -> None:
        from autograder.grading.course import opened

        self._resources.close()
        self._course = self._resources.enter_context(
            opened(
                lab,
                seed=self._settings.seed,
                enforce=self._settings.enforce,
                all_cells=self._settings.all_cells,
            )
        )

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
                    self._open(self._course.lab)  # a fork server that died is replaced
                return grade(submission, self._course)
            except (ConfigurationError, PolicyNotEnforced):
                raise
            except Exception as trouble:  # noqa: BLE001  whatever it is, the others are graded
                reason = f"trouble in the grader, twice: {type(trouble).__name__}: {trouble}"
        return replace(not_gradable(submission, self._course, reason), trouble=True)


def _limit_memory(lab: Lab) -> None:
    # Only the soft limit: a student's process, which has a limit of its own, inherits the hard one.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = lab.config.limits.grader_mb * MB
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _end(number: int, frame: object) -> None:
    logging.getLogger("asyncio").disabled = True  # it would complain of the kernel that ends with us
    sys.exit(128 + number)  # unwinds: sessions, fork server and directories are cleaned up


def main(argv: Sequence[str]) -> int:
    """Serve until the parent has no more submissions or is gone.

    Args:
        argv: the descriptor of the socket.
    """
    from autograder.sandbox.enter import die_with_parent  # not for the parent, which imports this module

    die_with_parent()  # a killed parent must not leave workers, and through them kernels, behind
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what a Ctrl-C ends
    signal.signal(signal.SIGTERM, _end)
    warnings.simplefilter("ignore")  # of libraries that handle a student's values: not for the TA's terminal
    with Connection(int(argv[0])) as parent, contextlib.suppress(EOFError, BrokenPipeError):
        try:
            with Worker(parent.recv()) as worker:
                parent.send(None)
                while (submission := parent.recv()) is not None:
                    parent.send(worker.grade(submission))
        except AutograderError as trouble:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the parent ends the run, and this ends by itself
            parent.send(trouble)
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    # All is cleaned up and nothing is buffered: taking torch apart would cost half a second.
    os._exit(code)
