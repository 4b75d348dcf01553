"""The cells of the students' template, and which of them each cell of a notebook is.

Cells are recognised by their ids, else by the tag of the answer, else by their text, else by their first
line; what was deleted leaves its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

_ORNAMENT = re.compile(r"[#*_>\s:.]+")


@dataclass(frozen=True)
class TemplateCell:
    """A cell of the students' template.

    Attributes:
        id: its identifier; empty where there is none.
        source: as students get it.
        manual: name of the question that is answered in it; empty for every other cell.
        item: code of the item that is answered in it; empty where the whole question is.
        text: whether it is text rather than code.
    """

    id: str
    source: str
    manual: str = ""
    item: str = ""
    text: bool = True


def template_cells(notebook: Any) -> tuple[TemplateCell, ...]:
    """The cells of the template, an nbformat 4 notebook, as :func:`answers` needs them.

    Raises:
        LookupError, TypeError, AttributeError: it is no such notebook.
    """
    return tuple(
        TemplateCell(
            id=cell.get("id", ""),
            source="".join(cell["source"]),  # text, or a list of its lines
            manual=cell["metadata"].get("autograder", {}).get("manual", ""),
            item=cell["metadata"].get("autograder", {}).get("item", ""),
            text=cell["cell_type"] != "code",
        )
        for cell in notebook["cells"]
    )


def matched_cells(cells: Sequence[Any], template: Sequence[TemplateCell]) -> dict[int, int]:
    """Which cell of the template each cell is, if any: positions by positions, each at most once."""
    matched: dict[int, int] = {}
    free = set(range(len(template)))
    rules: tuple[tuple[Callable[[Any], str], Callable[[TemplateCell], str]], ...] = (
        (lambda cell: str(cell.id), lambda one: one.id),
        (
            lambda cell: f"{tag_of(cell)} {item_of(cell)}".strip(),
            lambda one: f"{one.manual} {one.item}".strip(),
        ),
        (lambda cell: cell.source.strip(), lambda one: one.source.strip()),
        (
            lambda cell: first_line(cell.source) if cell.cell_type != "code" else "",
            lambda one: first_line(one.source) if one.text else "",
        ),
    )
    for of_cell, of_template in rules:
        places: dict[str, list[int]] = {}
        for at in sorted(free, reverse=True):
            places.setdefault(of_template(template[at]), []).append(at)
        for index, cell in enumerate(cells):
            if index not in matched and (key := of_cell(cell)) and places.get(key):
                matched[index] = places[key].pop()
                free.discard(matched[index])
    return matched


def tag_of(cell: Any) -> str:
    """The question that is answered in a cell, as its metadata say; untrusted, empty for none."""
    return str(cell.metadata.get("autograder", {}).get("manual", ""))


def item_of(cell: Any) -> str:
    """The item that is answered in a cell, as its metadata say; untrusted, empty for none."""
    return str(cell.metadata.get("autograder", {}).get("item", ""))


def first_line(source: str) -> str:
    """The first line that says something, without what makes it a heading."""
    lines = (_ORNAMENT.sub(" ", line[:200]).strip().casefold() for line in source[:2000].split("\n"))
    return next(filter(None, lines), "")
