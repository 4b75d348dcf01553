"""The tools side by side: each has one function that does its complete job on the whole class."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import yaml
from measuring import Measured, measure
from places import CONFIG, ROOT, STOCK, environment, stock_environment

Notebooks = Mapping[str, Path]

LONGEST = 600.0
"""Seconds after which a command is ended. The slowest one, a whole class, needs about half of it."""


@dataclass(frozen=True)
class Run:
    """What one tool did with the class.

    Attributes:
        seconds: wall time from the first command to the end of the last one.
        largest_mb, together_mb: see :class:`measuring.Measured`.
        by_notebook: seconds of each notebook, as far as the tool or the clock tells them.
        marks: points of each notebook; without those that got none.
        unfinished: notebooks that were still running when the time was up.
        results: of this project: the results files, in the order in which they were written.
        outside: of this project: seconds before the first submission began, and after the last ended.
    """

    seconds: float
    largest_mb: float
    together_mb: float
    by_notebook: Mapping[str, float]
    marks: Mapping[str, float] = field(default_factory=dict)
    unfinished: Sequence[str] = ()
    results: Sequence[dict[str, object]] = ()
    outside: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class Tool:
    """A column's worth of work: ``run`` grades the notebooks in an empty folder, within so many seconds."""

    name: str
    run: Callable[[Notebooks, Path, float], Run]


def floor(notebooks: Notebooks, folder: Path, longest: float) -> Run:
    """The cells alone; the time for starting and warming up does not count."""
    command = [sys.executable, ROOT / "benchmarks" / "floor.py", *notebooks.values()]
    measured = succeeded(measure(command, folder, environment(), longest))
    seconds = json.loads(measured.output)
    by_notebook = {name: seconds[str(file)] for name, file in notebooks.items()}
    return Run(sum(by_notebook.values()), measured.largest_mb, measured.together_mb, by_notebook)


def this_project(jobs: int, *options: str) -> Callable[[Notebooks, Path, float], Run]:
    """``autograder grade`` with so many jobs, into a fresh folder."""

    def run(notebooks: Notebooks, folder: Path, longest: float) -> Run:
        for name, file in notebooks.items():
            (folder / "class" / name).mkdir(parents=True)
            shutil.copy(file, folder / "class" / name)
        command = [
            sys.executable, "-m", "autograder.cli", "grade", folder / "class", "--out", folder / "out",
            "--config", CONFIG, "--jobs", str(jobs), *options,
        ]  # fmt: skip
        measured = succeeded(measure(command, folder, os.environ, longest))
        files = sorted((folder / "out" / "results").glob("*.json"), key=lambda file: file.stat().st_mtime)
        results = [json.loads(file.read_text(encoding="utf-8")) for file in files]
        names = [Path(one["submission"]["source"]).parent.name for one in results]
        first_began = files[0].stat().st_mtime - results[0]["seconds"]
        last_ended = files[-1].stat().st_mtime
        return Run(
            measured.seconds, measured.largest_mb, measured.together_mb,
            {name: one["seconds"] for name, one in zip(names, results, strict=True)},
            {name: one["score"] for name, one in zip(names, results, strict=True) if one["status"] == "graded"},
            results=results,
            outside=(first_began - measured.began, measured.began + measured.seconds - last_ended),
        )  # fmt: skip

    return run


def otter_run(notebooks: Notebooks, folder: Path, longest: float) -> Run:
    """``otter run`` one by one; making the autograder zip does not count."""
    otter, zipped = STOCK / "bin" / "otter", folder / "autograder.zip"
    bare = ["--no-config", "--no-requirements", "--no-environment"]
    make = [otter, "generate", "-t", ROOT / "tests" / "questions", "-o", zipped, *bare]
    succeeded(measure(make, folder, stock_environment(), LONGEST))

    def command(name: str, file: Path) -> list[str | Path]:
        (folder / name).mkdir()
        return [otter, "run", "--no-logo", "-a", zipped, "-o", folder / name, file]

    def points(name: str) -> float | None:
        file = folder / name / "results.json"
        if not file.exists():
            return None
        tests = json.loads(file.read_text(encoding="utf-8"))["tests"]
        return float(sum(test.get("score") or 0 for test in tests))

    return one_by_one(notebooks, folder, longest, command, points)


def nbconvert(notebooks: Notebooks, folder: Path, longest: float) -> Run:
    """``jupyter nbconvert --execute`` one by one: it runs the cells and grades nothing."""

    def command(name: str, file: Path) -> list[str | Path]:
        options = ["--execute", "--allow-errors", "--to", "notebook", "--output-dir", folder / name]
        return [STOCK / "bin" / "jupyter", "nbconvert", *options, file]

    return one_by_one(notebooks, folder, longest, command, lambda name: None)


