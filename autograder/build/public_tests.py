"""The students' copy of a test file: its public cases, and what these need.

A file is read, never run. Kept are the public cases, the settings that otter reads, and the top-level
imports, constants and helpers that those use, directly or through one another; each in its own words,
with its comments. What they import from a module of the lab that is for students (:data:`FOR_STUDENTS`)
is laid into the copy. Sentences are written in the language of the course. A copy that would show a hidden
case or need what students do not have is refused.
"""

from __future__ import annotations

import ast
import pprint
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.build.sentences import catalogues_for, in_language
from autograder.errors import BuildError
from autograder.grading.test_files import is_of_doctests
from autograder.language import ENGLISH

NOT_FOR_STUDENTS = ("autograder", "reference")
"""Packages that exist on the grading side only."""

FOR_STUDENTS = "FOR_STUDENTS"
"""A module with ``FOR_STUDENTS = True`` at its top level may be copied from, whatever its package is."""

SETTINGS = frozenset({"OK_FORMAT", "name", "points", "all_or_nothing"})
"""What otter reads from a test file, kept whether a case uses it or not."""

HEADER = "# The public test cases of this question. Grading asks further ones.\n\n"


@dataclass(frozen=True, eq=False)
class _File:
    """A file that is copied from: how errors name it, its lines, and its top-level statements."""

    place: str
    text: list[str]
    statements: list[_Statement] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class _Statement:
    """A top-level statement with the comments right above it."""

    node: ast.stmt
    file: _File
    lines: range
    binds: frozenset[str]
    uses: frozenset[str]
    hidden: bool | None  # None: not a test case

    @property
    def is_import(self) -> bool:
        """Whether it imports and does nothing else."""
        return isinstance(self.node, ast.Import | ast.ImportFrom)


def public_copy(
    source: str,
    place: str,
    root: Path,
    *,
    language: str = ENGLISH,
    not_for_students: Iterable[str] = NOT_FOR_STUDENTS,
) -> str:
    """The students' copy of a test file.

    Args:
        source: text of an exception-style otter test file.
        place: how errors name the file.
        root: folder of the lab, in which its modules are found.
        language: that sentences are written in, where a catalogue of the lab has them.
        not_for_students: top-level packages that a student's copy must not import.

    Raises:
        BuildError: the file does not parse or has no public case; ``hidden=`` is not a plain True or
            False; a top-level statement binds no name; the public cases use a hidden case or a package
            of the grading side; or what they import from a module for students is not there, has
            another name, or has the name of something else.
    """
    file = _read(source, place, root, language)
    if is_of_doctests(source):
        return _public_doctests(source, place)
    if not any(statement.hidden is False for statement in file.statements):
        # otter reports a file without cases as passed, which would mislead
        raise BuildError(f"{place}: no public case; every question needs one for grader.check")
    needed = _needed(file, [statement for statement in file.statements if _always_kept(statement)])
    kept = [statement for statement in file.statements if statement in needed]
    copy = HEADER + _layout(_with_shared(kept, root, language))
    _refuse_leaks(copy, kept, place, frozenset(not_for_students))
    return copy


def _public_doctests(source: str, place: str) -> str:
    """The copy of a file in otter's older format: its dictionary with the public cases."""
    values = [
        statement.value
        for statement in ast.parse(source).body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "test"
    ]
    try:
        [value] = values
        test = ast.literal_eval(value)
        suite = test["suites"][0]
        # otter's own default: what says nothing is hidden
        suite["cases"] = [case for case in suite["cases"] if not case.get("hidden", True)]
    except (ValueError, KeyError, IndexError, TypeError) as reason:
        raise BuildError(
            f"{place}: `test` has to be written down as a dictionary, so that hidden cases can be left out "
            f"without running it ({reason})"
        ) from None
    if not suite["cases"]:
        raise BuildError(f"{place}: no public case; every question needs one for grader.check")
    for case in suite["cases"]:  # a copy is for checking, and the points are the course's
        case["points"] = 0
    test["points"] = 0
    return f"{HEADER}OK_FORMAT = True\n\ntest = {pprint.pformat(test, sort_dicts=False, width=100)}\n"


