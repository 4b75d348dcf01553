"""What the names in a notebook's source stand for, as far as reading it can tell."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

LONGEST_CHAIN = 20
"""Parts of a dotted name that are followed."""

SHELL = "get_ipython"
IMPORTED_SHELLS = frozenset({f"IPython.{SHELL}", f"IPython.core.getipython.{SHELL}"})
"""What every notebook has without an import, and the same imported: it is called by the short name."""

WRITERS = {"urllib.request.urlretrieve": 1, "torch.save": 1, "numpy.save": 0, "numpy.savetxt": 0}
"""Functions that write a file, and the position of its name among their arguments."""


@dataclass
class Names:
    """Facts of a whole notebook.

    Attributes:
        imported: what each imported name stands for: ``np`` -> ``numpy``.
        modules: first parts of everything imported.
        texts: names that are assigned one constant text.
        written: names of the files that the notebook writes itself.
        methods: what its own classes define.
    """

    imported: dict[str, str] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)

    def dotted(self, node: ast.AST) -> str:
        """The full name of an expression like ``np.linalg.norm``; empty when it is something else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute) and len(parts) < LONGEST_CHAIN:
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Call):  # get_ipython().kernel
            node = node.func
            if isinstance(node, ast.Attribute) and node.attr == SHELL:  # IPython.get_ipython().kernel
                return ".".join([SHELL, *reversed(parts)])
        if not isinstance(node, ast.Name):
            return ""
        first = self.imported.get(node.id, node.id)
        return ".".join([SHELL if first in IMPORTED_SHELLS else first, *reversed(parts)])

    def text(self, node: ast.AST) -> str | None:
        """The constant text that an expression is, itself or by the name that holds it."""
        if isinstance(node, ast.Name):
            return self.texts.get(node.id)
        return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def names_in(trees: Sequence[ast.Module], is_out_of_time: Callable[[], bool] = lambda: False) -> Names:
    """The names of all cells together; where the time is over, as far as they are known then."""
    names = Names()
    nodes: list[ast.AST] = []
    for tree in trees:
        if not is_out_of_time():
            nodes += ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                _know(names, alias.asname or alias.name.partition(".")[0], alias.name, alias.asname)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                _know(names, alias.asname or alias.name, f"{node.module}.{alias.name}", "whole")
        elif isinstance(node, ast.ClassDef):
            names.methods |= {one.name for one in node.body if isinstance(one, ast.FunctionDef)}
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            (target,), value = node.targets, node.value
            if (
                isinstance(target, ast.Name)
                and isinstance(value, ast.Constant)
                and isinstance(value.value, str)
            ):
                names.texts[target.id] = value.value
    for node in nodes:
        if isinstance(node, ast.Call) and (written := _written(node, names)):
            names.written.add(written)
    return names


def _know(names: Names, name: str, stands_for: str, whole: str | None) -> None:
    names.imported[name] = stands_for if whole else stands_for.partition(".")[0]
    names.modules.add(stands_for.partition(".")[0])


def _written(node: ast.Call, names: Names) -> str | None:
    called = names.dotted(node.func)
    if called == "open" and len(node.args) > 1:
        mode = names.text(node.args[1]) or ""
        return names.text(node.args[0]) if mode[:1] in ("w", "x", "a") else None
    if called.endswith((".to_csv", ".to_pickle")) and node.args:
        return names.text(node.args[0])
    place = WRITERS.get(called)
    return names.text(node.args[place]) if place is not None and len(node.args) > place else None
