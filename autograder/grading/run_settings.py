"""How a class is asked to be graded: the same settings give the same marks, whichever process grades."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RunSettings:
    """How a class is graded, wherever its workers are.

    Attributes:
        config: path of ``grading_config.yml``.
        seed: instead of the configuration's; ``None`` keeps it.
        enforce: whether student code is confined.
        all_cells: whether the notebook runs as it is, without the shortcuts that change no mark.
        keep_executed: whether notebooks are kept with the outputs of their run.
    """

    config: Path
    seed: int | None = None
    enforce: bool = True
    all_cells: bool = False
    keep_executed: bool = True

    def options(self) -> list[str]:
        """What ``autograder grade`` has to be told for the same, but for the configuration's path."""
        seed = [] if self.seed is None else [f"--seed={self.seed}"]
        sandbox = [] if self.enforce else ["--sandbox=none"]
        all_cells = ["--all-cells"] if self.all_cells else []
        return [*seed, *sandbox, *all_cells, *([] if self.keep_executed else ["--no-executed"])]

    def to_json(self) -> dict[str, Any]:
        """Plain data that :meth:`from_json` reads."""
        return {
            "config": str(self.config.absolute()),
            "seed": self.seed,
            "enforce": self.enforce,
            "all_cells": self.all_cells,
            "keep_executed": self.keep_executed,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> RunSettings:
        """The settings that :meth:`to_json` was asked for.

        Raises:
            KeyError, TypeError: something is missing or of another type.
        """
        # Runs that were written down before there was a choice kept none, and keep them from now on.
        keep = data.get("keep_executed", True)
        return cls(Path(data["config"]), data["seed"], data["enforce"], data["all_cells"], keep)
