"""The cells of a master, made of other tools' cells."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

ANSWER_HERE = (
    "_Your answer here: write it in the place of this line, or drop a photograph of it into the cell._"
)

SETUP = """import otter

grader = otter.Notebook(tests_dir="tests")"""


def code(source: str) -> Any:
    """A code cell."""
    import nbformat

    return nbformat.v4.new_code_cell(source)


def text(source: str) -> Any:
    """A Markdown cell."""
    import nbformat

    return nbformat.v4.new_markdown_cell(source)


def carried(cell: Any, number: int, files: dict[str, bytes]) -> Any:
    """A cell that students get as it is: code with its tags, text with its pictures as files beside it.

    Args:
        number: of the cell, from 1: pictures of two cells may have one name.
        files: gains the pictures, which a master cannot hold.
    """
    import nbformat

    if cell.cell_type == "markdown":
        return text(with_pictures(cell.source, cell, number, files))
    if cell.cell_type == "raw":
        return nbformat.v4.new_raw_cell(cell.source)
    made = code(cell.source)
    if tags := cell.metadata.get("tags"):  # Jupyter's raises-exception, for one, which `build` heeds
        made.metadata["tags"] = [*tags]
    return made


def with_pictures(source: str, cell: Any, number: int, files: dict[str, bytes]) -> str:
    """Markdown that shows files in the place of the pictures attached to a cell; ``files`` gains them."""
    for name, content in _attached(cell):
        path = f"pictures/{number}_{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}"
        shown = re.compile("|".join(re.escape(f"attachment:{one}") for one in {name, quote(name)}))
        source, count = shown.subn(path, source)
        if count:
            files[path] = content
    return source


def _attached(cell: Any) -> Iterator[tuple[str, bytes]]:
    for name, by_type in sorted(cell.get("attachments", {}).items()):
        for content in by_type.values():
            try:
                yield str(name), base64.b64decode("".join(content))
            except (binascii.Error, ValueError):  # no picture, in whatever wrote it either
                continue


def check(name: str) -> Any:
    """The cell in which students check a question."""
    return code(f'grader.check("{name}")')


def answer(name: str, heading: str, prompt: str, solution: str) -> Any:
    """The Markdown cell of an answer that a person scores.

    Args:
        heading: stays in both notebooks; may be empty.
        prompt: what students find.
        solution: what the solution has there.
    """
    parts = [
        *([heading, ""] if heading else []),
        "# BEGIN PROMPT",
        prompt,
        "# END PROMPT",
        "# BEGIN SOLUTION NO PROMPT",
        solution,
        "# END SOLUTION",
    ]
    cell = text("\n".join(parts))
    cell.metadata["autograder"] = {"manual": name}
    return cell


def code_answer(prompt: str, solution: str) -> Any:
    """A code cell that students find with ``prompt`` in it, and the solution with its own code."""
    shown = f'""" # BEGIN PROMPT\n{prompt}\n"""  # END PROMPT'
    return code(f"{shown}\n# BEGIN SOLUTION NO PROMPT\n{solution}\n# END SOLUTION")


def in_place(functions: list[str], left: list[str]) -> Iterator[str]:
    """Notes on tests that look at what functions have done to an argument.

    Args:
        left: those of them of which cases with points still look at it as before.
    """
    why = "perhaps for what becomes of an argument; where points are earned arguments are copies"
    if made := sorted({*functions} - {*left}):
        yield (
            f"its tests call {', '.join(made)} alone, {why}, so hidden cases take what became of them from "
            "`checks.call`"
        )
    if left:
        yield f"its tests call {', '.join(left)} alone, {why}: see `changed_in_place` in docs/authoring.md"


def has_markers(source: str) -> bool:
    """Whether a cell says which part of it is the solution, in otter's words."""
    return re.search(r"# ?(BEGIN )?SOLUTION\b", source) is not None
