"""What is left out of a notebook's run, what is not, and that nobody's marks can tell."""

from __future__ import annotations

import ast
import json
import time

import nbformat
import pytest
import yaml

from autograder.config.load import load
from autograder.errors import ConfigurationError
from autograder.grading import shortcuts
from autograder.grading.course import opened
from autograder.grading.effects import Functions
from autograder.grading.pipeline import grade
from autograder.grading.run_settings import RunSettings
from autograder.kernel.session import Session
from autograder.model import AS_IT_IS, Ending, Shortcuts, Status, Submission
from tests.conftest import ROOT, TOY_LAB, notebook_bytes

EVALUATION = "ys = []\nfor i in range(3):\n    x = i\n    ys.append(network(x))"
PLOT = "print(ys)"
MARKED = frozenset({EVALUATION, PLOT})

NETWORK = "class Network:\n    def __call__(self, x):\n        return 2 * x\n\n\nnetwork = Network()"


def notebook(*cells):
    return nbformat.reads(notebook_bytes(*cells), as_version=4)


def left_out(*cells):
    """Positions of the cells that are left out."""
    return sorted(shortcuts.for_notebook(notebook(*cells), MARKED).left_out)


def recording(*cells):
    return shortcuts.for_notebook(notebook(*cells), MARKED).recording


# --- which cells the template marks ------------------------------------------------------------------


def test_only_code_cells_with_the_tag_are_marked():
    template = notebook("a = 1", EVALUATION + "\n\n", "b = 2")
    template.cells[1].metadata.tags = ["leave-out"]
    template.cells[2].metadata.tags = ["something-else"]
    template.cells.append(nbformat.v4.new_markdown_cell("text", metadata={"tags": ["leave-out"]}))
    assert shortcuts.leave_out_sources(template) == {EVALUATION}


@pytest.mark.parametrize(
    ("cell", "is_left_out"),
    [
        ("import torch\nfast = torch.compile(network)", True),
        ("import torch\n@torch.compile\ndef f(x):\n    return x", True),
        ("import re\nword = re.compile('a')", True),
        ("# compile it\nx = 'compile'", True),
        ("compile('x', 'y', 'eval')", False),
        ("import builtins as torch\ntorch.compile('x', 'y', 'eval')", False),
        ("import torch\ntorch.compile = print", False),
        ("import torch\nimport builtins as b\ntorch.compile(b.compile)", False),
        ("import torch\nfor torch in [1]: torch.compile(1)", False),
        ("def f(torch):\n    torch.compile(1)", False),
        ("from os import *\ntorch.compile(1)", False),
        ("from own import builtins as re\nre.compile(1)", False),
        ("try: pass\nexcept OSError as re: re.compile(1)", False),
        ("import torch\nx = torch.compile\nnetwork.compile()", False),
        ("%time torch.compile(network)", False),
    ],
)
def test_the_compile_of_torch_is_not_python_s(cell, is_left_out):
    assert left_out(NETWORK, cell, EVALUATION, PLOT) == ([2, 3] if is_left_out else [])


def test_the_compile_of_torch_is_python_s_where_another_cell_says_so():
    cells = ["import builtins as torch", "torch.compile('x', 'y', 'eval')"]
    assert left_out(NETWORK, *cells, EVALUATION, PLOT) == []
    assert left_out(NETWORK, *reversed(cells), EVALUATION, PLOT) == []


def test_a_tag_in_a_submission_means_nothing():
    handed_in = notebook(NETWORK, "secret = 3")
    handed_in.cells[1].metadata.tags = ["leave-out"]
    assert not shortcuts.for_notebook(handed_in, MARKED).left_out


def test_the_labs_template_marks_the_evaluation():
    template = nbformat.read(ROOT / "student_template" / "rnn_lab.ipynb", 4)
    marked = shortcuts.leave_out_sources(template)
    assert len(marked) == 2
    assert all("y_hats" in source and "grader" not in source for source in marked)


# --- leaving out -------------------------------------------------------------------------------------


def test_untouched_cells_are_left_out():
    assert left_out(NETWORK, EVALUATION, PLOT) == [1, 2]


@pytest.mark.parametrize(
    "same",
    [
        EVALUATION + "\n\n",
        "\n" + EVALUATION,
        EVALUATION.replace("\n", "  \n"),
        EVALUATION.replace("\n", "\r\n"),
    ],
)
def test_blanks_at_the_ends_are_no_change(same):
    assert left_out(NETWORK, same) == [1]


