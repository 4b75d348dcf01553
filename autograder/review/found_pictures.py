"""Pictures in a notebook: where each lies, which address a page has for it, and its bytes again.

A page knows a picture by a name that says nothing of whose it is; where it lies is said by plain data that
only this program has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from autograder.files.visible import plain
from autograder.notebook.pasted import PASTED, attachments_of, from_base64, joined, source_of
from autograder.review.kinds import kind_of

MOST = 100
"""Pictures of one answer or notebook that a page has addresses for."""

PATH = "/picture/"

Where = dict[str, Any]
"""Where a picture lies: ``{"cell": 3, "in": "attachments", "key": "a.png"}``, what it is called, its kind."""


class Pictures:
    """The pictures of one answer or notebook.

    Args:
        ticket: that all their addresses begin with, and nobody else knows.
        first: number of the first one.
    """

    def __init__(self, ticket: str, first: int = 0) -> None:
        self._ticket = ticket
        self._first = first
        self.found: list[Where] = []

    def add(self, data: bytes, name: str, **where: object) -> tuple[str, bool]:
        """Give a picture an address.

        Returns:
            The address, empty where there are too many, and whether a page may show it.
        """
        if len(self.found) >= MOST or not data:
            return "", False
        kind = kind_of(data)
        number = self._first + len(self.found)
        self.found.append({**where, "name": plain(name, 80), "kind": kind.name, "shown": kind.is_shown})
        return f"{PATH}{self._ticket}-{number}", kind.is_shown

    def of_cell(self, cell: Any, index: int) -> tuple[str, dict[str, str], list[dict[str, str]]]:
        """What a text cell has of pictures.

        Args:
            cell: as it stands in the file.

        Returns:
            Its text, with addresses for pictures that were pasted as text; addresses by the names that the
            text may use for attachments; and those attachments that the text does not show, each with
            ``address``, ``name``, ``kind``.
        """
        names: dict[str, str] = {}
        text = self._without_pasted(source_of(cell), index, names)
        beside = []
        for name, data in attachments_of(cell).items():
            address, shown = self.add(data, name, cell=index, **{"in": "attachments", "key": name})
            spelled = {f"attachment:{name}", f"attachment:{quote(name)}"}
            if shown and any(one in text for one in spelled):
                names |= dict.fromkeys(spelled, address)
            elif address:
                beside.append(self.told(address))
        return text, names, beside

    def told(self, address: str) -> dict[str, str]:
        """What a page says of the newest picture, which has this address."""
        one = self.found[-1]
        return {
            "address": address,
            "name": one["name"],
            "kind": one["kind"],
            "shown": "yes" if one["shown"] else "",
        }

    def _without_pasted(self, text: str, index: int, names: dict[str, str]) -> str:
        """The text with addresses for what was pasted as text; ``names`` takes each address."""
        numbers = iter(range(MOST))

        def put(found: re.Match[str]) -> str:
            number = next(numbers, MOST)
            data = from_base64(found[1]) if number < MOST else b""
            address, shown = self.add(data, "a pasted picture", cell=index, **{"in": "text", "key": number})
            if not shown:
                return "a pasted picture that cannot be shown"
            names[address] = address
            return address

        return PASTED.sub(put, text)


def picture_in(cells: Sequence[Any], where: Mapping[str, Any]) -> bytes:
    """The bytes of a picture that was found before; empty where it is not there any more.

    Args:
        cells: of the notebook, as they stand in the file.
    """
    index, key = where["cell"], where["key"]
    cell = cells[index] if index < len(cells) else {}
    if where["in"] == "attachments":
        return attachments_of(cell).get(key, b"")
    if where["in"] == "text":
        found = [one[1] for one in PASTED.finditer(source_of(cell))]
        return from_base64(found[key]) if key < len(found) else b""
    outputs = cell.get("outputs") if isinstance(cell, dict) else None
    if not isinstance(outputs, list) or key >= len(outputs):
        return b""
    return from_base64(data_of(outputs[key]).get(where["type"], ""))


def data_of(output: Any) -> dict[str, str]:
    """The forms of an output by their types."""
    data = output.get("data") if isinstance(output, dict) else None
    return {kind: joined(one) for kind, one in data.items()} if isinstance(data, dict) else {}
