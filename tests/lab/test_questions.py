"""The questions through otter's own classes: right solutions earn all, odd ones what they deserve.

Single mistakes are folders of ``tests/corpus/mistakes``.
"""

from __future__ import annotations

import pytest
import torch
import yaml

from autograder.config.lab_values import LabValues
from autograder.config.load import load
from autograder.grading import checks
from autograder.grading.lab_settings import handed_out
from reference.dataset import features
from reference.settings import CONFIG
from tests.corpus.cases import POINTS, quick_step
from tests.corpus.in_one_process import Cells, ask, grade, question, trained
from tests.lab.lab_solutions import CELLS, CLASS, STYLES, TEMPLATE

# A student's float(loss) of a tensor that requires gradients warns; that is the student's business.
pytestmark = pytest.mark.filterwarnings("ignore:Converting a tensor with requires_grad=True:UserWarning")


SINGLE = pytest.mark.single


@pytest.fixture(autouse=True, scope="module")
def _one_thread():
    # As in the engine: the matrices are small, and threads that wait for each other cost ten times more.
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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


def test_the_points_are_those_of_the_lab():
    assert {name: question(name).possible for name in POINTS} == POINTS
    assert sum(POINTS.values()) == 25
    for name in POINTS:
        for case in question(name).test_cases:
            assert case.hidden is (case.points > 0), f"{name}: {case.name}"


@SINGLE  # the corpus has its styles in every run
def test_the_right_solution_earns_everything_and_all_its_cases_pass():
    env = notebook(run=True)
    said = {name: ask(env, name) for name in POINTS}
    assert said == {name: (points, "") for name, points in POINTS.items()}


@pytest.mark.thorough  # the corpus has most of them in the sandbox, in every run
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


def test_a_forward_pass_that_remembers_loses_its_states():
    changes = {
        "forward": CELLS["forward"]
        .replace("        for i in", "        h[0] = getattr(self, 'last', torch.zeros(1))\n        for i in")
        .replace("        y = self", "        self.last = h[-1]\n        y = self")
    }
    points, message = ask(notebook(changes), "forward")
    assert points == 1
    assert "keep no state" in message


@pytest.mark.parametrize(
    ("gone", "loop"),
    [
        ("RNN", 1),
        pytest.param("data_train", 2, marks=pytest.mark.thorough),  # an argument, and there are some of ours
        *(pytest.param(one, 1, marks=SINGLE) for one in ("get_random_day", "mse_loss_func")),
    ],
)
def test_training_is_judged_without_what_is_missing(gone, loop):
    env = notebook()
    del env[gone]
    env["rnn"] = None
    assert grade(env, ["training_step", "training_loop"]) == {"training_step": 3, "training_loop": loop}
    assert gone not in env


UPHILL = {"training_step": quick_step().source.replace("-= lr", "+= lr")}


@pytest.mark.parametrize(("follow_through", "points"), [("half", 1), ("full", 2), ("none", 0)])
def test_the_course_says_what_a_right_loop_earns_without_the_own_training(tmp_path, follow_through, points):
    env = notebook(UPHILL, run=True)
    assert not env["losses"][-1] < 0.3
    config = yaml.safe_load(CONFIG.read_text("utf-8"))
    config["lab"]["follow_through"] = follow_through
    file = tmp_path / "grading_config.yml"
    file.write_text(yaml.safe_dump(config, sort_keys=False))
    with checks.collected_notes() as notes, handed_out(LabValues(load(file))):
        earned, message = ask(env, "training_loop")
    assert earned == points
    assert "The losses end in nan" in message
    assert any("One point is for the loop" in note for note in notes) == (follow_through == "half")
    assert any("moves self.u, self.w, self.v, self.b, self.c otherwise" in note for note in notes)


KEEPS_THE_TENSOR = """
    def _compute_grad_w(self, hidden, grad_h):
        self.buffer = getattr(self, "buffer", torch.zeros_like(self.w))
        self.buffer.zero_()
        self.buffer += ((1 - hidden[1:] ** 2) * grad_h[1:]).T @ hidden[:-1]
        return self.buffer
"""


def test_what_differs_only_where_the_pieces_work_together_is_said():
    with checks.collected_notes() as notes:
        assert ask(notebook({"grad_w": KEEPS_THE_TENSOR}), "grad_w") == (3, "")
        assert ask(notebook({"grad_w": KEEPS_THE_TENSOR}), "training_loop") == (2, "")
    assert any("all of your own functions moves self.w otherwise" in note for note in notes)
    with checks.collected_notes() as notes:
        assert ask(notebook(), "training_loop") == (2, "")
    assert not any("otherwise" in note for note in notes)


