"""Mistakes in a statement as a whole: each operator gives the text that might stand there instead."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from autograder.mutate.own_code import COMPOUND, Statement

Change = Callable[[Statement], Iterator[str]]
"""Gives the statement's text; several statements are separated by ``;``."""


def dropped(statement: Statement) -> Iterator[str]:
    """A statement that is missing."""
    if not isinstance(statement.node, (*COMPOUND, ast.Return, ast.Break, ast.Continue)):
        yield "pass"


def doubled(statement: Statement) -> Iterator[str]:
    """A statement that stands there twice, where that makes a difference."""
    node = statement.node
    again = isinstance(node, ast.AugAssign | ast.Expr)
    if isinstance(node, ast.Assign):
        targets = {one.id for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)}
        read = {one.id for one in ast.walk(node.value) if isinstance(one, ast.Name)}
        again = bool(targets & read) or any(isinstance(one, ast.Call) for one in ast.walk(node.value))
    if again:
        yield f"{ast.unparse(node)}; {ast.unparse(node)}"


def assignment(statement: Statement) -> Iterator[str]:
    """``=`` for ``+=`` and its kin, ``+=`` for ``=``, another operator in it."""
    match statement.node:
        case ast.AugAssign(target, op, value):
            yield _written(ast.Assign([target], value))
            others = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult}
            if type(op) in others:
                yield _written(ast.AugAssign(target, others[type(op)](), value))
        case ast.Assign([ast.Subscript() | ast.Attribute() as target], value) if not _reads(value, target):
            yield _written(ast.AugAssign(target, ast.Add(), value))


def negated(statement: Statement) -> Iterator[str]:
    """The other sign of what is assigned, added or returned."""
    match statement.node:
        case ast.Return(ast.expr() as value) if not isinstance(value, ast.Tuple | ast.Constant | ast.Dict):
            yield _written(ast.Return(ast.UnaryOp(ast.USub(), value)))
        case ast.Assign(targets, value) if isinstance(value, ast.BinOp | ast.Call):
            yield _written(ast.Assign(targets, ast.UnaryOp(ast.USub(), value)))


def returned(statement: Statement) -> Iterator[str]:
    """Nothing returned, one of two values, or both in each other's place."""
    match statement.node:
        case ast.Return(ast.Tuple([first, second])):
            yield _written(ast.Return(ast.Tuple([second, first], ast.Load())))
            yield _written(ast.Return(first))
            yield _written(ast.Return(second))
        case ast.Return(ast.expr() as value):
            yield ast.unparse(value)


def augmented(statement: Statement) -> Iterator[str]:
    """``x -= …`` for ``x = x - …``, which writes to what ``x`` names."""
    match statement.node:
        case ast.Assign([target], ast.BinOp(left, op, right)) if _same_place(target, left):
            yield _written(ast.AugAssign(target, op, right))  # type: ignore[arg-type]  # a name or a place


def behind_the_loop(statement: Statement) -> Iterator[str]:
    """The last statement of a loop, once behind it instead of in each round."""
    if statement.loop is not None and not statement.loop.orelse and not isinstance(statement.node, COMPOUND):
        yield ast.unparse(statement.node)


def _reads(value: ast.expr, place: ast.expr) -> bool:
    return any(isinstance(one, ast.expr) and _same_place(place, one) for one in ast.walk(value))


def _same_place(target: ast.expr, other: ast.expr) -> bool:
    return ast.unparse(target) == ast.unparse(other)


def _written(node: ast.stmt) -> str:
    return ast.unparse(ast.fix_missing_locations(node))
