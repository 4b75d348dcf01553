"""What a kernel's reply says of a cell's end. The kernel is the student's: everything here may be a lie."""

from __future__ import annotations

from typing import Any

from autograder.language import judging as _
from autograder.language import later
from autograder.model import CellRun, Ending

FIELD = "autograder"
"""What the guest adds to the content of a reply."""

MOST_REMARKS, LONGEST_REMARK = 20, 80
"""What is kept of a cell's remarks, and of the student's text in each."""

LONGEST_ERROR = 2_000
"""Characters of an error's message."""

LONGEST_CELL = 1_000_000
"""Lines; a cell that stops further down is said to stop nowhere."""

REMARKS = {
    "package": later("import of {what}, which is not installed here"),
    "backend": later("the backend {what}, which needs a screen"),
    "style": later("the plot style {what}, which is not there"),
    "extension": later("the extension {what}, which is not installed here"),
    "magic": later("the magic %{what}, which is not there"),
    "reset": later("{what}: the names that it took away are asked for all the same"),
    "compile": later("{what}: the code runs as it is"),
}
"""Sentences for what is passed over, by the kind that the guest names."""


def cell_run(index: int, ending: Ending, seconds: float, reply: dict[str, Any]) -> CellRun:
    """A cell that ended, and what its reply says of it.

    Args:
        reply: the message, or nothing where none came.
    """
    report = _content(reply).get(FIELD)
    report = report if isinstance(report, dict) else {}
    error = error_of(reply)
    if ending is Ending.FINISHED and isinstance(kept_back := report.get("kept_back"), str) and kept_back:
        ending, error = (
            Ending.RAISED,
            kept_back[:LONGEST_ERROR],
        )  # by a magic: the cell seems to have finished
    return CellRun(index, ending, seconds, error, _line(report), _passed_over(report))


def error_of(reply: dict[str, Any]) -> str:
    """``Type: message`` of the exception that ended the cell; empty if none did.

    From the reply, not from the outputs: a traceback may fail to be formatted.
    """
    content = _content(reply)
    if content.get("status") != "error":
        return ""
    return f"{str(content.get('ename'))[:200]}: {str(content.get('evalue'))[:LONGEST_ERROR]}"


def _content(reply: dict[str, Any]) -> dict[str, Any]:
    content = reply.get("content")
    return content if isinstance(content, dict) else {}


def _line(report: dict[str, Any]) -> int:
    line = report.get("line")
    return line if type(line) is int and 0 < line <= LONGEST_CELL else 0


def _passed_over(report: dict[str, Any]) -> tuple[str, ...]:
    said = report.get("passed_over")
    found: dict[str, None] = {}
    for entry in said[:MOST_REMARKS] if isinstance(said, list) else ():
        match entry:
            case [str(kind), str(what)] if kind in REMARKS:
                found[_(REMARKS[kind]).format(what=what[:LONGEST_REMARK])] = None
    return tuple(found)
