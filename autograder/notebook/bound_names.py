"""Which names a cell binds at its top level, by reading it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

_BINDING = re.compile(
    r"^(?:async +def|def|class)[ \t]+(\w+)|^(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*(?::[^=\n]*)?=(?!=)", re.M
)
_IMPORT = re.compile(r"^(?:from[ \t]+\S+[ \t]+)?import[ \t]+(.+)$", re.M)


def bound_by(statements: Iterable[ast.stmt]) -> frozenset[str]:
    """The names that statements of a cell's top level bind, imports included."""
    return frozenset(name for statement in statements for name in _bound(statement))


def _bound(statement: ast.stmt) -> Iterator[str]:
    waiting: list[ast.AST] = [statement]  # a stack, not recursion: sources may nest deeply
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue  # names inside are its own
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.comprehension):
            waiting += [node.iter, *node.ifs]
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        waiting += ast.iter_child_nodes(node)


def names_written(source: str) -> frozenset[str]:
    """What a cell that this Python cannot read would bind, by the beginnings of its lines."""
    found: set[str] = set()
    for match in _BINDING.finditer(source):
        found |= {match[1]} if match[1] else set(re.findall(r"\w+", match[2]))
    for match in _IMPORT.finditer(source):
        for part in match[1].strip("() \t\\").split(","):
            words = part.split()
            found |= {words[-1].partition(".")[0]} if words else set()
    return frozenset(found)
