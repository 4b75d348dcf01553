"""Answers in words are found wherever a student put them."""

from __future__ import annotations

import base64
import os
import signal
from contextlib import closing
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from autograder.config.load import load
from autograder.model import AnswerState
from autograder.notebook import pasted
from autograder.notebook.answers import (
    CUT,
    LONGEST_ANSWER,
    PASTED,
    Answer,
    AnswerPart,
    answer_parts,
    answers,
    unanswered,
)
from autograder.notebook.pasted import shown_pictures
from autograder.notebook.template_cells import template_cells
from autograder.store.answers import AnswerReader
from tests.conftest import TOY_LAB

HEADING = "## **Exercise {}**\n\nShow that\n\n$$a = {}$$"
ANSWER = "**Answer to exercise {}**\n\n*Your answer here*"


def tag(name: str) -> dict[str, Any]:
    return {"autograder": {"manual": name}}


def template() -> list[Any]:
    return [
        new_markdown_cell("# Lab", id="lab"),
        new_code_cell("import torch", id="imports"),
        new_markdown_cell(HEADING.format(1, 1), id="first"),
        new_markdown_cell(ANSWER.format(1), id="answer-1", metadata=tag("one")),
        new_markdown_cell(HEADING.format(2, 2), id="second"),
        new_markdown_cell(ANSWER.format(2), id="answer-2", metadata=tag("two")),
        new_markdown_cell("## **Exercise 3**\n\nNow the code.", id="third"),
        new_code_cell("a = ...", id="code"),
    ]


ITEMS = ("c", "b")


def with_items() -> list[Any]:
    """The template with a cell for each item of its first question."""
    cells = template()
    for at, item in enumerate(ITEMS):
        source = f"**Identity 1.{at + 1}** $\\nabla_{item} =$\n\n*Your answer here*"
        metadata = {"autograder": {"manual": "one", "item": item}}
        cells.insert(4 + at, new_markdown_cell(source, id=f"item-{item}", metadata=metadata))
    return cells


MINE = "Because $a$ is what it is."


def own(text: str = MINE, make: Any = new_markdown_cell) -> Any:
    return make(text)


def found(cells: list[Any], **attachments: tuple[str, ...]) -> dict[str, Answer]:
    known = template_cells(new_notebook(cells=template()))
    return answers(cells, attachments, ["one", "two"], known)


def test_of_the_untouched_template_nothing_is_an_answer() -> None:
    untouched = Answer("", AnswerState.PLACEHOLDER)
    assert found(template()) == {"one": untouched, "two": untouched}


def place(name: str, cells: list[Any]) -> int:
    return next(i for i, cell in enumerate(cells) if cell.get("id") == name)


def in_the_cell(cells: list[Any]) -> None:
    cells[3].source = ANSWER.format(1).replace("*Your answer here*", MINE)


def below_the_placeholder(cells: list[Any]) -> None:
    cells[3].source += "\n" + MINE


def in_a_cell_below(cells: list[Any]) -> None:
    cells.insert(4, own())


def in_a_cell_above(cells: list[Any]) -> None:
    cells.insert(3, own())


def as_raw_text(cells: list[Any]) -> None:
    cells.insert(4, own(make=new_raw_cell))


def in_a_cell_of_code(cells: list[Any]) -> None:
    cells.insert(4, own(make=new_code_cell))


def with_the_answer_s_cell_deleted(cells: list[Any]) -> None:
    cells[3] = own()


def with_the_exercise_deleted(cells: list[Any]) -> None:
    cells[2:4] = [own()]


def below_the_exercise_s_own_text(cells: list[Any]) -> None:
    cells[2].source += "\n\n" + MINE
    del cells[3]


def without_ids(cells: list[Any]) -> None:
    cells.insert(4, own())
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"


def without_ids_and_tags_under_another_text(cells: list[Any]) -> None:
    without_ids(cells)
    for cell in cells:
        cell.metadata = {}
    cells[2].source = "### Exercise 1:\n\nShow, as last year,\n\n$$b = 1$$"
    cells[5].source = "## Exercise 2"


def moved_to_the_end(cells: list[Any]) -> None:
    in_the_cell(cells)
    cells.append(cells.pop(3))


@pytest.mark.parametrize(
    "change",
    [
        in_the_cell, below_the_placeholder, in_a_cell_below, in_a_cell_above, as_raw_text, in_a_cell_of_code,
        with_the_answer_s_cell_deleted, with_the_exercise_deleted, below_the_exercise_s_own_text, without_ids,
        without_ids_and_tags_under_another_text, moved_to_the_end,
    ],
)  # fmt: skip
def test_an_answer_is_found_wherever_it_stands(change) -> None:
    cells = template()
    change(cells)
    result = found(cells)
    assert result["one"].state is AnswerState.FOUND
    assert result["one"].text.count(MINE) == 1
    assert "Exercise" not in result["one"].text
    assert result["two"] == Answer("", AnswerState.PLACEHOLDER)


