"""What decides a mark: a byte of it makes a known result unknown, a byte of anything else does not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.config.load import load
from autograder.grading.fingerprint import fingerprint
from autograder.grading.template import marked_cells
from tests.conftest import TOY_LAB


@pytest.fixture
def lab(tmp_path) -> Path:
    """The toy lab in a place where it may be changed; its configuration."""
    shutil.copytree(TOY_LAB, tmp_path / "lab", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "lab" / "grading_config.yml"


def write_template(lab: Path, text: str, marked: str, tags: list[str]) -> None:
    """The students' notebook: a text, a cell of theirs and one that may be left out."""
    cells = [
        nbformat.v4.new_markdown_cell(text, id="text"),
        nbformat.v4.new_code_cell("def median(values): ...", id="theirs"),
        nbformat.v4.new_code_cell(marked, id="marked", metadata={"tags": tags}),
    ]
    (lab.parent / "template").mkdir(exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=cells), lab.parent / "template" / "words.ipynb")


@pytest.mark.parametrize("named", ["template", "template/words.ipynb"])
def test_the_cells_that_the_template_marks_decide_and_its_texts_do_not(lab, named):
    lab.write_text(lab.read_text().replace("template: template", f"template: {named}"))
    found = {}
    for what, template in {
        "as it is": ("Welcome", "plot()", ["leave-out"]),
        "another text": ("Hello", "plot()", ["leave-out"]),
        "another tag": ("Welcome", "plot()", ["leave-out", "hide-input"]),
        "not marked": ("Welcome", "plot()", []),
        "another cell": ("Welcome", "plot(1)", ["leave-out"]),
    }.items():
        write_template(lab, *template)
        found[what] = fingerprint(load(lab))
    assert {what for what in found if found[what] == found["as it is"]} == {
        "as it is", "another text", "another tag"
    }  # fmt: skip
    assert len(set(found.values())) == 3


def test_a_source_may_be_a_list_of_lines_as_editors_write_it(lab):
    write_template(lab, "Welcome", "a = 1\nplot(a)", ["leave-out"])
    before = fingerprint(load(lab))
    file = lab.parent / "template" / "words.ipynb"
    content = json.loads(file.read_text())
    for cell in content["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)
    file.write_text(json.dumps(content))
    assert marked_cells(load(lab)) == {"a = 1\nplot(a)"}
    assert fingerprint(load(lab)) == before