def public_copies(folder: Path, root: Path, language: str = ENGLISH) -> dict[str, str]:
    """The students' copies of all test files in ``folder``: file name to text, sorted by name.

    Args:
        root: folder of the lab, in which modules that test files share are found.
        language: as for :func:`public_copy`.

    Raises:
        BuildError: as :func:`public_copy`, or there is no test file.
    """
    files = sorted(file for file in folder.glob("*.py") if not file.name.startswith(("_", "conftest")))
    if not files:
        raise BuildError(f"{folder}: no test files")
    return {
        file.name: public_copy(file.read_text(encoding="utf-8"), str(file), root, language=language)
        for file in files
    }


def _read(source: str, place: str, root: Path, language: str) -> _File:
    try:
        source = in_language(source, catalogues_for(ast.parse(source), root), language)
        tree = ast.parse(source)
    except SyntaxError as problem:
        raise BuildError(f"{place}: not Python, line {problem.lineno}: {problem.msg}") from problem
    file = _File(place, source.splitlines())
    file.statements.extend(_statement(node, file) for node in tree.body if not _is_docstring(node))
    return file


def _is_docstring(node: ast.stmt) -> bool:
    # The file's docstring describes the hidden cases too, and any other bare string does nothing.
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _statement(node: ast.stmt, file: _File) -> _Statement:
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    while first > 1 and file.text[first - 2].startswith("#"):
        first -= 1
    names = [part for part in ast.walk(node) if isinstance(part, ast.Name)]
    binds = frozenset(_bound(node))
    if not binds or "*" in binds:
        raise BuildError(
            f"{file.place}, line {node.lineno}: this statement names nothing, so nobody can tell which "
            "cases need it; write an assignment or a function instead"
        )
    return _Statement(
        node=node,
        file=file,
        lines=range(first, (node.end_lineno or node.lineno) + 1),
        binds=binds,
        uses=frozenset(part.id for part in names if isinstance(part.ctx, ast.Load)),
        hidden=_hidden(decorators, file.place),
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


def _always_kept(statement: _Statement) -> bool:
    node = statement.node
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    return statement.hidden is False or future or bool(statement.binds & SETTINGS)


def _needed(file: _File, first: Iterable[_Statement]) -> list[_Statement]:
    """``first``, and the statements of the file that these use, directly or through one another."""
    needed = [*first]
    for statement in needed:  # grows while it is walked: helpers of helpers
        needed += [other for other in file.statements if other not in needed and statement.uses & other.binds]
    return needed


# --- what test files share ------------------------------------------------------------------------


def _with_shared(kept: list[_Statement], root: Path, language: str) -> list[_Statement]:
    """The kept statements, with those of modules for students in the place of their imports.

    Shared imports join the file's own. Other shared statements come before the first one that uses them.
    """
    own, shared = [*kept], list[_Statement]()
    modules: dict[str, _File] = {}
    waiting = [*kept]
    for statement in waiting:  # grows while it is walked: such modules may import from others
        module = _shared_module(statement, root, language, modules)
        if module is None:
            continue
        (own if statement in own else shared).remove(statement)
        asked = frozenset().union(*(other.uses for other in (*own, *shared))) & statement.binds
        found = [other for other in _asked_for(asked, statement, module) if other not in shared]
        shared += found
        waiting += found
    if not shared:
        return own
    _refuse_one_name_for_two(own, shared)
    imports = {ast.unparse(one.node): one for one in (*shared, *own) if one.is_import}
    body = [statement for statement in own if not statement.is_import]
    helpers = [statement for statement in shared if not statement.is_import]
    names = frozenset().union(*(statement.binds for statement in helpers))
    place = next((number for number, statement in enumerate(body) if statement.uses & names), len(body))
    return [*sorted(imports.values(), key=_import_order), *body[:place], *helpers, *body[place:]]


def _shared_module(statement: _Statement, root: Path, language: str, known: dict[str, _File]) -> _File | None:
    """The module for students that a statement imports names from; ``None`` when it does something else.

    Args:
        known: the modules that were read before, by name; each is read once.
    """
    node = statement.node
    if not isinstance(node, ast.ImportFrom) or node.level or not node.module:
        return None
    path = root.joinpath(*node.module.split(".")).with_suffix(".py")
    if not path.is_file():
        return None
    if node.module not in known:
        known[node.module] = _read(path.read_text(encoding="utf-8"), str(path), root, language)
    module = known[node.module]
    marks = (one.node for one in module.statements if FOR_STUDENTS in one.binds)
    return module if any(ast.unparse(mark) == f"{FOR_STUDENTS} = True" for mark in marks) else None


def _asked_for(names: frozenset[str], statement: _Statement, module: _File) -> list[_Statement]:
    """The module's statements that give these names, and what those need, in their order."""
    place = f"{statement.file.place}, line {statement.node.lineno}"
    assert isinstance(statement.node, ast.ImportFrom)
    if any(alias.asname for alias in statement.node.names):
        raise BuildError(f"{place}: import names of {module.place} as they are called there, without `as`")
    first = [one for one in module.statements if one.binds & names]
    if missing := names.difference(*(one.binds for one in first)):
        raise BuildError(f"{place}: {module.place} has no {', '.join(sorted(missing))}")
    needed = _needed(module, first)
    return [one for one in module.statements if one in needed]


def _refuse_one_name_for_two(own: list[_Statement], shared: list[_Statement]) -> None:
    """In one file, the later of two would win."""
    given: dict[str, _Statement] = {}
    for statement in (*own, *shared):
        for name in sorted(statement.binds):
            other = given.setdefault(name, statement)
            same = other.file is statement.file or ast.unparse(other.node) == ast.unparse(statement.node)
            if not same:
                raise BuildError(f"{other.file.place} and {statement.file.place} both have a `{name}`")


def _import_order(statement: _Statement) -> tuple[int, bool, str]:
    """As ruff and isort sort: by origin, then ``import x`` before ``from x import y``, then by name."""
    node = statement.node
    assert isinstance(node, ast.Import | ast.ImportFrom)
    return _import_section(node), isinstance(node, ast.ImportFrom), _imported_module(node).lower()


def _imported_module(node: ast.Import | ast.ImportFrom) -> str:
    return node.module or "" if isinstance(node, ast.ImportFrom) else node.names[0].name


def _import_section(node: ast.Import | ast.ImportFrom) -> int:
    package = _imported_module(node).split(".")[0]
    return 0 if package == "__future__" else 1 if package in sys.stdlib_module_names else 2


# --- the copy -------------------------------------------------------------------------------------


def _layout(kept: list[_Statement]) -> str:
    """The kept lines in their order, with blank lines as ruff and black want them."""
    parts: list[str] = []
    seen: set[tuple[str, int]] = set()  # two statements may stand in one line
    before: _Statement | None = None
    for statement in kept:
        lines = [number for number in statement.lines if (statement.file.place, number) not in seen]
        if before and lines:
            parts.append(_gap(before, statement))
        parts += ["\n".join(statement.file.text[number - 1] for number in lines)]
        seen |= {(statement.file.place, number) for number in lines}
        before = statement
    return "".join(parts) + "\n"


def _gap(before: _Statement, after: _Statement) -> str:
    blocks, imports = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, ast.Import | ast.ImportFrom
    if isinstance(before.node, blocks) or isinstance(after.node, blocks):
        return "\n\n\n"
    adjacent = before.file is after.file and after.lines[0] == before.lines[-1] + 1
    if isinstance(before.node, imports) and isinstance(after.node, imports):
        adjacent = _import_section(before.node) == _import_section(after.node)
    return "\n" if adjacent else "\n\n"


def _refuse_leaks(copy: str, kept: list[_Statement], place: str, forbidden: frozenset[str]) -> None:
    for statement in kept:
        if statement.hidden:
            raise BuildError(f"{place}, line {statement.node.lineno}: a public case uses a hidden one")
    tree = ast.parse(copy)
    for node in ast.walk(tree):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = ["." * node.level + (node.module or "")]
        for module in modules:
            if module.startswith(".") or module.split(".")[0] in forbidden:
                raise BuildError(f"{place}: a public case needs `{module}`, which students do not have")
    if "hidden=true" in copy.lower().replace(" ", ""):
        raise BuildError(f"{place}: the students' copy would say hidden=True")
