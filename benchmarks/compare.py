"""Times this project and stock tools on the same notebooks, each doing its complete job.

One round runs every tool on the whole class; the table shows medians over the rounds. See docs/benchmarks.md.

    python benchmarks/compare.py [--runs N] [--left-out SECONDS | --copies N]
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from notebooks import LEFT_OUT, REFERENCE, copies, in_a_folder, left_out, the_class, trivial
from places import STOCK
from tools import (
    EVERY_CELL,
    FLOOR,
    LONGEST,
    NBCONVERT,
    NBGRADER,
    ONE_JOB,
    OTTER,
    TOOLS,
    TWO_JOBS,
    Notebooks,
    Run,
    Tool,
)

TRIVIAL = 5
"""Trivial notebooks that tell what a submission costs at least."""

Rounds = Mapping[str, Sequence[Run]]
"""The runs of each tool by its name, one a round."""


def main() -> None:
    """Run the rounds and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", metavar="N", type=int, default=2, help="rounds (default: 2)")
    parser.add_argument(
        "--left-out", metavar="SECONDS", type=float,
        help="run the two notebooks instead that the table leaves out, each tool for so long at most",
    )  # fmt: skip
    parser.add_argument(
        "--copies", metavar="N", type=int,
        help="instead grade a class of so many copies of every notebook, at one job and at two",
    )  # fmt: skip
    options = parser.parse_args()
    if not (STOCK / "bin" / "otter").exists():
        raise SystemExit(f"{STOCK.name} with the stock tools is missing: `make benchmark` makes it")
    print(machine())
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        if options.left_out:
            show_left_out(Path(folder), options.left_out)
        elif options.copies:
            show_throughput(Path(folder), options.copies, options.runs)
        else:
            show_comparison(Path(folder), options.runs)


def show_comparison(folder: Path, runs: int) -> None:
    """The tables of docs/benchmarks.md."""
    notebooks = the_class(folder / "class")
    few = {str(one): in_a_folder(folder / "trivial" / str(one), trivial(one)) for one in range(TRIVIAL)}
    OTTER.run({"0": few["0"]}, new_folder(folder, "warm-up"), LONGEST)  # bytecode, fonts, files in memory
    rounds: dict[str, list[Run]] = {tool.name: [] for tool in TOOLS}
    trivial_runs = []
    for number in range(runs):
        trivial_runs.append(ONE_JOB.run(few, new_folder(folder, f"{number}-trivial"), LONGEST))
        for tool in TOOLS:
            run = tool.run(notebooks, new_folder(folder, f"{number}-{TOOLS.index(tool)}"), LONGEST)
            rounds[tool.name].append(run)
            say(f"round {number + 1} of {runs}, {tool.name}: {run.seconds:.1f} s")
    print(f"\n{len(notebooks)} notebooks, medians of {runs} round(s)\n")
    print(comparison(rounds, len(notebooks)))
    print(f"\nThroughput of 2 jobs: {ratio(rounds, ONE_JOB, TWO_JOBS):.2f} × that of 1 job, "
          f"{ratio(rounds, OTTER, TWO_JOBS):.1f} × that of `otter run`.")  # fmt: skip
    print("\nWhere the seconds of a submission go, 1 job\n")
    print(breakdown(rounds, notebooks))
    seconds = [taken for run in trivial_runs for taken in run.by_notebook.values()]
    print(f"\nA trivial notebook on a warm worker: {statistics.median(seconds):.2f} s.")
    print("\nPoints that each tool gives\n")
    print(points(rounds, notebooks))


def show_left_out(folder: Path, longest: float) -> None:
    """What each tool makes of the notebooks that the table leaves out."""
    rows = []
    for name, file in left_out(folder / "class").items():
        say(f"{name} {LEFT_OUT[name]}")
        for tool in (ONE_JOB, NBCONVERT, NBGRADER, OTTER):
            say(f"{name}: {tool.name}")
            limit = LONGEST if tool is ONE_JOB else longest
            run = tool.run({name: file}, new_folder(folder, f"{name}-{tool.name}".replace("`", "")), limit)
            ended = f"still running after {longest:.0f} s" if run.unfinished else f"{run.seconds:.0f} s"
            rows.append([name, tool.name, ended, f"{run.marks[name]:g}" if name in run.marks else "none"])
    print("\n" + table(["notebook", "tool", "time", "points"], rows))


def show_throughput(folder: Path, count: int, runs: int) -> None:
    """How much faster a larger class is graded at two jobs, start and report included."""
    notebooks = copies(the_class(folder / "class"), count, folder / "copies")
    rounds: dict[str, list[Run]] = {ONE_JOB.name: [], TWO_JOBS.name: []}
    for number in range(runs):
        for tool in (ONE_JOB, TWO_JOBS) if number % 2 == 0 else (TWO_JOBS, ONE_JOB):
            run = tool.run(notebooks, new_folder(folder, f"{number} {tool.name}"), LONGEST)
            rounds[tool.name].append(run)
            say(f"round {number + 1} of {runs}, {tool.name}: {run.seconds:.1f} s")
    each = [[name, f"{of(done, lambda run: run.seconds):.1f}"] for name, done in rounds.items()]
    print(f"\n{len(notebooks)} notebooks, medians of {runs} round(s)\n")
    print(table(["tool", "s"], each))
    print(f"\nThroughput of 2 jobs: {ratio(rounds, ONE_JOB, TWO_JOBS):.2f} × that of 1 job.")


