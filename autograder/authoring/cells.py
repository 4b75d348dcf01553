"""The cells of a master, made of other tools' cells."""

from __future__ import annotations

import re
from typing import Any

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


def in_place(place: str, functions: list[str]) -> str:
    """A note on tests that look at what a function has done to an argument."""
    return (
        f"{place}: its tests call {', '.join(functions)} alone, perhaps for what becomes of an argument; "
        "where points are earned arguments are copies: see `changed_in_place` in docs/authoring.md"
    )


def has_markers(source: str) -> bool:
    """Whether a cell says which part of it is the solution, in otter's words."""
    return re.search(r"# ?(BEGIN )?SOLUTION\b", source) is not None
