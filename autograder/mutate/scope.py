"""Which names stand beside each other, so that one may be taken for another."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

MOST_BESIDE = 3
"""Names that one is taken for: all of them would only be more of the same kind."""

NUMBER = "number"

_ANNOTATED = {"int": NUMBER, "float": NUMBER, "bool": NUMBER}
_BUILT_IN = frozenset({NUMBER, "list", "dict", "str", "tuple"})
_COUNTING = frozenset({"range"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Scope:
    """The names around a statement.

    Attributes:
        kinds: by variable, parameters first: ``number``, ``list`` and their kin, or what an annotation
            says; empty where nobody knows.
        since: by variable, the line that assigns it first; 0 for parameters.
        attributes: by the name of an object, the kinds of those that are read or assigned and not called.
        keys: texts in square brackets.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    since: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keys: tuple[str, ...] = ()

    def knows(self, name: str) -> bool:
        """Whether the name is a variable, rather than a module, function or class."""
        return name in self.kinds or name in self.attributes

    def is_number(self, name: str) -> bool:
        """Whether the variable is a number, as far as can be read."""
        return self.kinds.get(name) == NUMBER

    def beside(self, name: str, line: int) -> Iterator[str]:
        """Other variables of the same kind that are there in this line."""
        there = {
            one: kind
            for one, kind in self.kinds.items()
            if self.since[one] < line and one not in self.attributes  # an object is no tensor
        }
        yield from _alike(there, name)

    def attributes_beside(self, owner: str, name: str) -> Iterator[str]:
        """Other attributes of the same object, and of the same kind."""
        yield from _alike(self.attributes.get(owner, {}), name)

    def keys_beside(self, key: object) -> Iterator[str]:
        """Other texts in square brackets."""
        if key in self.keys:
            yield from [one for one in self.keys if one != key][:MOST_BESIDE]


def _alike(kinds: Mapping[str, str], name: str) -> list[str]:
    """Other names of the same kind, or of one that nobody knows better."""
    if name not in kinds:
        return []
    kind = kinds[name]
    found = [
        one
        for one, other in kinds.items()
        if one != name and (kind == other or ("" in (kind, other) and not {kind, other} & _BUILT_IN))
    ]
    return found[:MOST_BESIDE]


def scope_of(function: Function | None, cell: ast.Module, around: ast.ClassDef | None) -> Scope:
    """The scope of what stands in a function, or outside of all functions of a cell.

    Args:
        around: the class that the function is a method of: attributes of its object are those of all methods.
    """
    nodes = _in_order(ast.walk(function or cell))
    kinds = {} if function is None else _parameters(function)
    attributes = _attributes(nodes, _numbers(around or function or cell))
    if around is not None and kinds:
        itself = next(iter(kinds))
        del kinds[itself]
        attributes[itself] = _attributes(_in_order(ast.walk(around)), _numbers(around)).get(itself, {})
    since = dict.fromkeys(kinds, 0)
    for name, (kind, line) in _local(function or cell, nodes).items():
        kinds.setdefault(name, kind)
        since.setdefault(name, line)
    return Scope(kinds, since, attributes, tuple(dict.fromkeys(_keys(nodes))))


def _parameters(function: Function) -> dict[str, str]:
    found = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    texts = {one.arg: ast.unparse(one.annotation) if one.annotation else "" for one in found}
    return {name: _ANNOTATED.get(text, text) for name, text in texts.items()}


def _numbers(around: ast.AST) -> set[str]:
    """Parameters of functions that are numbers."""
    functions = [one for one in ast.walk(around) if isinstance(one, Function)]
    return {name for one in functions for name, kind in _parameters(one).items() if kind == NUMBER}


def _local(around: ast.AST, nodes: Iterable[ast.expr]) -> dict[str, tuple[str, int]]:
    """Kind and first line of the variables that are assigned and read, in order."""
    nodes = [*nodes]
    read = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    since: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in read:
            since.setdefault(node.id, node.lineno)
    kinds = dict.fromkeys(since, "")
    for one in ast.walk(around):
        match one:
            case ast.Assign([ast.Name(name)], value) if name in kinds:
                kinds[name] = kinds[name] or _kind(value)
            case ast.For(ast.Name(name), iterated) if name in kinds and counts(iterated):
                kinds[name] = NUMBER
    return {name: (kind, since[name]) for name, kind in kinds.items() if name != "_"}


def whole_numbers(function: Function) -> list[str]:
    """Parameters that are annotated as whole numbers."""
    found = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return [one.arg for one in found if isinstance(one.annotation, ast.Name) and one.annotation.id == "int"]


def counts(iterated: ast.expr) -> bool:
    """Whether the variable of a loop over this is a number."""
    return any(isinstance(one, ast.Name) and one.id in _COUNTING for one in ast.walk(iterated))


def _kind(value: ast.expr) -> str:
    match value:
        case ast.Constant(bool() | int() | float()):
            return NUMBER
        case ast.Constant(str()) | ast.JoinedStr():
            return "str"
        case ast.List() | ast.ListComp():
            return "list"
        case ast.Dict() | ast.DictComp():
            return "dict"
        case ast.Tuple():
            return "tuple"
    return ""


def _in_order(nodes: Iterable[ast.AST]) -> list[ast.expr]:
    found = [node for node in nodes if isinstance(node, ast.expr)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def _attributes(nodes: Iterable[ast.expr], numbers: set[str]) -> dict[str, dict[str, str]]:
    """By the name of an object, the kinds of its attributes, where one of them is assigned somewhere.

    Args:
        numbers: variables that are numbers: so is an attribute of the same name.
    """
    nodes = [*nodes]
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    found: dict[str, dict[str, str]] = {}
    assigned: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and id(node) not in called:
            found.setdefault(node.value.id, {})[node.attr] = NUMBER if node.attr in numbers else ""
            if isinstance(node.ctx, ast.Store):
                assigned.add(node.value.id)
    return {owner: kinds for owner, kinds in found.items() if owner in assigned}


def _keys(nodes: Iterable[ast.expr]) -> Iterator[str]:
    for node in nodes:
        match node:
            case ast.Subscript(_, ast.Constant(str(key))):
                yield key
