"""All mutants of a notebook: one small mistake in the code of its author, one at a time.

Nothing runs. The same notebook gives the same mutants in the same order.
"""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.mutate import expressions, statements
from autograder.mutate.model import Mutant
from autograder.mutate.own_code import (
    COMPOUND,
    OpenPlaces,
    Statement,
    header,
    plain_tree,
    statements_of,
    text_of,
)
from autograder.mutate.scope import Scope, scope_of

IN_EXPRESSIONS: Mapping[str, expressions.Change] = {
    "arithmetic": expressions.arithmetic,
    "comparison": expressions.comparison,
    "alias": expressions.alias,
    "index": expressions.index,
    "variable": expressions.variable,
    "transpose": expressions.transpose,
    "axis": expressions.axis,
    "constant": expressions.constant,
    "sign": expressions.sign,
    "missing": expressions.missing,
    "call": expressions.call,
    "loop": expressions.loop,
    "in place": expressions.in_place,
}

IN_STATEMENTS: Mapping[str, statements.Change] = {
    "dropped": statements.dropped,
    "doubled": statements.doubled,
    "assignment": statements.assignment,
    "negated": statements.negated,
    "returned": statements.returned,
    "augmented": statements.augmented,
    "behind the loop": statements.behind_the_loop,
    "wrapped": statements.wrapped,
    "guarded": statements.guarded,
    "kept": statements.kept,
}

OPERATORS = (*IN_STATEMENTS, *IN_EXPRESSIONS)
"""The kinds of changes."""


@dataclass(frozen=True)
class _Change:
    """A cell after a change, and the statement before and after it."""

    operator: str
    statement: Statement
    after: str
    source: str


def mutants_of(cells: Sequence[str | None], places: OpenPlaces) -> Iterator[Mutant]:
    """The mutants of a notebook.

    Args:
        cells: the source of each cell; ``None`` for those without code.
        places: which statements may change.
    """
    seen: dict[str, int] = {}
    for number, source in enumerate(cells):
        tree = plain_tree(source) if source else None
        if source is None or tree is None:
            continue
        for change in _changes(source, tree, places):
            before = text_of(change.statement.node)
            name = "\n".join((change.statement.unit, change.operator, before, change.after))
            seen[name] = seen.get(name, 0) + 1  # the same change of the same line further down
            digest = hashlib.sha256(f"{name}\n{seen[name]}".encode()).hexdigest()
            yield Mutant(
                code=digest[:8], operator=change.operator, cell=number, unit=change.statement.unit,
                line=change.statement.node.lineno, before=before, after=change.after, source=change.source,
            )  # fmt: skip


def _changes(source: str, tree: ast.Module, places: OpenPlaces) -> Iterator[_Change]:
    """The changes of one cell that make different programs."""
    text = _Text(source)
    for statement in statements_of(tree):
        if not places.is_own(statement):
            continue
        scope = scope_of(statement.function, tree, _class_around(statement, tree))
        seen = {text_of(statement.node)}
        for operator, after, changed in _of_statement(statement, scope, text):
            if after not in seen:
                seen.add(after)
                yield _Change(operator, statement, after, changed)


def _of_statement(statement: Statement, scope: Scope, text: _Text) -> Iterator[tuple[str, str, str]]:
    """Operator, statement and whole cell after each change."""
    for operator, change in IN_STATEMENTS.items():
        for after in change(statement):
            outside = operator == "behind the loop"
            told = f"{after}  (behind the loop)" if outside else after
            yield operator, told, text.with_statement(statement, after, outside=outside)
    alone = header(statement.node)
    for operator, in_expression in IN_EXPRESSIONS.items():
        for node in _expressions(alone):
            for other in in_expression(node, scope):
                after = text_of(_replaced(alone, node, other))
                yield operator, after, text.with_statement(statement, after)


def _expressions(node: ast.stmt) -> Iterator[ast.expr]:
    """Every expression of a statement, from left to right; a whole one before its parts."""
    waiting: list[ast.AST] = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, ast.expr):
            yield found
        if isinstance(found, ast.UnaryOp) and isinstance(found.operand, ast.Constant):
            continue  # a number with its sign is one
        waiting += [
            child for child in reversed([*ast.iter_child_nodes(found)]) if not isinstance(child, ast.stmt)
        ]


def _replaced(statement: ast.stmt, node: ast.expr, other: ast.expr) -> ast.stmt:
    """A copy of a statement with another expression in the place of one."""
    memo: dict[int, object] = {id(node): other}  # as if that were the copy
    return copy.deepcopy(statement, memo)


def _class_around(statement: Statement, tree: ast.Module) -> ast.ClassDef | None:
    """The class whose method a statement stands in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and statement.function in node.body:
            return node
    return None


class _Text:
    """The text of a cell, in which statements are replaced; all else stays, comments too."""

    def __init__(self, source: str) -> None:
        self._lines = source.split("\n")

    def with_statement(self, statement: Statement, after: str, *, outside: bool = False) -> str:
        """The cell with ``after`` in the place of a statement, or, ``outside``, behind its loop."""
        node = statement.node
        first, last = node.lineno - 1, self._last_line(node)
        prefix, suffix = self._beside(node)
        if outside and statement.loop is not None:
            prefix = self._characters(statement.loop.lineno - 1, statement.loop.col_offset)
        return "\n".join([*self._lines[:first], f"{prefix}{after}{suffix}", *self._lines[last + 1 :]])

    def _last_line(self, node: ast.stmt) -> int:
        if isinstance(node, COMPOUND):
            ends = [one.end_lineno or 0 for one in _expressions(header(node))]
            return max([node.lineno, *ends]) - 1
        return (node.end_lineno or node.lineno) - 1

    def _beside(self, node: ast.stmt) -> tuple[str, str]:
        """What stands before a statement in its first line, and behind it in its last one."""
        before = self._characters(node.lineno - 1, node.col_offset)
        if isinstance(node, COMPOUND):
            return before, ""
        line = self._lines[self._last_line(node)]
        return before, line.encode()[node.end_col_offset or 0 :].decode()

    def _characters(self, line: int, width: int) -> str:
        """The beginning of a line, so many bytes of it."""
        return self._lines[line].encode()[:width].decode()
