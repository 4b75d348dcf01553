"""The lab's template and solution: what the master gives, what lies on disk, what a student starts from."""

import ast
import base64
import csv
import io
import os
import re
import statistics
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from urllib.error import URLError

import nbformat
import pytest

from autograder.build import check, execute
from autograder.build.notebook import read_master, text_of
from autograder.config.load import load
from reference import dataset
from tests.corpus.cases import POINTS

ROOT = Path(__file__).parents[2]
QUESTIONS = list(POINTS)
METHODS = ["forward", "_compute_grad_h", "_compute_grad_c", "_compute_grad_b", "_compute_grad_v"]
METHODS += ["_compute_grad_w", "_compute_grad_u"]


@cache
def lab():
    return load(ROOT / "grading_config.yml")


@cache
def notebooks():
    return read_master(ROOT / "reference" / "rnn_lab.py")


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def cell_with(notebook, text):
    [source] = [source for source in code(notebook) if text in source]
    return source


def test_what_is_committed_is_what_the_master_gives():
    assert check.check(check.plan_of(lab())) == []


def test_template_and_solution_have_the_same_cells():
    solution, template = notebooks().solution.cells, notebooks().template.cells
    assert [cell.id for cell in solution] == [cell.id for cell in template]
    assert [cell.cell_type for cell in solution] == [cell.cell_type for cell in template]
    assert [cell.metadata for cell in solution] == [cell.metadata for cell in template]
    assert len({cell.id for cell in template}) == len(template)


def test_every_cell_of_the_template_parses():
    for source in code(notebooks().template):
        ast.parse(source)  # the lab uses no magics


def test_building_twice_gives_the_same_bytes():
    again = read_master(ROOT / "reference" / "rnn_lab.py")
    assert text_of(again.template) == text_of(notebooks().template)
    assert text_of(again.solution) == text_of(notebooks().solution)


def test_every_question_is_asked_in_the_order_of_the_lab():
    assert execute.questions_checked(notebooks().template) == QUESTIONS


def test_the_manual_questions_have_an_answer_cell_in_both():
    for notebook in (notebooks().template, notebooks().solution):
        cells = [cell for cell in notebook.cells if "autograder" in cell.metadata]
        found = [(cell.metadata.autograder.manual, cell.metadata.autograder.get("item")) for cell in cells]
        wanted = [
            (question.name, code)
            for question in lab().config.manual
            for code in (None, *(item.code for item in question.items))
        ]
        assert found == wanted, "one for all of a question, then one for each item"
        assert {cell.cell_type for cell in cells} == {"markdown"}


def test_each_identity_has_its_left_hand_side_typed_and_the_template_gives_no_derivation_away():
    items = {(one.name, item.code): item.text for one in lab().config.manual for item in one.items}
    for answer, solution in zip(notebooks().template.cells, notebooks().solution.cells, strict=True):
        if not (tags := answer.metadata.get("autograder")):
            continue
        assert "Your answer here" in answer.source
        assert "Your answer" not in solution.source
        if "item" in tags:
            left = items[tags.manual, tags.item].strip("$").split(" = ")[0]
            assert re.fullmatch(
                rf"\*\*Identity \d\.\d\*\* \${re.escape(left)} =\$\n\n\*Your answer here\*", answer.source
            )
            assert solution.source.count(left) >= 2
        else:
            assert "nabla" not in answer.source


def test_the_points_that_the_notebook_names_are_those_of_the_configuration():
    rows = re.findall(r"^\| (.+?)(?:: .*)? \| (\d+) \|$", notebooks().template.cells[0].source, re.MULTILINE)
    config = lab().config
    manual = [f"{one.title.partition(':')[0]}" for one in config.manual]
    wanted = [*zip(manual, (one.points for one in config.manual), strict=True)]
    wanted += [(f"`{one.name}`", one.points) for one in config.questions]
    assert [(name, float(points)) for name, points in rows] == wanted


