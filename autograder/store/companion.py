"""A Python process of this program beside the one at hand: it reads what must not be read here."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path

_ENGINE = Path(__file__).resolve().parents[2]


class Companion:
    """A process, and the connection to it; :meth:`end` has to be called.

    Args:
        module: what it runs. Its first argument is the descriptor of its end of the connection.
        arguments: the others.
        quiet: whether what it says on its error output is dropped: that may quote a student.

    Raises:
        OSError: no process can be started.
    """

    def __init__(self, module: str, *arguments: str, quiet: bool = False) -> None:
        ours, theirs = socket.socketpair()
        path = os.pathsep.join(filter(None, [str(_ENGINE), os.environ.get("PYTHONPATH")]))
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, str(theirs.fileno()), *arguments],
                pass_fds=[theirs.fileno()],
                env=os.environ | {"PYTHONPATH": path},
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL if quiet else None,
            )
        self.connection = Connection(ours.detach())

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def end(self) -> None:
        """End the process at once."""
        self.connection.close()
        self._process.kill()
        self._process.wait()
