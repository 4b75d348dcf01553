"""The derivations are found wherever a student of this lab writes them, with the lab's own template."""

import json
from pathlib import Path

import nbformat
import pytest

from autograder.config.load import load
from autograder.grading.template import cells_for_answers
from autograder.model import AnswerState
from autograder.notebook.answers import answers
from autograder.notebook.read import read_notebook

LAB = load(Path(__file__).parents[2] / "grading_config.yml")
QUESTIONS = [question.name for question in LAB.config.manual]
MINE = "The loss depends on the last state through the output only, so it is $2(y - t) V^T$."


def handed_in(change):
    """What is found in the template after a student has changed its JSON."""
    notebook = json.loads(LAB.template().read_text("utf-8"))
    change(notebook)
    read = read_notebook(json.dumps(notebook).encode(), LAB.config.limits)
    return answers(read.notebook.cells, read.attachments, QUESTIONS, cells_for_answers(LAB))


def places(notebook):
    return [place for place, cell in enumerate(notebook["cells"]) if "autograder" in cell["metadata"]]


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
        below_the_exercise, exercise_and_answer_deleted, merged_with_the_exercise,
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
    for name, source in zip(QUESTIONS, [solution.cells[5].source, solution.cells[7].source], strict=True):
        assert found[name].text == source.strip()
