"""Which statements of a notebook are its author's own, rather than the template's.

The template's cells and functions that the solution fills in are open; what stands there and not in the
template is somebody's own, and so is what the template does not know at all. Nothing runs.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.config.load import Lab
from autograder.notebook.bound_names import bound_by
from autograder.notebook.template import code_sources, read_template

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
COMPOUND = (ast.For, ast.AsyncFor, ast.While, ast.If, ast.With, ast.AsyncWith, ast.Try, ast.Match)
NOTHING = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal, ast.Pass, ast.Assert, ast.Delete)
"""Statements that are no answer to anything."""

TELLS = frozenset({"print", "display"})
"""Functions that only show something."""


@dataclass(frozen=True)
class Statement:
    """A statement and where it stands.

    Attributes:
        unit: ``Class.method`` or ``function``, the outermost one; empty for a cell's top level.
        function: the innermost function around it, if any.
        loop: the innermost loop around it, if any.
        is_last: whether it ends that loop's body, and is not all of it.
    """

    node: ast.stmt
    unit: str
    function: ast.FunctionDef | ast.AsyncFunctionDef | None
    loop: ast.For | ast.While | None
    is_last: bool = False


def statements_of(tree: ast.Module) -> Iterator[Statement]:
    """All statements of a cell but definitions, in order; a compound one comes before those in it."""
    yield from _inside(tree.body, "", None, None)


def _inside(
    body: Sequence[ast.stmt],
    unit: str,
    function: ast.FunctionDef | ast.AsyncFunctionDef | None,
    loop: ast.For | ast.While | None,
) -> Iterator[Statement]:
    for node in body:
        if isinstance(node, FUNCTIONS):
            inner = unit if function else f"{unit}.{node.name}".lstrip(".")
            yield from _inside(node.body, inner, node, None)
        elif isinstance(node, ast.ClassDef):
            yield from _inside(
                node.body, unit if function else f"{unit}.{node.name}".lstrip("."), function, None
            )
        else:
            is_last = loop is not None and node is loop.body[-1] and len(loop.body) > 1
            yield Statement(node, unit, function, loop, is_last)
            for name in ("body", "orelse", "finalbody"):
                around = node if name == "body" and isinstance(node, ast.For | ast.While) else loop
                yield from _inside(getattr(node, name, ()), unit, function, around)
            for handler in getattr(node, "handlers", ()):
                yield from _inside(handler.body, unit, function, loop)


def header(node: ast.stmt) -> ast.stmt:
    """A statement by itself: a compound one without what stands in it."""
    if not isinstance(node, COMPOUND):
        return node
    alone = copy.copy(node)
    for name in ("orelse", "finalbody", "handlers", "cases"):
        if name in node._fields:
            setattr(alone, name, [])
    if "body" in node._fields:
        setattr(alone, "body", [ast.Pass()])  # noqa: B010  each kind of statement has a field of this name
    return alone


def text_of(node: ast.stmt) -> str:
    """A statement by itself, as Python writes it; of a compound one its first line."""
    written = ast.unparse(ast.fix_missing_locations(header(node)))
    return written.partition("\n")[0] if isinstance(node, COMPOUND) else written


@dataclass(frozen=True)
class OpenPlaces:
    """What the template leaves to whoever fills it in.

    Attributes:
        given: the template's statements by unit, as Python writes them.
        units: those that the solution fills in.
        names: those of a cell's top level that the solution fills in.
        known: all names that the template binds at top level.
    """

    given: Mapping[str, frozenset[str]] = field(default_factory=dict)
    units: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()

    def is_own(self, statement: Statement) -> bool:
        """Whether a statement is its author's own, and an answer to something."""
        node = statement.node
        if isinstance(node, NOTHING) or _only_tells(node):
            return False
        if text_of(node) in self.given.get(statement.unit, ()):
            return False
        if statement.unit:
            return statement.unit in self.units or statement.unit not in self.given
        bound = bound_by([header(node)])
        if not bound:
            bound = (
                frozenset(one.id for one in ast.walk(header(node)) if isinstance(one, ast.Name)) & self.names
            )
        return bool(bound & self.names or bound - self.known)


def _only_tells(node: ast.stmt) -> bool:
    match node:
        case ast.Expr(ast.Constant()):
            return True
        case ast.Expr(ast.Call(ast.Name(name))):
            return name in TELLS
    return False


def open_places(lab: Lab, solution: Any) -> OpenPlaces:
    """What the lab's template leaves open; everything where the lab has none.

    Args:
        solution: the JSON of the solution notebook.

    Raises:
        ConfigurationError: the configuration names a template that is no notebook of format 4.
    """
    template = read_template(lab, code_sources)
    if template is None:
        return OpenPlaces()
    given, filled = _by_unit(template), _by_unit(code_sources(solution))
    differing = {
        unit: nodes
        for unit, all_nodes in filled.items()
        if (nodes := _not_in(all_nodes, given.get(unit, [])))
    }
    return OpenPlaces(
        given={unit: frozenset(map(text_of, nodes)) for unit, nodes in given.items()},
        units=frozenset(unit for unit in differing if unit),
        names=bound_by(header(node) for node in differing.get("", ())),
        known=bound_by(given.get("", ())),
    )


def _not_in(nodes: Sequence[ast.stmt], others: Sequence[ast.stmt]) -> list[ast.stmt]:
    texts = frozenset(map(text_of, others))
    return [node for node in nodes if text_of(node) not in texts]


def _by_unit(sources: Sequence[str]) -> dict[str, list[ast.stmt]]:
    found: dict[str, list[ast.stmt]] = {}
    for source in sources:
        for statement in statements_of(tree) if (tree := plain_tree(source)) else ():
            found.setdefault(statement.unit, []).append(statement.node)
    return found


def plain_tree(source: str) -> ast.Module | None:
    """The syntax of a cell that is Python as it stands; ``None`` for one with magics, which never changes."""
    try:
        return ast.parse(source)
    except SyntaxError:
        return None