ALL_AT_ONCE = """
def do_training_step(rnn, data_train, batch_size, lr):
    days = [get_random_day(data_train) for _ in range(batch_size)]
    passes = [rnn(x) for x, _ in days]
    loss = mse_loss_func(torch.stack([y for _, y in days]), torch.stack([y_hat for _, y_hat in passes]))
    grads = [rnn.get_gradients(x, y, y_hat, h) for (x, y), (h, y_hat) in zip(days, passes)]
    for name in "uwvbc":
        step = torch.stack([grad["grad_" + name] for grad in grads]).mean(0)
        setattr(rnn, name, getattr(rnn, name) - lr * step)
    return float(RETURNED)
"""


@pytest.mark.parametrize("returned", ["loss.mean()", "loss.sum() / batch_size", "loss[-1]"])
def test_the_loss_of_all_predictions_at_once_is_as_good(returned):
    assert ask(notebook({"training_step": ALL_AT_ONCE.replace("RETURNED", returned)}), "training_step") == (
        3,
        "",
    )


def test_a_wrong_call_of_the_network_costs_nothing_in_the_step():
    call = "\n        return self.forward(x)"
    assert call in CELLS["forward"]
    wrong = {
        "forward": CELLS["forward"].replace(
            call, "\n        return torch.zeros(len(x), len(self.b)), self.c + 0.3"
        )
    }
    assert ask(notebook(wrong), "training_step")[0] == 3


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


OWN_STEPS = """
def train_rnn(data_train, num_steps):
    rnn, losses = RNN(), []
    for _ in range(num_steps):
        starts = torch.randint(0, len({data}) - 24, (4,))
        x, h = [{data}[starts + t] for t in range(24)], [torch.zeros(4, 10)]
        for x_t in x:
            h.append(torch.tanh(h[-1] @ rnn.w.T + x_t @ rnn.u.T + rnn.b))
        error = h[-1] @ rnn.v + rnn.c - {data}[starts + 24, 1]
        losses.append(float(error.square().mean()))
        factor = 2 * error / 4
        steps = dict(c=factor.sum(), v=factor @ h[-1], b=0, w=0, u=0)
        grad_h = torch.outer(factor, rnn.v)
        for t in reversed(range(24)):
            inside = (1 - h[t + 1] ** 2) * grad_h
            steps["b"] += inside.sum(0)
            steps["w"] += inside.T @ h[t]
            steps["u"] += inside.T @ x[t]
            grad_h = inside @ rnn.w
        for name, step in steps.items():
            setattr(rnn, name, getattr(rnn, name) - 0.05 * step)
    return rnn, losses
"""
"""A loop without do_training_step, all windows of a batch at once: 500 steps take about two seconds."""


@pytest.mark.single  # the next one, and correct/own_steps_in_the_loop of the corpus
@pytest.mark.parametrize("data", ["data_train", "globals()['data_train']"])
def test_a_loop_that_does_its_own_steps_earns_everything(data):
    env = notebook({"training_loop": OWN_STEPS.format(data=data)})
    del env["do_training_step"]
    before = env["data_train"]
    assert ask(env, "training_loop") == (2, "")
    assert env["data_train"] is before


@pytest.mark.thorough  # tests/lab/test_training_by_steps.py has its kinds
def test_a_loop_that_does_its_own_steps_is_run_again():
    env = notebook({"training_loop": OWN_STEPS.format(data="data_train")})
    env["rnn"] = None
    assert ask(env, "training_loop")[0] == 2


LOOPS = {
    "the best network": """
def train_rnn(data_train, num_steps):
    rnn, losses, best = RNN(), [], None
    for _ in range(num_steps):
        losses.append(do_training_step(rnn, data_train, batch_size=8, lr=0.05))
        if losses[-1] <= min(losses):
            best = copy.deepcopy(rnn)
    return best, losses
""",
    "an average over the last steps": """
def train_rnn(data_train, num_steps):
    rnn, losses, average = RNN(), [], RNN()
    for step in range(num_steps):
        losses.append(do_training_step(rnn, data_train, batch_size=8, lr=0.05))
        for name in "uwvbc":
            share = 1 if step == 0 else 0.05
            setattr(average, name, (1 - share) * getattr(average, name) + share * getattr(rnn, name))
    return average, losses
""",
    "a network that is trained on": """
common = RNN()
for name in "uwvbc":
    setattr(common, name, getattr(rnn, name))
def train_rnn(data_train, num_steps):
    return common, [do_training_step(common, data_train, batch_size=4, lr=0.05) for _ in range(num_steps)]
""",
    "short steps along sums": """
right_step = do_training_step
def do_training_step(rnn, data_train, batch_size, lr):
    return right_step(rnn, data_train, batch_size, lr * batch_size)
def train_rnn(data_train, num_steps):
    rnn = RNN()
    return rnn, [do_training_step(rnn, data_train, batch_size=8, lr=0.00625) for _ in range(num_steps)]
""",
    "a network in another precision": """
def train_rnn(data_train, num_steps):
    rnn = RNN()
    losses = [do_training_step(rnn, data_train, batch_size=4, lr=0.05) for _ in range(num_steps)]
    for name in "uwvbc":
        setattr(rnn, name, getattr(rnn, name).bfloat16())
    return rnn, losses
""",
}


