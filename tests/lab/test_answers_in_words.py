"""The derivations are found wherever a student of this lab writes them, with the lab's own template."""

import json
from pathlib import Path

import nbformat
import pytest

from autograder.config.load import load
from autograder.grading.template import cells_for_answers
from autograder.model import AnswerState
from autograder.notebook.answers import answer_parts, answers, unanswered
from autograder.notebook.pasted import LARGEST, LARGEST_TOGETHER
from autograder.notebook.read import read_notebook

LAB = load(Path(__file__).parents[2] / "grading_config.yml")
QUESTIONS = [question.name for question in LAB.config.manual]
MINE = "The loss depends on the last state through the output only, so it is $2(y - t) V^T$."


def test_students_are_told_how_large_a_picture_their_page_shows():
    told = (LAB.root / "student_template" / "README.md").read_text("utf-8")
    notebook = LAB.template().read_text("utf-8")
    assert f"at most {LARGEST // 10**6} MB each, {LARGEST_TOGETHER // 10**6} MB an exercise" in told
    assert f"at most {LARGEST // 10**6} MB each, {LARGEST_TOGETHER // 10**6} MB an exercise" in notebook


def handed_in(change):
    """What is found in the template after a student has changed its JSON."""
    notebook = json.loads(LAB.template().read_text("utf-8"))
    change(notebook)
    read = read_notebook(json.dumps(notebook).encode(), LAB.config.limits)
    return answers(read.notebook.cells, read.attachments, QUESTIONS, cells_for_answers(LAB))


def places(notebook):
    """Where the cells stand that are for the whole of a question."""
    tags = [cell["metadata"].get("autograder") for cell in notebook["cells"]]
    return [place for place, tag in enumerate(tags) if tag and "item" not in tag]


def item_place(notebook, code):
    """Where the cell of an item of the first exercise stands."""
    tags = [cell["metadata"].get("autograder", {}) for cell in notebook["cells"]]
    return tags.index({"manual": "derivation_general", "item": code})


def in_the_cell_of_an_identity(notebook):
    cell = notebook["cells"][item_place(notebook, "W")]
    cell["source"] = ["".join(cell["source"]).replace("*Your answer here*", MINE)]


def below_the_cell_of_an_identity(notebook):
    notebook["cells"].insert(item_place(notebook, "W") + 1, text_cell())


def text_cell(kind="markdown"):
    return {"cell_type": kind, "metadata": {}, "source": ["### My way\n", "\n", MINE]}


def below(notebook):
    notebook["cells"].insert(places(notebook)[0] + 1, text_cell())


def above_as_raw_text(notebook):
    notebook["cells"].insert(places(notebook)[0], text_cell("raw"))


def in_place_of_the_answer_s_cell(notebook):
    notebook["cells"][places(notebook)[0]] = text_cell()


def after_a_program_that_drops_ids_and_tags(notebook):
    below(notebook)
    notebook["nbformat_minor"] = 0
    for cell in notebook["cells"]:
        cell.pop("id", None)
        cell["metadata"] = {"id": "colab"}


def below_the_exercise(notebook):
    notebook["cells"][places(notebook)[0] - 1]["source"] += ["\n", "\n", MINE]


def exercise_and_answer_deleted(notebook):
    place = places(notebook)[0]
    notebook["cells"][place - 1 : place + 1] = [text_cell()]


def merged_with_the_exercise(notebook):
    place = places(notebook)[0]
    exercise, answer = notebook["cells"][place - 1 : place + 1]
    exercise["source"] = [*exercise["source"], "\n\n", *answer["source"], "\n\n", MINE]
    del notebook["cells"][place]


@pytest.mark.parametrize(
    "change",
    [
        below, above_as_raw_text, in_place_of_the_answer_s_cell, after_a_program_that_drops_ids_and_tags,
        below_the_exercise, exercise_and_answer_deleted, merged_with_the_exercise, in_the_cell_of_an_identity,
        below_the_cell_of_an_identity,
    ],
)  # fmt: skip
def test_a_derivation_is_found(change):
    found = handed_in(change)
    assert MINE in found["derivation_general"].text
    assert "Your answer here" not in found["derivation_general"].text
    assert found["derivation_last_step"].state is AnswerState.PLACEHOLDER
    assert not found["derivation_last_step"].text


def test_in_the_template_and_the_solution_all_is_as_it_should_be():
    assert {one.state for one in handed_in(lambda notebook: None).values()} == {AnswerState.PLACEHOLDER}
    solution = nbformat.read(LAB.root / LAB.config.build.solution, as_version=4)
    found = answers(solution.cells, {}, QUESTIONS, cells_for_answers(LAB))
    for name in QUESTIONS:
        tagged = [one for one in solution.cells if one.metadata.get("autograder", {}).get("manual") == name]
        assert found[name].text == "\n\n".join(one.source for one in tagged)
        parts = answer_parts(solution.cells, name, cells_for_answers(LAB))
        assert [one.item for one in parts if one.is_own] == [
            one.metadata.autograder.get("item", "") for one in tagged
        ]


def test_an_identity_at_its_placeholder_is_not_answered():
    notebook = json.loads(LAB.template().read_text("utf-8"))
    in_the_cell_of_an_identity(notebook)
    read = read_notebook(json.dumps(notebook).encode(), LAB.config.limits)
    parts = answer_parts(read.notebook.cells, "derivation_general", cells_for_answers(LAB))
    assert unanswered(parts) == ("h_last", "h_earlier", "c", "b", "V", "U")


@pytest.mark.parametrize(
    ("question", "placeholder"),
    [
        (
            "derivation_general",
            "**Answer to exercise 1**\n\n*Your answer here: one derivation for each of the seven identities. LaTeX "
            "between dollar signs works in\nthis cell (double-click to edit).*",
        ),
        (
            "derivation_last_step",
            "**Answer to exercise 2**\n\n*Your answer here: one derivation for each of the four identities.*",
        ),
    ],
)
def test_in_a_notebook_with_one_cell_for_all_identities_its_placeholder_is_no_answer(question, placeholder):
    """Notebooks that were handed out before each identity had a cell."""

    def one_cell(notebook):
        tags = [cell["metadata"].get("autograder", {}) for cell in notebook["cells"]]
        notebook["cells"] = [
            cell for cell, tag in zip(notebook["cells"], tags, strict=True) if "item" not in tag
        ]
        for cell in notebook["cells"]:
            if cell["metadata"].get("autograder", {}).get("manual") == question:
                cell["source"], cell["id"] = [placeholder], "of-last-year"

    assert handed_in(one_cell)[question].state is AnswerState.PLACEHOLDER
