"""A graded class in a folder, written and not graded: a lab of its own, students, their notebooks, results.

The lab has two questions with tests, two that a person scores, and a solution notebook. What is written is
what ``autograder grade`` leaves: a Moodle export with its worksheet, results, executed notebooks, the run.
500 students take a few seconds.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.config.load import Lab, load
from autograder.errors import UnreadableNotebook
from autograder.grading.run_settings import RunSettings
from autograder.model import (
    AnswerState,
    CaseResult,
    CellRun,
    Ending,
    Grade,
    ManualQuestion,
    Outcome,
    QuestionResult,
    Status,
    Submission,
)
from autograder.notebook.answers import answers
from autograder.notebook.read import read_notebook
from autograder.notebook.template_cells import template_cells
from autograder.store.executed import write_executed
from autograder.store.results import write_results
from autograder.store.run import Run, remember
from autograder.submissions.whole_class import Given, find_class
from tests.conftest import TOY_LAB

DERIVATION, LAST_STEP = "derivation", "last_step"
"""The questions that a person scores: three items of a point each, two items of a point each."""

CONFIG = r"""
assignment:
  title: Words and derivations
  notebook: words.ipynb
tests: questions
questions:
  - {name: median, title: Median, points: 2}
  - {name: counter, title: Word counter, points: 3}
manual:
  - name: derivation
    title: "Exercise 1: the derivation"
    points: 3
    visible: true
    solution: {tag: derivation}
    items:
      - {code: h_last, points: 1, text: '$\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} = \mathbf{V}^{T} \mathbf{g}$'}
      - {code: c, points: 1, text: '$\nabla_{\mathbf{c}} \mathcal{L} = \sum_{t=1}^{\tau} \mathbf{g}^{[t]}$'}
      - {code: V, points: 1, text: '$\nabla_{\mathbf{V}} \mathcal{L} = \sum_t \mathbf{g}^{[t]} \mathbf{h}^{[t]^T}$'}
  - name: last_step
    title: "Exercise 2: the last step"
    points: 2
    solution: {tag: last_step}
    items:
      - {code: h_last, points: 1, text: 'the gradient of $\mathbf{h}^{[\tau]}$'}
      - {code: why, points: 1, text: 'why the others vanish'}
data:
  - url: https://example.org/words.txt
    file: data/words.txt
    sha256: b10fb0d1f3176d7c4db274577f33488e83ba1b6f5a97904877546a759319d8fc
    name: words.txt
