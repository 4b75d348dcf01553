"""A first lab to change: every concept once, and it grades at once."""

from __future__ import annotations

import shutil
from pathlib import Path

from autograder.errors import UsageError

STARTER = Path(__file__).with_name("starter")


def new_lab(out: Path) -> list[Path]:
    """Write the first lab into a folder that is new or empty.

    Returns:
        Its files.

    Raises:
        UsageError: there is something in the folder.
        OSError: it cannot be written to.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out}: is there already; name a folder that is new or empty")
    shutil.copytree(STARTER, out, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    return sorted(path for path in out.rglob("*") if path.is_file())
