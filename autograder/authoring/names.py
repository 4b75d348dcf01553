"""What the code of a test uses: what it binds itself, what a notebook imports, what is a student's."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

USUAL = {
    "np": "import numpy as np",
    "numpy": "import numpy",
    "pd": "import pandas as pd",
    "plt": "import matplotlib.pyplot as plt",
    "math": "import math",
    "torch": "import torch",
    "random": "import random",
}
"""What these names stand for in a notebook that nobody showed us."""


@dataclass(frozen=True)
class Uses:
    """The names that code uses and does not bind.

    Attributes:
        imports: statements for those that a notebook imports: on the grading side they are the real thing,
            and a student's process is not asked for it.
        students: names of the others: what is asked of a submission.
    """

    imports: tuple[str, ...]
    students: tuple[str, ...]


def imported(sources: Iterable[str]) -> dict[str, str]:
    """Name to import statement, for all that code cells import; what is no Python is passed over."""
    found: dict[str, str] = {}
    for source in sources:
        for node in _nodes(source):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    statement = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
                    found[alias.asname or alias.name.partition(".")[0]] = statement
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    renamed = f" as {alias.asname}" if alias.asname else ""
                    found[alias.asname or alias.name] = f"from {node.module} import {alias.name}{renamed}"
    return found


def uses(source: str, notebook: dict[str, str]) -> Uses:
    """What a test's code needs from elsewhere: what it reads before it binds it.

    Args:
        source: Python.
        notebook: what the notebook imports, by name, as :func:`imported` finds it.
    """
    free = sorted(name for name, read in _first_uses(source).items() if read and name not in dir(builtins))
    known = {**USUAL, **notebook}
    own = [name for name in free if name in known]
    return Uses(tuple(dict.fromkeys(known[name] for name in own)), tuple(n for n in free if n not in known))


def rebound(source: str, notebook: Iterable[str]) -> list[str]:
    """The notebook's functions and classes that a test's code deletes or binds anew, sorted.

    Args:
        source: Python.
        notebook: its code cells.
    """
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    theirs = {node.name for text in notebook for node in _nodes(text) if isinstance(node, definitions)}
    changed = {node.name for node in _nodes(source) if isinstance(node, definitions)}
    changed |= {
        node.id
        for node in _nodes(source)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    return sorted(theirs & changed)


def works_in_place(source: str) -> list[str]:
    """Functions that code calls alone, with a variable of its own, sorted: ``rotate_(items)``."""
    nodes = list(_nodes(source))
    own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    calls = [node.value for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return sorted(
        {
            call.func.id
            for call in calls
            if isinstance(call.func, ast.Name) and call.func.id not in dir(builtins)
            for argument in call.args
            if isinstance(argument, ast.Name) and argument.id in own
        }
    )


def _first_uses(source: str) -> dict[str, bool]:
    """Each name of the code, and whether it is read, or deleted, before anything binds it."""
    found = _InOrder()
    for node in _parsed(source):
        found.visit(node)
    found.visit_bodies()
    return found.read_first


class _InOrder(ast.NodeVisitor):
    """Names in the order in which Python comes to them; bodies of functions come last."""

    def __init__(self) -> None:
        self.read_first: dict[str, bool] = {}
        self._bodies: list[ast.AST] = []

    def visit_bodies(self) -> None:
        """Visit what only runs when somebody calls it."""
        while self._bodies:
            self.visit(self._bodies.pop(0))

    def _several(self, *nodes: ast.AST | None) -> None:
        for node in nodes:
            if node is not None:
                self.visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self.read_first.setdefault(node.id, not isinstance(node.ctx, ast.Store))

    def visit_Assign(self, node: ast.Assign) -> None:
        self._several(node.value, *node.targets)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._several(node.value, node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._several(node.value, node.target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            self.read_first.setdefault(node.target.id, True)
        self._several(node.target, node.value)

    def visit_For(self, node: ast.For) -> None:
        self._several(node.iter, node.target, *node.body, *node.orelse)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._several(node.iter, node.target, *node.ifs)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> None:
        self._several(*node.generators, node.elt)

    visit_SetComp = visit_GeneratorExp = visit_ListComp  # noqa: N815  names of ast

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._several(*node.generators, node.key, node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._several(*node.decorator_list, *node.args.defaults, *node.args.kw_defaults)
        self.read_first.setdefault(node.name, False)
        self._bodies += [*_parameters(node.args), *node.body]

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._several(*node.args.defaults, *node.args.kw_defaults)
        self._bodies += [*_parameters(node.args), node.body]

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._several(*node.decorator_list, *node.bases, *node.keywords, *node.body)
        self.read_first.setdefault(node.name, False)

    def visit_arg(self, node: ast.arg) -> None:
        self.read_first.setdefault(node.arg, False)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        self._several(node.type)
        if node.name:
            self.read_first.setdefault(node.name, False)
        self._several(*node.body)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            self.read_first.setdefault(alias.asname or alias.name.partition(".")[0], False)

    visit_ImportFrom = visit_Import  # noqa: N815


def _parameters(of: ast.arguments) -> list[ast.arg]:
    several = [one for one in (of.vararg, of.kwarg) if one is not None]
    return [*of.posonlyargs, *of.args, *of.kwonlyargs, *several]


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:  # a magic
        return []


def _nodes(source: str) -> Iterator[ast.AST]:
    for statement in _parsed(source):
        yield from ast.walk(statement)


def packages(statements: Iterable[str]) -> list[str]:
    """Top-level packages of import statements, Python's own and otter left out, sorted."""
    import sys

    names = {statement.split()[1].partition(".")[0] for statement in statements}
    return sorted(names - set(sys.stdlib_module_names) - {"otter", "IPython", "nose", "pytest"})
