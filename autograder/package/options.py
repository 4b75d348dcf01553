"""What a course decides about its archive for Gradescope."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Visibility = Literal["visible", "hidden", "after_due_date", "after_published"]
VISIBILITIES: tuple[Visibility, ...] = ("visible", "hidden", "after_due_date", "after_published")

LEAST_MINUTES, MOST_MINUTES = 5, 40
"""Of Gradescope's time limit: with less nothing would be left for the student, more cannot be set."""


@dataclass(frozen=True)
class Options:
    """The course's decisions.

    Attributes:
        visibility: of hidden checks.
        minutes: the time limit that is set on Gradescope.
        wheels: a folder with wheels of everything that is needed; ``None``: they are downloaded.
        torch_index: address of a package index with builds of torch for processors; empty: the default.
    """

    visibility: Visibility = "visible"
    minutes: int = 10
    wheels: Path | None = None
    torch_index: str = ""
