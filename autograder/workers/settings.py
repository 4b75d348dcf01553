"""What every worker of a run has to know; the same settings give the same marks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunSettings:
    """How a class is graded, wherever its workers are.

    Attributes:
        config: path of ``grading_config.yml``.
        seed: instead of the configuration's; ``None`` keeps it.
        enforce: whether student code is confined.
        all_cells: whether the notebook runs as it is, without the shortcuts that change no mark.
    """

    config: Path
    seed: int | None = None
    enforce: bool = True
    all_cells: bool = False
