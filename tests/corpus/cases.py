"""Ordinary submissions, each a folder with the marks it must get: what proves the grader right.

    correct/<name>/               may not lose a mark
    mistakes/<question>/<name>/   loses something in that question and nothing anywhere else, but for the point
                                  of the own training where that does not reach the threshold
    mistakes/whole/<name>/        several questions at once, all of them named

A folder holds ``expect.yml`` and one of

* ``changes.py``: what differs from ``base.py``, as a percent script. ``# %% loss`` replaces the cell
  of that name, ``# %% rnn.forward`` one method of the class in cell ``rnn``, ``# %% extra after loss``
  inserts a cell; a replacement without code removes the cell.
* ``submission.py``: a complete notebook as a percent script; magics stand there as in a notebook.
* ``submission.ipynb``: a complete notebook, taken as it is.

``expect.yml`` knows these keys:

* ``loses``: question -> marks lost, its own question first, or ``some`` where that depends on how the question is divided.
* ``also_may_lose``: questions that may lose as well, with the reason in ``why``. Default: none.
* ``why``: one sentence.
* ``base``: ``quick`` (default) leaves out the cells ``evaluate`` and ``scatter``, ``full`` keeps them.
* ``slow``: the notebook needs more than ten seconds. Default: false.
* ``alone``: in a notebook with other cases it would be another case; ``why`` says so. Default: false.
* ``says``: what the feedback of the one question that loses says, among other things. Default: nothing is asked.
* ``remarks``: question -> what a remark on it says, among other things; it costs nothing. Default: none.
* ``sandbox``: a mistake that ``make test`` grades in the sandbox as well, as a sample of its question; ``only``
  where one process cannot show it, as with a complete submission or automatic differentiation. Default: false,
  and only ``make test-all`` does it.
* ``may_raise``: names of cells that end with an exception though nothing is wrong with the rest, or
  ``true`` where any may. Default: none for correct submissions, any for mistakes.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from autograder.config.load import load

HERE = Path(__file__).parent

POINTS = {
    question.name: question.points
    for question in load(HERE.parents[1] / "grading_config.yml").config.questions
}
"""The auto-graded questions in the order of the lab, and their points: the configuration's."""

SOME = "some"

OWN_RUN = "training_loop"
"""The question of which one point is for the whole notebook's own training: with any mistake it may be missing."""

ONLY_IN_FULL = ("evaluate", "scatter")
"""They cost two to three seconds and no question looks at them."""

_KEYS = frozenset("loses also_may_lose why base slow alone says remarks sandbox may_raise".split())

_HEADER = re.compile(
    r"^# %%(?: \[(?P<kind>markdown|raw)\])?"
    r"(?: (?P<name>[\w.]+))?(?: after (?P<after>\w+))?(?P<rest>.*)$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Cell:
    """One cell of a percent script; ``after`` is the cell behind which a new one goes."""

    name: str
    source: str
    kind: str = "code"
    after: str = ""


@dataclass(frozen=True)
class Case:
    """One submission and what it must get.

    Attributes:
        name: path below this folder with slashes ("mistakes/grad_w/wrap_around").
        loses: question -> marks lost, or :data:`SOME`; every other question keeps all its marks.
        also_may_lose: questions where either outcome is right.
        why: one sentence.
        base: ``quick`` or ``full``; without meaning for a complete submission.
        slow: needs more than ten seconds.
        alone: must not stand in one notebook with other cases.
        says: is in the feedback of the question that loses; empty for anything.
        remarks: question -> what a remark on it says.
        sandbox: whether it belongs to the sample for the sandbox; ``only`` if it can be seen nowhere else.
        may_raise: cells that may end with an exception; ``None`` for any.
    """

    name: str
    folder: Path
    loses: Mapping[str, float | str]
    also_may_lose: tuple[str, ...] = ()
    why: str = ""
    base: str = "quick"
    slow: bool = False
    alone: bool = False
    says: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)
    sandbox: bool | str = False
    may_raise: frozenset[str] | None = field(default_factory=frozenset)

    @property
    def correct(self) -> bool:
        """Whether nothing may be lost."""
        return not self.loses


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case, sorted by name; read once."""
    files = [file for kind in ("correct", "mistakes") for file in (HERE / kind).glob("**/expect.yml")]
    return tuple(_read(file.parent) for file in sorted(files))


def _read(folder: Path) -> Case:
    expect: dict[str, Any] = yaml.safe_load((folder / "expect.yml").read_text("utf-8"))
    unknown = expect.keys() - _KEYS
    if unknown:
        raise ValueError(f"{folder / 'expect.yml'}: unknown keys {sorted(unknown)}")
    loses = expect["loses"]
    may_raise = expect.get("may_raise", bool(loses))
    return Case(
        name=folder.relative_to(HERE).as_posix(),
        folder=folder,
        loses=loses,
        also_may_lose=tuple(expect.get("also_may_lose", ())),
        why=expect["why"],
        base=expect.get("base", "quick"),
        slow=expect.get("slow", False),
        alone=expect.get("alone", False),
        says=expect.get("says", ""),
        remarks=expect.get("remarks", {}),
        sandbox=expect.get("sandbox", False),
        may_raise=None if may_raise is True else frozenset(may_raise or ()),
    )


def notebook(case: Case) -> bytes:
    """The case as a Jupyter notebook (nbformat 4.5); the same bytes every time."""
    complete = case.folder / "submission.ipynb"
    return complete.read_bytes() if complete.exists() else as_notebook(cells(case))


def cells(case: Case) -> list[Cell]:
    """The case's cells, in order."""
    if (complete := case.folder / "submission.ipynb").exists():
        found = json.loads(complete.read_text("utf-8"))["cells"]
        return [
            Cell(f"cell_{number}", "".join(cell["source"]), cell["cell_type"])
            for number, cell in enumerate(found)
        ]
    if (complete := case.folder / "submission.py").exists():
        return parse(complete.read_text("utf-8"))
    left_out = ONLY_IN_FULL if case.base == "quick" else ()
    return changed([cell for cell in base_cells() if cell.name not in left_out], changes_of(case))


