"""Pictures in the text cells of a notebook as it stands in the file: attached, or pasted as text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from autograder.notebook.outputs import is_jpeg, is_png

MOST_ATTACHED = 100
"""Attachments of a cell that are looked at."""

PASTED = re.compile(r"data:image/[\w.+-]{1,40};base64,([A-Za-z0-9+/=]*)")

LARGEST, LARGEST_TOGETHER = 3_000_000, 6_000_000
"""Bytes of a picture on a page, and of all of one answer: a photograph fits, and the page can be sent."""

LONGEST_NAME = 80
"""Characters of the name of a picture."""


def shown_pictures(cells: Sequence[Any], places: Iterable[int]) -> list[tuple[str, str, bytes]]:
    """The pictures in some cells: PNG and JPEG with their bytes while there is room for them on a page.

    Args:
        cells: as they stand in the file.
        places: positions of the cells.

    Returns:
        Of each its name, its media type and its bytes; without type and bytes what a page does not show.
    """
    shown, room = [], LARGEST_TOGETHER
    for place in places:
        for name, data in _pictures_of(cells[place]) if place < len(cells) else ():
            kind = "image/png" if is_png(data) else "image/jpeg" if is_jpeg(data) else ""
            if kind and len(data) <= min(LARGEST, room):
                room -= len(data)
                shown.append((name[:LONGEST_NAME], kind, data))
            elif len(shown) < MOST_ATTACHED:
                shown.append((name[:LONGEST_NAME], "", b""))
    return shown


def _pictures_of(cell: Any) -> Iterator[tuple[str, bytes]]:
    yield from attachments_of(cell).items()
    for number, found in enumerate(PASTED.finditer(source_of(cell))):
        if number < MOST_ATTACHED:
            yield "a pasted picture", from_base64(found[1])


def source_of(cell: Any) -> str:
    """A cell's text, which the format keeps as text or as a list of lines."""
    return joined(cell.get("source", "")) if isinstance(cell, dict) else str(cell)


def attachments_of(cell: Any) -> dict[str, bytes]:
    """What is attached to a cell, by its names; of each its first form."""
    attached = cell.get("attachments") if isinstance(cell, dict) else None
    found: dict[str, bytes] = {}
    for name, forms in attached.items() if isinstance(attached, dict) else ():
        data = next(iter(forms.values()), "") if isinstance(forms, dict) else ""
        if len(found) < MOST_ATTACHED:
            found[name] = _bytes_of(joined(data), isinstance(forms, dict) and "image/svg+xml" in forms)
    return found


def joined(text: Any) -> str:
    """Text that may be a list of its lines; empty for anything else."""
    parts = text if isinstance(text, list) else [text]
    return "".join(part for part in parts if isinstance(part, str))


def from_base64(text: str) -> bytes:
    """The bytes that Base64 stands for; empty where it is none."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return b""


def _bytes_of(text: str, is_text: bool) -> bytes:
    """The bytes of an attachment: SVG stands there as text."""
    return from_base64(text) or (text.encode("utf-8", "replace") if is_text else b"")