def parts_of(cells: list[Any]) -> list[AnswerPart]:
    return answer_parts(cells, "one", template_cells(new_notebook(cells=with_items())))


def found_with_items(cells: list[Any]) -> dict[str, Answer]:
    return answers(cells, {}, ["one", "two"], template_cells(new_notebook(cells=with_items())))


def in_its_cell(cells: list[Any]) -> None:
    cells[5].source = cells[5].source.replace("*Your answer here*", MINE)


def below_its_cell(cells: list[Any]) -> None:
    cells.insert(6, own())


def in_its_cell_without_ids(cells: list[Any]) -> None:
    in_its_cell(cells)
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"


def in_its_cell_without_ids_and_tags(cells: list[Any]) -> None:
    in_its_cell_without_ids(cells)
    for cell in cells:
        cell.metadata = {}


@pytest.mark.parametrize(
    "change", [in_its_cell, below_its_cell, in_its_cell_without_ids, in_its_cell_without_ids_and_tags]
)
def test_an_answer_is_known_by_the_item_in_whose_cell_it_stands(change) -> None:
    cells = with_items()
    change(cells)
    result = found_with_items(cells)
    assert result["one"].state is AnswerState.FOUND
    assert MINE in result["one"].text
    assert "nabla_c" not in result["one"].text, "the placeholder of the other item is no answer"
    assert result["two"] == Answer("", AnswerState.PLACEHOLDER)
    parts = parts_of(cells)
    assert [one.item for one in parts if one.is_own] == ["b"]
    assert unanswered(parts) == ("c",)


def test_of_items_all_at_their_placeholders_none_is_answered() -> None:
    assert found_with_items(with_items())["one"] == Answer("", AnswerState.PLACEHOLDER)
    assert unanswered(parts_of(with_items())) == ITEMS


def test_a_text_for_all_items_leaves_none_unanswered() -> None:
    cells = with_items()
    in_the_cell(cells)
    assert unanswered(parts_of(cells)) == ()
    assert found_with_items(cells)["one"].text == cells[3].source


def test_who_deletes_the_cell_of_an_item_may_have_answered_it_elsewhere() -> None:
    cells = with_items()
    in_its_cell(cells)
    del cells[4]
    assert unanswered(parts_of(cells)) == ()


def test_a_notebook_of_a_template_without_items_is_read_as_before() -> None:
    cells = template()
    in_the_cell(cells)
    cells[3].id = "of last year"
    assert found_with_items(cells)["one"] == Answer(cells[3].source, AnswerState.FOUND)
    assert found_with_items(template())["one"] == Answer("", AnswerState.PLACEHOLDER)


def test_parts_of_an_answer_come_in_their_order() -> None:
    cells = template()
    cells[3].source = "**Answer to exercise 1**\nin the cell"
    cells.insert(3, own("above"))
    cells.insert(5, own("below"))
    cells.insert(6, own("  \n"))
    assert found(cells)["one"].text == "above\n\n**Answer to exercise 1**\nin the cell\n\nbelow"


def test_an_empty_answer_is_none() -> None:
    cells = template()
    cells[3].source = "**Answer to exercise 1**\n"
    del cells[5]
    assert {name: one.state for name, one in found(cells).items()} == {
        "one": AnswerState.MISSING,
        "two": AnswerState.MISSING,
    }


@pytest.mark.parametrize(
    "left",
    [
        "**Answer to exercise 1** *Your answer here*",
        "**Answer to exercise 1**\n\n_Type your answer here, replacing this text._",
        "Double-click this cell to edit",
        "YOUR ANSWER HERE",
        "TODO: write your derivation here",
    ],
)
def test_another_years_placeholder_and_one_in_other_lines_are_no_answer(left: str) -> None:
    cells = template()
    cells[3].source = left
    cells[3].id = "other"
    assert found(cells)["one"] == Answer("", AnswerState.PLACEHOLDER)


@pytest.mark.parametrize("text", ["a = a", "$a$", "the answer: 1", "to to", "it goes to 0"])
def test_a_short_answer_is_one(text: str) -> None:
    cells = template()
    cells[3].source = ANSWER.format(1).replace("*Your answer here*", text)
    assert found(cells)["one"].state is AnswerState.FOUND


def test_changed_code_and_other_years_texts_are_no_answer() -> None:
    cells = template()
    cells[1].source = "import torch, numpy"
    cells[2].source = cells[2].source.replace("Show that", "Prove that")
    cells[4].source = cells[4].source.replace("Show that", "Prove that")
    assert {one.state for one in found(cells).values()} == {AnswerState.PLACEHOLDER}