def base_cells() -> list[Cell]:
    """The right notebook that most cases change."""
    return parse((HERE / "base.py").read_text("utf-8"))


def quick_step() -> Cell:
    """A right ``do_training_step`` for a whole minibatch at once: ten times as quick as window by window."""
    (step,) = parse((HERE / "correct/whole_minibatch_at_once/changes.py").read_text("utf-8"))
    return step


def changes_of(case: Case) -> list[Cell]:
    """What the case changes in the base notebook; nothing if it is a complete one."""
    file = case.folder / "changes.py"
    return parse(file.read_text("utf-8")) if file.exists() else []


def parse(script: str) -> list[Cell]:
    """The cells of a percent script; cells without a name are numbered.

    Raises:
        ValueError: a header that does not read as described above, or text before the first one.
    """
    headers = list(_HEADER.finditer(script))
    if not headers or script[: headers[0].start()].strip():
        raise ValueError("a percent script begins with a header `# %%`")
    found = []
    for number, header in enumerate(headers):
        if header["rest"].strip():
            raise ValueError(f"cannot read the header {header[0]!r}")
        end = headers[number + 1].start() if number + 1 < len(headers) else len(script)
        source = script[header.end() : end].strip("\n")
        if header["kind"]:
            source = re.sub(r"^# ?", "", source, flags=re.MULTILINE)
        name = header["name"] or f"cell_{number}"
        found.append(Cell(name, source, header["kind"] or "code", header["after"] or ""))
    return found


def changed(base: list[Cell], changes: Iterable[Cell]) -> list[Cell]:
    """``base`` with ``changes`` applied one after the other.

    Raises:
        ValueError: a change names a cell or a method that is not there.
    """
    result = list(base)
    for change in changes:
        place = _place(result, change.after or change.name.partition(".")[0])
        if change.after:
            result.insert(place + 1, change)
        elif "." in change.name:
            result[place] = _with_method(result[place], change)
        elif change.source.strip():
            result[place] = change
        else:
            del result[place]
    return result


def _place(cells: list[Cell], name: str) -> int:
    for number, cell in enumerate(cells):
        if cell.name == name:
            return number
    raise ValueError(f"no cell is called {name!r}")


def _with_method(cell: Cell, change: Cell) -> Cell:
    """``cell`` with the method that ``change`` names replaced, and put at the class's indentation."""
    method = change.name.partition(".")[2]
    for node in ast.walk(ast.parse(cell.source)):
        if isinstance(node, ast.FunctionDef) and node.name == method:
            lines = cell.source.split("\n")
            new = [line and " " * node.col_offset + line for line in change.source.split("\n")]
            lines[node.lineno - 1 : node.end_lineno] = new
            return Cell(cell.name, "\n".join(lines), cell.kind)
    raise ValueError(f"cell {cell.name!r} has no method {method!r}")


def as_notebook(cells: Iterable[Cell]) -> bytes:
    """Cells as an nbformat 4.5 notebook that has not been run; ids come from position and name."""
    content = {
        "cells": [_as_json(number, cell) for number, cell in enumerate(cells)],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _as_json(number: int, cell: Cell) -> dict[str, Any]:
    name = re.sub(r"[^A-Za-z0-9_-]", "-", cell.name)[:40]
    result: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": f"{number:03d}-{name}",
        "metadata": {},
        "source": cell.source.splitlines(keepends=True),
    }
    return result | {"execution_count": None, "outputs": []} if cell.kind == "code" else result
