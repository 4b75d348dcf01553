"""A lab before it is on disk, and how it gets there."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.config.schema import RESERVED_NAMES
from autograder.errors import UsageError
from autograder.files.atomic import replace_file

CONFIG = "grading_config.yml"
MASTER = "master.py"
QUESTIONS = "questions"


@dataclass(frozen=True)
class DraftQuestion:
    """A question that tests judge.

    Attributes:
        test: text of its test file, in either of otter's formats.
    """

    name: str
    title: str
    points: float
    test: str


@dataclass(frozen=True)
class DraftManual:
    """A question that a person scores."""

    name: str
    title: str
    points: float


@dataclass
class Draft:
    """What a lab consists of.

    Attributes:
        title: of the assignment.
        notebook: file name that students hand in.
        cells: of the master, as nbformat cells with solution markers.
        files: beside the notebook, by name: for students and while grading.
        packages: that the lab's notebooks import and that are not Python's own.
        named_files: paths of files beside the notebook that its settings name.
        requirements: what its settings say of packages: a list, or the path of a file with one.
        notes: what could not be carried over, a sentence each, for the author.
    """

    title: str
    notebook: str
    cells: list[Any] = field(default_factory=list)
    questions: list[DraftQuestion] = field(default_factory=list)
    manual: list[DraftManual] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    packages: list[str] = field(default_factory=list)
    named_files: list[str] = field(default_factory=list)
    requirements: str | Sequence[str] = ()
    notes: list[str] = field(default_factory=list)

    def names(self) -> set[str]:
        """Of all its questions."""
        return {one.name for one in self.questions} | {one.name for one in self.manual}

    def points(self) -> float:
        """Of all its questions together."""
        return sum(one.points for one in self.questions) + sum(one.points for one in self.manual)


def write_draft(draft: Draft, out: Path) -> list[Path]:
    """Write a lab into a folder that is new or empty.

    Returns:
        The files written, the configuration first.

    Raises:
        UsageError: there is something in the folder, or the lab has no question.
        OSError: the folder cannot be written to.
    """
    import jupytext
    import nbformat

    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out}: is there already; name a folder that is new or empty")
    if not draft.questions:
        raise UsageError(
            f"{draft.notebook}: there is no question with tests in it, so there is nothing to grade"
        )
    master = nbformat.v4.new_notebook(cells=draft.cells)
    texts: dict[str, str | bytes] = {
        CONFIG: configuration(draft),
        MASTER: jupytext.writes(master, fmt="py:percent"),
        **{f"{QUESTIONS}/{one.name}.py": one.test for one in draft.questions},
    }
    if taken := sorted(texts.keys() & draft.files.keys()):
        raise UsageError(f"{', '.join(taken)}: the lab needs this name for a file of its own; rename yours")
    texts |= draft.files
    for name, content in texts.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            replace_file(out / name, content)
        else:
            (out / name).write_bytes(content)
    return [out / name for name in texts]


def configuration(draft: Draft) -> str:
    """The text of ``grading_config.yml``."""
    lines = [
        "# The lab, as the grading engine sees it. A mistake here ends a run with file, line and field.",
        "assignment:",
        f"  title: {_quoted(draft.title)}",
        f"  notebook: {_quoted(draft.notebook)}",
        "",
        "# One otter-grader test file per question: <tests>/<name>.py",
        f"tests: {QUESTIONS}",
        "questions:",
        *(f"  - {_mapping(one)}" for one in draft.questions),
    ]
    if draft.manual:
        lines += ["", "# Scored by a person.", "manual:", *(f"  - {_mapping(one)}" for one in draft.manual)]
    if draft.files:
        lines += ["", "# Beside the notebook, for students and while grading.", "files:"]
        lines += [f"  - {_quoted(name)}" for name in draft.files]
    if draft.requirements:
        lines += ["", "# Checked before anything is graded.", "packages:"]
        lines += [f"  - {_quoted(one)}" for one in draft.requirements]
    if draft.packages:
        lines += ["", "# What notebooks import, beside Python's own; loaded once for a class.", "kernel:"]
        lines += [f"  preload: [{', '.join(draft.packages)}]"]
    lines += [
        "",
        "build:",
        f"  master: {MASTER}",
        f"  solution: solution/{_quoted(draft.notebook).strip(chr(34))}",
        f"  template: template/{_quoted(draft.notebook).strip(chr(34))}",
        "",
    ]
    return "\n".join(lines)


def _mapping(one: DraftQuestion | DraftManual) -> str:
    return f"{{name: {one.name}, title: {_quoted(one.title)}, points: {one.points:g}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # which YAML reads as it is


def identifier(text: str, taken: Mapping[str, object] | set[str]) -> str:
    """A name for a question, as the configuration wants it, that nobody has yet.

    Args:
        text: what the question is called elsewhere: ``q1-a``.
        taken: names that are used up.
    """
    name = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")[:60] or "question"
    name = name if re.match(r"[A-Za-z_]", name) else f"q{name}"
    used = {one.casefold() for one in taken} | RESERVED_NAMES
    if name.casefold() not in used:
        return name
    return next(f"{name}_{n}" for n in range(2, 10_000) if f"{name}_{n}".casefold() not in used)


def title_of(cells: list[Any], otherwise: str) -> str:
    """The first heading of a notebook."""
    for cell in cells:
        if cell.cell_type == "markdown" and (found := re.search(r"^#+ +(.+)$", cell.source, re.MULTILINE)):
            return found[1].strip()[:200]
    return otherwise
