"""The own code of two submissions, line by line, with the functions that they have in common."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.config.load import Lab
from autograder.files.visible import plain
from autograder.notebook.code import CodeReader
from autograder.notebook.template import code_sources, read_template
from autograder.similar.code import READING_SECONDS, code_of
from autograder.similar.compare import Given, Work

MOST_LINES, LONGEST_LINE = 3_000, 300

Plain = dict[str, Any]


def side_by_side(both: Sequence[Sequence[str]], lab: Lab) -> list[list[Plain]]:
    """The own code cells of each of two notebooks.

    Args:
        both: sources of the code cells that have any.

    Returns:
        For each notebook its cells with own code: ``number``, and ``lines``, each with its ``text`` and
        whether it is ``common``: part of a function, or of what a cell does outside of functions, at least
        half of which the other notebook has too.
    """
    given = Given([code_of(read_template(lab, code_sources) or []), code_of(_solution(lab))])
    works = [given.work(str(at), code_of(sources), ()) for at, sources in enumerate(both)]
    sides = []
    for at, sources in enumerate(both):
        common = _common(works[at], works[1 - at])
        own = {name for name, _ in works[at].units}
        sides.append(list(_cells(sources, own, common)))
    return sides


def _common(work: Work, other: Work) -> set[str]:
    """Names of the units at least half of whose fingerprints the other has too."""
    others = frozenset().union(*(found for _, found in other.units))
    return {name for name, found in work.units if 2 * len(found & others) >= len(found)}


def _cells(sources: Sequence[str], own: set[str], common: set[str]) -> Iterator[Plain]:
    reader = CodeReader(READING_SECONDS)
    left = MOST_LINES
    for number, source in enumerate(sources, start=1):
        trees = reader.read(source).trees
        units = dict(_units([one for tree in trees for one in tree.body], f"cell {number}"))
        if not own & units.keys() or left <= 0:
            continue
        marked = {line for name in common & units.keys() for line in units[name]}
        lines = source.split("\n")[:left]
        left -= len(lines)
        shown = [
            {"text": plain(line, LONGEST_LINE, multiline=True), "common": at in marked}
            for at, line in enumerate(lines, start=1)
        ]
        yield {"number": number, "lines": shown}


def _units(statements: Sequence[ast.stmt], cell: str) -> Iterator[tuple[str, set[int]]]:
    """The lines of each unit, from 1, by the names that :func:`~autograder.similar.code.code_of` gives."""
    rest: set[int] = set()
    for one in statements:
        lines = set(range(one.lineno, (one.end_lineno or one.lineno) + 1))
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield one.name, lines
        elif isinstance(one, ast.ClassDef):
            for name, inner in _units(one.body, ""):
                if name:
                    yield f"{one.name}.{name}", inner
        else:
            rest |= lines
    if cell and rest:
        yield cell, rest


def _solution(lab: Lab) -> list[str]:
    """Sources of the solution's code cells; nothing where the lab has none."""
    if lab.config.build is None:
        return []
    try:
        return code_sources(json.loads(lab.file(lab.config.build.solution).read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return []
