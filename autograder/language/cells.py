"""What is written down of a notebook's code cells, and found again where pages show it.

Who looks for a sentence asks for it here, in the language that it was written in, instead of spelling it once
more.
"""

from __future__ import annotations

import re
from functools import cache

from autograder.language import judging as _
from autograder.language import later

AT_A_LINE = later("code cell {number}, line {line}: {source}")
"""A line of a traceback."""

LACKED = later("{name} is not defined: {cause}")
"""A check that failed because a cell before it did; the cause begins as :data:`CAUSE` says."""

CAUSE = later("code cell {number} {what}")
"""A cell that took others along; what happened to it is one of the next three."""

STOPPED = later("stopped: {error}")
STOPPED_AT = later("stopped at line {line}, `{source}`: {error}")
NOT_ENDED = later("did not come to its end ({ending})")

_CELL = later("code cell {number}")


def names_of_cells() -> re.Pattern[str]:
    """What finds the cells that a text names; its only group is the number."""
    return _naming(_(_CELL))


@cache
def _naming(cell: str) -> re.Pattern[str]:
    before, _number, _after = cell.partition("{number}")
    first = f"[{before[0].upper()}{before[0].lower()}]"
    return re.compile(rf"{first}{re.escape(before[1:])}([0-9]{{1,5}})\b")
