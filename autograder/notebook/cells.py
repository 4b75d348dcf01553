"""Cells of any notebook, valid or not, turned into cells of nbformat 4.5 that hold source alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import Any

from autograder.language import judging as _

# Names of old formats, and what nbformat's own upgrade makes of them.
_TYPES = {
    "code": "code",
    "markdown": "markdown",
    "raw": "raw",
    "heading": "markdown",
    "html": "markdown",
    "text": "markdown",
}
# Where a cell's source stands; the others than the first in formats 3, 2 and 1.
_SOURCES = ("source", "input", "code", "text")
# One key in Jupyter makes text of a cell of code. A definition right at its beginning gives it away.
_DEFINITION = re.compile(r"(?:[^\S\n]*(?:#[^\n]*)?\n)*(?:def \w+ ?\(|class \w+ ?[(:]|async def |@\w+\n)")
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_NAMED_IN_A_NOTE = 8
_HEAD = 2000
_MOST_ATTACHED, _LONGEST_NAME = 20, 80


def repaired_cells(
    found: Sequence[Any], minor: Any, notes: list[str]
) -> tuple[list[dict[str, Any]], dict[str, tuple[str, ...]]]:
    """Repairs cells and drops everything that is not source.

    Args:
        found: what stood in the list of cells.
        minor: the notebook's ``nbformat_minor``; cells have identifiers from 5 on.
        notes: what was repaired is appended, one line for each kind of repair.

    Returns:
        Valid cells without outputs and attachments; the source is complete but for line ends
        (always ``\\n``) and lone surrogates (always U+FFFD). And the names of some attachments by the
        identifiers of their cells, which are untrusted text.
    """
    repairs: dict[str, list[int]] = defaultdict(list)
    kept = [
        (index, _cell(item, index, repairs))
        for index, item in enumerate(found)
        if _is_cell(item, index, repairs)
    ]
    _identify(found, kept, repairs if isinstance(minor, int) and minor >= 5 else defaultdict(list))
    for what, indices in repairs.items():
        places = ", ".join(str(index + 1) for index in indices[:_NAMED_IN_A_NOTE])
        more = ", …" if len(indices) > _NAMED_IN_A_NOTE else ""
        notes.append(_("{what} (cell {places})").format(what=what, places=places + more))
    attached = {cell["id"]: names for index, cell in kept if (names := _attached(found[index]))}
    return [cell for _index, cell in kept], attached


def _attached(item: Any) -> tuple[str, ...]:
    """Names of what is attached to a cell, without what no name may hold."""
    names = item.get("attachments") if isinstance(item, dict) else None
    if not isinstance(names, dict):
        return ()
    return tuple(_without_halves(name)[:_LONGEST_NAME] for name in islice(names, _MOST_ATTACHED))


def _is_cell(item: Any, index: int, repairs: dict[str, list[int]]) -> bool:
    if not isinstance(item, dict | str):
        repairs[_("left out what is no cell")].append(index)
        return False
    return True


def _cell(item: Any, index: int, repairs: dict[str, list[int]]) -> dict[str, Any]:
    if isinstance(item, str):
        item = {"source": item}
    kind, name = _kind(item)
    if kind == "raw" and name != "raw":
        repairs[_("a cell of unknown type is kept as text that does not run")].append(index)
    source, complete = _source(next((item[key] for key in _SOURCES if key in item), None))
    if not complete:
        repairs[_("source that was not text is left out")].append(index)
    if source.startswith("\ufeff"):
        repairs[_("a byte order mark at the beginning is left out")].append(index)
        source = source.lstrip("\ufeff")
    if name == "heading":
        level = item.get("level")
        source = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + " " + source
    if kind != "code" and _DEFINITION.match(source[:_HEAD]):
        repairs[_("a text cell looks like code; it was not run")].append(index)
    if item.get("attachments"):
        repairs[_("pasted pictures are not needed to run it: look at the submitted file")].append(index)
    cell: dict[str, Any] = {"cell_type": kind, "metadata": _metadata(item.get("metadata")), "source": source}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell


def _kind(item: dict[str, Any]) -> tuple[str, str]:
    """The cell's type in format 4, and the type that it claimed."""
    claimed = item.get("cell_type")
    name = claimed.strip().lower() if isinstance(claimed, str) else ""
    if not name and not {"outputs", "execution_count", "input"}.isdisjoint(item):
        name = "code"
    return _TYPES.get(name, "raw"), name


def _source(value: Any) -> tuple[str, bool]:
    """The source as text, and whether that is all of it."""
    parts = value if isinstance(value, list) else [value]
    texts = [part for part in parts if isinstance(part, str)]
    text = "".join(texts).replace("\r\n", "\n").replace("\r", "\n")
    return _without_halves(text), all(part is None or isinstance(part, str) for part in parts)


def _without_halves(text: str) -> str:
    # Half a character can be written in JSON, but in no file and no message.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _metadata(value: Any) -> dict[str, Any]:
    """The tags of an answer to a manual question. Tags that change how a cell runs are not for students."""
    ours = value.get("autograder") if isinstance(value, dict) else None
    said = ours if isinstance(ours, dict) else {}
    kept = {key: name for key in ("manual", "item") if _is_name(name := said.get(key))}
    return {"autograder": kept} if "manual" in kept else {}


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value.isidentifier()


def _identify(
    found: Sequence[Any], kept: list[tuple[int, dict[str, Any]]], repairs: dict[str, list[int]]
) -> None:
    """Gives every cell an identifier of its own: the one it has, else one made from its position."""
    used: set[str] = set()
    for index, cell in kept:
        claimed = found[index].get("id") if isinstance(found[index], dict) else None
        if isinstance(claimed, str) and _CELL_ID.fullmatch(claimed) and claimed not in used:
            cell["id"] = claimed
            used.add(claimed)
    for index, cell in kept:
        if "id" not in cell:
            repairs[_("a missing, invalid or repeated cell id is replaced")].append(index)
            name = f"cell-{index}"
            while name in used:
                name += "x"
            cell["id"] = name
            used.add(name)
