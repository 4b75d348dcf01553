"""What code needs from elsewhere: the names that it reads before it binds them."""

from __future__ import annotations

import ast
from collections.abc import Iterable


def first_uses(statements: Iterable[ast.stmt]) -> dict[str, bool]:
    """Each name of some code, and whether it is read, or deleted, before anything binds it.

    ``[x for x in xs]`` gives ``{"xs": True, "x": False}``; what functions do with their parameters is theirs.
    """
    found = _InOrder()
    for node in statements:
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

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815  as above

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

    visit_ImportFrom = visit_Import  # noqa: N815  as above


def _parameters(of: ast.arguments) -> list[ast.arg]:
    several = [one for one in (of.vararg, of.kwarg) if one is not None]
    return [*of.posonlyargs, *of.args, *of.kwonlyargs, *several]
