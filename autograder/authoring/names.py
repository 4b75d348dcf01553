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
    """What a test's code needs from elsewhere.

    Args:
        source: Python.
        notebook: what the notebook imports, by name, as :func:`imported` finds it.
    """
    nodes = list(_nodes(source))
    loaded = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    free = sorted(loaded - _bound(nodes) - set(dir(builtins)))
    known = {**USUAL, **notebook}
    own = [name for name in free if name in known]
    return Uses(tuple(dict.fromkeys(known[name] for name in own)), tuple(n for n in free if n not in known))


def _bound(nodes: Iterable[ast.AST]) -> set[str]:
    bound: set[str] = set()
    for node in nodes:
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()) | ast.arg(arg=name):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                bound.add(name)
            case ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                bound |= {alias.asname or alias.name.partition(".")[0] for alias in aliases}
    return bound


def _nodes(source: str) -> Iterator[ast.AST]:
    try:
        yield from ast.walk(ast.parse(source))
    except SyntaxError:  # a magic
        return


def packages(statements: Iterable[str]) -> list[str]:
    """Top-level packages of import statements, Python's own and otter left out, sorted."""
    import sys

    names = {statement.split()[1].partition(".")[0] for statement in statements}
    return sorted(names - set(sys.stdlib_module_names) - {"otter", "IPython", "nose", "pytest"})