def test_run_all_goes_on_behind_every_cell_that_may_fail_while_work_is_half_done():
    cells = [cell for cell in notebooks().template.cells if cell.cell_type == "code"]
    begin = next(at for at, cell in enumerate(cells) if "TODO" in cell.source)
    for at, cell in enumerate(cells):
        assert ("raises-exception" in cell.metadata.get("tags", [])) == (at >= begin), cell.source


def test_the_notebook_asks_for_all_checks_at_its_end():
    assert code(notebooks().template)[-1] == "grader.check_all()"


def test_formulas_are_closed():
    for cell in notebooks().solution.cells:
        if cell.cell_type == "markdown":
            assert cell.source.replace(r"\$", "").count("$$") % 2 == 0
            assert cell.source.replace("$$", "").count("$") % 2 == 0
            assert cell.source.count(r"\left") == cell.source.count(r"\right")
            assert cell.source.count("{") == cell.source.count("}")


def test_the_class_is_in_one_cell_with_all_methods():
    for notebook in (notebooks().template, notebooks().solution):
        [rnn] = [
            node
            for node in ast.parse(cell_with(notebook, "class RNN")).body
            if isinstance(node, ast.ClassDef)
        ]
        names = [node.name for node in rnn.body if isinstance(node, ast.FunctionDef)]
        assert names == ["__init__", "forward", "__call__", *METHODS[1:], "get_gradients"]


def test_the_names_and_signatures_are_those_of_the_lab():
    for notebook in (notebooks().template, notebooks().solution):
        functions = {
            node.name: [argument.arg for argument in node.args.args]
            for source in code(notebook)
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.FunctionDef)
        }
        assert functions["get_random_day"] == ["data"]
        assert functions["mse_loss_func"] == ["y_true", "y_pred"]
        assert functions["do_training_step"] == ["rnn", "data_train", "batch_size", "lr"]
        assert functions["train_rnn"] == ["data_train", "num_steps"]
        assert functions["_compute_grad_h"] == ["self", "y_true", "y_pred", "hidden"]
        assert functions["_compute_grad_w"] == ["self", "hidden", "grad_h"]
        assert functions["_compute_grad_u"] == ["self", "hidden", "grad_h", "x"]
        assert functions["get_gradients"] == ["self", "x", "y_true", "y_pred", "hidden"]


def test_every_todo_of_the_template_is_open_and_none_is_left_in_the_solution():
    assert not any(
        "TODO" in source or "NotImplementedError" in source for source in code(notebooks().solution)
    )
    template = "\n".join(code(notebooks().template))
    comments = re.findall(r"^ *# TODO: .+\n(?: *# Hint: .+\n)*(.+)$", template, re.MULTILINE)
    assert len(comments) == 16
    assert all(line.rstrip().endswith("...") for line in comments)
    assert len(re.findall(r'raise NotImplementedError\("TODO: ', template)) == 6


def run_as_far_as_it_goes(source, names):
    """Run a cell; an unfilled `...` in it fails in many ways, and the next cell runs all the same."""
    with suppress(TypeError, NotImplementedError, NameError, AssertionError, RuntimeError):
        exec(compile(source, "<cell>", "exec"), names)  # noqa: S102 - our own notebook


@pytest.fixture
def untouched():
    """The names of an untouched template after a run in which failing cells do not stop the others."""
    names = {"dataset": dataset.features().clone(), "grader": type("Grader", (), {"check": print})}
    for source in code(notebooks().template):
        if source.startswith(("url =", "print(data_list", "import otter", "# Remove the header")):
            continue  # the download, whose result is given above, and otter's own set-up
        if not source.startswith("grader.check"):
            run_as_far_as_it_goes(source, names)
    return names


