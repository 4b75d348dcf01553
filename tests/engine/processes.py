"""Looking at the command line's processes from outside: what a run started, what it left."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT, TOY_LAB
from tests.forked import zygotes_are_forked

PATIENCE = 120.0
"""Seconds until another process has to have done something, which may have to import torch first: only a test that
fails waits so long, however busy the machine is."""


def autograder(*arguments: object, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [sys.executable, "-m", "autograder.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout, cwd=ROOT)


def run_here(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command in this process: all that differs is the start of Python and its imports, a second each.

    Those of the grading processes too (:mod:`tests.forked`).
    """
    from autograder.cli import main

    said, complained = io.StringIO(), io.StringIO()
    before = signal.getsignal(signal.SIGTERM)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained), zygotes_are_forked():
            try:
                code = main([*map(str, arguments)])
            except SystemExit as usage:  # of argparse
                code = int(usage.code or 0)
    finally:
        signal.signal(signal.SIGTERM, before)
    if code == 130:  # the command took the Ctrl-C that was meant for the tests
        raise KeyboardInterrupt
    return subprocess.CompletedProcess(arguments, code, said.getvalue(), complained.getvalue())


def start(
    temporary: Path, *arguments: object, out: int = subprocess.DEVNULL, errors: int = subprocess.DEVNULL
) -> subprocess.Popen[str]:
    """Start a command that keeps its temporary files below ``temporary``, by which it is found again.

    It leads a process group of its own, like a command that is typed at a terminal.
    """
    command = [sys.executable, "-m", "autograder.cli", *map(str, arguments)]
    # A run in the background may have inherited that Ctrl-C is ignored; the command is not to inherit it.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(
            command, cwd=ROOT, env=os.environ | {"TMPDIR": str(temporary)}, stdout=out,
            stderr=errors, text=True, process_group=0,
        )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, before)


def started_below(temporary: Path) -> list[str]:
    """Command lines of the processes that keep their files below ``temporary``."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            environment = (entry / "environ").read_bytes()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if str(temporary).encode() in environment + command:
            found.append(command.decode(errors="replace"))
    return found


def with_patience(folder: Path) -> Path:
    """The configuration of a copy of the toy lab in which a cell may sleep until the test ends the run."""
    shutil.copytree(TOY_LAB, folder, dirs_exist_ok=True)
    config = folder / "grading_config.yml"
    text = re.sub(r"(cell|notebook|submission)_seconds: \d+", r"\1_seconds: 600", config.read_text("utf-8"))
    config.write_text(text, "utf-8")
    return config


def wait_until(
    condition: Callable[[], object], failure: Callable[[], str] = lambda: "it did not happen"
) -> None:
    """Wait for an event of another process, at most :data:`PATIENCE`."""
    event = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if condition():
            return
        event.wait(0.05)
    raise AssertionError(failure())
