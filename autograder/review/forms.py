"""What a page's form sends, for endpoints that run in threads."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from anyio import from_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request

from autograder.files.visible import storable

LARGEST_FORM = 1_000_000
"""Bytes: some texts of the longest kind, each character escaped."""
_MOST_FIELDS = 500


def form_of(request: Request) -> Mapping[str, str]:
    """The fields of a form by their names, without white space around texts and with ``\\n`` for line ends.

    Raises:
        HTTPException: it is too large, or no form.
    """
    body: bytes = from_thread.run(request.body)
    if len(body) > LARGEST_FORM:
        raise HTTPException(413, "The form is too large.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise HTTPException(400, "This is no form of ours.") from None
    return {name: storable(text.replace("\r\n", "\n")).strip() for name, text in pairs}


def seen_of(form: Mapping[str, str]) -> int:
    """The number of the last record that the page knew; 0 where the form does not tell."""
    return record_number(form.get("seen", ""))


def record_number(told: object) -> int:
    """The number of a record that a page names; 0 where that is none."""
    text = str(told)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
