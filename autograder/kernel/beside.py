"""What a lab lays beside the notebook, at the paths that the notebook opens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def lay_beside(
    files: Mapping[str, Path], folder: Path, put: Callable[[Path, Path], Any] = shutil.copyfile
) -> None:
    """Put files into a folder, and make the folders below it that they need.

    Args:
        files: a file by its path in ``folder``: ``{"data/train.csv": Path("/lab/data/train.csv")}``.
        put: how one gets there, given both paths.

    Raises:
        OSError: a file cannot be read, or one cannot be written.
    """
    for name, file in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        put(file, target)