seed: 7
limits: {cell_seconds: 3, notebook_seconds: 30, request_seconds: 2, submission_seconds: 60, output_mb: 1}
kernel: {preload: [numpy]}
late: {percent_per_day: 10}
build: {master: words.py, solution: words_solution.ipynb, template: template}
"""

PLACEHOLDER = "*Double-click here and write your answer.*"

SOLUTION = {
    DERIVATION: r"1. $\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} = \mathbf{V}^{T} \mathbf{g}$"
    "\n"
    r"2. $\nabla_{\mathbf{c}} \mathcal{L} = \sum_{t=1}^{\tau} \mathbf{g}^{[t]}$"
    "\n"
    r"3. $\nabla_{\mathbf{V}} \mathcal{L} = \sum_t \mathbf{g}^{[t]} \mathbf{h}^{[t]^T}$",
    LAST_STEP: r"Only the last output counts: $2(\hat{y} - y) \mathbf{V}^{T}$",
}

TYPED = (
    SOLUTION[DERIVATION],
    SOLUTION[DERIVATION].replace(" ", "  ") + "\n",  # the same but for white space
    SOLUTION[DERIVATION],
    r"By the chain rule $\nabla_{\mathbf{h}^{[\tau]}} \mathcal{L} = \mathbf{V}^{T} \mathbf{g}$, the rest is alike.",
    "",
    PLACEHOLDER,
    "I did not get this one.",
    "$$\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}$$",
)
"""Answers as students type them: right, equal, near-equal, half, empty, the placeholder, a text, an array."""

MEDIAN = "def median(v):\n    v = sorted(v)\n    return v[len(v) // 2]"
COUNTER = "def count(text):\n    return {word: text.split().count(word) for word in text.split()}"


@dataclass(frozen=True)
class Student:
    """Who handed in what, and what came of it.

    Attributes:
        name: as the LMS tells it; anything.
        answers: Markdown, by the question's name; empty: the answer's cell is gone.
        attachments: pictures attached to the first answer, by their names.
        notebook: bytes that were handed in instead of one with these answers; empty: none.
        outputs: of the notebook's one cell that shows something, as the format has them.
        even: whether ``median`` is right for an even count, too: 2 points.
        late: seconds after the deadline.
        problem: why it could not be graded; empty where it could.
        flags: remarks.
    """

    name: str
    answers: Mapping[str, str] = field(default_factory=lambda: SOLUTION)
    attachments: Mapping[str, bytes] = field(default_factory=dict)
    notebook: bytes = b""
    outputs: Sequence[Any] = ()
    even: bool = True
    late: float = 0.0
    problem: str = ""
    flags: Sequence[str] = ()


@dataclass(frozen=True)
class WrittenClass:
    """Where a class lies.

    Attributes:
        out: the report's folder.
        lab: whose questions these are.
        handed_in: the Moodle export.
        ids: of the submissions, in the order of the students.
    """

    out: Path
    lab: Lab
    handed_in: Path
    ids: Sequence[str]


def students(count: int) -> Sequence[Student]:
    """So many students, who answered as students do: every eighth the same."""
    return [
        Student(
            name=f"Student {at:03d}",
            answers={DERIVATION: TYPED[at % len(TYPED)], LAST_STEP: SOLUTION[LAST_STEP] if at % 2 else ""},
            even=at % 3 != 0,
            late=7500.0 if at % 5 == 4 else 0.0,
            flags=("slow: 20 s for one cell",) if at % 7 == 3 else (),
        )
        for at in range(count)
    ]


def write_class(folder: Path, members: Sequence[Student]) -> WrittenClass:
    """Write a graded class.

    Args:
        folder: gets ``lab``, ``class.zip``, ``worksheet.csv`` and the report's folder ``graded``.
    """
    lab, out = write_lab(folder / "lab"), folder / "graded"
    notebooks = [_notebook(one) for one in members]
    handed_in, worksheet = folder / "class.zip", folder / "worksheet.csv"
    _write_export(handed_in, members, notebooks)
    worksheet.write_text(_worksheet(members), encoding="utf-8")
    run = Run((handed_in,), RunSettings(lab.path, drawn_number=11), worksheet=worksheet)
    with tempfile.TemporaryDirectory() as spool:
        given = Given(run.paths, worksheet=worksheet)
        found = find_class(given, Path(spool), lab).submissions
    by_number = {int(one.lms_id): one for one in found}
    ids = []
    for number, (one, notebook) in enumerate(zip(members, notebooks, strict=True), start=1):
        submission = _replaced(by_number[number], one)
        ids.append(submission.id)
        write_results(out, _grade(one, notebook, submission, lab))
        if not one.problem:
            write_executed(out, submission.id, _ran(notebook, one))
    (out / ".autograder").mkdir()
    (out / ".autograder" / "lock").touch()
    remember(out, run, [by_number[number] for number in range(1, len(members) + 1)], lab)
    return WrittenClass(out, lab, handed_in, ids)


def write_lab(folder: Path) -> Lab:
    """Write the lab: its tests are those of the toy lab."""
    shutil.copytree(TOY_LAB / "questions", folder / "questions")
    shutil.copytree(TOY_LAB / "data", folder / "data")
    (folder / "template").mkdir()
    (folder / "grading_config.yml").write_text(CONFIG, encoding="utf-8")
    asked = dict.fromkeys(SOLUTION, PLACEHOLDER)
    (folder / "template" / "words.ipynb").write_text(json.dumps(_cells(asked)), encoding="utf-8")
    (folder / "words_solution.ipynb").write_text(
        json.dumps(_cells(SOLUTION, MEDIAN, COUNTER)), encoding="utf-8"
    )
    return load(folder / "grading_config.yml")


def _cells(texts: Mapping[str, str], median: str = "", counter: str = "") -> dict[str, Any]:
    """The lab's notebook with these answers and this code."""
    first = [
        _text("title", "# Words and derivations"),
        _code("median", median or "def median(v):\n    ..."),
        _code("counter", counter or "def count(text):\n    ..."),
    ]
    parts = [
        [_text(f"asks-{name}", f"## Exercise {at}\nDerive it."), *_answer(name, texts.get(name, ""))]
        for at, name in enumerate(SOLUTION, start=1)
    ]
    return {
        "cells": [*first, *parts[0], *parts[1], _text("end", "## End"), _code("show", "show()")],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _answer(name: str, text: str) -> list[dict[str, Any]]:
    cell = _text(f"answer-{name}", text)
    cell["metadata"] = {"autograder": {"manual": name}}
    return [cell] if text else []


def _text(id: str, source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": id, "metadata": {}, "source": source}


def _code(id: str, source: str) -> dict[str, Any]:
    return {
        "cell_type": "code", "id": id, "metadata": {}, "source": source, "execution_count": None, "outputs": [],
    }  # fmt: skip


def _notebook(one: Student) -> bytes:
    """What a student handed in."""
    if one.notebook:
        return one.notebook
    found = _cells(one.answers, MEDIAN, COUNTER)
    for cell in found["cells"]:
        if cell["id"] == f"answer-{DERIVATION}" and one.attachments:
            cell["attachments"] = {
                name: {"image/png": base64.b64encode(data).decode()} for name, data in one.attachments.items()
            }
    return json.dumps(found).encode()


def _ran(notebook: bytes, one: Student) -> bytes:
    """A notebook with the outputs of its run; one that was handed in as bytes stays as it is."""
    if one.notebook:
        return notebook
    found: dict[str, Any] = json.loads(notebook)
    shown = [*one.outputs] or [{"output_type": "stream", "name": "stdout", "text": "shown by the run\n"}]
    for count, cell in enumerate((one for one in found["cells"] if one["cell_type"] == "code"), start=1):
        cell["execution_count"] = count
        if cell.get("id") == "show":
            cell["outputs"] = shown
    return json.dumps(found).encode()


def _write_export(path: Path, members: Sequence[Student], notebooks: Sequence[bytes]) -> None:
    """The zip that Moodle makes: names in folders have lost what Moodle takes out of them."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, (one, notebook) in enumerate(zip(members, notebooks, strict=True), start=1):
            name = re.sub(r"[_/\\\x00-\x1f&<>\"`|':]", "", one.name)[:60] or "nobody"
            archive.writestr(f"{name}_{number}_assignsubmission_file/words.ipynb", notebook)


def _worksheet(members: Sequence[Student]) -> str:
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(
        ("Identifier", "Full name", "Status", "Grade", "Maximum grade", "Grade can be changed",
         "Last modified (submission)", "Last modified (grade)", "Feedback comments")
    )  # fmt: skip
    for number, one in enumerate(members, start=1):
        late = f" - {int(one.late // 60)} mins late" if one.late else ""
        name = one.name.replace("\\", "").replace("\n", " ").replace("\r", " ").replace("\0", "")
        when = "Sunday, 22 November 2026, 2:31 PM"
        rows.writerow(
            (f"Participant {number}", name, f"Submitted for grading{late}", "", "10.00", "Yes", when, "-", "")
        )
    return text.getvalue()


def _replaced(found: Submission, one: Student) -> Submission:
    """The submission as a run stores it, under the student's whole name."""
    return Submission(
        id=found.id, source=found.source, student=one.name, lms_id=found.lms_id, late_seconds=one.late,
        lms=found.lms, place=found.place, own_path=found.own_path, late=one.late > 0,
    )  # fmt: skip


def _grade(one: Student, notebook: bytes, submission: Submission, lab: Lab) -> Grade:
    common = {"digest": hashlib.sha256(notebook).hexdigest(), "seed": 7, "case_number": 11}
    if one.problem:
        return Grade(submission, Status.NOT_GRADABLE, one.problem, **common)
    try:
        read = read_notebook(notebook, lab.config.limits)
    except UnreadableNotebook as reason:
        return Grade(submission, Status.NOT_GRADABLE, str(reason), **common)
    template = template_cells(_cells(dict.fromkeys(SOLUTION, PLACEHOLDER)))
    written = answers(read.notebook.cells, read.attachments, list(SOLUTION), template)
    manual = tuple(
        ManualQuestion(
            question.name, question.title, question.points, written[question.name].text,
            state=written[question.name].state, pictures=written[question.name].pictures,
        )
        for question in lab.config.manual
    )  # fmt: skip
    assert all(one.state is AnswerState.FOUND or not one.answer for one in manual)
    ran = tuple(
        CellRun(at, Ending.FINISHED, 0.1)
        for at, cell in enumerate(read.notebook.cells)
        if cell.cell_type == "code"
    )
    return Grade(
        submission, Status.GRADED, questions=_questions(one), manual=manual, cells=ran,
        flags=tuple(one.flags), sandbox_layers=("seccomp",), lab_files={"grading_config.yml": "0" * 64},
        seconds=1.0, **common,
    )  # fmt: skip


def _questions(one: Student) -> tuple[QuestionResult, ...]:
    three = CaseResult("three numbers", Outcome.PASSED, 0.0, 0.0, hidden=False)
    even = CaseResult("an even count", Outcome.PASSED, 2.0, 2.0, hidden=True)
    if not one.even:
        even = CaseResult(
            "an even count", Outcome.FAILED, 0.0, 2.0, hidden=True,
            message="the median of 4, 1, 3, 2 is 2.5", evidence="found 3", help="What lies in the middle?",
        )  # fmt: skip
    counted = CaseResult("words", Outcome.PASSED, 3.0, 3.0, hidden=True)
    return (
        QuestionResult("median", "Median", (three, even)),
        QuestionResult("counter", "Word counter", (counted,)),
    )
