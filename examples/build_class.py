"""Build ``class.zip``, the example class: the template as nine invented students hand it in.

    python examples/build_class.py            write examples/class.zip
    python examples/build_class.py --check    fail when it is not what this script builds

The answers lie in ``examples/class`` as percent scripts. ``# %% RNN`` replaces the template's cell that
defines ``RNN`` at its top level, ``# %% derivation_general`` the answer to that manual question,
``# %% RNN._compute_grad_w`` one method, ``# %% spy after grader`` puts a new cell behind another.
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TEMPLATE = HERE.parent / "student_template" / "rnn_lab.ipynb"
ZIP = HERE / "class.zip"
LONG_AGO = (2024, 1, 1, 0, 0, 0)
"""Date of every member, so that the same answers give the same bytes."""

STUDENTS = {
    "Aylin Demir": ["plain", "endless"],
    "Amara Okafor": ["plain", "unusual"],
    "Jonas Weber": ["plain"],
    "Chen Xiulan": ["plain"],
    "Mateo Rossi": ["plain", "grad_w_same_step"],
    "Priya Nair": ["plain", "own_test_statistics"],
    "Sofie Lindqvist": ["plain", "uphill"],
    "Tomasz Kowalczyk": ["plain", "crash"],
    "Zoé Martin": ["plain", "cheat"],
}
"""Scripts per student; a later one replaces what an earlier one says."""

UNTIL = {"Chen Xiulan": "forward"}
"""Who stopped after which method of RNN."""

_HEADER = re.compile(r"^# %% (?P<name>[\w.]+)(?: after (?P<after>\w+))?\n", re.MULTILINE)

Cell = dict[str, Any]


def notebook(student: str) -> bytes:
    """What ``student`` hands in, as the bytes of an ``.ipynb`` file."""
    content = json.loads(TEMPLATE.read_text("utf-8"))
    cells: list[Cell] = content["cells"]
    template = [dict(cell) for cell in cells]
    for script in STUDENTS[student]:
        for name, after, source in answers((HERE / "class" / f"{script}.py").read_text("utf-8")):
            if after:
                place = find(cells, after) + 1
                cells.insert(place, new_cell(name, source))
            else:
                cell = cells[find(cells, name.partition(".")[0])]
                cell["source"] = lines(answered(cell, name, source))
    if student in UNTIL:
        stop_after(cells, template, UNTIL[student])
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def answers(script: str) -> Iterator[tuple[str, str, str]]:
    """Name, the cell it goes behind (or nothing) and source of each cell of a percent script."""
    headers = list(_HEADER.finditer(script))
    ends = [header.start() for header in headers[1:]] + [len(script)]
    for header, end in zip(headers, ends, strict=True):
        yield header["name"], header["after"] or "", script[header.end() : end].strip("\n")


def find(cells: list[Cell], name: str) -> int:
    """Where the cell is that defines ``name``, or answers the manual question of that name."""
    for number, cell in enumerate(cells):
        if name in (cell["metadata"].get("autograder", {}).get("manual"), cell.get("id")):
            return number
        if cell["cell_type"] == "code" and name in defined("".join(cell["source"])):
            return number
    raise SystemExit(f"the template has no cell that defines {name}")


def defined(source: str) -> set[str]:
    """Names that a cell's own statements define."""
    names: set[str] = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
    return names


def answered(cell: Cell, name: str, source: str) -> str:
    """The source of ``cell`` with the answer ``source`` in it."""
    if cell["cell_type"] == "markdown":
        return re.sub(r"^# ?", "", source, flags=re.MULTILINE)
    method = name.partition(".")[2]
    return with_method("".join(cell["source"]), method, source) if method else source


def with_method(source: str, name: str, new: str) -> str:
    """``source`` with one method of its class replaced."""
    method = methods(source)[name]
    indented = [line and " " * method.col_offset + line for line in new.split("\n")]
    before = source.split("\n")
    return "\n".join([*before[: method.lineno - 1], *indented, *before[method.end_lineno :]])


def methods(source: str) -> dict[str, ast.FunctionDef]:
    """The methods of the only class in ``source``."""
    (found,) = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef))
    return {node.name: node for node in found.body if isinstance(node, ast.FunctionDef)}


def stop_after(cells: list[Cell], template: list[Cell], method: str) -> None:
    """Put back the template behind ``method`` of the class, and in all cells after the class."""
    place = find(cells, "RNN")
    done, empty = "".join(cells[place]["source"]), "".join(template[place]["source"])
    names = list(methods(done))
    for name in names[names.index(method) + 1 :]:
        node = methods(empty)[name]
        body = empty.split("\n")[node.lineno - 1 : node.end_lineno]
        done = with_method(done, name, "\n".join(line[node.col_offset :] for line in body))
    cells[place]["source"] = lines(done)
    cells[place + 1 :] = template[place + 1 :]


def new_cell(name: str, source: str) -> Cell:
    cell: Cell = {"cell_type": "code", "id": name, "metadata": {}, "execution_count": None, "outputs": []}
    return cell | {"source": lines(source)}


def lines(source: str) -> list[str]:
    """Source as a notebook file holds it."""
    return source.splitlines(keepends=True)


def archive() -> bytes:
    """The whole zip; the same answers give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as out:
        for student in sorted(STUDENTS):
            member = zipfile.ZipInfo(f"{student}/rnn_lab.ipynb", LONG_AGO)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            out.writestr(member, notebook(student))
    return buffer.getvalue()


def contents(file: io.BytesIO | Path) -> dict[str, bytes]:
    """Member name -> bytes: what has to agree, for zlib versions compress differently."""
    with zipfile.ZipFile(file) as zipped:
        return {member.filename: zipped.read(member) for member in zipped.infolist()}


def main() -> int:
    """Write the zip, or compare it."""
    built = archive()
    if "--check" in sys.argv[1:]:
        if ZIP.exists() and contents(ZIP) == contents(io.BytesIO(built)):
            return 0
        print("examples/class.zip is out of date: run python examples/build_class.py", file=sys.stderr)
        return 1
    ZIP.write_bytes(built)
    print(f"examples/class.zip: {len(STUDENTS)} notebooks, {len(built)} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
