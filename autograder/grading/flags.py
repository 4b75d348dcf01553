"""Remarks for the TA that come from reading the source: never a verdict by themselves.

The source is parsed, never run. A student can write code that hides from this; the checks that
decide marks do not depend on it.
"""

from __future__ import annotations

import ast
from typing import Any

AUTOGRAD_CALLS = frozenset({"backward", "jacrev", "jacfwd", "vjp", "jvp", "make_dual"})


LONGEST_CELL, MOST_SOURCE = 200_000, 2_000_000
"""Characters of one cell and of all together that are parsed: a syntax tree takes hundreds of times
their memory."""


def static(notebook: Any) -> tuple[str, ...]:
    """Flags for the code cells of an nbformat 4 notebook, each at most once, in order of appearance."""
    found: dict[str, None] = {}
    budget = MOST_SOURCE
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        budget -= len(cell.source)
        if len(cell.source) > LONGEST_CELL or budget < 0:
            found["source too long to be read for flags"] = None
            continue
        for function, name in _autograd_uses(cell.source):
            found[f"uses autograd: {name} in {function}"] = None
    return tuple(found)


def _autograd_uses(source: str) -> list[tuple[str, str]]:
    """Pairs of function and what it uses; the function is ``<cell>`` at top level."""
    try:
        tree = ast.parse("\n".join(_python_lines(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    uses: list[tuple[str, str]] = []
    waiting: list[tuple[ast.AST, str]] = [(tree, "<cell>")]  # a stack, not recursion: sources may nest deeply
    while waiting:
        node, function = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        name = _autograd_name(node)
        if name:
            uses.append((function, name))
        waiting += [(child, function) for child in ast.iter_child_nodes(node)]
    return uses


def _autograd_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        called = node.func
        owner = called.value
        if called.attr in AUTOGRAD_CALLS:
            return f".{called.attr}()"
        if called.attr == "grad" and isinstance(owner, ast.Name | ast.Attribute):
            owner_name = owner.id if isinstance(owner, ast.Name) else owner.attr
            return f"{owner_name}.grad()" if owner_name in ("autograd", "func") else ""
    return ""


def _python_lines(source: str) -> list[str]:
    """The cell without magics and shell lines, which are not Python."""
    return ["pass" if line.lstrip().startswith(("%", "!")) and not line[:1].isspace() else line
            for line in source.splitlines()]  # fmt: skip
