"""Tests that look at what a call has done to an argument: where points are earned, arguments are copies."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterator, Mapping

from autograder.authoring.names import defined, imported, nodes_of

IMPORT = "from autograder.grading import checks"


def works_in_place(source: str, notebook: Collection[str]) -> list[str]:
    """Functions that code calls alone, with a variable of its own, sorted: ``rotate_(items)``.

    Args:
        source: Python.
        notebook: names of what the notebook imports, which is nobody's to judge.
    """
    return sorted({name for name, _call in _calls_alone(source, notebook)})


def asked_afterwards(code: str, source: str, notebook: Collection[str]) -> str:
    """The same test, where such calls bind what became of the arguments.

    ``rotate_(items)`` becomes ``_, (items,) = checks.call(rotate_, items)``. What takes several lines or has
    keywords stays as it is, and so does all of a test that calls something else ``checks``.

    Args:
        code: Python, or doctests.
        source: Python; of doctests their examples without output.
        notebook: as for :func:`works_in_place`.
    """
    if any(isinstance(node, ast.Name) and node.id == "checks" for node in nodes_of(source)):
        return code
    own = _own(source)
    made = {
        text: _bound_afterwards(call, own)
        for _name, call in _calls_alone(source, notebook)
        if "\n" not in (text := ast.get_source_segment(source, call) or "\n") and not call.keywords
        if not any(isinstance(argument, ast.Starred) for argument in call.args)
    }
    lines = code.split("\n")
    return "\n".join(_line(line, after, made) for line, after in zip(lines, [*lines[1:], ""], strict=True))


def with_checks(code: str, notebook: Mapping[str, str]) -> dict[str, str]:
    """What names stand for in such a test, as :func:`~autograder.authoring.names.imported` says it."""
    return {**notebook, **({"checks": IMPORT} if "= checks.call(" in code else {})}


def _line(line: str, after: str, made: dict[str, str]) -> str:
    prompt, call, comment = re.fullmatch(r"(\s*(?:>>> |\.\.\. )?)(.*?)(\s*(?:#.*)?)", line).groups()  # type: ignore[union-attr]  # it fits every line
    has_output = ">>> " in prompt and after.strip() and not after.lstrip().startswith((">>>", "..."))
    return line if has_output else f"{prompt}{made.get(call, call)}{comment}"


def _bound_afterwards(call: ast.Call, own: set[str]) -> str:
    names = [one.id if isinstance(one, ast.Name) and one.id in own else "_" for one in call.args]
    given = ", ".join(ast.unparse(one) for one in [call.func, *call.args])
    return f"_, ({', '.join(names)}{',' if len(names) == 1 else ''}) = checks.call({given})"


def _own(source: str) -> set[str]:
    """Names that code binds."""
    return {
        node.id for node in nodes_of(source) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _calls_alone(source: str, notebook: Collection[str]) -> Iterator[tuple[str, ast.Call]]:
    nodes = list(nodes_of(source))
    own = _own(source)
    others = {*dir(builtins), *notebook, *imported([source]), *defined(nodes)}
    for node in nodes:
        if not isinstance(node, ast.Expr) or not isinstance(call := node.value, ast.Call):
            continue
        theirs = isinstance(call.func, ast.Name) and call.func.id not in others
        if theirs and any(isinstance(argument, ast.Name) and argument.id in own for argument in call.args):
            yield ast.unparse(call.func), call
