"""A command that another program started does not outlive it: who grades for a page stops with the page."""

from __future__ import annotations

import os
import select
import signal
import threading

_LOOK = 1.0
"""Seconds after which the parent is looked for again."""


def stop_at_eof() -> None:
    """End this process, as after a Ctrl-C, once its standard input ends or its parent is gone.

    Both are watched: a third process may hold the other end of the input and be alive. The system's own
    signal at a parent's death would come too early: as soon as the thread ends that started this process.
    """
    threading.Thread(target=_watch, args=(os.getppid(),), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        readable, _, _ = select.select([0], [], [], _LOOK)
        if readable and not os.read(0, 4096):
            break
    os.kill(os.getpid(), signal.SIGTERM)
