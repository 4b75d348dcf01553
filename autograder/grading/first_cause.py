"""The first cause: which cell stopped and took everything after it along.

A name that a question asks for in vain leads to the cell that would have bound it, by reading the source,
and that cell's own missing name perhaps to an earlier one. The student's process decides what is said here,
and no mark depends on it.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.grading.bounds import first
from autograder.grading.newer_python import newer_syntax
from autograder.grading.verdicts import is_vague
from autograder.language import judging as _
from autograder.language.cells import CAUSE, LACKED, NOT_ENDED, STOPPED, STOPPED_AT
from autograder.language.endings import words_for
from autograder.model import CaseResult, CellRun, Ending, Outcome, QuestionResult
from autograder.notebook.bound_names import bound_by, names_written
from autograder.notebook.code import CodeReader, ReadingTime, code_lines

LONGEST_LINE, LONGEST_ERROR, MOST_NAMED = 80, 160, 5
"""Characters of the student's line and of its error in a sentence, and causes that are named."""

_NOT_DEFINED = re.compile(r"NameError: (?:global )?name '(\w{1,200})' is not defined")
_KERNELS_FILE = re.compile(r" \(\d+\.py, line \d+\)$")
_NO_FAILURE = (Ending.FINISHED, Ending.LEFT_OUT, Ending.OUTPUT_LIMIT)


@dataclass(frozen=True)
class Stopped:
    """A code cell that did not come to its end.

    Attributes:
        cell: its number among the code cells that have source, from 1: as the page counts them.
        what: how it ended, as words behind "code cell 3".
        names: what its end kept from being bound at its top level.
        needs: a name that it lacked itself; empty where it failed for another reason.
    """

    cell: int
    what: str
    names: frozenset[str]
    needs: str = ""


def explained(
    notebook: Any,
    cells: Sequence[CellRun],
    results: Sequence[QuestionResult],
    python: str = "",
    shared: ReadingTime | None = None,
) -> tuple[tuple[QuestionResult, ...], tuple[str, ...]]:
    """The results, with the first cause in the place of "X is not defined", and the causes as sentences.

    Args:
        notebook: nbformat 4 notebook; only its sources count.
        python: the version of Python that it names; may be empty.
        shared: the time of all who read this notebook.

    Returns:
        Results with the same points, and what stopped, each with the number of questions that it concerns:
        those that concern most first.
    """
    stopped = stopped_cells(notebook, cells, python, shared)
    roots = _roots(stopped)
    concerned: dict[Stopped, int] = {}
    told = []
    for result in results:
        cases = [(case, _found(case, roots)) for case in result.cases]
        causes = {found[1] for _case, found in cases if found}
        for cause in causes:
            concerned[cause] = concerned.get(cause, 0) + 1
        told.append(replace(result, cases=tuple(_with_cause(case, found) for case, found in cases)))
    ordered = sorted(concerned, key=lambda cause: (-concerned[cause], cause.cell))
    named = [_sentence(cause, concerned[cause]) for cause in ordered[:MOST_NAMED]]
    return tuple(told), first(named, len(ordered), _("and {count} more that stopped"))


def stopped_cells(
    notebook: Any, cells: Sequence[CellRun], python: str = "", shared: ReadingTime | None = None
) -> list[Stopped]:
    """The cells that failed, in order."""
    found, reader = [], CodeReader(shared=shared)
    for number, run in enumerate(cells, start=1):
        if run.ending in _NO_FAILURE and not run.error:
            continue
        source = notebook.cells[run.index].source
        code = reader.read(source)
        names = names_written(code.python) if code.tree is None else _names_behind(code.tree, run.line)
        lacked = _NOT_DEFINED.match(run.error)
        newer = None if code.tree or reader.is_out_of_time() else newer_syntax(code.python)
        what = _what(run, code_lines(source, code), newer, python)
        found.append(Stopped(number, what, names, lacked[1] if lacked else ""))
    return found


def _roots(stopped: Sequence[Stopped]) -> dict[str, Stopped]:
    """By name, the cell that keeps it from being there, followed to its first cause."""
    roots: dict[str, Stopped] = {}
    for one in stopped:  # in order: what an earlier cell kept back is known when a later one lacks it
        cause = roots.get(one.needs, one)
        for name in one.names:
            roots.setdefault(name, cause)
    return roots


def _found(case: CaseResult, roots: dict[str, Stopped]) -> tuple[str, Stopped] | None:
    """The name that a failed case lacked, and why it is not there."""
    if case.outcome is not Outcome.FAILED:
        return None
    for name in case.missing:
        if name in roots and (is_vague(case.message) or re.search(rf"\b{re.escape(name)}\b", case.message)):
            return name, roots[name]
    return None


def _with_cause(case: CaseResult, found: tuple[str, Stopped] | None) -> CaseResult:
    if found is None:
        return case
    name, cause = found
    return replace(
        case,
        message=_(LACKED).format(name=name, cause=_cell(cause)),
        help=_("Repair that cell first: what stands behind this place in it did not run."),
    )


def _sentence(cause: Stopped, questions: int) -> str:
    text = _.plural(
        "{cause}; {count} question depends on what follows it",
        "{cause}; {count} questions depend on what follows it",
        questions,
    )
    return text.format(cause=_cell(cause), count=questions)


def _cell(cause: Stopped) -> str:
    return _(CAUSE).format(number=cause.cell, what=cause.what)


def _what(run: CellRun, lines: Sequence[str], newer: tuple[str, str] | None, python: str) -> str:
    """Words behind "code cell 3".

    Args:
        lines: the cell's as tracebacks count them.
        newer: as :func:`newer_syntax` gives it.
    """
    if run.ending is not Ending.RAISED and not run.error:
        return _(NOT_ENDED).format(ending=words_for(run.ending))
    line = lines[run.line - 1].strip() if 0 < run.line <= len(lines) else ""
    error = _short(" ".join(_KERNELS_FILE.sub("", run.error).split()), LONGEST_ERROR)
    error += _remedy(run, newer, python)
    if line:
        return _(STOPPED_AT).format(line=run.line, source=_short(line, LONGEST_LINE), error=error)
    return _(STOPPED).format(error=error)


def _remedy(run: CellRun, newer: tuple[str, str] | None, python: str) -> str:
    if run.error.startswith("ModuleNotFoundError") and "not installed" not in run.error:
        return _(" (this package is not installed here)")
    if newer:
        syntax, version = newer
        ours = f"{sys.version_info[0]}.{sys.version_info[1]}"
        text = _(" ({syntax}: that needs Python {version}, here is {ours})")
        if python:
            text = _(
                " ({syntax}: that needs Python {version}, here is {ours}; the notebook names Python {named})"
            )
        return text.format(syntax=syntax, version=version, ours=ours, named=python)
    return ""


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _names_behind(tree: ast.Module, line: int) -> frozenset[str]:
    """What the statements bind that end at this line or behind it."""
    return bound_by(statement for statement in tree.body if (statement.end_lineno or line) >= line)
