"""Remarks for the TA that come from reading the source, or from what failed: never a verdict by themselves.

The source is parsed, never run. A student can write code that hides from this; the checks that
decide marks do not depend on it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from autograder.grading.flag_rules import RULES
from autograder.grading.source_names import names_in
from autograder.model import QuestionResult
from autograder.notebook.code import CodeReader, ReadingTime

SECONDS = 3.0
"""Processor time for all of it; a solution takes a tenth of a second."""

MOST_FLAGS, MOST_OF_A_KIND = 60, 10
"""Flags that reading the source gives, and those that begin alike. How many there are beside is said."""

TOO_LONG = "the source took too long to be read: not all of it was looked at for flags"

NODES_BETWEEN_LOOKS = 500
"""Nodes of the syntax between two looks at the clock."""


def static(
    notebook: Any,
    known_files: Collection[str] = (),
    is_given: Callable[[str], bool] = lambda source: False,
    shared: ReadingTime | None = None,
) -> tuple[str, ...]:
    """Flags for the code cells of an nbformat 4 notebook, each at most once, in order of appearance.

    A cell that could not be read is a flag, too: it may be written so that nobody reads it. Cells are counted
    as the page counts them, empty ones left out.

    Args:
        known_files: names and addresses that the lab itself hands out; reading them is no remark.
        is_given: whether a source is that of a cell as students get it, which need not be complete.
        shared: the time of all who read this notebook.
    """
    found, reader = _Found(), CodeReader(SECONDS, shared=shared)
    trees: list[ast.Module] = []
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    for number, source in enumerate(sources, start=1):
        code = reader.read(source)
        trees += code.trees
        if code.problem and not is_given(source):
            found.add(f"code cell {number} could not be read: {code.problem}", "could not be read")
    if not _look(trees, known_files, reader, found):
        found.add(TOO_LONG, TOO_LONG)
    return found.flags()


def alone(results: Sequence[QuestionResult], watched: Collection[str]) -> tuple[str, ...]:
    """A flag for each question of ``watched`` where a check failed though every other question is right."""
    wrong = {result.name for result in results if result.points < result.possible}
    return tuple(
        f"a check of {result.name} failed, every other question is right"
        for result in results
        if result.name in watched and result.failures and wrong <= {result.name}
    )


class _Found:
    """Flags in the order in which they were found, and how many were left out."""

    def __init__(self) -> None:
        self._flags: dict[str, None] = {}
        self._kinds: Counter[str] = Counter()
        self._left_out: set[str] = set()  # bounded by the source that is read

    def add(self, flag: str, kind: str) -> None:
        if flag in self._flags:
            return
        if len(self._flags) < MOST_FLAGS and self._kinds[kind] < MOST_OF_A_KIND:
            self._flags[flag] = None
            self._kinds[kind] += 1
        else:
            self._left_out.add(flag)

    def flags(self) -> tuple[str, ...]:
        more = (f"and {len(self._left_out)} more flags of reading the source",) if self._left_out else ()
        return (*self._flags, *more)


def _look(
    trees: Sequence[ast.Module], known_files: Collection[str], reader: CodeReader, found: _Found
) -> bool:
    """Add what the rules find; whether the time was enough."""
    names = names_in(trees, reader.is_out_of_time)
    allowed = {*known_files, *names.written}
    looked = 0
    for tree in trees:
        for node, function in _walk(tree):
            looked += 1
            if looked % NODES_BETWEEN_LOOKS == 0 and reader.is_out_of_time():
                return False
            for rule in RULES:
                if flag := rule(node, function, names, allowed):
                    found.add(flag, _kind(flag))
    return True


def _kind(flag: str) -> str:
    """What flags of one kind have in common; of imports and changes, also of which package."""
    return flag.partition("." if flag.startswith(("unusual", "changes")) else ":")[0]


def _walk(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every node in order of the source, with the function that it is in (``<cell>`` at top level)."""
    waiting: list[tuple[ast.AST, str]] = [(tree, "<cell>")]  # a stack, not recursion: sources may nest deeply
    while waiting:
        node, function = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            function = node.name
        yield node, function
        waiting += [(child, function) for child in reversed([*ast.iter_child_nodes(node)])]
