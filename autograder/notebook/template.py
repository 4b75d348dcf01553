"""What a notebook has of the students' template: all of it and nothing else, or next to nothing."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from autograder.config.load import Lab
from autograder.errors import ConfigurationError, UnreadableNotebook
from autograder.notebook.bound_names import bound_by, names_written
from autograder.notebook.code import CodeReader, ReadingTime, parsed
from autograder.notebook.decoding import decode_json

FEW = 0.25
"""Share of the template's names below which a notebook is hardly one of this lab."""


UNTOUCHED_SECONDS = 0.5
"""Processor time for the code that stands beside the template's where it may be untouched: cells that import
something take a thousandth of it. Whole classes are looked at before anything is graded."""

Found = TypeVar("Found")


@dataclass(frozen=True)
class Template:
    """The code of the notebook that students get.

    Attributes:
        sources: of its code cells, without white space.
        names: what its cells bind at their top level, imports aside.
        definitions: the functions and classes among them.
        to_do: those sources that leave something to students.
        given: the names that no such cell binds.
    """

    sources: frozenset[str]
    names: frozenset[str]
    definitions: frozenset[str]
    to_do: frozenset[str]
    given: frozenset[str]

    def has(self, source: str) -> bool:
        """Whether a code cell is the template's."""
        return _squeezed(source) in self.sources

    def is_untouched(self, sources: Iterable[str], shared: ReadingTime | None = None) -> bool:
        """Whether code cells are the template's; cells that only import, show or call something may be added.

        Where every cell that leaves something to students stands as they got it, the others may be those of
        an earlier version. Nothing of a notebook without any code cell of the template is untouched.
        """
        known, others, reader = set[str](), 0, CodeReader(UNTOUCHED_SECONDS, shared=shared)
        for source in sources:
            if self.has(source):
                known.add(_squeezed(source))
            elif (tree := reader.read(source).tree) is None:
                return False
            elif not _binds_nothing(tree):
                if not self._may_be_earlier(tree):
                    return False
                others += 1
        return bool(known) and (not others or (bool(self.to_do) and self.to_do <= known))

    def _may_be_earlier(self, tree: ast.Module) -> bool:
        """Whether a cell may be another version of one that students do not touch.

        It binds the same names, defines nothing, and changes nothing of other objects.
        """
        own = [one for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom)]
        return bound_by(own) <= self.given and not any(map(_defines_or_changes, ast.walk(tree)))

    def is_untouched_file(self, data: bytes, most_bytes: int, shared: ReadingTime | None = None) -> bool:
        """The same for the bytes of a file; false for what cannot be read."""
        try:
            value = decode_json(data, most_bytes).value
        except UnreadableNotebook:
            return False
        cells = value.get("cells") if isinstance(value, dict) else None
        if not isinstance(cells, list):
            return False
        code = (cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code")
        return self.is_untouched((_text(cell.get("source")) for cell in code), shared)

    def remarks(self, sources: Iterable[str], shared: ReadingTime | None = None) -> tuple[str, ...]:
        """What the person who looks at the class should know; nothing for an ordinary notebook."""
        sources = list(sources)
        if self.is_untouched(sources, shared):
            return ("nothing done: the code is that of the template",)
        found = self.names & _names(sources, shared)
        few = len(found) < FEW * len(self.names) and len(found & self.definitions) < len(self.definitions) / 2
        if few:
            return (
                f"another lab's notebook? It has {len(found)} of the {len(self.names)} names of the template",
            )
        return ()


def lab_template(lab: Lab) -> Template | None:
    """The students' template; ``None`` where the lab has none, or has not built it yet.

    Raises:
        ConfigurationError: the configuration names a template that is no notebook of format 4.
    """
    return read_template(lab, template_of)


def read_template(lab: Lab, read: Callable[[Any], Found]) -> Found | None:
    """What ``read`` makes of the JSON in the template's file; ``None`` where there is no such file.

    Raises:
        ConfigurationError: the configuration names a template that is no notebook of format 4.
    """
    file = lab.template()
    if file is None:
        return None
    try:
        return read(json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:  # not built yet, and nothing else needs it
        return None
    except (OSError, ValueError, LookupError, AttributeError, TypeError) as reason:
        raise ConfigurationError(f"{file}: the template cannot be read: {reason}") from None


def template_of(notebook: Any) -> Template:
    """What the template has.

    Args:
        notebook: the JSON of its file, format 4.

    Raises:
        LookupError, TypeError, AttributeError: it is no such notebook.
    """
    sources = code_sources(notebook)
    names, definitions, to_do, theirs = set[str](), set[str](), set[str](), set[str]()
    for source in sources:
        statements = tree.body if (tree := parsed(source)) else []
        own = [one for one in statements if not isinstance(one, ast.Import | ast.ImportFrom)]
        names |= bound_by(own)
        if _leaves_something(source, statements):
            to_do.add(_squeezed(source))
            theirs |= bound_by(own)
        definitions |= bound_by(
            one for one in own if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        )
    code = frozenset(squeezed for source in sources if (squeezed := _squeezed(source)))
    return Template(
        code, frozenset(names), frozenset(definitions), frozenset(to_do), frozenset(names - theirs)
    )


def code_sources(notebook: Any) -> list[str]:
    """Sources of the code cells.

    Args, errors: as :func:`template_of`.
    """
    return [_text(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _names(sources: Iterable[str], shared: ReadingTime | None) -> set[str]:
    found: set[str] = set()
    reader = CodeReader(shared=shared)
    for source in sources:
        code = reader.read(source)
        found |= names_written(code.python) if code.tree is None else bound_by(code.tree.body)
    return found


def _binds_nothing(tree: ast.Module) -> bool:
    return all(isinstance(one, ast.Import | ast.ImportFrom | ast.Pass | ast.Expr) for one in tree.body)


def _defines_or_changes(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute | ast.Subscript):
        return not isinstance(node.ctx, ast.Load)
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda)


def _leaves_something(source: str, statements: Iterable[ast.stmt]) -> bool:
    """Whether a cell of the template is there to be changed: it says so, or has a gap."""
    return "TODO" in source or any(
        (isinstance(node, ast.Constant) and node.value is ...)
        or (isinstance(node, ast.Name) and node.id == "NotImplementedError")
        for statement in statements
        for node in ast.walk(statement)
    )


def _squeezed(source: str) -> str:
    return "".join(source.split())


def _text(source: Any) -> str:
    """A cell's source, which the format keeps as text or as a list of lines."""
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))
