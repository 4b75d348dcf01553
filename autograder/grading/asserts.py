"""A bare ``assert a == b`` of a test file says what both sides were, as test runners do.

The test file's tree is changed when it is read; its line numbers stay. A message of the author's own is kept,
and what a hidden case compares is not shown.
"""

from __future__ import annotations

import ast
from typing import Any

from autograder.grading.checks.failing import may_show_values
from autograder.grading.checks.sameness import LONGEST_SHOWN, shown
from autograder.language import judging as _

_MODULE, _LEFT, _RIGHT = "@asserts", "@left", "@right"
"""Names that no test file can have itself."""

_WORDS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip


def with_values(source: str, path: str) -> ast.Module:
    """The tree of a test file, in which asserts that compare two things say what these were.

    Raises:
        SyntaxError: it is not Python.
    """
    tree = ast.parse(source, path)
    _Rewriting().visit(tree)
    alias = ast.alias(name=__name__, asname=_MODULE)
    body = tree.body
    at = next((i for i, node in enumerate(body) if not _comes_first(node)), len(body))
    line = (body[at - 1].end_lineno if at else None) or 1
    body.insert(at, ast.Import([alias], lineno=line, end_lineno=line, col_offset=0, end_col_offset=0))
    return ast.fix_missing_locations(tree)


def _comes_first(node: ast.stmt) -> bool:
    """Whether Python wants it at the top: a docstring, ``from __future__``."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class _Rewriting(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> list[ast.stmt] | ast.Assert:
        """``assert a == b`` as ``left = a; right = b; assert left == right, message(…)``."""
        match node:
            case ast.Assert(test=ast.Compare(left=left, ops=[op], comparators=[right]) as test, msg=None):
                words = [ast.unparse(left), _WORDS[type(op)], ast.unparse(right)]
            case _:
                return node
        asked = ast.Attribute(ast.Name(_MODULE, ast.Load()), "message", ast.Load())
        parts = [_load(_LEFT), _load(_RIGHT), *map(ast.Constant, words)]
        new: list[ast.stmt] = [
            ast.Assign([ast.Name(_LEFT, ast.Store())], left),
            ast.Assign([ast.Name(_RIGHT, ast.Store())], right),
            ast.Assert(
                ast.copy_location(ast.Compare(_load(_LEFT), [op], [_load(_RIGHT)]), test),
                ast.Call(asked, parts, []),
            ),
        ]
        return [ast.copy_location(statement, node) for statement in new]


def _load(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def message(left: Any, right: Any, left_code: str, operator: str, right_code: str) -> str:
    """What an assert says that failed; empty in a hidden case.

    ``message(3, 2, "median([1, 2])", "==", "2")`` is "median([1, 2]) is 3; 2 was expected."
    """
    if not may_show_values():
        return ""
    code, other = _short(left_code), _short(right_code)
    if operator == "==":
        return _("{code} is {yours}; {expected} was expected.").format(
            code=code, yours=shown(left), expected=shown(right)
        )
    said = _("{code} is {yours}; {operator} {other} was expected.")
    if other != shown(right):
        said = _("{code} is {yours}; {operator} {other} was expected, where {other} is {value}.")
    return said.format(code=code, yours=shown(left), operator=operator, other=other, value=shown(right))


def _short(code: str) -> str:
    return code if len(code) <= LONGEST_SHOWN else f"{code[:LONGEST_SHOWN]}…"
