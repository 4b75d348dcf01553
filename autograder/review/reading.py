"""The process that reads what students wrote, for the pages: it alone parses their bytes.

It has a limit on its memory and a deadline for each request. Whatever a file does to it, the pages go on with
another one, and show that file's text as it is.

    python -m autograder.review.reading DESCRIPTOR CONFIGURATION
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import resource
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from autograder.config.load import Lab, load
from autograder.config.packed import MB
from autograder.errors import AutograderError
from autograder.files.visible import plain
from autograder.model import Beside
from autograder.notebook.answers import AnswerPart, answer_parts, exercise_text, unanswered
from autograder.notebook.read import ReadNotebook, found_cells, read_notebook
from autograder.notebook.template import read_template
from autograder.notebook.template_cells import template_cells
from autograder.review.claims import is_claim_only
from autograder.review.common_code import side_by_side
from autograder.review.found_pictures import Pictures, picture_in
from autograder.review.markdown import as_html
from autograder.review.shown_cells import ShownCells
from autograder.uploads.beside import read_beside

KILLED_AFTER = 20
"""Seconds after which a request ends this process, whoever waits for it or does not any more."""

Plain = dict[str, Any]
Reply = tuple[Plain, bytes]


class Reading:
    """What this process can be asked.

    Args:
        lab: whose template and limits hold.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._template = read_template(lab, template_cells) or ()
        self._notebook = lru_cache(2)(self._read)
        self.known: Mapping[str, Callable[[Plain], Reply]] = {
            "text": self.text,
            "answer": self.answer,
            "cells": self.cells,
            "picture": self.picture,
            "beside": self.beside,
            "common": self.common,
        }

    def text(self, asked: Plain) -> Reply:
        """``text`` as ``html``."""
        return {"html": as_html(asked["text"])}, b""

    def answer(self, asked: Plain) -> Reply:
        """The answer to ``question`` in ``file``, cell by cell.

        ``same``: whether the file has the ``digest`` that was asked for. ``unanswered``: codes of items in
        whose cells nothing stands; ``claimed``: of those with nothing but the exercise's own identity.
        """
        read, found, digest = self._of(asked["file"])
        pictures = Pictures(asked["ticket"])
        parts: list[Plain] = []
        around = answer_parts(read.notebook.cells, asked["question"], self._template)
        for one in (one for one in around if one.is_own):
            if read.notebook.cells[one.index].cell_type == "code":
                code = plain(one.text, 20_000, multiline=True)
                parts.append({"item": one.item, "code": code, "html": "", "pictures": []})
                continue
            cell = found[one.index]
            own = {**cell, "source": one.text} if isinstance(cell, dict) else one.text
            shown, names, beside = pictures.of_cell(own, one.index)
            html = as_html(shown, names)
            parts.append({"item": one.item, "code": "", "html": html, "pictures": beside})
        exercise = exercise_text(asked["question"], self._template)
        return {
            "parts": parts,
            "found": pictures.found,
            "same": digest == asked["digest"],
            "unanswered": unanswered(around),
            "claimed": _claimed(around, exercise),
        }, b""

    def cells(self, asked: Plain) -> Reply:
        """All cells of ``file``."""
        read, found, digest = self._of(asked["file"])
        pictures = Pictures(asked["ticket"])
        shown = ShownCells(read.notebook.cells, found, pictures)
        return {"rows": shown.rows, "more": shown.more, "found": pictures.found, "digest": digest}, b""

    def picture(self, asked: Plain) -> Reply:
        """The bytes of a picture in ``file``; empty where it is gone."""
        return {}, picture_in(self._of(asked["file"])[1], asked["where"])

    def beside(self, asked: Plain) -> Reply:
        """The bytes of a file beside the notebook, at ``path`` in ``upload``."""
        one = Beside(Path(asked["upload"]), tuple(asked["path"]))
        return {}, read_beside(one, Path(asked["spool"]))

    def common(self, asked: Plain) -> Reply:
        """The own code of two ``files`` with what they have in common."""
        sources = []
        for file in asked["files"]:
            cells = self._of(file)[0].notebook.cells
            sources.append([one.source for one in cells if one.cell_type == "code" and one.source.strip()])
        return {"sides": side_by_side(sources, self._lab)}, b""

    def _of(self, file: str) -> tuple[ReadNotebook, list[Any], str]:
        status = Path(file).stat()
        return self._notebook(file, status.st_mtime_ns, status.st_size)

    def _read(self, file: str, changed: int, size: int) -> tuple[ReadNotebook, list[Any], str]:
        data = Path(file).read_bytes()
        limits = self._lab.config.limits
        return read_notebook(data, limits), found_cells(data, limits), hashlib.sha256(data).hexdigest()


def _claimed(parts: Sequence[AnswerPart], exercise: str) -> list[str]:
    """Codes of the items in whose cells nothing but an identity of the exercise stands."""
    texts: dict[str, str] = {}
    for part in parts:
        if part.is_own and part.item:
            texts[part.item] = f"{texts.get(part.item, '')}\n\n{part.text}"
    return [item for item, text in texts.items() if is_claim_only(text, exercise)]


def main(argv: Sequence[str]) -> None:
    """Answer whoever started this process, until they are gone.

    Args:
        argv: the descriptor of the socket to them, and the path of the configuration. Each message is a
            request with its kind under ``ask``; each reply two: a JSON object, with ``failed`` where it could
            not be done, and bytes.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us decides what a Ctrl-C ends
    lab = load(Path(argv[1]))
    _limit_memory(lab.config.limits.reading_mb * MB)
    reading = Reading(lab)
    connection = Connection(int(argv[0]))
    with contextlib.suppress(EOFError, OSError):
        connection.send_bytes(b"ready")
        while True:
            asked = json.loads(connection.recv_bytes())
            signal.alarm(KILLED_AFTER)
            reply, body = _answered(reading, asked)
            connection.send_bytes(json.dumps(reply).encode())
            connection.send_bytes(body)
            signal.alarm(0)


def _answered(reading: Reading, asked: Plain) -> Reply:
    try:
        return reading.known[asked["ask"]](asked)
    except AutograderError as reason:
        return {"failed": str(reason)}, b""
    except OSError as reason:
        return {"failed": reason.strerror or "it cannot be read"}, b""


def _limit_memory(size: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or size < hard:
        resource.setrlimit(resource.RLIMIT_DATA, (size, hard))


if __name__ == "__main__":
    main(sys.argv[1:])
