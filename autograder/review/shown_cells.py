"""The cells of a notebook as a page shows them: text as HTML, code, outputs as text and pictures.

What is in a notebook is its author's: everything is bounded, and what goes beyond is left to the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from autograder.files.visible import plain
from autograder.notebook.outputs import cleaned
from autograder.notebook.pasted import from_base64, joined
from autograder.review.found_pictures import Pictures, data_of
from autograder.review.kinds import JPEG, PNG
from autograder.review.markdown import as_html

MOST_CELLS = 400
LONGEST_SOURCE, LONGEST_OUTPUT = 20_000, 10_000
"""Characters of the code of one cell, and of one of its outputs."""
MOST_OUTPUTS = 50
MOST_CHARACTERS = 2_000_000
"""Of all cells of one notebook together."""

Plain = dict[str, Any]


class ShownCells:
    """The cells of one notebook.

    Args:
        cells: as :func:`~autograder.notebook.read.read_notebook` has them.
        found: the same cells, as they stand in the file.
        pictures: takes their pictures.
    """

    def __init__(self, cells: Sequence[Any], found: Sequence[Any], pictures: Pictures) -> None:
        self._pictures = pictures
        self._left = MOST_CHARACTERS
        self._number = 0
        self.more = max(0, len(cells) - MOST_CELLS)
        self.rows = [
            self._cell(index, cell, raw)
            for index, (cell, raw) in enumerate(zip(cells, found, strict=True))
            if index < MOST_CELLS
        ]

    def _cell(self, index: int, cell: Any, raw: Any) -> Plain:
        """A cell: ``id``, ``kind``, ``number`` among the code cells with source, ``html`` or ``source``."""
        row: Plain = {"id": cell.id, "kind": cell.cell_type, "number": 0, "html": "", "source": ""}
        if cell.cell_type == "markdown":
            text, names, beside = self._pictures.of_cell(raw, index)
            return row | {"html": as_html(self._within(text, 50_000), names), "pictures": beside}
        row["source"] = self._within(cell.source, LONGEST_SOURCE)
        if cell.cell_type == "code":
            self._number += bool(cell.source.strip())
            row["number"] = self._number if cell.source.strip() else 0
            outputs = raw.get("outputs") if isinstance(raw, dict) else None
            row["outputs"] = self._outputs(index, outputs if isinstance(outputs, list) else [])
            row |= _ending(raw)
        return row

    def _outputs(self, index: int, outputs: Sequence[Any]) -> list[Plain]:
        shown: list[Plain] = []
        for at, output in enumerate(outputs[:MOST_OUTPUTS]):
            shown += self._output(index, at, output)
        if len(outputs) > MOST_OUTPUTS:
            shown.append({"text": f"… and {len(outputs) - MOST_OUTPUTS} more outputs", "look": ""})
        return _together(shown)

    def _output(self, index: int, at: int, output: Any) -> Iterable[Plain]:
        for one in cleaned([_with_text(output)]):
            kind = one["output_type"]
            if kind == "stream":
                look = "stderr" if one["name"] == "stderr" else ""
                yield {"text": self._within(one["text"], LONGEST_OUTPUT), "look": look}
            elif kind == "error":
                text = "\n".join(one["traceback"]) or f"{one['ename']}: {one['evalue']}"
                yield {"text": self._within(text, LONGEST_OUTPUT), "look": "error"}
            else:
                yield from self._forms(index, at, one["data"], output)

    def _forms(self, index: int, at: int, kept: dict[str, str], output: Any) -> Iterable[Plain]:
        """What one output shows: a picture, else its text."""
        for kind in (PNG, JPEG):
            if kind.media_type in kept:
                data = from_base64(data_of(output)[kind.media_type])
                where = {"in": "outputs", "key": at, "type": kind.media_type}
                address, shown = self._pictures.add(data, "a picture", cell=index, **where)
                if shown:
                    yield {"picture": address, "text": "", "look": ""}
                    return
        yield {"text": self._within(kept.get("text/plain", ""), LONGEST_OUTPUT), "look": ""}

    def _within(self, text: str, most: int) -> str:
        """So much of a text as may be shown."""
        shown = plain(text, min(most, max(self._left, 1)), multiline=True)
        self._left -= len(shown)
        return shown


def _together(outputs: Iterable[Plain]) -> list[Plain]:
    """The outputs; neighbours of one stream in one."""
    found: list[Plain] = []
    for one in outputs:
        last = found[-1] if found else {}
        alike = "picture" not in one and "picture" not in last and last.get("look") == one["look"]
        if alike and one["look"] != "error" and len(last["text"]) < LONGEST_OUTPUT:
            last["text"] += one["text"]
        else:
            found.append(one)
    return [one for one in found if one["text"].strip() or "picture" in one]


def _with_text(output: Any) -> Any:
    """An output whose texts are no lists of lines."""
    if not isinstance(output, dict):
        return output
    found = dict(output)
    if "text" in found:
        found["text"] = joined(found["text"])
    if "data" in found:
        found["data"] = data_of(output)
    return found


def _ending(raw: Any) -> Plain:
    """How the cell ended, where the file is one that we wrote."""
    metadata = raw.get("metadata") if isinstance(raw, dict) else None
    told = metadata.get("autograder") if isinstance(metadata, dict) else None
    ending = told.get("ending") if isinstance(told, dict) else None
    return {"ending": plain(ending, 80) if isinstance(ending, str) else ""}
