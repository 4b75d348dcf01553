"""The lines and names of a notebook as we know them, for what its process says of itself.

Where an exception came from, and what kind an object is, is the word of a process that belongs to the
student. It is taken only as far as it points at something that stands in the notebook that we ran.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from typing import Any

from autograder.language import judging as _
from autograder.language.cells import AT_A_LINE

MOST_PLACES = 6
"""Lines of one traceback: the last ones."""

MOST_NAMES = 20
"""Different names of one notebook that are taken for its own: which ones its process names is its choice, and
a notebook may hold a million."""

MOST_SOURCE = 1_000_000
"""Characters of source, from the top, that are looked through: millions of words would fill the memory."""

LONGEST_LINE = 120
"""Characters of a line that is shown."""

_KINDS = frozenset(
    """function method builtin_function_or_method type module generator coroutine object property partial
    set frozenset range map filter zip enumerate reversed slice dict_keys dict_values dict_items""".split()
)
"""Kinds of objects that need no class of the notebook's own."""


class OwnLines:
    """Looks up places and names in the code cells of a notebook.

    Args:
        notebook: nbformat 4; only the sources of its code cells count. ``None``: nothing stands in it.
    """

    def __init__(self, notebook: Any = None) -> None:
        cells = () if notebook is None else notebook.cells
        sources = [one.source for one in cells if one.cell_type == "code" and one.source.strip()]
        ends = accumulate(map(len, sources))
        self._sources = [source for source, end in zip(sources, ends, strict=True) if end <= MOST_SOURCE]
        self._named: set[str] = set()

    def shown(self, places: object) -> str:
        """A traceback in the notebook's own lines: "code cell 3, line 7: y = x[t + 1]", one below the other.

        Args:
            places: the process's word: pairs of a cell (:func:`digest_of` its source) and a line in it, from
                1, as IPython counts. What is no such pair, or leads to no line, is left out.
        """
        if not isinstance(places, list):
            return ""
        return "\n".join(dict.fromkeys(self._found(places[-MOST_PLACES:])))

    def has_name(self, text: str) -> bool:
        """Whether ``text`` is a word of the code, and not too many others were asked for before."""
        if text in self._words and len(self._named) < MOST_NAMES:
            self._named.add(text)
        return text in self._named

    def holds(self, text: str) -> bool:
        """Whether ``text`` stands in a code cell as it is."""
        return any(text in source for source in self._sources)

    def kind(self, text: str) -> str:
        """``text`` if it can be the class of an object of this notebook, else "custom object"."""
        return text if text in _KINDS or self.has_name(text) else "custom object"

    def _found(self, places: list[Any]) -> Iterator[str]:
        for place in places:
            if not isinstance(place, list) or len(place) != 2 or not isinstance(place[0], str):
                continue
            cell, line = self._cells.get(place[0]), place[1]
            if cell is None or type(line) is not int:
                continue
            number, lines = cell
            line += _empty_at_the_top(lines)
            if 1 <= line <= len(lines):
                source = lines[line - 1].strip()[:LONGEST_LINE]
                yield _(AT_A_LINE).format(number=number, line=line, source=source)

    @cached_property
    def _cells(self) -> dict[str, tuple[int, list[str]]]:
        """Number among the code cells that have source, from 1, and lines; of equal cells the last."""
        numbered = enumerate(self._sources, start=1)
        return {digest_of(source): (number, source.split("\n")) for number, source in numbered}

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for source in self._sources for word in re.findall(r"\w{1,80}", source))


def _empty_at_the_top(lines: list[str]) -> int:
    """Empty lines before the first other one: IPython takes them away before it counts."""
    return next((number for number, line in enumerate(lines) if line.strip()), 0)


def digest_of(source: str) -> str:
    """The name of a cell's source between the two sides: SHA-256 in hexadecimal."""
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