@pytest.mark.parametrize(
    "other", [EVALUATION + "\nprint(x)", EVALUATION.replace("3", "4"), "# mine\n" + EVALUATION]
)
def test_a_changed_cell_runs(other):
    assert left_out(NETWORK, other) == []


def test_the_evaluation_runs_for_a_plot_that_was_changed():
    assert left_out(NETWORK, EVALUATION, "print(sorted(ys))") == []


def test_the_plot_alone_is_left_out_when_the_evaluation_was_changed():
    assert left_out(NETWORK, EVALUATION + "\ny = 1", PLOT) == [2]


def test_a_copy_is_left_out_too():
    assert left_out(NETWORK, EVALUATION, EVALUATION, PLOT) == [1, 2, 3]


@pytest.mark.parametrize(
    "later",
    [
        "print(ys)  # my own",
        "del ys",
        "ys = ys + [1]",
        "x + 1",
        "print(f'{ys}')",
        "!echo {ys}",
        "def later():\n    return i",
    ],
)
def test_a_cell_runs_when_a_later_one_speaks_of_its_names(later):
    assert left_out(NETWORK, EVALUATION, later) == []


@pytest.mark.parametrize(
    "later", ["print('ys')", "# ys is a list", "total = 3", "%matplotlib inline", "!pip install ys_"]
)
def test_a_cell_is_left_out_when_a_later_one_does_not(later):
    assert left_out(NETWORK, EVALUATION, later) == [1]


@pytest.mark.parametrize(
    "reading",
    [
        "def helper():\n    return x",
        "def helper(a):\n    def inner():\n        return ys\n    return inner",
        "class Thing:\n    def size(self):\n        return len(ys)",
        "helper = lambda: i",
        "def helper():\n    global x\n    x = 3",
        "if False:\n    print(x)",  # a question may run this cell again
        "print([x for _ in range(3)]) if False else None",
    ],
)
def test_a_cell_runs_when_a_function_takes_one_of_its_names_from_outside(reading):
    assert left_out(NETWORK, reading, EVALUATION) == []


@pytest.mark.parametrize(
    "own",
    [
        "def helper(x):\n    return x",
        "def helper():\n    x = 3\n    return x",
        "x = 5\nprint(x)",
        "print([x for x in range(3)])",
        "class Thing:\n    ys = 3",
    ],
)
def test_names_of_their_own_disturb_nobody(own):
    assert left_out(NETWORK, own, EVALUATION) == [2]


@pytest.mark.parametrize(
    "dynamic",
    [
        "exec('y' + 's')", "eval('y' + 's')", "globals()['y' + 's']", "locals()", "vars()", "dir()",
        "get_ipython().user_ns", "Out[3]", "import __main__", "__builtins__", "import inspect", "f.__globals__",
        "import sys; sys._getframe()", "%who", "%run other.py", "%reset -f", "%store ys", "__", "import importlib",
    ],
)  # fmt: skip
@pytest.mark.parametrize("before", [True, False])
def test_everything_runs_where_code_may_find_names_in_other_ways(dynamic, before):
    cells = [NETWORK, dynamic, EVALUATION] if before else [NETWORK, EVALUATION, dynamic]
    assert left_out(*cells) == []


@pytest.mark.parametrize("broken", ["def f(:", "x = !ls", "ys?", "class A\n  pass", "(" * 500 + ")" * 500])
def test_everything_runs_where_a_cell_cannot_be_read(broken):
    assert left_out(NETWORK, broken, EVALUATION) == []


def test_everything_runs_where_there_is_too_much_to_read():
    assert left_out(NETWORK, "#" * shortcuts.MOST_SOURCE, EVALUATION) == []


def test_a_formula_that_nests_too_deeply_is_not_read():
    sums = (
        "class Network:\n    def __call__(self, x):\n        y = "
        + "+".join(["x"] * 20_000)
        + "\n        return y"
    )
    assert left_out(sums, EVALUATION) == []


# --- functions that the cell calls -------------------------------------------------------------------


def network_with(body, extra=""):
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    return f"{extra}\nclass Network:\n    def __init__(self):\n        self.c = zeros(1)\n    def __call__(self, x):\n{lines}\n    def helper(self, x):\n        return x\n"


