"""Finds what student code said in the words of a test case, whatever the case made of it.

The case may have kept an exception, and say its text late, in pieces, in quotes, in a list or in capitals. So
what counts are runs of characters, as they came and without what quoting adds.
"""

from __future__ import annotations

import builtins
import json
import re
from collections.abc import Iterator

from autograder.errors import CATCHABLE

IN_A_ROW = 8
"""Characters of a text that are taken for the student's. A case may count that ends with fewer: a number."""

MOST_HEARD = 100_000
"""Characters of different texts of one notebook that are remembered; whoever says more says everything."""

_KINDS = "|".join(["Exception", *sorted(CATCHABLE)])
_ADDED_BY_QUOTING = re.compile(rf"\b(?:Student)?(?:{_KINDS})\b|[\s'\"\\,;:()\[\]{{}}<>]+")
"""What stands between texts, or in them, when they are told in lists and with their kind."""


class Heard:
    """The texts of one notebook's code, each once."""

    def __init__(self) -> None:
        self._texts: set[str] = set()
        self._new: list[str] = []
        self._left = MOST_HEARD
        self._runs: set[str] = set()
        self._end = ""

    def hear(self, text: str) -> None:
        """Remember a text, but not a name of Python's own."""
        if self._left >= 0 and text not in self._texts and not hasattr(builtins, text):
            self._left -= len(text)
            if self._left >= 0:
                self._texts.add(text)
                self._new.append(text)

    def quoted_in(self, told: str) -> Iterator[tuple[str, bool]]:
        """``told`` in pieces, each with whether student code said it; everything, if it said too much."""
        if self._left < 0:
            yield told, True
            return
        self._learn()
        said = bytearray(len(told))
        for characters, places in (_as_it_is(told), _without_quoting(told)):
            for at in range(len(characters) - IN_A_ROW + 1):
                if characters[at : at + IN_A_ROW] in self._runs:
                    first, last = places[at], places[at + IN_A_ROW - 1]
                    said[first : last + 1] = b"\x01" * (last + 1 - first)
        for piece in re.finditer(rb"\x00+|\x01+", said):
            yield told[piece.start() : piece.end()], piece[0][0] == 1

    def _learn(self) -> None:
        for text in self._new:
            for form in {text, *(way(text)[1:-1] for way in (repr, ascii, json.dumps))}:
                self._runs |= _runs(form)
                self._runs |= _runs(self._end + _without_quoting(form)[0])
            self._end = (self._end + _without_quoting(text)[0])[1 - IN_A_ROW :]
        self._new.clear()


def _runs(text: str) -> set[str]:
    return {text[at : at + IN_A_ROW] for at in range(len(text) - IN_A_ROW + 1)}


def _as_it_is(text: str) -> tuple[str, range]:
    return text, range(len(text))


def _without_quoting(text: str) -> tuple[str, list[int]]:
    """The characters that are the text's own, as small letters, and where each stands."""
    places: list[int] = []
    at = 0
    for added in _ADDED_BY_QUOTING.finditer(text):
        places += range(at, added.start())
        at = added.end()
    places += range(at, len(text))
    return "".join(text[place].lower()[0] for place in places), places
