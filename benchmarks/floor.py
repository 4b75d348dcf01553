"""The floor: the notebooks' own cells in one warm Python process, with nothing else.

Each notebook runs in a fork of a process that has imported everything. ``otter`` is a stand-in whose
``check`` does nothing. A cell that raises ends there; a cell that ends the process is left out: it is found
in a run that does not count. Plots are drawn once, as PNG.

    python benchmarks/floor.py NOTEBOOK...

Prints one JSON object: seconds by path.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import nbformat

WARM = ("numpy", "torch.distributions", "matplotlib.pyplot", "matplotlib_inline.backend_inline", "pandas")


def main(files: Sequence[str]) -> None:
    """Time every notebook."""
    warm_up()
    print(json.dumps({file: seconds(Path(file)) for file in files}))


def warm_up() -> None:
    """Import what the notebooks import, and have the lab's data in memory."""
    os.environ["MPLBACKEND"] = "agg"
    for name in WARM:
        importlib.import_module(name)
    importlib.import_module("torch").set_num_threads(1)
    importlib.import_module("sitecustomize").table()
    otter = ModuleType("otter")
    otter.Notebook = lambda **options: _Grader()  # type: ignore[attr-defined]
    sys.modules["otter"] = otter


class _Grader:
    """What ``otter.Notebook`` gives here."""

    def check(self, question: str) -> None:
        """Nothing: the floor asks no questions."""


def seconds(file: Path) -> float:
    """Seconds that the cells of a notebook take together."""
    cells = [cell.source for cell in nbformat.read(file, 4).cells if cell.cell_type == "code"]
    lethal: set[int] = set()
    while True:
        taken, survived = run_in_a_fork([cell for place, cell in enumerate(cells) if place not in lethal])
        if survived:
            return sum(taken)
        living = [place for place in range(len(cells)) if place not in lethal]
        lethal.add(living[len(taken)])


def run_in_a_fork(cells: Sequence[str]) -> tuple[list[float], bool]:
    """Seconds of each cell that ended, and whether the process survived them all."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        with os.fdopen(writer, "w") as report:
            run(cells, report)
        os._exit(0)  # the parent goes on after the if, the child must not
    os.close(writer)
    with os.fdopen(reader) as report:
        taken = [float(line) for line in report]
    _, status = os.waitpid(child, 0)
    return taken, status == 0


def run(cells: Sequence[str], report: io.TextIOBase) -> None:
    """Run the cells in one namespace and write down the seconds of each."""
    from matplotlib import pyplot

    names: dict[str, object] = {"__name__": "__main__"}
    for cell in cells:
        started = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
            exec(compile(cell, "cell", "exec"), names)  # noqa: S102  our own examples
        if pyplot.get_fignums():  # what the inline backend does after a cell
            pyplot.savefig(io.BytesIO(), format="png")
            pyplot.close("all")
        report.write(f"{time.perf_counter() - started}\n")
        report.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