@pytest.mark.parametrize(
    "body",
    [
        "h = torch.zeros(3, 4)\nfor t in range(3):\n    h[t] = torch.tanh(self.w @ x[t])\nreturn h",
        "h = torch.zeros(3)\nhs = []\nfor row in x:\n    h = torch.tanh(self.w @ h + row)\n    hs.append(h)\nreturn torch.stack(hs)",
        "y = self.v @ x + self.c\ny += 1\nreturn y",
        "y = self.c.clone()\ny += x\ny.mul_(2)\nreturn y",
        "total = 0\ntotal += x\nreturn total",
        "with torch.no_grad():\n    return self.helper(x)",
        "out = np.empty(3)\nout[0], out[1] = 1, 2\nreturn out",
        "found = {}\nfound['h'] = x\nfound.update(y=1)\nreturn found",
        "return (lambda a: a + 1)(x) if False else [b for b in x]",
    ],
)
def test_a_function_may_change_what_it_made(body):
    assert left_out(network_with(body), EVALUATION) == [1]


@pytest.mark.parametrize(
    "body",
    [
        "self.hidden = x",
        "self.c += x",
        "y = self.c\ny += self.v @ x\nreturn y",
        "y = self.c.view(-1)\ny += 1\nreturn y",
        "y = torch.squeeze(self.c)\ny[0] = 1",
        "x -= 1\nreturn x",
        "x[0] = 1",
        "h = self.h\nh[0] = 1",
        "for row in self.w:\n    row += 1",
        "hs = [self.c]\nhs[0] += 1",
        "hs = [self.c]\nhs[0][0] = 1",
        "h = torch.zeros(3) if x else self.c\nh[0] = 1",
        "h = torch.zeros(3)\nh = self.c\nh[0] = 1",
        "self.c.add_(1)",
        "torch.relu_(self.c)",
        "torch.add(x, 1, out=self.c)",
        "np.copyto(self.c, x)",
        "self.cache.append(x)",
        "cache.append(x)",
        "global count\ncount = 1",
        "setattr(self, 'c', x)",
        "del self.c",
        "return x + torch.randn(3)",
        "return random.random()",
        "torch.manual_seed(3)",
        "torch.set_default_dtype(torch.float64)",
        "open('seen', 'w')",
        "self.w, y = x, 1",
        "for self.t in range(3):\n    pass",
        "+self.c\ny = +self.c\ny += 1",
        "yield x",
        "(self.c if x else x).add_(1)",
        "[self.c][0].__iadd__(1)",
        "return changes(x)",
        "return list(map(changes, x))",
        "return self.change(x)",
    ],
)
def test_a_cell_runs_when_what_it_calls_may_change_something(body):
    changes = "def changes(a):\n    a[0] = 1\n    return a\n\n\nclass Other:\n    def change(self, a):\n        self.c = a"
    assert left_out(network_with(body, changes), EVALUATION) == []


def test_beside_functions_that_change_something_and_are_not_called():
    changes = "def changes(a):\n    a[0] = 1\n\n\nclass Other:\n    def change(self, a):\n        self.c = a"
    assert left_out(network_with("return x", changes), EVALUATION) == [1]


def test_a_function_that_nobody_reaches_may_do_anything():
    training = "def train(network):\n    network.c = 3\n\n\ntrain(network)"
    assert left_out(NETWORK, training, EVALUATION) == [2]


@pytest.mark.parametrize(
    "by_another_way",
    [
        "Network.__call__ = counted",
        "setattr(Network, '__call__', counted)",
        "from functools import partial\nnetwork = partial(counted, network)",
        "network = [counted][0]",
        "@counted\ndef other(x):\n    return x",
    ],
)
def test_a_function_that_is_handed_on_counts_as_called(by_another_way):
    counted = "def counted(self, x):\n    self.n += 1\n    return x"
    assert left_out(NETWORK, counted, by_another_way, EVALUATION) == []


def test_a_lambda_counts_as_called():
    assert left_out("log = []\nnetwork = lambda x: log.append(x)", EVALUATION) == []


def test_a_class_of_a_library_calls_its_methods():
    module = "class Network(Module):\n    def forward(self, x):\n        self.seen = x\n        return x"
    assert left_out(module, EVALUATION) == []
    assert left_out(module.replace("(Module)", ""), EVALUATION) == [1]