@pytest.mark.parametrize(
    "loop", [pytest.param(one, marks=[] if one == "the best network" else SINGLE) for one in LOOPS]
)
def test_whatever_a_loop_trains_with_right_steps_earns_everything(loop):
    env = notebook({"training_loop": f"import copy{LOOPS[loop]}"})
    assert "errors" not in env
    torch.manual_seed(5)
    assert ask(env, "training_loop") == (2, "")


PERSISTENT = """
def persistent(rnn):
    rnn.u, rnn.w, rnn.v = torch.zeros(10, 6), torch.zeros(10, 10), torch.zeros(10)
    rnn.u[0, 1], rnn.v[0], rnn.c = 0.01, 100.0, torch.tensor([1e-6])
    return rnn
"""
"""A network that predicts the last temperature: its mean squared error is below the limit."""


NOT_TRAINED = "does not train the network that it returns"
NO_OWN_STEPS = "with this notebook's own steps does not move u"

FROM_ELSEWHERE = {
    "persistent(RNN()), [0.01 + 1e-6 * i for i in range(num_steps)]": (0, NOT_TRAINED),
    "rnn, [do_training_step(rnn if i else persistent(rnn), data_train, 1, 1e-9) for i in range(num_steps)]": (
        1,
        NOT_TRAINED,
    ),
    "persistent(RNN()), list(range(num_steps))": (0, NOT_TRAINED),
    "persistent(rnn), [do_training_step(rnn, data_train, 1, 0.0) for _ in range(num_steps)]": (
        1,
        NO_OWN_STEPS,
    ),
    "rnn, [do_training_step(persistent(rnn), data_train, 1, 0.0) for _ in range(num_steps)]": (
        1,
        NO_OWN_STEPS,
    ),
    "rnn, [do_training_step(rnn, data_train, 1, 1e-6) for i in range(num_steps)]": (1, NOT_TRAINED),
}
"""What a loop returns, its points, and what is said of it."""


@pytest.mark.parametrize(
    "returned",
    [pytest.param(one, marks=SINGLE if number > 1 else []) for number, one in enumerate(FROM_ELSEWHERE)],
)
def test_weights_from_elsewhere_do_not_count_as_training(returned):
    loop = f"{PERSISTENT}\ndef train_rnn(data_train, num_steps):\n    rnn = RNN()\n    return {returned}\n"
    env = notebook({"training_loop": loop})
    env["rnn"] = env["persistent"](env["RNN"]())
    points, message = ask(env, "training_loop")
    assert points == FROM_ELSEWHERE[returned][0]
    assert FROM_ELSEWHERE[returned][1] in message


def test_negative_losses_are_refused():
    loop = CELLS["training_loop"].replace("lr=0.05", "lr=0.0")
    env = notebook({"training_step": quick_step().source, "training_loop": loop})
    env["losses"] = [-1.0] * 500
    points, message = ask(env, "training_loop")
    assert points == 1
    assert "not below 0.075" in message  # what its own training comes to
    env["train_rnn"] = lambda data_train, num_steps: (env["rnn"], [-1.0 - i for i in range(num_steps)])
    points, message = ask(env, "training_loop")
    assert points == 0
    assert "which a squared error never is" in message


def test_a_wrong_split_costs_nothing_in_the_standardisation():
    for split in ("num_train_samples = ()", CELLS["split"].replace("0.8", "0.5")):
        env = notebook({"split": split})
        before = dict(env)
        cells = Cells(env, [split, CELLS["standardize"]])
        assert grade(cells, ["split", "standardize"]) == {"split": 0, "standardize": 2}
        assert env == before or all(env[name] is before[name] for name in before)


