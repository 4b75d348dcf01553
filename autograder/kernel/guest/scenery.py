"""What a notebook expects around it, without a network and without other programs.

Serves the lab's downloads from memory, skips ``!pip`` and its kin with a note, and stands in for
``otter`` (whose tests are elsewhere while grading, and whose import takes seconds).
"""

from __future__ import annotations

import random
import selectors
import sys
import types
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from autograder.kernel.guest import commands, downloads


def install(shell: Any, served: Mapping[str, bytes], refused: downloads.Refused) -> None:
    """Put everything in place.

    Args:
        shell: the IPython shell of this kernel.
        served: bytes by URL.
        refused: is told each address that a notebook asks for and that is not served.
    """
    files = downloads.serve(served, refused)
    commands.replace_commands(shell, files, refused)
    replace_otter()
    # For event loops of the student's own: the sandbox makes no more sets of epoll.
    selectors.DefaultSelector = selectors.PollSelector  # type: ignore[misc, assignment]


def replace_otter() -> None:
    """Let ``import otter`` give a stand-in whose checks say that they happen later."""
    sys.modules["otter"] = _OtterStandIn("otter")


def seed(number: int) -> None:
    """Seed the generators of ``random``, and of NumPy and torch where they are loaded."""
    random.seed(number)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(number % 2**32)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(number)


@contextmanager
def without_recording() -> Iterator[None]:
    """Spare this thread's tensors what PyTorch does for automatic differentiation, a fifth of the time.

    The operations are the same ones with the same results, one layer further down. Not
    ``inference_mode``, whose tensors cannot be changed outside of it, and which a notebook can see; not
    ``no_grad``, which saves nothing where no tensor requires a gradient. Where this PyTorch has no such
    switch, or there is no PyTorch, nothing happens.
    """
    torch: Any = sys.modules.get("torch")
    switch = getattr(torch._C, "_AutoDispatchBelowADInplaceOrView", None) if torch else None
    with switch() if switch else nullcontext():
        yield


# --- otter --------------------------------------------------------------------------------------


class _LaterResult:
    """What ``grader.check`` gives while grading: a line of text."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


class _Grader:
    """Stands in for ``otter.Notebook``."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        pass

    def check(self, question: str = "", *arguments: Any, **options: Any) -> _LaterResult:
        """Says that the check happens later."""
        return _LaterResult(f"{question}: checked after the notebook has run")

    def check_all(self, *arguments: Any, **options: Any) -> _LaterResult:
        """Says that the checks happen later."""
        return _LaterResult("all questions are checked after the notebook has run")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *arguments, **options: None  # export, to_pdf, submit: nothing to do here


class _OtterStandIn(types.ModuleType):
    """Stands in for the package ``otter``."""

    Notebook = _Grader
    __version__ = "0"
