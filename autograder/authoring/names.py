"""What the code of a test uses: what it binds itself, what a notebook imports, what is a student's."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from autograder.notebook.bound_names import bound_by
from autograder.notebook.first_uses import first_uses

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
        for node in nodes_of(source):
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
    free = sorted(
        name for name, read in first_uses(_parsed(source)).items() if read and name not in dir(builtins)
    )
    known = {**USUAL, **notebook}
    own = [name for name in free if name in known]
    return Uses(tuple(dict.fromkeys(known[name] for name in own)), tuple(n for n in free if n not in known))


def rebound(source: str, notebook: Iterable[str]) -> list[str]:
    """The notebook's functions and classes that a test's code deletes or binds anew, sorted.

    Args:
        source: Python.
        notebook: its code cells.
    """
    theirs = {name for text in notebook for name in defined(nodes_of(text))}
    changed = {*defined(nodes_of(source))}
    changed |= {
        node.id
        for node in nodes_of(source)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    return sorted(theirs & changed)


def bound(sources: Iterable[str]) -> set[str]:
    """Names that code gives a value at its top level; what is no Python is passed over."""
    return {name for source in sources for name in bound_by(_parsed(source))}


def binding(names: Iterable[str], earlier: Iterable[str]) -> list[str]:
    """Statements of earlier code that bind names, and what those statements need in turn, in their order.

    Args:
        names: what is to be bound.
        earlier: Python, cell by cell.
    """
    statements = [node for source in earlier for node in _parsed(source)]
    wanted, kept = set(names), set[int]()
    while new := {at for at, node in enumerate(statements) if wanted & bound_by([node])} - kept:
        kept |= new
        for at in new:
            wanted |= {name for name, is_read in first_uses([statements[at]]).items() if is_read}
    return [ast.unparse(statements[at]) for at in sorted(kept)]


def defined(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Names of the functions and classes among these nodes."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return (node.name for node in nodes if isinstance(node, definitions))


def _parsed(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except SyntaxError:  # a magic
        return []


def nodes_of(source: str) -> Iterator[ast.AST]:
    """All nodes of code; none of what is no Python."""
    for statement in _parsed(source):
        yield from ast.walk(statement)


def packages(statements: Iterable[str]) -> list[str]:
    """Top-level packages of import statements, Python's own and otter left out, sorted."""
    import sys

    names = {statement.split()[1].partition(".")[0] for statement in statements}
    return sorted(names - set(sys.stdlib_module_names) - {"otter", "IPython", "nose", "pytest"})
