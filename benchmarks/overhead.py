"""What grading one notebook costs beyond the time that its own cells take.

Grades the reference solution and a trivial notebook several times on a warm fork server, and times
the same cells in a warm Python process with nothing else (the floor). Prints medians.

    python benchmarks/overhead.py [--runs N]
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

TRIVIAL = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import torch")])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--floor", metavar="NOTEBOOK", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.floor:
        print(floor_seconds(Path(options.floor)))
        return
    print(
        f"{'notebook':<12} {'graded':>8} {'its cells':>10} {'overhead':>9} {'start':>7} {'questions':>10} {'floor':>8}"
    )
    with tempfile.TemporaryDirectory() as folder:
        trivial = Path(folder) / "trivial.ipynb"
        nbformat.write(TRIVIAL, trivial)
        for name, file in (("trivial", trivial), ("reference", ROOT / "reference" / "rnn_lab.ipynb")):
            row(name, file, options.runs)


def row(name: str, file: Path, runs: int) -> None:
    """Grade ``file`` ``runs`` times, floor runs in between, and print the medians in seconds."""
    from autograder.config import load
    from autograder.course import opened
    from autograder.model import Submission
    from autograder.pipeline import grade

    grades, floors = [], []
    with opened(load(ROOT / "grading_config.yml")) as course:
        submission = Submission("benchmark", file.name, "benchmark", file=file)
        grade(submission, course)  # the first one pays for imports
        for _ in range(runs):
            grades.append(grade(submission, course))
            command = [sys.executable, __file__, "--floor", str(file)]
            floors.append(float(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    cells = [sum(run.seconds for run in one.cells) for one in grades]
    overheads = [one.seconds - own for one, own in zip(grades, cells, strict=True)]
    median = statistics.median
    print(
        f"{name:<12} {median(g.seconds for g in grades):>7.2f}s {median(cells):>9.2f}s {median(overheads):>8.2f}s "
        f"{median(g.phases['start'] for g in grades):>6.2f}s {median(g.phases['questions'] for g in grades):>9.2f}s "
        f"{median(floors):>7.2f}s"
    )


def floor_seconds(file: Path) -> float:
    """Seconds that the cells take in this process, everything they import being loaded already."""
    os.environ["MPLBACKEND"] = "agg"
    import matplotlib.pyplot as plt
    import torch

    from reference.dataset import csv_bytes

    torch.set_num_threads(1)
    urllib.request.urlopen = lambda url: io.BytesIO(csv_bytes())  # type: ignore[assignment]
    sys.modules["otter"] = type(sys)("otter")
    sys.modules["otter"].Notebook = lambda **options: type("G", (), {"check": lambda self, name: None})()  # type: ignore[attr-defined]
    names: dict[str, object] = {}
    notebook = nbformat.read(file, 4)
    started = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in notebook.cells:
            if cell.cell_type == "code":
                exec(compile(cell.source, "cell", "exec"), names)  # noqa: S102  our own solution
                if plt.get_fignums():  # what the inline backend does after a cell
                    plt.savefig(io.BytesIO(), format="png")
                    plt.close("all")
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
