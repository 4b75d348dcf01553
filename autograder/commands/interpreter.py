"""What of a machine's settings would change what this program does: it starts itself again without them.

An interpreter with ``-O`` leaves out the ``assert`` of test files; one whose text is not UTF-8 misreads
them; one that turns warnings into errors stumbles over those of libraries.
"""

from __future__ import annotations

import locale
import os
import sys

from autograder.errors import UsageError

LEFT_OUT = ("PYTHONOPTIMIZE", "PYTHONWARNINGS", "PYTHONDEVMODE", "PYTHONINSPECT")

_AGAIN = "AUTOGRADER_STARTED_AGAIN"


def open_standard_streams() -> None:
    """Let 0, 1 and 2 lead nowhere where they are closed: the next files opened would take their places."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # the lowest number that is free


def start_again_unless_usual() -> None:
    """Replace this process by the same command under an interpreter with usual settings, if it has others.

    Raises:
        UsageError: the settings are not such as an environment makes.
    """
    if _is_usual():
        return
    if os.environ.get(_AGAIN):
        raise UsageError(
            "Python runs with -O, with warnings as errors or without UTF-8, and not because of the "
            "environment's PYTHON…: start it without"
        )
    environment = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    environment |= {"PYTHONUTF8": "1", _AGAIN: "1"}
    # What is printed is still meant for this terminal.
    environment.setdefault("PYTHONIOENCODING", f"{getattr(sys.stdout, 'encoding', 'utf-8')}:backslashreplace")
    flags = [flag for flag, given in (("-P", sys.flags.safe_path), ("-S", sys.flags.no_site)) if given]
    command = [sys.executable, *flags, "-m", "autograder.cli", *sys.argv[1:]]
    os.execve(sys.executable, command, environment)


def _is_usual() -> bool:
    flags = sys.flags
    utf8 = flags.utf8_mode or locale.getpreferredencoding(False).lower().replace("-", "") == "utf8"
    return bool(utf8) and not (flags.optimize or flags.inspect or flags.dev_mode or sys.warnoptions)
