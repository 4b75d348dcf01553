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
        case_number: that the inputs of hidden cases come from, instead of the configuration's.
        drawn_number: the same where neither names one; ``None``: nobody has drawn it yet.
        enforce: whether student code is confined.
        all_cells: whether the notebook runs as it is, without the shortcuts that change no mark.
        keep_executed: whether notebooks are kept with the outputs of their run.
    """

    config: Path
    seed: int | None = None
    case_number: int | None = None
    drawn_number: int | None = None
    enforce: bool = True
    all_cells: bool = False
    keep_executed: bool = True

    def options(self) -> list[str]:
        """What ``autograder grade`` has to be told for the same, but for the configuration's path."""
        numbers = {"--seed": self.seed, "--case-number": self.case_number}
        given = [f"{option}={number}" for option, number in numbers.items() if number is not None]
        sandbox = [] if self.enforce else ["--sandbox=none"]
        given += ["--all-cells"] if self.all_cells else []
        given += [] if self.keep_executed else ["--no-executed"]
        return [*given, *sandbox]

    def to_json(self) -> dict[str, Any]:
        """Plain data that :meth:`from_json` reads."""
        return {
            "config": str(self.config.absolute()),
            "seed": self.seed,
            "case_number": self.case_number,
            "drawn_number": self.drawn_number,
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
        return cls(
            Path(data["config"]), data["seed"], data.get("case_number"), data.get("drawn_number"),
            data["enforce"], data["all_cells"], keep,
        )  # fmt: skip
