"""Starting a module of the engine as a process of its own, which is told over a socket what to do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence


def start_module(
    name: str,
    descriptor: int,
    *arguments: str,
    environment: Mapping[str, str],
    options: Sequence[str] = (),
    folder: str | None = None,
    own_session: bool = False,
) -> subprocess.Popen[bytes]:
    """Start it by ``exec``: nothing of this process is in its memory.

    Args:
        name: of the module, whose ``main`` gets the descriptor and the arguments.
        descriptor: of its end of the socket; the caller closes it here.
        environment: the whole of it.
        options: of the interpreter, beside the one that keeps the current folder off the path.
        folder: the current one of the process; ``None`` for ours.
        own_session: whether signals of the terminal do not reach it.
    """
    return subprocess.Popen(
        [sys.executable, "-P", *options, "-m", name, str(descriptor), *arguments],
        pass_fds=[descriptor],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        start_new_session=own_session,
    )
