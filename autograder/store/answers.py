"""Answers in words to questions that a lab got after its class was graded, read without grading anything.

What students wrote is read in a process of its own, with a limit on its memory and a deadline, as everywhere
else: a file that breaks it, breaks nothing else.

    python -m autograder.store.answers DESCRIPTOR
"""

from __future__ import annotations

import base64
import contextlib
import json
import resource
import signal
import sys
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.config.load import Lab, load
from autograder.config.packed import MB
from autograder.errors import AutograderError
from autograder.model import AnswerPicture, AnswerState, ManualQuestion
from autograder.store.companion import Companion

SECONDS = 60.0
"""For one notebook, the start of the process included."""


class AnswerReader:
    """Reads answers as long as it is not closed; the process begins with the first one.

    Args:
        lab: whose template and limits hold.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._companion: Companion | None = None

    def read(self, file: Path, names: Sequence[str]) -> tuple[ManualQuestion, ...] | None:
        """The answers to the questions with these names; ``None`` where the file cannot be read.

        Args:
            file: of a notebook.
        """
        found = self._asked("answers", file, names)
        if found is None:
            return None
        return tuple(
            ManualQuestion(name, "", 0.0, text, None, AnswerState(state), tuple(pictures))
            for name, text, state, pictures in found
        )

    def pictures(self, file: Path, names: Sequence[str]) -> dict[str, tuple[AnswerPicture, ...]]:
        """The pictures in the answers to these questions, by question; some are named only.

        None of those in a file that cannot be read.
        """
        found = self._asked("pictures", file, names) or {}
        return {name: tuple(AnswerPicture(*one) for one in shown) for name, shown in found.items()}

    def _asked(self, what: str, file: Path, names: Sequence[str]) -> Any:
        """What the process finds in a file; ``None`` where it cannot be read, hangs or dies."""
        self._companion = self._companion or Companion(__name__, str(self._lab.path))
        connection = self._companion.connection
        try:
            connection.send_bytes(json.dumps([what, str(file.absolute()), list(names)]).encode())
            found = json.loads(connection.recv_bytes()) if connection.poll(SECONDS) else "it hangs"
        except (OSError, EOFError):
            found = "it has died"
        if isinstance(found, str):
            self.close()  # the next file gets another process
            return None
        return found

    def close(self) -> None:
        """End the process, if there is one."""
        if self._companion is not None:
            self._companion.end()
        self._companion = None


def main(argv: Sequence[str]) -> None:
    """Read notebooks for whoever started this process, until they are gone.

    Args:
        argv: the descriptor of the socket to them, and the path of the configuration. Each message says what
            is wanted, ``answers`` or ``pictures``, the path of a notebook and names of questions; each reply
            is what was found, or ``null``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us decides what a Ctrl-C ends
    lab = load(Path(argv[1]))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = lab.config.limits.grader_mb * MB
    if hard == resource.RLIM_INFINITY or wanted < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    connection = Connection(int(argv[0]))
    with contextlib.suppress(EOFError, OSError):
        while True:
            what, file, names = json.loads(connection.recv_bytes())
            find = {"answers": _answers, "pictures": _pictures}[what]
            try:
                found = find(lab, Path(file).read_bytes(), names)
            except (OSError, AutograderError):
                found = None
            connection.send_bytes(json.dumps(found).encode())


def _answers(lab: Lab, data: bytes, names: Sequence[str]) -> list[tuple[str, str, str, Sequence[str]]]:
    from autograder.notebook.answers import answers
    from autograder.notebook.read import read_notebook
    from autograder.notebook.template import read_template
    from autograder.notebook.template_cells import template_cells

    read = read_notebook(data, lab.config.limits)
    found = answers(read.notebook.cells, read.attachments, names, read_template(lab, template_cells) or ())
    return [(name, found[name].text, found[name].state.value, found[name].pictures) for name in names]


def _pictures(lab: Lab, data: bytes, names: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
    from autograder.notebook.answers import answer_parts
    from autograder.notebook.pasted import shown_pictures
    from autograder.notebook.read import found_cells, read_notebook
    from autograder.notebook.template import read_template
    from autograder.notebook.template_cells import template_cells

    read, as_given = read_notebook(data, lab.config.limits), found_cells(data, lab.config.limits)
    template = read_template(lab, template_cells) or ()
    found = {}
    for name in names:
        parts = answer_parts(read.notebook.cells, name, template)
        places = [one.index for one in parts if one.is_own]
        shown = shown_pictures(as_given, places)
        found[name] = [(called, kind, base64.b64encode(one).decode()) for called, kind, one in shown]
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