@pytest.mark.parametrize("gone", [["dataset", "data_train", "data_test"], []])
def test_where_nothing_was_standardised_nothing_is_earned(gone):
    """The data never came, or the names that the cell needs were taken away and given back later."""
    env = notebook()
    raw = {"data_train": features()[:34_368].clone(), "data_test": features()[34_368:].clone()}
    env |= raw
    for name in ["means", "stds", *gone]:
        del env[name]
    assert ask(Cells(env, [CELLS["split"], CELLS["standardize"]]), "standardize")[0] == 0


def test_a_broken_standardisation_costs_nothing_in_the_split():
    broken = "means = ()\nstds = ()\ndata_train = ()\ndata_test = ()\n"
    cells = Cells(notebook({"standardize": broken}), [CELLS["split"], broken])
    assert grade(cells, ["split", "standardize"]) == {"split": 1, "standardize": 0}


ROW_BY_ROW = """
data_train = (data_train - data_train.mean(1, keepdim=True)) / data_train.std(1, keepdim=True)
data_test = (data_test - data_test.mean(1, keepdim=True)) / data_test.std(1, keepdim=True)
"""

NOTHING_LEFT = "data_train, data_test = 0 * data_train, float('nan') * data_test\n"

CUT = "data_train = dataset[:num_train_samples]\ndata_test = dataset[num_train_samples:]\n"

SHUFFLED = f"dataset = dataset[torch.randperm(len(dataset))]\n{CUT}"

TWICE = "data_train = dataset[:num_train_samples]\ndata_test = dataset[: len(dataset) - num_train_samples]\n"


@pytest.mark.parametrize(
    "later", [CELLS["standardize"], ROW_BY_ROW, NOTHING_LEFT, "", "data_train *= -1e30\n"]
)
@pytest.mark.parametrize("cells", [1, 2])
def test_whatever_is_done_to_the_parts_afterwards_costs_nothing_in_the_split(cells, later):
    first = "num_train_samples = int(len(dataset) / 24 * 0.8) * 24\n"
    split = [first + CUT] if cells == 1 else [first, CUT]
    env = Cells(notebook({"split": "".join(split), "standardize": later}), [*split, later])
    assert ask(env, "split") == (1, "")


@pytest.mark.parametrize("later", [CELLS["standardize"], ROW_BY_ROW, ""])
@pytest.mark.parametrize("cut", [SHUFFLED, TWICE])
@pytest.mark.parametrize("cells", [1, 2])
def test_other_rows_of_the_right_number_are_no_split(cells, cut, later):
    first = "num_train_samples = int(len(dataset) / 24 * 0.8) * 24\n"
    split = [first + cut] if cells == 1 else [first, cut]
    torch.manual_seed(0)
    names = notebook({"split": "".join(split), "standardize": later})
    points, message = ask(Cells(names, [*split, later]), "split")
    assert points == 0
    assert "Not the right rows of the data set: " in message


def test_of_a_right_split_it_is_said_what_was_not_scaled():
    """The cell alone, on the other right split, would say that data_train has the wrong number of rows."""
    split = CELLS["split"].replace("int(len(dataset) / 24 * 0.8)", "(int(len(dataset) / 24 * 0.8) + 1)")
    forgets = CELLS["standardize"].replace("data_train = (data_train - means) / stds\n", "")
    points, message = ask(
        Cells(notebook({"split": split, "standardize": forgets}), [split, forgets]), "standardize"
    )
    assert points == 1
    assert "data_train is still as it was before" in message
    assert "wrong shape" not in message


def test_a_row_too_many_at_the_end_is_not_the_initial_state():
    cell = CELLS["forward"].replace("len(x) + 1", "len(x) + 2")
    points, message = ask(notebook({"forward": cell}), "forward")
    assert points == 0
    assert "hidden has the wrong shape" in message
    assert "contains h[0]" not in message


def test_rows_that_a_loop_does_not_reach_are_not_the_last_one():
    cell = CELLS["grad_h"].replace("reversed(range(len(hidden) - 1))", "reversed(range(2, len(hidden) - 1))")
    points, message = ask(notebook({"grad_h": cell}), "grad_h")
    assert points == 1
    assert "from the one before the last back to the first" in message
    assert "Fill the last row first" not in message


def test_an_index_of_the_wrong_kind_is_none_that_lies_outside_of_the_data():
    cell = CELLS["random_day"].replace("data[start_idx + 24, 1]", "data[data, 1]")
    points, message = ask(notebook({"random_day": cell}), "random_day")
    assert points == 0
    assert "tensors used as indices" in message
    assert "not in the data" not in message


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
