"""A process that imports modules and then forks: each child becomes one of them (:mod:`tests.forked`).

python -P -s tests/forks.py DESCRIPTOR MODULE…
"""

import importlib
import os
import socket
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from autograder.sandbox.forkserver import serve


def become(request: dict[str, Any], descriptors: Sequence[int]) -> int:
    """Run ``main`` of the module that the request names, as if it had been started by itself.

    Args:
        request: ``module``, ``arguments``, ``environment``, ``folder``, ``own_session``.
        descriptors: the socket that ``main`` gets, and where it writes what it says and complains of.
    """
    given, said, complained = descriptors
    os.dup2(said, 1)
    os.dup2(complained, 2)
    if request["own_session"]:
        os.setsid()
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    tempfile.tempdir = None  # found before; here TMPDIR names another one
    return int(importlib.import_module(request["module"]).main([str(given), *request["arguments"]]))


if __name__ == "__main__":
    with ExitStack() as imports:
        if "autograder.workers.zygote" in sys.argv[2:]:  # it imports so itself
            from autograder.notebook.quick_import import without_address_grammar

            imports.enter_context(without_address_grammar())
        for module in sys.argv[2:]:
            importlib.import_module(module)
    serve(socket.socket(fileno=int(sys.argv[1])), become)