def test_nothing_of_the_untouched_template_looks_finished(untouched):
    import torch

    data = torch.zeros(100, 6)
    one, hidden = torch.ones(1), torch.ones(4, 10)
    rnn = untouched["RNN"]()
    assert untouched["num_train_samples"] is ...
    assert untouched["means"] is ...
    assert untouched["stds"] is ...
    assert untouched["data_train"] is ...
    assert untouched["data_test"] is ...
    with pytest.raises(TypeError):
        untouched["get_random_day"](data)
    with pytest.raises(TypeError):
        rnn(torch.ones(4, 6))
    for states in (hidden, hidden[:1]):
        with pytest.raises(TypeError):
            rnn._compute_grad_h(one, one, states)
    for method, arguments in {
        "_compute_grad_c": (one, one),
        "_compute_grad_b": (hidden, hidden),
        "_compute_grad_v": (one, one, hidden),
        "_compute_grad_w": (hidden, hidden),
        "_compute_grad_u": (hidden, hidden, torch.ones(4, 6)),
    }.items():
        with pytest.raises(NotImplementedError, match="TODO"):
            getattr(rnn, method)(*arguments)
    with pytest.raises(NotImplementedError, match="TODO"):
        untouched["mse_loss_func"](one, one)
    with pytest.raises(TypeError):
        untouched["do_training_step"](rnn, data, 1, 0.1)
    assert set(untouched["losses"]) == {...}


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_untouched_template_earns_nothing(untouched, question):
    from otter.test_files import ExceptionTestFile

    test_file = ExceptionTestFile.from_file(str(lab().test_file(question)))
    test_file.run(untouched)
    earned = {
        result.test_case.name: result.test_case.points
        for result in test_file.test_case_results
        if result.passed and result.test_case.points
    }
    assert earned == {}
    assert not test_file.passed_all_public, "an empty notebook must not look finished to its student"


def test_the_lab_downloads_from_an_address_that_the_configuration_serves():
    [url] = re.findall(r'url = "(.+)"', "\n".join(code(notebooks().template)))
    [data] = [item for item in lab().config.data if item.url == url]
    assert data.sha256 == dataset.SHA256
    assert lab().file(data.file) == dataset.FILE


def test_the_data_come_from_the_file_beside_the_notebook_or_from_the_address(tmp_path, monkeypatch):
    def refuse(url):
        raise URLError("no network")

    source = cell_with(notebooks().template, "url =")
    names = {"csv": csv, "os": os, "urllib": SimpleNamespace(request=SimpleNamespace(urlopen=refuse))}
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        exec(source, names)  # noqa: S102 - our own notebook
    assert "no network" in str(left.value)
    assert "README.md" in str(left.value)
    assert "\n" not in str(left.value)
    (tmp_path / "pollution.csv").write_text("No,year\n1,2010\n", "utf-8")
    exec(source, names)  # noqa: S102 - our own notebook
    assert names["data_list"] == [["No", "year"], ["1", "2010"]]
    names["response"].close()
    names["urllib"].request.urlopen = lambda url: io.BytesIO(b"No,year\n2,2011\n")
    (tmp_path / "pollution.csv").unlink()
    exec(source, names)  # noqa: S102 - our own notebook
    assert names["data_list"][1] == ["2", "2011"]


def test_the_committed_solution_has_converged():
    solution = nbformat.read(check.plan_of(lab()).solution, as_version=4)
    images = [
        base64.b64decode(output.data["image/png"])
        for cell in solution.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(images) == 2
    assert all(image.startswith(b"\x89PNG") for image in images)
    assert not [
        one for cell in solution.cells for one in cell.get("outputs", []) if one.output_type == "error"
    ]
    assert list(execute.problems(solution)) == []  # the cell that asserts a loss below 0.075 included


def test_nothing_committed_names_a_path_of_a_machine():
    plan = check.plan_of(lab())
    for file in (plan.solution, plan.template):
        assert not re.search(r"(/home/|/root/|/tmp/|/Users/|site-packages)", file.read_text())


@pytest.mark.slow
@pytest.mark.single  # tests/lab/test_questions.py trains it in every run
def test_the_solution_trains_to_the_loss_that_the_lab_asks_for():
    import torch

    torch.manual_seed(0)
    names = {"dataset": dataset.features().clone()}
    for source in code(notebooks().solution):
        if source.startswith(("import csv", "# Compute", "def ", "class ")):
            exec(compile(source, "<cell>", "exec"), names)  # noqa: S102 - our own notebook
    _, losses = names["train_rnn"](names["data_train"], num_steps=500)
    assert len(losses) == 500
    assert statistics.fmean(losses[-25:]) < 0.075
