"""From the master, a percent script with solution markers, to the solution and the template.

The template is stripped by ``otter.assign.solutions``; as that works with regular expressions, every
cell it leaves is parsed. In the solution the markers and the prompts are gone, and ``# TODO: Compute``
reads ``# Compute``.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import BuildError

MASTER_ONLY = "master-only"
"""Tag of cells that explain the master and reach neither notebook."""

METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

_BLOCK_LINE = re.compile(r"^\s*# (BEGIN SOLUTION( NO PROMPT)?|END SOLUTION)\s*$")
_LINE_MARKER = re.compile(r"\s*# ?SOLUTION( NO PROMPT)?\s*$")
_ANY_MARKER = re.compile(r"# ?(BEGIN |END )?(SOLUTION|PROMPT)\b")
_BLOCK_MARKER = re.compile(r"# ?(BEGIN |END )(SOLUTION|PROMPT)\b")
_HEADING = re.compile(r"^(#+ +SOLUTION\b)(?! NO PROMPT)", re.MULTILINE)
"""In Markdown a heading, not a marker at the end of a line of code."""


@dataclass(frozen=True)
class Notebooks:
    """Both products of a master, as nbformat 4.5 notebooks without outputs.

    Cells with the same id are the same cell; a cell without markers is equal in both.
    """

    solution: Any
    template: Any


def read_master(file: Path) -> Notebooks:
    """Make both notebooks of the master in ``file``.

    Raises:
        BuildError: the master cannot be read, a marker is out of place, or a cell does not parse.
    """
    import jupytext
    import nbformat

    try:
        master = jupytext.reads(file.read_text(encoding="utf-8"), fmt="py:percent")
    except (OSError, ValueError) as problem:
        raise BuildError(f"{file}: the master cannot be read: {problem}") from problem
    cells = [cell for cell in master.cells if MASTER_ONLY not in cell.metadata.get("tags", [])]
    solution, template, seen = [], [], Counter[str]()
    for number, cell in enumerate(cells, 1):
        place = f"{file}, cell {number}"
        source = _headings_hidden(cell)
        for_student = _without_solution(source, place).replace("\0", "SOLUTION")
        solved = _without_prompt(source, place).replace("\0", "SOLUTION")
        # From the student's text: correcting the solution leaves the ids of handed-out notebooks alone.
        digest = hashlib.sha256(f"{cell.cell_type}\n{for_student}".encode()).hexdigest()[:12]
        seen[digest] += 1
        cell_id = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
        solution.append(_cell(cell, solved, cell_id, place))
        template.append(_cell(cell, for_student, cell_id, place))
    return Notebooks(*(nbformat.from_dict(_notebook(made)) for made in (solution, template)))


def _headings_hidden(cell: Any) -> str:
    """The source of a cell in which no heading looks like a marker; no text holds a NUL."""
    if cell.cell_type != "markdown":
        return str(cell.source)
    return _HEADING.sub(lambda found: found[1].replace("SOLUTION", "\0"), cell.source)


def _without_solution(source: str, place: str) -> str:
    from otter.assign.solutions import replace_solutions

    try:
        return "\n".join(replace_solutions(source.split("\n"), "python")).strip("\n")
    except AssertionError as problem:  # how otter reports an unpaired marker
        raise BuildError(f"{place}: {str(problem)[:300]}") from problem


def _without_prompt(source: str, place: str) -> str:
    kept: list[str] = []
    in_prompt = False
    for line in source.split("\n"):
        begins, ends = (line.rstrip().endswith(f"# {word} PROMPT") for word in ("BEGIN", "END"))
        if (begins and in_prompt) or (ends and not in_prompt):
            raise BuildError(f"{place}: BEGIN PROMPT and END PROMPT do not pair up")
        in_prompt = (in_prompt or begins) and not ends
        if not (in_prompt or ends or _BLOCK_LINE.match(line)):
            kept.append(_LINE_MARKER.sub("", line).replace("# TODO: ", "# "))
    if in_prompt:
        raise BuildError(f"{place}: BEGIN PROMPT without END PROMPT")
    return "\n".join(kept).strip("\n")


def _cell(master_cell: Any, source: str, cell_id: str, place: str) -> dict[str, Any]:
    markers = _BLOCK_MARKER if master_cell.cell_type == "markdown" else _ANY_MARKER
    if left := markers.search(source):
        line = source[source.rfind("\n", 0, left.start()) + 1 :].partition("\n")[0].strip()
        raise BuildError(
            f"{place}, `{line[:80]}`: the marker `{left.group()}` is not where otter looks for it: a line of "
            "its own, or for # SOLUTION the end of one; in other text spell it differently"
        )
    metadata = json.loads(json.dumps(master_cell.metadata))  # a copy: both notebooks own theirs
    metadata.pop("lines_to_next_cell", None)  # jupytext's note on the script's layout
    cell = {"cell_type": master_cell.cell_type, "id": cell_id, "metadata": metadata, "source": source}
    if master_cell.cell_type == "code":
        must_parse(source, place)
        cell |= {"execution_count": None, "outputs": []}
    return cell


def must_parse(source: str, place: str) -> None:
    """Check that a code cell, magics included, is Python.

    Raises:
        BuildError: it is not; the message names ``place`` and the line.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    try:
        ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError as problem:
        raise BuildError(f"{place}: not Python, line {problem.lineno}: {problem.msg}") from problem


def _notebook(cells: list[dict[str, Any]]) -> dict[str, Any]:
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5}


def text_of(notebook: Any) -> str:
    """The notebook as its file's text: the same bytes for the same notebook.

    Raises:
        BuildError: it does not satisfy the schema of nbformat 4.5.
    """
    import nbformat

    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as problem:
        raise BuildError(f"not a valid notebook: {str(problem)[:300]}") from problem
    return str(nbformat.writes(notebook, version=nbformat.NO_CONVERT)) + "\n"
