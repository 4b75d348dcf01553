"""The command line: parse, call, print. What it prints and returns is a contract for other tools.

Exit codes: 0 all is well (for ``grade``: every submission was graded, whatever its marks);
1 a check found something (``build --check``, ``doctor``, ``mutate``, ``certify``); 2 usage or configuration;
3 some submissions could not be graded, or something of the LMS does not fit the class.
"""

from __future__ import annotations

import argparse
import io
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from autograder import __version__
from autograder.commands import (
    bring_in,
    build,
    certify,
    doctor,
    grade,
    mutate,
    new,
    package,
    publish,
    pull,
    push,
    regrade,
    review,
    similar,
    trial,
)
from autograder.commands.interpreter import open_standard_streams, start_again_unless_usual
from autograder.commands.lifeline import stop_at_eof
from autograder.errors import AutograderError
from autograder.online.token import forget


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: the arguments without the program's name; ``None`` takes the process's own.

    Returns:
        The exit code.
    """
    try:
        if argv is None:  # started as a program, not called by one
            open_standard_streams()
            start_again_unless_usual()
        return _run(argv)
    except AutograderError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("autograder: stopped", file=sys.stderr)
        return 130


def _run(argv: Sequence[str] | None) -> int:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal lacks ends no class
    options = _parser().parse_args(argv)
    if options.run not in (push.run, pull.run):
        forget()  # the token of an LMS, before anything is started
    signal.signal(signal.SIGTERM, _stop)
    if getattr(options, "stop_at_eof", False):
        stop_at_eof()
    code: int = options.run(options)
    return code


def _stop(number: int, frame: object) -> NoReturn:
    """End as after a Ctrl-C, so that no process and no folder is left."""
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="autograder",
        description="Grade Jupyter-notebook labs: student code in a sandbox, tests outside.",
    )
    parser.add_argument("--version", action="version", version=f"autograder {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (
        pull,
        grade,
        regrade,
        review,
        publish,
        push,
        similar,
        new,
        bring_in,
        trial,
        build,
        mutate,
        certify,
        package,
        doctor,
    ):
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