def test_without_a_template_the_tagged_cells_are_the_answer() -> None:
    cells = [
        new_markdown_cell("first", metadata=tag("one")),
        own(),
        new_raw_cell("second", metadata=tag("one")),
    ]
    assert answers(cells, {}, ["one", "two"]) == {
        "one": Answer("first\n\nsecond", AnswerState.FOUND),
        "two": Answer("", AnswerState.MISSING),
    }


def test_pictures_are_named_and_not_kept() -> None:
    cells = template()
    cells.insert(4, new_markdown_cell("![](attachment:page.png)", id="mine"))
    cells.insert(5, own("see ![](data:image/png;base64," + "QUJD" * 1000 + "==) here"))
    result = found(cells, mine=("page.png",), lab=("logo.png",))["one"]
    assert result.text == f"![](attachment:page.png)\n\nsee ![]({PASTED}) here"
    assert result.pictures == ("page.png", PASTED)


def test_an_answer_has_bounds() -> None:
    cells = template()
    cells[4:4] = [own(f"{number} " + "x" * 60_000) for number in range(30)]
    cells[4].id = "mine"
    result = found(cells, mine=tuple(f"{number}" * 90 for number in range(100)))["one"]
    assert len(result.text) == LONGEST_ANSWER + len(CUT)
    assert len(result.pictures) == 20
    assert max(map(len, result.pictures)) == 80


def test_a_notebook_of_something_else_has_no_answer() -> None:
    cells = [own("# My thesis"), own("text"), new_code_cell("1 + 1")]
    assert {one.state for one in found(cells).values()} == {AnswerState.MISSING}


def test_an_answer_is_read_without_grading_and_a_file_or_a_process_that_breaks_costs_nothing_else(tmp_path):
    cells = [new_markdown_cell("Mine.", metadata=tag("essay"))]
    nbformat.write(new_notebook(cells=cells), tmp_path / "ann.ipynb")
    (tmp_path / "dud.ipynb").write_bytes(b'{"cells": [' + b"[" * 100_000)
    reader = AnswerReader(load(TOY_LAB / "grading_config.yml"))
    with closing(reader):
        assert reader.read(tmp_path / "dud.ipynb", ["essay"]) is None
        assert reader.read(tmp_path / "gone.ipynb", ["essay"]) is None
        (essay, poem) = reader.read(tmp_path / "ann.ipynb", ["essay", "poem"])
        assert (essay.name, essay.answer, essay.state) == ("essay", "Mine.", AnswerState.FOUND)
        assert (poem.name, poem.answer, poem.state) == ("poem", "", AnswerState.MISSING)
        os.kill(reader._companion.pid, signal.SIGKILL)
        assert reader.read(tmp_path / "ann.ipynb", ["essay"]) is None
        assert reader.read(tmp_path / "ann.ipynb", ["essay"]) == (essay,)
    assert reader._companion is None


PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + bytes(20)


def test_pictures_of_an_answer_are_read_from_the_file_if_a_page_can_show_them(tmp_path):
    attached = {"a.png": {"image/png": base64.b64encode(PNG).decode()}, "b.svg": {"image/svg+xml": "<svg/>"}}
    cell = new_markdown_cell("![](attachment:a.png)", metadata=tag("essay"), attachments=attached)
    nbformat.write(new_notebook(cells=[own("before"), cell]), tmp_path / "ann.ipynb")
    with closing(AnswerReader(load(TOY_LAB / "grading_config.yml"))) as reader:
        found = reader.pictures(tmp_path / "ann.ipynb", ["essay", "poem"])
        assert [(one.name, one.kind) for one in found["essay"]] == [("a.png", "image/png"), ("b.svg", "")]
        assert base64.b64decode(found["essay"][0].data) == PNG
        assert found["poem"] == ()
        assert reader.pictures(tmp_path / "gone.ipynb", ["essay"]) == {}


def test_pictures_on_a_page_have_bounds(monkeypatch):
    monkeypatch.setattr(pasted, "LARGEST", 2 * len(PNG))
    monkeypatch.setattr(pasted, "LARGEST_TOGETHER", 3 * len(PNG))
    large, text = PNG + bytes(2 * len(PNG)), base64.b64encode(PNG).decode()
    attached = {"large": {"image/png": base64.b64encode(large).decode()}, "n" * 500: {"image/png": text}}
    cells = [{"attachments": attached, "source": [f"![](data:image/png;base64,{text}) "] * 5}, "text", 7]
    shown = shown_pictures(cells, [0, 1, 2, 3])
    assert [name for name, _, data in shown if data] == ["n" * 80, "a pasted picture", "a pasted picture"]
    assert [name for name, kind, data in shown if not data + kind.encode()] == [
        "large",
        *["a pasted picture"] * 3,
    ]
