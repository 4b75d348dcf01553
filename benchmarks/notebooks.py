"""The notebooks that every tool gets."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import nbformat
from places import ROOT

REFERENCE = "Reference"
LEFT_OUT = {
    "Aylin Demir": "trains in an endless loop",
    "Zoé Martin": "searches the whole file system for tests, which stock tools and the floor let it do",
}
"""Notebooks of the example class that the floor and some of the tools never come to an end with, and why."""


def the_class(folder: Path) -> dict[str, Path]:
    """The reference solution with batch 8, and the example class without :data:`LEFT_OUT`, by name.

    Each lies in a folder of its own as a student has it, with the public tests beside it.
    """
    found = {name: file for name, file in example_class(folder).items() if name not in LEFT_OUT}
    found[REFERENCE] = in_a_folder(folder / REFERENCE, reference_with_batch_8())
    return dict(sorted(found.items()))


def copies(notebooks: dict[str, Path], count: int, folder: Path) -> dict[str, Path]:
    """Each notebook ``count`` times, every copy with other bytes: equal ones would be graded once."""
    found = {}
    for name, file in notebooks.items():
        for number in range(count):
            notebook = nbformat.read(file, as_version=nbformat.NO_CONVERT)
            notebook.metadata["copy"] = number
            found[f"{name} {number}"] = in_a_folder(folder / f"{name} {number}", nbformat.writes(notebook))
    return found


def left_out(folder: Path) -> dict[str, Path]:
    """The others of the example class."""
    return {name: file for name, file in example_class(folder).items() if name in LEFT_OUT}


def example_class(folder: Path) -> dict[str, Path]:
    """The notebooks of ``examples/class.zip`` by the student's name."""
    found = {}
    with zipfile.ZipFile(ROOT / "examples" / "class.zip") as archive:
        for member in archive.namelist():
            name = Path(member).parent.name
            found[name] = in_a_folder(folder / name, archive.read(member).decode("utf-8"))
    return found


def reference_with_batch_8() -> str:
    """The reference solution as JSON; it trains with a batch of 4."""
    source = (ROOT / "reference" / "rnn_lab.ipynb").read_text(encoding="utf-8")
    if source.count("batch_size=4") != 1:
        raise SystemExit("reference/rnn_lab.ipynb does not train with batch_size=4 in one place any more")
    return source.replace("batch_size=4", "batch_size=8")


def trivial(number: int) -> str:
    """A notebook that does next to nothing, as JSON; each number gives another."""
    cells = [nbformat.v4.new_code_cell(f"import numpy\nnumber = {number}", id="only-cell")]
    text: str = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
    return text


def in_a_folder(folder: Path, notebook: str) -> Path:
    """Write ``notebook`` into a new folder with the public tests; its path."""
    shutil.copytree(ROOT / "student_template" / "tests", folder / "tests")
    file = folder / "rnn_lab.ipynb"
    file.write_text(notebook, encoding="utf-8")
    return file
