"""Notebooks as percent scripts: cells with names, and changes of them.

``# %% loss`` begins a cell called ``loss``, ``# %% [markdown] title`` one with text. As changes of another
script ``# %% loss`` replaces the cell of that name, ``# %% model.predict`` one method of the class in cell
``model``, ``# %% extra after loss`` inserts a cell; a replacement without code removes the cell.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_HEADER = re.compile(
    r"^# %%(?: \[(?P<kind>markdown|raw)\])?"
    r"(?: (?P<name>[\w.]+))?(?: after (?P<after>\w+))?(?P<rest>.*)$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Cell:
    """One cell of a percent script; ``after`` is the cell behind which a new one goes."""

    name: str
    source: str
    kind: str = "code"
    after: str = ""


def parse(script: str) -> list[Cell]:
    """The cells of a percent script; cells without a name are numbered.

    Raises:
        ValueError: a header that does not read as described above, or text before the first one.
    """
    headers = list(_HEADER.finditer(script))
    if not headers or script[: headers[0].start()].strip():
        raise ValueError("a percent script begins with a header `# %%`")
    found = []
    for number, header in enumerate(headers):
        if header["rest"].strip():
            raise ValueError(
                f"cannot read the header {header[0]!r}: expected # %% NAME, of one word, "
                "# %% NAME after CELL, or # %% [markdown]"
            )
        end = headers[number + 1].start() if number + 1 < len(headers) else len(script)
        source = script[header.end() : end].strip("\n")
        if header["kind"]:
            source = re.sub(r"^# ?", "", source, flags=re.MULTILINE)
        name = header["name"] or f"cell_{number}"
        found.append(Cell(name, source, header["kind"] or "code", header["after"] or ""))
    return found


def changed(base: list[Cell], changes: Iterable[Cell]) -> list[Cell]:
    """``base`` with ``changes`` applied one after the other.

    Raises:
        ValueError: a change names a cell or a method that is not there.
    """
    result = list(base)
    for change in changes:
        place = _place(result, change.after or change.name.partition(".")[0])
        if change.after:
            result.insert(place + 1, change)
        elif "." in change.name:
            result[place] = _with_method(result[place], change)
        elif change.source.strip():
            result[place] = change
        else:
            del result[place]
    return result


def _place(cells: list[Cell], name: str) -> int:
    for number, cell in enumerate(cells):
        if cell.name == name:
            return number
    raise ValueError(f"no cell is called {name!r}")


def _with_method(cell: Cell, change: Cell) -> Cell:
    """``cell`` with the method that ``change`` names replaced, and put at the class's indentation."""
    method = change.name.partition(".")[2]
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.FunctionDef) and node.name == method:
            lines = cell.source.split("\n")
            new = [line and " " * node.col_offset + line for line in change.source.split("\n")]
            lines[node.lineno - 1 : node.end_lineno] = new
            return Cell(cell.name, "\n".join(lines), cell.kind)
    raise ValueError(f"cell {cell.name!r} has no method {method!r}")


def as_notebook(cells: Iterable[Cell]) -> bytes:
    """Cells as an nbformat 4.5 notebook that has not been run; ids come from position and name."""
    content = {
        "cells": [_as_json(number, cell) for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _as_json(number: int, cell: Cell) -> dict[str, Any]:
    name = re.sub(r"[^A-Za-z0-9_-]", "-", cell.name)[:40]
    result: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": f"{number:03d}-{name}",
        "metadata": {},
        "source": cell.source.splitlines(keepends=True),
    }
    return result | {"execution_count": None, "outputs": []} if cell.kind == "code" else result
