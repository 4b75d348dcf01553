"""Mistakes in an expression: each operator takes a node and gives what might stand there instead."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping

from autograder.mutate.scope import Scope

Change = Callable[[ast.expr, Scope], Iterator[ast.expr]]

ARITHMETIC: Mapping[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
}

COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}

CONFUSED = (
    ("mean", "sum"), ("std", "var"), ("min", "max"), ("zeros", "ones"), ("zeros_like", "ones_like"),
    ("stack", "cat"), ("vstack", "hstack"), ("append", "extend"), ("floor", "ceil"), ("int", "round"),
    ("tanh", "sigmoid"), ("sin", "cos"), ("argmin", "argmax"), ("any", "all"), ("square", "sqrt"),
    ("abs", "square"), ("matmul", "mul"), ("outer", "inner"), ("randint", "randrange"),
)  # fmt: skip
"""Functions that are taken for each other."""

_OTHER = {one: other for pair in CONFUSED for one, other in (pair, pair[::-1])}

AXES = frozenset({"dim", "axis", "dims", "axes"})

IN_PLACE: Mapping[type[ast.operator], str] = {
    ast.Add: "add_",
    ast.Sub: "sub_",
    ast.Mult: "mul_",
    ast.Div: "div_",
    ast.Pow: "pow_",
}

IN_PLACE_FUNCTIONS = frozenset(
    "abs add clamp cos div exp log mul neg pow round sigmoid sin sqrt square sub tanh".split()
)
"""Functions of tensors that have a method which writes to the tensor: the same name with an underscore."""

PLACES = (ast.Name, ast.Attribute, ast.Subscript)
"""What can be written to."""


def arithmetic(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another arithmetic operator."""
    if isinstance(node, ast.BinOp):
        for other in ARITHMETIC.get(type(node.op), ()):
            yield ast.BinOp(node.left, other(), node.right)


def comparison(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another comparison, ``and`` for ``or``, a condition turned round."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        for other in COMPARISONS[type(node.ops[0])]:
            yield ast.Compare(node.left, [other()], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)


def index(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """An index or a bound of a slice that is one off, or two indices in each other's place."""
    if not isinstance(node, ast.Subscript):
        return
    for part in _indices_beside(node.slice):
        yield ast.Subscript(node.value, part, node.ctx)


def _indices_beside(part: ast.expr) -> Iterator[ast.expr]:
    if isinstance(part, ast.Tuple):
        for at, one in enumerate(part.elts):
            for other in _indices_beside(one):
                yield ast.Tuple([*part.elts[:at], other, *part.elts[at + 1 :]], part.ctx)
        if len(part.elts) == 2:
            yield ast.Tuple(part.elts[::-1], part.ctx)
    elif isinstance(part, ast.Slice):
        yield from _slices_beside(part)
    elif _is_number(part) or isinstance(part, ast.Name | ast.BinOp | ast.UnaryOp | ast.Call):
        yield from (moved(part, by) for by in (1, -1))


def _slices_beside(part: ast.Slice) -> Iterator[ast.expr]:
    for by in (1, -1):
        if part.lower is not None:
            yield ast.Slice(moved(part.lower, by), part.upper, part.step)
        if part.upper is not None:
            yield ast.Slice(part.lower, moved(part.upper, by), part.step)
    if part.lower is not None:
        yield ast.Slice(None, part.upper, part.step)
    else:
        yield ast.Slice(ast.Constant(1), part.upper, part.step)
    if part.upper is not None:
        yield ast.Slice(part.lower, None, part.step)
    else:
        yield ast.Slice(part.lower, ast.Constant(-1), part.step)
    if part.step is not None:
        yield ast.Slice(part.lower, part.upper, None)


def moved(node: ast.expr, by: int) -> ast.expr:
    """``node + by``, written as one would: ``t`` beside ``t + 1``, ``-2`` beside ``-1``."""
    match node:
        case ast.Constant(int(value)) if not isinstance(value, bool):
            return ast.Constant(value + by)
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))):
            return ast.Constant(by - value)
        case ast.BinOp(left, ast.Add(), ast.Constant(int(value))):
            return _plus(left, value + by)
        case ast.BinOp(left, ast.Sub(), ast.Constant(int(value))):
            return _plus(left, by - value)
    return _plus(node, by)


def _plus(node: ast.expr, number: int) -> ast.expr:
    if number == 0:
        return node
    return ast.BinOp(node, ast.Add() if number > 0 else ast.Sub(), ast.Constant(abs(number)))


