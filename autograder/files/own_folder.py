"""What marks a folder as a report of ours, so that no run takes it for something that was handed in."""

from __future__ import annotations

from pathlib import Path

OWN = ".autograder"
"""The folder in a report that is for nobody but us."""

MARKER = Path(OWN) / "lock"
"""The first file of a report: a run makes it before all else."""


def is_report(folder: Path) -> bool:
    """Whether a run has written, or is writing, its report into the folder."""
    return (folder / MARKER).is_file()
