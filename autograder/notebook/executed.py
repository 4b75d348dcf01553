"""The notebook as it ran, as a file for the person who looks: sources as handed in, outputs of our run.

It says of every cell how it ended, in the cell's metadata under ``autograder``, which no student can write.
Where a reader of the page would miss something, a line on the standard error of the cell says it too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from autograder.language import judging as _
from autograder.language import later
from autograder.language.endings import words_for
from autograder.model import CellRun, Ending, ExecutedNotebook, Shown
from autograder.notebook.outputs import Output, cleaned, execution_count, visible

WHO = "autograder"
"""The key of what we say of a cell, and the first word of our lines in its output."""

LONGEST_ERROR = 500
"""Characters of an error's message in a cell's metadata."""

LONGEST_ESCAPE = 6
"""Bytes in the file that one byte of text can need."""

BEYOND = later("outputs beyond the limit are left out")

_SAYS = {
    Ending.LEFT_OUT: later("not run: no mark depends on this cell (grade --all-cells runs it)"),
    Ending.SKIPPED: later("not run: the time of the notebook was used up"),
    Ending.RESTART_LIMIT: later("not run: too many cells before it ended the kernel"),
    Ending.TIMED_OUT: later("interrupted: the cell ran into the time limit"),
    Ending.OUTPUT_LIMIT: BEYOND,
}
_ENDED = later("this cell ended the kernel ({ending}); the notebook was run again without it")


def executed_notebook(notebook: Any, executed: ExecutedNotebook, most_bytes: int) -> bytes:
    """A notebook of format 4.5 with the outputs of its run.

    Args:
        notebook: as it was read: valid, sources only.
        most_bytes: of all outputs together, as they stand in the file.

    Returns:
        UTF-8; nothing in it says that the notebook is trusted.
    """
    runs = {run.index: run for run in executed.cells}
    limit = _Limit(most_bytes)
    cells = [
        _cell(cell, runs.get(index), executed.shown.get(index), limit)
        for index, cell in enumerate(notebook.cells)
    ]
    value = {
        "cells": cells,
        "metadata": {**notebook.metadata, WHO: {"executed": True}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


class _Limit:
    """How many bytes of outputs may still come."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes

    def within(self, outputs: Iterable[Output]) -> Iterator[Output]:
        """The outputs that still have room, of a stream its beginning; then a line says so."""
        for output in outputs:
            room, size = self._left, len(json.dumps(output, ensure_ascii=False).encode())
            self._left -= size
            if size > room:
                if output["output_type"] == "stream" and room > 0:
                    beginning = output["text"].encode()[: room // LONGEST_ESCAPE]
                    yield output | {"text": beginning.decode(errors="ignore")}
                yield _line(_(BEYOND))
                return
            yield output


def _cell(cell: Any, run: CellRun | None, shown: Shown | None, limit: _Limit) -> dict[str, Any]:
    """The cell with what is known of its run, and no metadata of its own."""
    own = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": {}, "source": cell["source"]}
    if cell["cell_type"] != "code":
        return own
    outputs = [] if shown is None else list(limit.within(cleaned(shown.outputs)))
    count = None if shown is None else execution_count(shown.count)
    if run is not None:
        own["metadata"] = {WHO: _told(run)}
        outputs += map(_line, _remarks(run, outputs))
    return own | {"execution_count": count, "outputs": outputs}


def _told(run: CellRun) -> dict[str, Any]:
    told: dict[str, Any] = {"ending": run.ending.value}
    if run.error:
        told["error"] = visible(run.error[:LONGEST_ERROR])
    if run.passed_over:
        told["passed_over"] = [visible(what) for what in run.passed_over]
    return told


def _remarks(run: CellRun, outputs: list[Output]) -> Iterator[str]:
    """What a reader would not see otherwise."""
    if run.ending is Ending.RAISED:  # a magic may have kept the error back
        if not any(output["output_type"] == "error" for output in outputs):
            yield _("the cell stopped: {error}").format(error=visible(run.error[:LONGEST_ERROR]))
    elif run.ending is not Ending.FINISHED:
        yield _(_SAYS.get(run.ending, _ENDED)).format(ending=words_for(run.ending))
    yield from (_("passed over: {what}").format(what=visible(what)) for what in run.passed_over)


def _line(text: str) -> Output:
    return {"output_type": "stream", "name": "stderr", "text": f"{WHO}: {text}\n"}
