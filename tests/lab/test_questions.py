"""The questions through otter's own classes: right solutions earn all, mistakes cost where they are."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest
import torch
from otter.test_files import ExceptionTestFile

from autograder.grading import checks
from autograder.grading.namespace import PlainNamespace
from reference.dataset import features
from reference.stand_ins import TrainingSteps, small_weights
from tests.lab.lab_mistakes import MISTAKES
from tests.lab.lab_solutions import CELLS, CLASS, STYLES, TEMPLATE

# A student's float(loss) of a tensor that requires gradients warns; that is the student's business.
pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True:UserWarning")

QUESTIONS = Path(__file__).parents[1] / "questions"
POINTS = {
    "split": 1,
    "standardize": 2,
    "random_day": 1,
    "forward": 3,
    "grad_h": 3,
    "grad_c": 1,
    "grad_b": 2,
    "grad_v": 1,
    "grad_w": 3,
    "grad_u": 2,
    "loss": 1,
    "training_step": 3,
    "training_loop": 2,
}


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    # As in the engine: the matrices are small, and threads that wait for each other cost ten times more.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@functools.cache
def question(name):
    return ExceptionTestFile.from_file(str(QUESTIONS / f"{name}.py"))


def ask(env, name):
    """Points of one question, and all that its cases say."""
    file = question(name)
    file.run(env)
    failures = [result.message for result in file.test_case_results if not result.passed]
    return file.score, "\n".join(failures)


def grade(env, names=tuple(POINTS)):
    return {name: ask(env, name)[0] for name in names}


@functools.cache
def trained():
    """Weights that a right run of 500 steps ends with, and its losses."""
    raw = features()[:34_368].double()
    steps = TrainingSteps((raw - raw.mean(0)) / raw.std(0), seed=0)
    rnn = Trained()
    for name, value in small_weights(10, 6, torch.Generator().manual_seed(0)).tensors().items():
        setattr(rnn, name, value)
    for _ in range(500):
        steps.do_training_step(rnn, None, 4, 0.05)
    return rnn, steps.losses


class Trained:
    """Holds weights."""


def notebook(changes=None, run=None):
    """The names that a notebook with these cells leaves.

    A cell that raises stops nothing, as in a kernel. The 500 steps are only run if asked for; otherwise a
    right run's results stand in for them.
    """
    cells = CELLS | (changes or {})
    rnn, losses = trained()
    env = {"dataset": features().clone()}
    sources = [cells[name] for name in ("imports", "split", "standardize", "random_day")]
    sources += ["".join(cells[name] for name in CLASS)]
    sources += [cells[name] for name in ("loss", "training_step", "training_loop")]
    env |= {"rnn": rnn, "losses": list(losses)}
    if run:
        del env["rnn"], env["losses"]
        sources.append(cells["run"])
    for source in sources:
        try:
            exec(source, env)  # noqa: S102  our own solutions and mistakes
        except Exception as error:  # noqa: BLE001  as a notebook: later cells run all the same
            env.setdefault("errors", []).append(error)
    return env


def mistaken(cell, old, new):
    assert old in CELLS[cell], f"{old!r} is not in the cell {cell}"
    return {cell: CELLS[cell].replace(old, new)}


def test_the_points_are_those_of_the_lab():
    assert {name: question(name).possible for name in POINTS} == POINTS
    for name in POINTS:
        for case in question(name).test_cases:
            assert case.hidden is (case.points > 0), f"{name}: {case.name}"


def test_the_right_solution_earns_everything_and_all_its_cases_pass():
    env = notebook(run=True)
    said = {name: ask(env, name) for name in POINTS}
    assert said == {name: (points, "") for name, points in POINTS.items()}


@pytest.mark.parametrize("style", STYLES)
def test_every_style_earns_everything(style):
    env = notebook(STYLES[style])
    assert "errors" not in env
    said = {name: ask(env, name) for name in POINTS}
    assert said == {name: (points, "") for name, points in POINTS.items()}


def test_the_untouched_template_earns_nothing():
    env = notebook(TEMPLATE)
    for name in ("rnn", "losses", "data_train", "data_test"):
        env.pop(name, None)
    said = {name: ask(env, name) for name in POINTS}
    assert {name: points for name, (points, _) in said.items()} == dict.fromkeys(POINTS, 0)
    assert all(message for _, message in said.values())


def test_an_empty_notebook_earns_nothing():
    assert grade({}) == dict.fromkeys(POINTS, 0)


@pytest.mark.parametrize("value", [None, ..., (), 5, "text", []])
def test_names_with_unset_values_earn_nothing(value):
    names = (
        "num_train_samples data_train data_test means stds get_random_day RNN mse_loss_func do_training_step"
    )
    env = dict.fromkeys([*names.split(), "train_rnn", "rnn", "losses"], value)
    assert grade(env) == dict.fromkeys(POINTS, 0)


def affected(cell):
    """The question of a cell and those that use what it defines: the others never see the mistake."""
    uses = {
        "split": ["standardize"],
        "standardize": ["split"],
        "forward": ["grad_h", "grad_w", "training_step", "training_loop"],
        "random_day": ["training_step", "training_loop"],
        "training_step": ["training_loop"],
        "training_loop": [],
    }
    return [cell, *uses.get(cell, ["training_step"])]


@pytest.mark.parametrize(
    "mistake", MISTAKES, ids=lambda one: f"{one.cell}: {one.old.strip()} > {one.new.strip()}"[:90]
)
def test_a_mistake_costs_its_question_and_nothing_else(mistake):
    torch.manual_seed(3)
    env = notebook(mistaken(mistake.cell, mistake.old, mistake.new))
    if mistake.cell == "training_loop":  # what the notebook's own run would have left
        env["rnn"] = env["losses"] = None
    if mistake.cell == "split":
        env = Cells(env, [CELLS["split"].replace(mistake.old, mistake.new), CELLS["standardize"]])
    said = {name: ask(env, name) for name in affected(mistake.cell)}
    points = {name: score for name, (score, _) in said.items()}
    assert points == {
        name: POINTS[name] - (mistake.costs if name == mistake.cell else 0) for name in points
    }, said
    assert mistake.says in said[mistake.cell][1]


def test_a_forward_pass_that_remembers_loses_its_states():
    changes = {
        "forward": CELLS["forward"]
        .replace("        for i in", "        h[0] = getattr(self, 'last', torch.zeros(1))\n        for i in")
        .replace("        y = self", "        self.last = h[-1]\n        y = self")
    }
    points, message = ask(notebook(changes), "forward")
    assert points == 1
    assert "keep no state" in message


@pytest.mark.parametrize("gone", ["RNN", "get_random_day", "mse_loss_func", "data_train"])
def test_training_is_judged_without_what_is_missing(gone):
    env = notebook()
    del env[gone]
    env["rnn"] = None
    assert grade(env, ["training_step", "training_loop"]) == {"training_step": 3, "training_loop": 2}
    assert gone not in env


def test_the_questions_leave_the_notebook_as_it_was():
    env = notebook()
    before = dict(env)
    grade(env)
    assert env.keys() == before.keys()
    assert all(env[name] is before[name] for name in before if name != "__builtins__")


def test_losses_without_a_trained_network_are_refused():
    env = notebook()
    env["rnn"] = env["RNN"]()
    env["train_rnn"] = lambda data_train, num_steps: (
        env["RNN"](),
        [0.01 + 1e-4 * i for i in range(num_steps)],
    )
    points, message = ask(env, "training_loop")
    assert points == 0
    assert "do not predict the temperature" in message


def test_a_loop_that_does_its_own_steps_is_run_again():
    env = notebook({"training_loop": CELLS["training_loop"].replace("do_training_step(", "step(")})
    env |= {"step": env["do_training_step"], "rnn": None}
    rnn, losses = trained()
    del env["do_training_step"]
    calls = []

    def train_rnn(data_train, num_steps):
        calls.append(len(data_train))
        return rnn, losses[:num_steps]

    env["train_rnn"] = train_rnn
    assert ask(env, "training_loop")[0] == 2
    assert calls[-1] == 34_368


class Cells(PlainNamespace):
    """A namespace that can run cells again, as the engine's can."""

    def __init__(self, names, cells):
        super().__init__(names)
        self.cells, self.names = cells, names

    def rerun(self, assigns, given):
        for source in reversed(self.cells):
            if f"{assigns} =" in source:
                self.names.update(given)
                exec(source, self.names)  # noqa: S102  our own
                return True
        return False


