"""``executed/<submission id>.ipynb``: notebooks with the outputs of their run, for the person who looks.

They are no part of a result: a result is used again whether its notebook is still there or not, and one that
is missing costs nobody a mark.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from pathlib import Path

from autograder.files.atomic import file_stem, replacing

FOLDER = "executed"
"""In the report's folder."""


def executed_file(out: Path, submission_id: str) -> Path:
    """``out/executed/<submission id>.ipynb``.

    Raises:
        ValueError: the id is no file name.
    """
    return out / FOLDER / f"{file_stem(submission_id)}.ipynb"


def write_executed(out: Path, submission_id: str, notebook: bytes) -> None:
    """Put a notebook in the place of the one that was there; nothing where ``notebook`` is empty.

    Raises:
        OSError: ``out`` cannot be written to.
    """
    path = executed_file(out, submission_id)
    if not notebook:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        temporary.write_bytes(notebook)


def copy_executed(source: Path, out: Path, submission_id: str) -> None:
    """Put a copy of a notebook that was kept elsewhere in the place of the one that was there.

    Where there is none at ``source``, none is left here either.

    Raises:
        OSError: ``out`` cannot be written to.
    """
    path = executed_file(out, submission_id)
    if source == path:
        return
    if not source.is_file():
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as temporary:
        shutil.copyfile(source, temporary)


def kept_executed(out: Path) -> frozenset[str]:
    """The ids of the submissions whose notebook is kept."""
    return frozenset(file.stem for file in (out / FOLDER).glob("*.ipynb"))


def remove_other_executed(out: Path, submission_ids: Collection[str]) -> None:
    """Remove the notebooks of whoever is not in the class any more, and the folder when nothing is left.

    What else lies there is somebody's own: only what has a result was written by us.

    Raises:
        OSError: ``out`` cannot be written to.
    """
    folder = out / FOLDER
    for gone in kept_executed(out) - frozenset(submission_ids):
        if (out / "results" / f"{gone}.json").is_file():
            (folder / f"{gone}.ipynb").unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