def one_by_one(
    notebooks: Notebooks,
    folder: Path,
    longest: float,
    command: Callable[[str, Path], Sequence[str | Path]],
    points: Callable[[str], float | None],
) -> Run:
    """Run a command for each notebook; one that fails is left at that, as a course would."""
    measured = {
        name: measure(command(name, file), folder, stock_environment(), longest)
        for name, file in notebooks.items()
    }
    marks = {name: points(name) for name in notebooks}
    return Run(
        sum(one.seconds for one in measured.values()),
        max(one.largest_mb for one in measured.values()),
        max(one.together_mb for one in measured.values()),
        {name: one.seconds for name, one in measured.items()},
        {name: mark for name, mark in marks.items() if mark is not None},
        [name for name, one in measured.items() if not one.ended],
    )


def nbgrader(notebooks: Notebooks, folder: Path, longest: float) -> Run:
    """``nbgrader autograde`` of the whole class; setting the course up does not count.

    The course is the smallest one that asks the same questions: the lab's notebook followed by one cell
    for each question, which runs the question's test file and ends with its points. The submissions have
    the same cells, as they would if the course had been handed out with nbgrader.
    """
    put_into_course(ROOT / "student_template" / "rnn_lab.ipynb", folder / "source" / "lab")
    students = {name.replace(" ", "-"): name for name in notebooks}
    for student, name in students.items():
        put_into_course(notebooks[name], folder / "submitted" / student / "lab")
    program = STOCK / "bin" / "nbgrader"
    succeeded(measure([program, "generate_assignment", "lab"], folder, stock_environment(), LONGEST))
    stamped = "--Application.log_format=%(created)f %(message)s"
    measured = measure([program, "autograde", "lab", stamped], folder, stock_environment(), longest)
    succeeded(measure([program, "export"], folder, stock_environment(), LONGEST))
    marks = {}
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            if (folder / "autograded" / row["student_id"] / "lab").exists():  # else it failed: exported as 0
                marks[students[row["student_id"]]] = float(row["score"])
    begun = first_seen(measured.errors, folder / "submitted")
    ended = [*list(begun.values())[1:], measured.began + measured.seconds]
    by_notebook = {
        students[student]: end - start
        for (student, start), end in zip(begun.items(), ended, strict=True)
    }  # fmt: skip
    unfinished = [] if measured.ended else [students[list(begun)[-1]]]
    for name in unfinished:
        marks.pop(name, None)  # the folder is there, and nothing is graded
    return Run(measured.seconds, measured.largest_mb, measured.together_mb, by_notebook, marks, unfinished)


def put_into_course(notebook: Path, folder: Path) -> None:
    """Write the notebook with a cell for each question, and the public tests, into a new folder."""
    shutil.copytree(ROOT / "student_template" / "tests", folder / "tests")
    content = nbformat.read(notebook, 4)
    for question in yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["questions"]:
        content.cells.append(question_cell(question["name"], question["points"]))
    nbformat.write(content, folder / "rnn_lab.ipynb")


def question_cell(name: str, points: float) -> nbformat.NotebookNode:
    """A cell that nbgrader takes as a test: the number that it ends with is its points."""
    source = (
        "from otter.test_files import ExceptionTestFile\n"
        f"_question = ExceptionTestFile.from_file({str(ROOT / 'tests' / 'questions' / name)!r} + '.py')\n"
        "_question.run(globals())\n"
        "_question.score"
    )
    about = {"grade": True, "locked": True, "solution": False, "task": False, "schema_version": 3}
    metadata = {"nbgrader": {**about, "grade_id": name, "points": points, "cell_type": "code"}}
    return nbformat.v4.new_code_cell(source, metadata=metadata)


def first_seen(log: str, submitted: Path) -> dict[str, float]:
    """``time.time()`` of the first line of nbgrader's log that names each student's folder."""
    seen: dict[str, float] = {}
    for line in log.splitlines():
        found = re.match(rf"(\d+\.\d+) .*?{re.escape(str(submitted))}/([^/]+)/", line)
        if found:
            seen.setdefault(found[2], float(found[1]))
    return seen


def succeeded(measured: Measured) -> Measured:
    """``measured``, unless the command failed or was ended: then what it said, and no benchmark."""
    if not measured.ended or measured.code:
        said = f"{measured.output[-2000:]}\n{measured.errors[-2000:]}"
        raise SystemExit(f"a command of the benchmark failed:\n{said}")
    return measured


FLOOR = Tool("floor: the cells alone", floor)
ONE_JOB = Tool("this project, 1 job", this_project(1))
TWO_JOBS = Tool("this project, 2 jobs", this_project(2))
EVERY_CELL = Tool("this project, 1 job, `--all-cells`", this_project(1, "--all-cells"))
NBCONVERT = Tool("`jupyter nbconvert --execute`", nbconvert)
NBGRADER = Tool("`nbgrader autograde`", nbgrader)
OTTER = Tool("`otter run`", otter_run)

TOOLS = (FLOOR, ONE_JOB, TWO_JOBS, EVERY_CELL, NBCONVERT, NBGRADER, OTTER)
"""In the order of the table; the first one is what the others are compared with."""