def new_folder(folder: Path, name: str) -> Path:
    """An empty folder for one run of one tool."""
    place = folder / name
    place.mkdir()
    return place


def say(text: str) -> None:
    """Tell somebody who waits."""
    print(text, file=sys.stderr, flush=True)


def machine() -> str:
    """What the figures were measured on."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    packages = "otter-grader", "nbgrader", "nbconvert", "torch"
    code = (
        "import sys, importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in sys.argv[1:]))"
    )
    command = [STOCK / "bin" / "python", "-c", code, *packages]
    versions = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    cores = len(os.sched_getaffinity(0))
    return f"{model}, {cores} core(s), Linux {platform.release()}, Python {platform.python_version()}, {versions}"


def of(runs: Sequence[Run], value: Callable[[Run], float]) -> float:
    """The median of a value over the rounds."""
    return statistics.median(value(run) for run in runs)


def ratio(rounds: Rounds, tool: Tool, other: Tool) -> float:
    """How often the time of ``other`` fits into the time of ``tool``, median over the rounds."""
    pairs = zip(rounds[tool.name], rounds[other.name], strict=True)
    return statistics.median(one.seconds / two.seconds for one, two in pairs)


def comparison(rounds: Rounds, count: int) -> str:
    """Seconds and memory of each tool, and their ratios to the floor."""
    floor = rounds[FLOOR.name]
    rows = []
    for name, runs in rounds.items():
        each = of(runs, lambda run: run.seconds) / count
        reference = of(runs, lambda run: run.by_notebook[REFERENCE])
        largest, together = of(runs, lambda run: run.largest_mb), of(runs, lambda run: run.together_mb)
        rows.append([
            name,
            f"{each:.2f}", f"{each / (of(floor, lambda run: run.seconds) / count):.2f}",
            f"{reference:.2f}", f"{reference / of(floor, lambda run: run.by_notebook[REFERENCE]):.2f}",
            f"{largest:.0f}", f"{largest / of(floor, lambda run: run.largest_mb):.2f}",
            f"{together:.0f}",
        ])  # fmt: skip
    head = [
        "tool", "s a submission", "× floor", "s, reference", "× floor",
        "MB, largest process", "× floor", "MB, all processes",
    ]  # fmt: skip
    return table(head, rows)


def breakdown(rounds: Rounds, notebooks: Notebooks) -> str:
    """The parts of a submission's time: mean of the class, and the reference; without and with every cell."""
    columns = []
    for tool in (ONE_JOB, EVERY_CELL):
        runs, floors = rounds[tool.name], rounds[FLOOR.name]
        columns.append(parts(runs, floors, list(notebooks)))
        columns.append(parts(runs, floors, [REFERENCE]))
    rows = [[label, *(f"{column[label]:.3f}" for column in columns)] for label in columns[0]]
    head = ["seconds", "class", "reference", "class, `--all-cells`", "reference, `--all-cells`"]
    return table(head, rows)


def parts(runs: Sequence[Run], floors: Sequence[Run], names: Sequence[str]) -> dict[str, float]:
    """Median over the rounds of each part's mean over the notebooks ``names``."""
    each = [parts_of_one_run(run, names) for run in runs]
    found = {label: statistics.median(one[label] for one in each) for label in each[0]}
    found["floor"] = of(floors, lambda run: statistics.mean(run.by_notebook[name] for name in names))
    return found


def parts_of_one_run(run: Run, names: Sequence[str]) -> dict[str, float]:
    """Seconds of each part, mean over the notebooks ``names``."""
    chosen = [one for one in run.results if Path(one["submission"]["source"]).parent.name in names]

    def mean(value: Callable[[dict[str, object]], float]) -> float:
        return statistics.mean(value(one) for one in chosen)

    phases, cells = mean_phases(chosen), mean(lambda one: sum(cell["seconds"] for cell in one["cells"]))
    total = mean(lambda one: one["seconds"])
    before, after = run.outside
    between = run.seconds - before - after - sum(one["seconds"] for one in run.results)
    return {
        "fork, sandbox": phases["start"],
        "kernel start, messages, another run": phases["cells"] - cells,
        "the cells": cells,
        "questions": phases["questions"],
        "reading the notebook, flags": total - sum(phases.values()),
        "**the submission**": total,
        "report of the submission": between / len(run.results),
        "once: start of the worker": before,
        "once: report of the class, end": after,
    }


def mean_phases(results: Sequence[dict[str, object]]) -> dict[str, float]:
    """The phases that a result tells, mean over the results."""
    return {name: statistics.mean(one["phases"][name] for one in results) for name in results[0]["phases"]}


def points(rounds: Rounds, notebooks: Notebooks) -> str:
    """The points of each notebook by tool, of the last round."""
    graders = [name for name, runs in rounds.items() if runs[-1].marks]
    marks = [rounds[name][-1].marks for name in graders]
    rows = [[name, *(f"{one[name]:g}" if name in one else "none" for one in marks)] for name in notebooks]
    return table(["notebook", *graders], rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, rows)])


if __name__ == "__main__":
    main()
