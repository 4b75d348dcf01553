"""A notebook's code as tokens that do not depend on names, numbers, comments, types and printing.

The syntax tree is read and never run. Tokens are its kinds of nodes in the order of the source; of names
only those of Python itself and of numerical libraries are told apart, which nobody can give to something of
their own without changing what the code does.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zlib import crc32

from autograder.notebook.code import CodeReader

READING_SECONDS = 0.5
"""Processor time for the cells of a notebook; those of a solution take a twentieth of a second."""

MOST_TOKENS = 50_000
"""Of one notebook; one of the usual kind has some 5,000."""

_BUILTINS = frozenset(dir(builtins))
_LIBRARY = frozenset(
    """T abs add all allclose any append arange argmax argmin array astype bmm broadcast_to cat chunk clamp
    clone concatenate copy cos cov cumprod cumsum detach diag dim dot einsum empty exp expand extend eye
    fill_ flatten flip float full gather index_select inner insert inv item items keys linspace log long
    matmul max mean median min mm mul mv ndim norm numel numpy ones ones_like outer permute pop pow prod
    rand randint randn randperm repeat reshape reversed round roll sample sign sin size solve sort split
    sqrt square squeeze stack std sub sum tan tanh tensor tile tolist trace transpose tril triu unbind
    unsqueeze values var view vstack where zeros zeros_like""".split()
)

_Node = ast.AST | str


@dataclass(frozen=True)
class Unit:
    """A function, or what a cell does outside of functions.

    Attributes:
        name: ``Class.method`` or ``function``; ``cell 3`` for the rest of the third code cell.
        tokens: as numbers, equal for equal tokens.
    """

    name: str
    tokens: tuple[int, ...]


@dataclass(frozen=True)
class Code:
    """The code of a notebook.

    Attributes:
        cells: the units of each code cell, in order; nothing for a cell that cannot be read.
        unread: how many cells could not be read, or not in time, wholly or in parts.
    """

    cells: tuple[tuple[Unit, ...], ...]
    unread: int = 0

    def units(self) -> Iterator[Unit]:
        """All units, in order."""
        for cell in self.cells:
            yield from cell


def code_of(sources: Iterable[str]) -> Code:
    """The code of a notebook's code cells.

    Args:
        sources: of all code cells, empty ones too.
    """
    reader = CodeReader(READING_SECONDS)
    cells: list[tuple[Unit, ...]] = []
    unread = tokens = 0
    for number, source in enumerate(sources, start=1):
        code = reader.read(source)
        unread += bool(code.problem) or tokens >= MOST_TOKENS
        statements = [one for tree in code.trees for one in tree.body]
        units = tuple(_units(statements, f"cell {number}", MOST_TOKENS - tokens))
        tokens += sum(len(unit.tokens) for unit in units)
        cells.append(units)
    return Code(tuple(cells), unread)


def _units(statements: Iterable[ast.stmt], cell: str, most: int) -> Iterator[Unit]:
    """The units of one cell, with so many tokens together at most."""
    rest: list[ast.stmt] = []
    for name, parts in _parts(statements, ""):
        if not name:
            rest += parts
        elif tokens := _tokens(parts, most):
            most -= len(tokens)
            yield Unit(name, tokens)
    if tokens := _tokens(rest, most):
        yield Unit(cell, tokens)


def _parts(statements: Iterable[ast.stmt], inside: str) -> Iterator[tuple[str, list[ast.stmt]]]:
    """Functions by their name, methods by those of their class too; everything else has none."""
    for one in statements:
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{inside}{one.name}", [one]
        elif isinstance(one, ast.ClassDef) and not inside:
            yield from _parts(one.body, f"{one.name}.")
        else:
            yield "", [one]


def _tokens(statements: Iterable[ast.stmt], most: int) -> tuple[int, ...]:
    found: list[int] = []
    waiting: list[_Node] = [*reversed(list(statements))]  # a stack, not recursion: sources may nest deeply
    while waiting and len(found) < most:
        node = waiting.pop()
        if isinstance(node, str):
            found.append(crc32(node.encode()))
            continue
        if _does_nothing(node):
            continue
        token, below = _token(node)
        if token:
            found.append(crc32(token.encode()))
        waiting += reversed(below)
    return tuple(found)


def _does_nothing(node: ast.AST) -> bool:
    """Imports, ``pass``, documentation, printing, magics: put in or left away without changing anything."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Pass() | ast.expr_context() | ast.Expr(ast.Constant()):
            return True
        case ast.Expr(ast.Call(ast.Name("print") | ast.Attribute(ast.Call(ast.Name("get_ipython"))))):
            return True
    return False


def _token(node: ast.AST) -> tuple[str, list[_Node]]:
    """The token of a node, and what follows it."""
    kind = type(node).__name__
    match node:
        case ast.Name(id=name):
            return (name if name in _BUILTINS else "name"), []
        case ast.Attribute(value=value, attr=name):
            return (f".{name}" if name in _LIBRARY else "attribute"), [value]
        case ast.Constant(value=value):
            return ("number" if isinstance(value, int | float | complex) else type(value).__name__), []
        case ast.JoinedStr():
            return "str", []
        case ast.arg() | ast.Global() | ast.Nonlocal():
            return kind, []
        case ast.AnnAssign(target=target, value=value):
            return ("Assign", [target, value]) if value else ("", [])
        case ast.AugAssign(target=target, op=op, value=value):  # x += y as x = x + y
            return "Assign", [target, "BinOp", op, target, value]
        case ast.BinOp(left=left, op=op, right=right):
            return kind, [op, left, right]
        case ast.FunctionDef(args=args, body=body) | ast.AsyncFunctionDef(args=args, body=body):
            return "def", [args, *body, "end"]
        case ast.For() | ast.While() | ast.If() | ast.With() | ast.Try() | ast.ClassDef():
            return kind, [*ast.iter_child_nodes(node), "end"]
    return kind, list(ast.iter_child_nodes(node))
