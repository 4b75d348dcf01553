"""Whether a notebook is prepared for the failure of an import: by ``try``, or by ``suppress``."""

from __future__ import annotations

import ast
import linecache
from types import FrameType
from typing import Any

DEEPEST = 1_000
"""Frames that are looked at; an import behind more of them counts as prepared for."""

TIMED = ("<timed exec>", "<timed eval>")
"""Files of the code below ``%%time``."""

GUARDS = ("suppress", "raises")
"""Names of context managers that catch."""


def is_guarded(frame: FrameType | None, user_ns: dict[str, Any]) -> bool:
    """Whether code that waits for this frame, or the frame's own, catches what happens at its line.

    Where the source is not there to be read the answer is yes: then everything stays as it is in Python.

    Args:
        frame: where the import is.
        user_ns: the names of the notebook; frames of other code are passed over.
    """
    for _ in range(DEEPEST):
        if frame is None:
            return False
        if frame.f_globals is user_ns and _is_caught(_source_of(frame), frame.f_lineno):
            return True
        frame = frame.f_back
    return True


def _source_of(frame: FrameType) -> str:
    """The code of a cell; of one below ``%%time``, which compiles it without a file, what that magic runs."""
    if frame.f_code.co_filename not in TIMED:
        return "".join(linecache.getlines(frame.f_code.co_filename))
    caller = frame.f_back
    while caller is not None and not (caller.f_code.co_name == "time" and "cell" in caller.f_locals):
        caller = caller.f_back
    return str(caller.f_locals.get("expr", caller.f_locals["cell"])) if caller is not None else ""


def _is_caught(source: str, line: int) -> bool:
    if not source:
        return True
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a cell with `await` and the like
        return True
    return any(_is_below_a_guard(node, line) for node in ast.walk(tree))


def _is_below_a_guard(node: ast.AST, line: int) -> bool:
    if isinstance(node, ast.Try | ast.TryStar):
        return bool(node.handlers) and _holds(node.body, line)
    if isinstance(node, ast.With | ast.AsyncWith):
        called = [item.context_expr.func for item in node.items if isinstance(item.context_expr, ast.Call)]
        catches = any(ast.unparse(function).rpartition(".")[2] in GUARDS for function in called)
        return catches and _holds(node.body, line)
    return False


def _holds(body: list[ast.stmt], line: int) -> bool:
    return body[0].lineno <= line <= (body[-1].end_lineno or line)