# --- recording ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        "loss.backward()", "import torch.nn as layers", "from torch import autograd as a", "x.requires_grad_()",
        "torch.zeros(3, requires_grad=True)", "torch.optim.SGD", "from torch.func import grad", "x.grad_fn",
        "print(f'{loss.backward()}')", "torch.is_grad_enabled()", "%timeit loss.backward()", "loss.\uff42ackward()",
        "getattr(loss, 'backward')()", "exec('loss.backward()')", "import einops", "import helper", "from . import x",
        "torch.inference_mode()", "x._version", "'''\nloss.backward(", "%%writefile helper.py\nloss.backward()",
    ],
)  # fmt: skip
def test_recording_stays_on_where_a_cell_may_differentiate(cell):
    assert recording("import torch", cell)


@pytest.mark.parametrize(
    "cell",
    [
        "# the backward pass", "'''not by backward()'''", "grad = 2 * x", "grad_h = torch.zeros_like(hidden)",
        "with torch.no_grad():\n    pass", "y = x.detach()", "import numpy as np, pandas, csv", "!pip install torchvision",
        "setattr(self, 'w', getattr(self, 'w') - lr)", "from torch.distributions import Normal",
    ],
)  # fmt: skip
def test_recording_is_off_where_none_does(cell):
    assert not recording("import torch", cell)


def test_recording_is_off_for_the_template_and_the_solution():
    for file in ("student_template/rnn_lab.ipynb", "reference/rnn_lab.ipynb"):
        assert not shortcuts.for_notebook(nbformat.read(ROOT / file, 4), MARKED).recording


@pytest.mark.parametrize(
    ("error", "may_be"),
    [
        ("RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn", True),
        ("RuntimeError: One of the differentiated Tensors does not require grad", True),
        (
            "NotImplementedError: Could not run 'aten::frobnicate' with arguments from the 'CPU' backend.",
            True,
        ),
        ("RuntimeError: Trying to differentiate with Autograd", True),
        ("NameError: name 'grad_h' is not defined", False),
        ("NotImplementedError: TODO: Compute the gradient w.r.t. c and return it", False),
        ("RuntimeError: The size of tensor a (10) must match the size of tensor b (6)", False),
        ("AssertionError: ", False),
    ],
)
def test_which_errors_may_come_from_recording_being_off(error, may_be):
    without = shortcuts.for_notebook(notebook("x = 1"), ())
    assert without.may_explain(error) is may_be
    assert not without.with_recording().may_explain(error)


# --- in a real kernel --------------------------------------------------------------------------------

COUNTER = "class Counter:\n    def __init__(self): self.n = {}\n    def add(self, w): self.n[w] = 2\n    def total(self, w): return self.n[w]"
SLOW = "seen = []\nfor _ in range(10):\n    seen.append(scale(_))"
SCALE = "def scale(x):\n    return 3 * x"
ASKED = "counts = dict(one=1, two=2, three=3)"
"""A cell that the template marks although a test file asks for its name: the course's mistake."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The toy lab with torch, and a template that marks two cells."""
    root = tmp_path_factory.mktemp("lab")
    for part in ("questions", "data"):
        (root / part).symlink_to(TOY_LAB / part)
    config = yaml.safe_load((TOY_LAB / "grading_config.yml").read_text())
    config["kernel"]["preload"] = ["torch"]
    (root / "grading_config.yml").write_text(yaml.safe_dump(config))
    template = notebook("# TODO", SLOW, ASKED)
    for cell in template.cells[1:]:
        cell.metadata.tags = ["leave-out"]
    (root / "template").mkdir()
    (root / "template" / "words.ipynb").write_text(nbformat.writes(template))
    return load(root / "grading_config.yml")


@pytest.fixture(scope="module")
def courses(lab):
    """The lab opened as usual, and opened with all cells."""
    with opened(lab) as usual, opened(lab, RunSettings(lab.path, all_cells=True)) as full:
        yield usual, full


@pytest.fixture
def both(courses, write_notebook):
    """Grade cells as usual and with all cells."""

    def run(*cells):
        file = write_notebook(*cells)
        submission = Submission("student", file.name, "student", file=file)
        grades = [grade(submission, course) for course in courses]
        assert all(one.status is Status.GRADED for one in grades)
        return grades

    return run


def marks(one):
    return [(case.name, case.points, case.message) for question in one.questions for case in question.cases]


def endings(one):
    return [run.ending for run in one.cells]


