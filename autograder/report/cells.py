"""The code cells of a notebook on a student's page: those that did not finish, and those that the page names.

They have the numbers that Jupyter gives them when it runs the whole notebook: empty cells get none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from autograder.language import showing as _
from autograder.language.cells import names_of_cells
from autograder.model import CellRun, Ending, Outcome, QuestionResult

if TYPE_CHECKING:
    from markupsafe import Markup

MOST_ROWS = 40
"""Rows of a page."""

_CODE = re.compile(r"`([^`\n]{1,200})`")
_ASKS = re.compile(r"""grader\.check\(["'](\w{1,80})["']\)""")
_QUIET = (Ending.FINISHED, Ending.LEFT_OUT)


@dataclass(frozen=True)
class CellRow:
    """Neighbouring code cells that ended alike, numbered from 1 among the code cells with source.

    Attributes:
        begins: the first line of the first one.
        questions: whose checks name the cell.
    """

    first: int
    last: int
    ending: Ending
    error: str = ""
    begins: str = ""
    questions: tuple[QuestionResult, ...] = ()

    @property
    def label(self) -> str:
        """The cells' numbers, for a heading."""
        return f"{self.first}" if self.first == self.last else f"{self.first}–{self.last}"


def cell_rows(cells: Sequence[CellRun], questions: Iterable[QuestionResult] = ()) -> list[CellRow]:
    """The cells that did not finish, neighbours with one ending and error together, and those that are named.

    Args:
        questions: whose failed checks name cells.
    """
    naming: dict[int, list[QuestionResult]] = {}
    for question in questions:
        for number in sorted({number for text in _texts(question) for number in named_cells(text)}):
            naming.setdefault(number, []).append(question)
    rows = []
    numbered = enumerate(cells, start=1)
    for (ending, error, named), run in groupby(
        numbered, key=lambda entry: (entry[1].ending, entry[1].error, entry[0] if entry[0] in naming else 0)
    ):
        found = list(run)
        if named or ending not in _QUIET:
            (first, begun), (last, _run) = found[0], found[-1]
            rows.append(CellRow(first, last, ending, error, begun.first_line, tuple(naming.get(named, ()))))
    return rows


def checking_cells(cells: Sequence[CellRun]) -> dict[str, int]:
    """The number of the cell that asks otter for the tests of a question, by the question's name."""
    asked = ((number, _ASKS.match(run.first_line)) for number, run in enumerate(cells, start=1))
    return {found[1]: number for number, found in asked if found}


def named_cells(text: str) -> list[int]:
    """The numbers of the cells that a text names."""
    return [int(number) for number in names_of_cells().findall(text)]


def marked(text: str, shown: Collection[int]) -> Markup:
    """``text`` escaped, with code between backticks, cells as Jupyter writes them, and links to some of them.

    Args:
        shown: numbers of the cells that the page shows.
    """
    from markupsafe import Markup, escape

    def cell(found: re.Match[str]) -> str:
        label = _("cell [{number}]").format(number=int(found[1]))
        return f'<a href="#cell-{int(found[1])}">{label}</a>' if int(found[1]) in shown else label

    text = _CODE.sub(r"<code>\1</code>", str(escape(text)))
    return Markup(names_of_cells().sub(cell, text))


def _texts(question: QuestionResult) -> list[str]:
    failed = [case for case in question.cases if case.outcome is Outcome.FAILED]
    return [text for case in failed for text in (case.message, case.evidence)]