def variable(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another variable of the same kind: a parameter, a local one, an attribute, a key."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from (ast.Name(other, node.ctx) for other in scope.beside(node.id, node.lineno))
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        for other in scope.attributes_beside(node.value.id, node.attr):
            yield ast.Attribute(node.value, other, node.ctx)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        for key in scope.keys_beside(node.slice.value):
            yield ast.Subscript(node.value, ast.Constant(key), node.ctx)


def transpose(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A transpose too many or too few; two operands or arguments in each other's place."""
    match node:
        case ast.Attribute(value, "T"):
            yield value
        case ast.BinOp(left, ast.MatMult() as op, right):
            yield ast.BinOp(right, op, left)
            yield ast.BinOp(_turned(left), op, right)
            yield ast.BinOp(left, op, _turned(right))
        case ast.BinOp(left, ast.Sub() | ast.Div() | ast.Pow() as op, right):
            yield ast.BinOp(right, op, left)
        case ast.Call(func, [first, second, *rest]) if not isinstance(second, ast.Starred):
            yield ast.Call(func, [second, first, *rest], node.keywords)


def _turned(node: ast.expr) -> ast.expr:
    """The transpose, or of a transpose the tensor itself."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def axis(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another axis, or none; an argument by keyword that is left out."""
    if not isinstance(node, ast.Call):
        return
    for at, word in enumerate(node.keywords):
        others = [*node.keywords[:at], *node.keywords[at + 1 :]]
        yield ast.Call(node.func, node.args, others)
        if word.arg in AXES and _is_number(word.value):
            for number in (0, 1, -1):
                changed = ast.keyword(word.arg, ast.Constant(number))
                yield ast.Call(node.func, node.args, [*others[:at], changed, *others[at:]])


def constant(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another number, or the other truth value."""
    match node:
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int(value)):
            yield from (ast.Constant(other) for other in (value + 1, value - 1, -value))
        case ast.Constant(float(value)):
            yield from (ast.Constant(other) for other in (2 * value, value / 2, -value, 1 - value))
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))):
            yield from (ast.Constant(other) for other in (1 - value, -1 - value))


def sign(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A minus too few."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand


def missing(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """One side of an operation alone: a missing factor, term or power."""
    if isinstance(node, ast.BinOp):
        yield node.left
        if not isinstance(node.op, ast.Pow):
            yield node.right


def call(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """What a function was given instead of what it gives, and a function for one that looks like it."""
    match node:
        case ast.Call(func, [only]) if not isinstance(only, ast.Starred):
            yield only
        case ast.Call(ast.Attribute(value, attr), []) if not _is_module(value, scope):
            yield value
    match node:
        case ast.Call(ast.Attribute(value, attr) as func, args, keywords) if attr in _OTHER:
            yield ast.Call(ast.Attribute(value, _OTHER[attr], func.ctx), args, keywords)
        case ast.Call(ast.Name(name) as func, args, keywords) if name in _OTHER:
            yield ast.Call(ast.Name(_OTHER[name], func.ctx), args, keywords)
        case ast.Call(ast.Attribute(value, _), [_, *_]) if not _is_module(value, scope):
            yield value


def _is_module(node: ast.expr, scope: Scope) -> bool:
    return isinstance(node, ast.Name) and not scope.knows(node.id)


def loop(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Other bounds, another step or the other direction of a loop."""
    match node:
        case ast.Call(ast.Name("range") as func, args):
            yield from (ast.Call(func, other, []) for other in _bounds_beside(args))
            yield ast.Call(ast.Name("reversed", ast.Load()), [node], [])
        case ast.Call(ast.Name("reversed"), [only]):
            yield only


def _bounds_beside(args: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for at, bound in enumerate(args):
        for by in (1, -1):
            yield [*args[:at], moved(bound, by), *args[at + 1 :]]
    if len(args) == 1:
        yield [ast.Constant(1), *args]
        yield [ast.Constant(0), *args, ast.Constant(2)]
    else:
        yield [ast.Constant(0), *args[1:]]
    if len(args) == 2:
        yield [*args, ast.Constant(2)]
    if len(args) == 3:
        yield args[:2]
        yield [*args[:2], ast.UnaryOp(ast.USub(), args[2])]


def in_place(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """A tensor that is written to instead of a new one."""
    match node:
        case ast.BinOp(left, op, right) if type(op) in IN_PLACE and _may_be_a_tensor(left, scope):
            yield _method(left, IN_PLACE[type(op)], [right])
        case ast.BinOp(left, ast.Add() | ast.Mult() as op, right) if _may_be_a_tensor(right, scope):
            yield _method(right, IN_PLACE[type(op)], [left])
    match node:
        case ast.Call(ast.Attribute(value, name), [*args]) if name in IN_PLACE_FUNCTIONS:
            if not _is_module(value, scope):
                yield _method(value, f"{name}_", args)
            elif args and isinstance(args[0], PLACES):
                yield _method(args[0], f"{name}_", args[1:])


def _may_be_a_tensor(node: ast.expr, scope: Scope) -> bool:
    return isinstance(node, PLACES) and not (isinstance(node, ast.Name) and scope.is_number(node.id))


def _method(owner: ast.expr, name: str, args: list[ast.expr]) -> ast.expr:
    return ast.Call(ast.Attribute(owner, name, ast.Load()), args, [])


def alias(node: ast.expr, scope: Scope) -> Iterator[ast.expr]:
    """Another name for a tensor in the place of a copy of it, or of a new one like it."""
    match node:
        case ast.Call(ast.Attribute(_, name), [first, *_]) if name.endswith("_like"):
            yield first
        case ast.Call(ast.Attribute(value, "clone" | "copy" | "detach")):
            yield value


def _is_number(node: ast.expr) -> bool:
    inner = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) else node
    return (
        isinstance(inner, ast.Constant) and isinstance(inner.value, int) and not isinstance(inner.value, bool)
    )