def test_a_left_out_cell_says_so_and_costs_nothing(both):
    usual, full = both(SCALE, COUNTER, SLOW)
    assert endings(usual) == [Ending.FINISHED, Ending.FINISHED, Ending.LEFT_OUT]
    assert endings(full) == [Ending.FINISHED] * 3
    assert marks(usual) == marks(full)
    assert (usual.all_cells, full.all_cells) == (False, True)


def test_it_stays_out_when_the_kernel_has_to_be_replaced(both):
    usual, full = both(SCALE, SLOW, "import os\nos._exit(0)", COUNTER)
    assert endings(usual) == [Ending.FINISHED, Ending.LEFT_OUT, Ending.DIED, Ending.FINISHED]
    assert marks(usual) == marks(full)


def test_a_question_that_asks_for_a_name_of_a_left_out_cell_gets_it(both):
    usual, full = both(ASKED, SCALE, COUNTER, SLOW)
    assert usual.score == full.score == 3
    assert endings(usual) == [Ending.FINISHED] * 4


def test_all_questions_are_asked_again_when_one_needs_a_left_out_cell(courses):
    asked = []

    def questions():
        names = session.names()
        asked.append(names["heard"])
        names["heard"] = "a question"
        return names["counts"]

    with Session(courses[0].server, courses[0].settings) as session:
        executed, counts = session.run_and_ask(
            notebook("heard = 'nothing'", ASKED), questions, Shortcuts({1: frozenset({"counts"})})
        )
    assert counts == {"one": 1, "two": 2, "three": 3}
    assert asked == ["nothing", "nothing"]
    assert endings(executed) == [Ending.FINISHED] * 2


def test_a_function_that_a_question_hands_over_may_need_a_left_out_cell(courses):
    def questions():
        names = session.names()
        return names["call"](lambda: names["counts"])

    with Session(courses[0].server, courses[0].settings) as session:
        calling = "def call(f):\n    try:\n        return f()\n    except Exception:\n        return 'failed'"
        _, counts = session.run_and_ask(
            notebook(calling, ASKED), questions, Shortcuts({1: frozenset({"counts"})})
        )
    assert counts == {"one": 1, "two": 2, "three": 3}


def test_an_error_in_a_left_out_cell_costs_nothing_and_is_not_seen(both):
    usual, full = both(COUNTER, SLOW)
    assert (endings(usual)[1], endings(full)[1]) == (Ending.LEFT_OUT, Ending.RAISED)
    assert marks(usual) == marks(full)


def test_the_student_cannot_have_a_cell_left_out_that_is_needed(both):
    hidden = SLOW + "\n" + COUNTER
    usual, full = both(SCALE, hidden)
    assert endings(usual) == endings(full) == [Ending.FINISHED] * 2
    assert usual.score == full.score


def test_recording_is_off_in_cells_and_on_in_questions(both):
    # A view knows its tensor only while recording is on. Spelt so that reading does not see the question.
    look = (
        "import torch\nimport operator\n"
        "is_recording = lambda: operator.methodcaller('__getattri' + 'bute__', '_ba' + 'se')(torch.ones(3)[:2]) is not None\n"
        "in_cell = is_recording()\n"
        "class Counter:\n"
        "    def add(self, w): pass\n"
        "    def total(self, w): return 2 if is_recording() and not in_cell else 0"
    )
    usual, full = both(look)
    assert not shortcuts.for_notebook(notebook(look), ()).recording
    assert [run.error for run in usual.cells] == [""]
    assert (usual.score, full.score) == (2, 0)


def test_a_notebook_that_needs_recording_after_all_runs_again_with_it(both):
    hidden = (
        "import torch\nimport operator\n"
        "w = torch.ones(3, **{'requires' + '_grad': True})\n"
        "operator.methodcaller('back' + 'ward')((w * w).sum())\n"
        "print(w.grad)"
    )
    assert not shortcuts.for_notebook(notebook(hidden), ()).recording
    usual, full = both("runs = []", hidden, COUNTER, SLOW, SCALE)
    assert endings(usual)[:3] == endings(full)[:3] == [Ending.FINISHED] * 3
    assert marks(usual) == marks(full)
    assert usual.limits_hit == full.limits_hit == ()


def test_failing_on_purpose_buys_one_more_run_and_nothing_else(both):
    usual, full = both(SCALE, COUNTER, "raise RuntimeError('element 0 does not require grad')")
    assert endings(usual) == endings(full)
    assert marks(usual) == marks(full)