def test_a_wrong_split_costs_nothing_in_the_standardisation():
    for split in ("num_train_samples = ()", CELLS["split"].replace("0.8", "0.5")):
        env = notebook({"split": split})
        before = dict(env)
        cells = Cells(env, [split, CELLS["standardize"]])
        assert grade(cells, ["split", "standardize"]) == {"split": 0, "standardize": 2}
        assert env == before or all(env[name] is before[name] for name in before)


def test_a_broken_standardisation_costs_nothing_in_the_split():
    broken = "means = ()\nstds = ()\ndata_train = ()\ndata_test = ()\n"
    cells = Cells(notebook({"standardize": broken}), [CELLS["split"], broken])
    assert grade(cells, ["split", "standardize"]) == {"split": 1, "standardize": 0}


def test_standardisation_in_one_cell_each():
    parts = CELLS["standardize"].strip().splitlines()
    cells = Cells(notebook({"split": "num_train_samples = ()"}), ["num_train_samples = ()", *parts])
    assert ask(cells, "standardize")[0] == 2


def test_statistics_of_all_rows_are_noted():
    style = STYLES["einsum, float64 inside, whole-data statistics, NumPy sampler"]
    with checks.collected_notes() as notes:
        assert ask(notebook(style), "standardize")[0] == 2
    assert len(notes) == 1
    assert "leak" in notes[0]
