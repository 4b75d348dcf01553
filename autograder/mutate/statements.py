"""Mistakes in a statement as a whole: each operator gives the text that might stand there instead."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import partial

from autograder.mutate.own_code import COMPOUND, Statement
from autograder.mutate.scope import counts, whole_numbers

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
    loop = statement.loop
    if (
        statement.is_last
        and loop is not None
        and not loop.orelse
        and not isinstance(statement.node, COMPOUND)
    ):
        yield ast.unparse(statement.node)


def wrapped(statement: Statement) -> Iterator[str]:
    """The amount of a number, or a number that is cut off, in the place of the number itself."""
    match statement.node:
        case ast.Return(ast.BinOp() | ast.Call() as value):
            makes: Callable[[ast.expr], ast.stmt] = ast.Return
        case ast.Assign(targets, ast.BinOp() as value):
            makes = partial(ast.Assign, targets)
        case ast.AugAssign(target, op, ast.BinOp() | ast.Call() as value):
            makes = partial(ast.AugAssign, target, op)
        case _:
            return
    yield _written(makes(ast.Call(ast.Name("abs"), [value], [])))
    bounds = [ast.UnaryOp(ast.USub(), ast.Constant(1)), ast.Constant(1)]
    yield _written(makes(ast.Call(ast.Attribute(value, "clamp"), [*bounds], [])))


def guarded(statement: Statement) -> Iterator[str]:
    """What is done in some rounds or for some sizes only: not in the first round, not for one of them."""
    node = statement.node
    place = node.targets[0] if isinstance(node, ast.Assign) else None
    if not isinstance(node, ast.AugAssign | ast.Expr) and not isinstance(
        place, ast.Attribute | ast.Subscript
    ):
        return
    match statement.loop:
        case ast.For(ast.Name(name), iterated) if counts(iterated) and name != "_":
            yield f"if {name}: {ast.unparse(node)}"
    if statement.function is not None:
        for name in whole_numbers(statement.function):
            yield f"if {name} > 1: {ast.unparse(node)}"


def kept(statement: Statement) -> Iterator[str]:
    """What should begin anew at each call, and is kept from one to the next."""
    function = statement.function
    if function is None or statement.loop is not None or not function.args.args:
        return
    match statement.node:
        case ast.Assign([ast.Name(name)], ast.List() | ast.Dict() | ast.Call() as value) if _is_new(value):
            keeper = function.args.args[0].arg if "." in statement.unit else function.name
            yield f"{name} = {keeper}.__dict__.setdefault({name!r}, {ast.unparse(value)})"


def _is_new(value: ast.expr) -> bool:
    """Whether an expression gives something that is filled later on."""
    match value:
        case ast.Call(ast.Attribute(_, name) | ast.Name(name)):
            return any(word in name for word in ("zeros", "ones", "empty", "list", "dict", "deque"))
    return True


def _reads(value: ast.expr, place: ast.expr) -> bool:
    return any(isinstance(one, ast.expr) and _same_place(place, one) for one in ast.walk(value))


def _same_place(target: ast.expr, other: ast.expr) -> bool:
    return ast.unparse(target) == ast.unparse(other)


def _written(node: ast.stmt) -> str:
    return ast.unparse(ast.fix_missing_locations(node))
