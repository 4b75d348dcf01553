"""IPython's own syntax turned into Python by IPython itself, with an end for text that is made to take long.

Imports IPython: load it where a cell needs it.
"""

from __future__ import annotations

import re
import tokenize
from collections.abc import Callable
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

MOST_SPECIAL_LINES = 500
"""Magics, shell lines and questions for help in one cell: IPython runs no cell with more."""

LONGEST_NAME = 2_000
"""Characters of a name that help may be asked for: IPython looks for its beginning in quadratic time."""

_NAME = re.compile(r"[\w*.\[\]-]+")


class NoSyntax(Exception):
    """IPython would not run the text either, or nobody can say in time what it would run."""


def as_python(source: str, check_time: Callable[[], None]) -> str:
    """What IPython would run for a cell.

    Args:
        check_time: called again and again; what it raises ends the reading.

    Raises:
        NoSyntax: the message says why.
    """
    if "?" in source and any(len(name) > LONGEST_NAME for name in _NAME.findall(source)):
        raise NoSyntax("a question about a very long name")
    try:
        return str(_Transformer(check_time).transform_cell(source))
    except SyntaxError as reason:
        raise NoSyntax(reason.msg) from None
    # As IPython, which shows whatever its transformers raise and does not run the cell.
    except (tokenize.TokenError, AssertionError, IndexError, ValueError, RuntimeError, MemoryError) as reason:
        raise NoSyntax(f"{type(reason).__name__} in a line of IPython's own syntax") from None


class _Transformer(TransformerManager):  # type: ignore[misc]
    """IPython's, which reads the whole cell anew after each line that it has changed."""

    def __init__(self, check_time: Callable[[], None]) -> None:
        super().__init__()
        self._check_time = check_time

    def do_token_transforms(self, lines: list[str]) -> Any:
        """As IPython's, and out of time where that is over."""
        for _ in range(MOST_SPECIAL_LINES):
            self._check_time()
            changed, lines = self.do_one_token_transform(lines)
            if not changed:
                return lines
        raise NoSyntax(f"more than {MOST_SPECIAL_LINES} magics and shell lines")
