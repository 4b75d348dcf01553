"""Which questions ask about a piece of code, by the template and by names. Nothing runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.mutate.own_code import plain_tree
from autograder.notebook.bound_names import bound_by


@dataclass(frozen=True)
class _Part:
    """Cells of the template and the questions that are checked behind them."""

    names: frozenset[str]
    questions: tuple[str, ...]


class Owners:
    """Knows which questions ask about what.

    Args:
        template: sources of the template's code cells; none where the lab has no template.
        questions: names of the auto-graded ones.
    """

    def __init__(self, template: Sequence[str], questions: Sequence[str]) -> None:
        self._questions = questions
        self._parts = [*_parts(template, questions)]

    def of(self, unit: str, cell: str) -> tuple[str, ...]:
        """The questions about a function, or about what a cell does outside of functions.

        A function that is named like a question belongs to it; everything else to the questions that are
        checked behind the cells of the template which bind most of the same names.

        Args:
            unit: ``Class.method`` or ``function``; empty for a cell's top level.
            cell: source of the cell that it stands in.
        """
        named = tuple(one for one in self._questions if unit and is_about(unit, one))
        if named:
            return named
        names = {unit.partition(".")[0]} if unit else _bound(cell)
        best = max(self._parts, key=lambda part: len(part.names & names), default=None)
        return best.questions if best is not None and best.names & names else ()


def is_about(unit: str, question: str) -> bool:
    """Whether the words of a question's name are in that of a function: ``loss`` in ``mean_loss``."""
    return _words(question) <= _words(unit.rpartition(".")[2])


def _words(name: str) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", name.lower()))


def _parts(template: Sequence[str], questions: Sequence[str]) -> Iterator[_Part]:
    names: set[str] = set()
    checked: list[str] = []
    for source in template:
        found = [*_checked(source, questions)]
        if checked and not found:
            yield _Part(frozenset(names), tuple(checked))
            names, checked = set(), []
        checked += found
        names |= _bound(source)
    if checked:
        yield _Part(frozenset(names), tuple(checked))


def _checked(source: str, questions: Collection[str]) -> Iterator[str]:
    """The questions that a cell checks: ``grader.check("name")``."""
    for node in ast.walk(plain_tree(source) or ast.Module([], [])):
        match node:
            case ast.Call(ast.Attribute(_, "check"), [ast.Constant(str(name))]) if name in questions:
                yield name


def _bound(source: str) -> set[str]:
    tree = plain_tree(source)
    statements: Iterable[ast.stmt] = tree.body if tree else ()
    return {*bound_by(one for one in statements if not isinstance(one, ast.Import | ast.ImportFrom))}
