"""How much a grade may hold of what a student can lengthen: every list and text of it has an end.

Whatever makes a part of a grade keeps it short already. This is for what nobody thought of, and for what is
short by itself and long ten thousand times: a notebook may have that many cells. It ends in the results, a
page, a table and a line of JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from autograder.language import judging as _
from autograder.model import CaseResult, CellRun, Grade, QuestionResult

MOST_FLAGS, LONGEST_FLAG = 120, 600
"""Remarks for the TA, and characters of each; an honest notebook has a handful."""

MOST_NOTES, LONGEST_NOTE = 50, 1_000
"""Notes on a notebook or on a question, and characters of each."""

MOST_NAMES, LONGEST_NAME = 50, 300
"""Limits and missing names in one list, and characters of each."""

LONGEST_REASON = 5_000
"""Characters of the reason for which nothing is graded."""

MOST_PICTURES = 10
"""Pictures of a question: the lab's tests draw one or two."""

LONGEST_TEXT = 5_000
"""Characters of each text of a test case."""

MOST_ERRORS, LONGEST_ERROR, SHORT_ERROR = 100, 2_500, 100
"""Cells whose error is kept, characters of it, and characters of the errors beyond."""

LONGEST_FIRST_LINE = 60
"""Characters of the line by which a page names a cell."""

MOST_PASSED_OVER = 100
"""Remarks on what was passed over, of all cells together."""


def bounded(grade: Grade) -> Grade:
    """The grade with every list and text at its longest; an honest one is as it was."""
    return replace(
        grade,
        reason=_cut(grade.reason, LONGEST_REASON),
        questions=tuple(map(_question, grade.questions)),
        cells=_cells(grade.cells),
        first_causes=_texts(grade.first_causes, MOST_NOTES, LONGEST_NOTE),
        flags=_texts(grade.flags, MOST_FLAGS, LONGEST_FLAG),
        notes=_texts(grade.notes, MOST_NOTES, LONGEST_NOTE),
        limits_hit=_texts(grade.limits_hit, MOST_NAMES, LONGEST_NAME),
    )


def _question(one: QuestionResult) -> QuestionResult:
    return replace(
        one,
        cases=tuple(map(_case, one.cases)),
        notes=_texts(one.notes, MOST_NOTES, LONGEST_NOTE),
        pictures=one.pictures[:MOST_PICTURES],
        curves=one.curves[:MOST_PICTURES],
    )


def _case(one: CaseResult) -> CaseResult:
    return replace(
        one,
        message=_cut(one.message, LONGEST_TEXT),
        help=_cut(one.help, LONGEST_TEXT),
        evidence=_cut(one.evidence, LONGEST_TEXT),
        repeat=_cut(one.repeat, LONGEST_TEXT),
        missing=_texts(one.missing, MOST_NAMES, LONGEST_NAME),
    )


def _cells(cells: Iterable[CellRun]) -> tuple[CellRun, ...]:
    """All cells, for the page counts them; what they say is kept of the first that say something."""
    errors, passed_over = 0, 0
    kept = []
    for run in cells:
        errors += bool(run.error)
        error = _cut(run.error, LONGEST_ERROR if errors <= MOST_ERRORS else SHORT_ERROR)
        remarks = _texts(run.passed_over, max(0, MOST_PASSED_OVER - passed_over), LONGEST_NAME)
        passed_over += len(run.passed_over)
        address = _cut(run.refused_address, LONGEST_NAME if errors <= MOST_ERRORS else SHORT_ERROR)
        begins = _cut(run.first_line, LONGEST_FIRST_LINE)
        kept.append(
            replace(run, error=error, passed_over=remarks, refused_address=address, first_line=begins)
        )
    return tuple(kept)


def _texts(texts: Sequence[str], most: int, longest: int) -> tuple[str, ...]:
    return first([_cut(text, longest) for text in texts[:most]], len(texts))


def first(shown: Sequence[str], of: int, more: str = "") -> tuple[str, ...]:
    """The first entries of a longer list, and one that says how many there are beside.

    Args:
        shown: the first entries; where there are none nothing is said.
        of: how many the list has.
        more: the sentence for the others, with ``{count}`` in it; by default "and 3 more".
    """
    more = (more or _("and {count} more")).format(count=of - len(shown))
    return (*shown, *([more] if shown and of > len(shown) else []))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
