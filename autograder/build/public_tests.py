"""The students' copy of a test file: its public cases, and what these need.

A file is read, never run. Kept are the public cases, the settings that otter reads, and the top-level
imports, constants and helpers that those use, directly or through one another; each in its own words,
with its comments. A copy that would show a hidden case or need what students do not have is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import BuildError

NOT_FOR_STUDENTS = ("autograder", "reference")
"""Packages that exist on the grading side only."""

SETTINGS = frozenset({"OK_FORMAT", "name", "points", "all_or_nothing"})
"""What otter reads from a test file, kept whether a case uses it or not."""

HEADER = "# The public test cases of this question. Grading asks further ones.\n\n"


@dataclass(frozen=True)
class _Statement:
    """A top-level statement with the comments right above it."""

    node: ast.stmt
    lines: range
    binds: frozenset[str]
    uses: frozenset[str]
    hidden: bool | None  # None: not a test case


def public_copy(source: str, place: str) -> str:
    """The students' copy of a test file.

    Args:
        source: text of an exception-style otter test file.
        place: how errors name the file.

    Raises:
        BuildError: the file does not parse or has no public case; ``hidden=`` is not a plain True or
            False; a top-level statement binds no name; or the public cases use a hidden case or a
            package of the grading side.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as problem:
        raise BuildError(f"{place}: not Python, line {problem.lineno}: {problem.msg}") from problem
    text = source.splitlines()
    statements = [_statement(node, text, place) for node in tree.body if not _is_docstring(node)]
    if not any(statement.hidden is False for statement in statements):
        # otter reports a file without cases as passed, which would mislead
        raise BuildError(f"{place}: no public case; every question needs one for grader.check")
    needed = _needed(statements)
    kept = [statement for statement in statements if statement in needed]
    copy = HEADER + _layout(kept, text)
    _refuse_leaks(copy, kept, place)
    return copy


def public_copies(folder: Path) -> dict[str, str]:
    """The students' copies of all test files in ``folder``: file name to text, sorted by name.

    Raises:
        BuildError: as :func:`public_copy`, or there is no test file.
    """
    files = sorted(file for file in folder.glob("*.py") if not file.name.startswith(("_", "conftest")))
    if not files:
        raise BuildError(f"{folder}: no test files")
    return {file.name: public_copy(file.read_text(encoding="utf-8"), str(file)) for file in files}


def _is_docstring(node: ast.stmt) -> bool:
    # The file's docstring describes the hidden cases too, and any other bare string does nothing.
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _statement(node: ast.stmt, text: list[str], place: str) -> _Statement:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    while first > 1 and text[first - 2].startswith("#"):
        first -= 1
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    binds = frozenset(_bound(node))
    if not binds:
        raise BuildError(
            f"{place}, line {node.lineno}: this statement names nothing, so nobody can tell which cases "
            "need it; write an assignment or a function instead"
        )
    return _Statement(
        node=node,
        lines=range(first, (node.end_lineno or node.lineno) + 1),
        binds=binds,
        uses=frozenset(part.id for part in names if isinstance(part.ctx, ast.Load)),
        hidden=_hidden(decorators, place),
    )


def _bound(node: ast.stmt | ast.ExceptHandler) -> Iterator[str]:
    """Names that a top-level statement may give a value, also inside ``if``, ``try`` and ``with``."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for alias in node.names:
            yield alias.asname or alias.name.split(".")[0]
    else:
        for part in ast.iter_child_nodes(node):
            for name in ast.walk(part):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    yield name.id
            if isinstance(part, ast.stmt | ast.ExceptHandler):
                yield from _bound(part)


def _hidden(decorators: list[ast.expr], place: str) -> bool | None:
    for decorator in decorators:
        if not isinstance(decorator, ast.Call) or ast.unparse(decorator.func).split(".")[-1] != "test_case":
            continue
        # otter: test_case(name, points, hidden, ...)
        given = [keyword.value for keyword in decorator.keywords if keyword.arg == "hidden"]
        given += decorator.args[2:3]
        if any(keyword.arg is None for keyword in decorator.keywords):
            raise BuildError(f"{place}, line {decorator.lineno}: test_case(**...) hides what is hidden")
        if not given:
            return False
        if not isinstance(given[0], ast.Constant) or not isinstance(given[0].value, bool):
            raise BuildError(f"{place}, line {decorator.lineno}: hidden= must be True or False")
        return given[0].value
    return None


def _needed(statements: list[_Statement]) -> list[_Statement]:
    needed = [
        statement
        for statement in statements
        if statement.hidden is False
        or statement.binds & SETTINGS
        or (isinstance(statement.node, ast.ImportFrom) and statement.node.module == "__future__")
    ]
    for statement in needed:  # grows while it is walked: helpers of helpers
        needed += [other for other in statements if other not in needed and statement.uses & other.binds]
    return needed


def _layout(kept: list[_Statement], text: list[str]) -> str:
    """The kept lines in their order, with blank lines as ruff and black want them."""
    parts: list[str] = []
    last, was_block = 0, False
    for statement in kept:
        lines = [number for number in statement.lines if number > last]  # two statements in one line
        is_block = isinstance(statement.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if parts and lines:
            gap = "\n\n\n" if is_block or was_block else "\n" if lines[0] == last + 1 else "\n\n"
            parts.append(gap)
        parts += ["\n".join(text[number - 1] for number in lines)]
        last, was_block = max(last, statement.lines[-1]), is_block
    return "".join(parts) + "\n"


def _refuse_leaks(copy: str, kept: list[_Statement], place: str) -> None:
    for statement in kept:
        if statement.hidden:
            raise BuildError(f"{place}, line {statement.node.lineno}: a public case uses a hidden one")
    tree = ast.parse(copy)
    for node in ast.walk(tree):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = ["." * node.level + (node.module or "")]
        for module in modules:
            if module.startswith(".") or module.split(".")[0] in NOT_FOR_STUDENTS:
                raise BuildError(f"{place}: a public case needs `{module}`, which students do not have")
    if "hidden=true" in copy.lower().replace(" ", ""):
        raise BuildError(f"{place}: the students' copy would say hidden=True")