def test_a_template_that_is_no_notebook_is_the_courses_mistake(lab, tmp_path):
    config = yaml.safe_load(lab.path.read_text())
    for part in ("questions", "data"):
        (tmp_path / part).symlink_to(TOY_LAB / part)
    (tmp_path / "grading_config.yml").write_text(yaml.safe_dump(config))
    (tmp_path / "template").mkdir()
    (tmp_path / "template" / "words.ipynb").write_text(json.dumps({"cells": 3, "nbformat": 4}))
    with (
        pytest.raises(ConfigurationError, match=r"words\.ipynb"),
        opened(load(tmp_path / "grading_config.yml")),
    ):
        pass


# --- what switching recording off changes: nothing ---------------------------------------------------


def test_this_pytorch_has_the_switch():
    import torch

    from autograder.kernel.guest.scenery import without_recording

    with without_recording():
        assert torch.ones(3)[:2]._base is None
    assert torch.ones(3)[:2]._base is not None


def test_tensors_made_without_recording_are_ordinary_ones():
    import torch

    from autograder.kernel.guest.scenery import without_recording

    with without_recording():
        data = torch.arange(12.0).reshape(3, 4)
        row = data[1]
    row += 1
    assert data[1].tolist() == [5, 6, 7, 8]
    assert not data.is_inference()
    weight = row.clone().requires_grad_()
    (weight * data[2]).sum().backward()
    assert weight.grad.tolist() == data[2].tolist()


def test_a_training_gives_the_same_numbers_bit_for_bit():
    import torch

    from autograder.kernel.guest.scenery import without_recording

    solution = nbformat.read(ROOT / "reference" / "rnn_lab.ipynb", 4)
    definitions = [
        cell.source.partition("# Check for correct shape")[0]
        for cell in solution.cells
        if cell.cell_type == "code" and cell.source.startswith(("def ", "class "))
    ]

    def trained():
        torch.manual_seed(3)
        names = {"torch": torch, "Tensor": torch.Tensor, "Normal": torch.distributions.Normal}
        names |= {"Tuple": tuple, "Dict": dict}
        for source in definitions:
            exec(compile(source, "cell", "exec"), names)  # noqa: S102  our own solution
        return names["train_rnn"](torch.randn(500, 6), num_steps=20)

    usual, usual_losses = trained()
    with without_recording():
        quick, quick_losses = trained()
    assert usual_losses == quick_losses
    for name in ("u", "w", "v", "b", "c"):
        assert torch.equal(getattr(usual, name), getattr(quick, name))


@pytest.mark.parametrize(
    "user",
    [
        "%time print(ys)", "%%time\nprint(ys)", "%time f = lambda: ys", "!echo '''\nprint(ys)\n#'''",
        "%%capture\n%time print(ys)", "x = !echo {ys}", "ys?", "%%their_own\nprint(ys)", "sep = '\f'\nprint(ys)",
    ],
)  # fmt: skip
def test_what_stands_behind_a_magic_is_a_use(user):
    assert left_out(NETWORK, EVALUATION, user) == []


def test_a_function_behind_a_magic_may_be_called_later():
    assert left_out(NETWORK, "ys = [0]", "%time look = lambda: ys", EVALUATION, "look()") == []


@pytest.mark.parametrize(
    "cell", ["!echo '''\nx.backward()\n#'''", "%time x.backward()", "%%time\nx.backward()"]
)
def test_magics_hide_no_word_of_differentiation(cell):
    assert recording(NETWORK, cell)


@pytest.mark.parametrize("marks", ["\u0300\u0316", "\u0f73", "\uff9e\u0f71"])
def test_marks_on_marks_are_not_sorted(marks):
    assert shortcuts.for_notebook(notebook("a" + marks * 40_000), MARKED) is AS_IT_IS


def test_a_value_for_thousands_of_names_is_not_looked_at_for_each():
    value = "1"
    for _ in range(12):
        value = f"({value}+{value})"
    slow = f"def __call__(self, x):\n    {'a=' * 30_000}{value}\n"
    began = time.thread_time()
    assert left_out(NETWORK, slow, EVALUATION) == []
    assert time.thread_time() - began < 3


def test_all_marked_cells_together_have_one_bound_of_what_is_looked_at():
    functions = Functions([ast.parse(f"def f(x):\n    return [{'(x, x), ' * 4_000}]\n")])
    asked = [functions.are_harmless_to(ast.parse("f(1)")) for _ in range(8)]
    assert asked[:2] == [True, True]
    assert not any(asked[5:])
