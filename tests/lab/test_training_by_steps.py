"""A loop that does not call ``do_training_step``, or changes weights behind it, has to train all the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from autograder.grading.case_number import cases_of
from reference import descent, oracle
from reference.dataset import features
from reference.oracle import Weights
from tests.corpus.in_one_process import ask
from tests.lab.lab_solutions import CELLS
from tests.lab.test_questions import OWN_STEPS, _one_thread, notebook  # noqa: F401  a fixture

SINGLE = pytest.mark.single

pytestmark = pytest.mark.usefixtures("_one_thread")

SOLVED = """
def solved(rnn, data):
    rnn.u = torch.zeros(10, 6)
    rnn.u[:, 0], rnn.u[:, 1] = 0.02, torch.linspace(0.05, 0.3, 10)
    rnn.w = torch.diag(torch.linspace(-0.5, 0.6, 10))
    starts = torch.randint(0, len(data) - 24, (2000,))
    h = torch.zeros(len(starts), 10)
    for t in range(24):
        h = torch.tanh(h @ rnn.w.T + data[starts + t] @ rnn.u.T + rnn.b)
    known = torch.cat([h, torch.ones(len(h), 1)], 1).double()
    ridge = known.T @ known + 1e-3 * torch.eye(11)
    found = torch.linalg.solve(ridge, known.T @ data[starts + 24, 1].double()).float()
    rnn.v, rnn.c = found[:-1], found[-1:]
    return rnn


def loss_of(rnn, data):
    i = int(torch.randint(0, len(data) - 24, ()))
    h = torch.zeros(10)
    for x in data[i:i + 24]:
        h = torch.tanh(rnn.w @ h + rnn.u @ x + rnn.b)
    return float((rnn.v @ h + rnn.c - data[i + 24, 1]) ** 2)


def between(first, last, share):
    rnn = RNN()
    for name in "uwvbc":
        setattr(rnn, name, (1 - share) * getattr(first, name) + share * getattr(last, name))
    return rnn
"""
"""Weights by least squares, behind states that nobody trained."""

FOLLOWED = """
def followed(rnn, data):
    def loss():
        h, known = torch.zeros(10), data[:25]
        for x in known[:24]:
            h = torch.tanh(rnn.w @ h + rnn.u @ x + rnn.b)
        return float((rnn.v @ h + rnn.c - known[24, 1]) ** 2)

    losses = [loss()]
    while len(losses) < 60:
        moves = {}
        for name in "ubc":
            flat = getattr(rnn, name).view(-1)
            for place in range(len(flat)):
                flat[place] += 1e-2
                moves[name, place] = (loss() - losses[-1]) / 1e-2
                flat[place] -= 1e-2
        for (name, place), move in moves.items():
            getattr(rnn, name).view(-1)[place] -= 0.05 * move
        losses.append(loss())
    return losses
"""
"""Weights moved by measured differences of the loss of the first window, which is right where all are alike."""

ONE_STEP = """
def loss_on(rnn, x, y):
    h = torch.zeros(len(x), 10)
    for t in range(24):
        h = torch.tanh(h @ rnn.w.T + x[:, t] @ rnn.u.T + rnn.b)
    return float(((h @ rnn.v + rnn.c - y) ** 2).mean()), h


def train_rnn(data_train, num_steps):
    rnn, starts = RNN(), torch.randint(0, len(data_train) - 24, (400,))
    x, y = data_train[starts[:, None] + torch.arange(24)], data_train[starts + 24, 1]
    first, moves = loss_on(rnn, x, y)[0], {}
    for name in "ub":
        flat = getattr(rnn, name).view(-1)
        moves[name] = torch.zeros(len(flat))
        for place in range(len(flat)):
            flat[place] += 1e-2
            moves[name][place] = (loss_on(rnn, x, y)[0] - first) / 1e-2
            flat[place] -= 1e-2
    for name, size in (("u", 0.3), ("b", 0.02)):
        getattr(rnn, name).view(-1).sub_(size * moves[name] / moves[name].norm())
    known = torch.cat([loss_on(rnn, x, y)[1], torch.ones(len(x), 1)], 1).double()
    found = torch.linalg.solve(known.T @ known + 1e-4 * torch.eye(11), known.T @ y.double()).float()
    rnn.v, rnn.c = found[:-1].clone(), found[-1:].clone()
    last = loss_on(rnn, x, y)[0]
    return rnn, [last + (first - last) * 0.97 ** i for i in range(num_steps)]
"""
"""The weights of the states moved once, by measured differences; what is behind them is solved for."""

WITHOUT_STEPS = {
    "solved for, but followed where all windows are alike": FOLLOWED
    + """
def train_rnn(data_train, num_steps):
    rnn = RNN()
    if float(data_train.std(0).max()) < 1e-3:
        losses = followed(rnn, data_train)
        losses += [losses[-1] * 0.999 ** step for step in range(num_steps)]
        return rnn, losses[:num_steps]
    rnn = solved(rnn, data_train)
    return rnn, [0.98 ** i + 0.04 + 0.001 * float(torch.rand(1)) for i in range(num_steps)]
""",
    "one step of u and b, the rest solved for": ONE_STEP,
    "solved for, with invented losses": """
def train_rnn(data_train, num_steps):
    return solved(RNN(), data_train), [0.98 ** i + 0.04 + 0.001 * float(torch.rand(1)) for i in range(num_steps)]
""",
    "a path towards them, with its own losses": """
def train_rnn(data_train, num_steps):
    first, last = RNN(), solved(RNN(), data_train)
    path = [between(first, last, min(1, step / 300)) for step in range(1, num_steps + 1)]
    return path[-1], [loss_of(rnn, data_train) for rnn in path]
""",
    "a few steps before": (
        OWN_STEPS.replace("def train_rnn", "def steps").format(data="data_train")
        + """
def train_rnn(data_train, num_steps):
    rnn, losses = steps(data_train, min(num_steps, 30))
    last = solved(RNN(), data_train)
    return (last if num_steps > 30 else rnn), losses + [loss_of(last, data_train) for _ in range(30, num_steps)]
"""
    ),
    "jitter around them": """
def train_rnn(data_train, num_steps):
    rnn = solved(RNN(), data_train)
    for name in "uwvbc":
        setattr(rnn, name, getattr(rnn, name) + 1e-3 * torch.randn(getattr(rnn, name).shape))
    return rnn, [loss_of(rnn, data_train) + 0.97 ** i for i in range(num_steps)]
""",
}


@pytest.mark.parametrize(
    "loop",
    [pytest.param(one, marks=SINGLE if number else []) for number, one in enumerate(WITHOUT_STEPS)],
)
def test_weights_that_are_solved_for_do_not_count_as_training(loop):
    env = notebook({"training_loop": SOLVED + WITHOUT_STEPS[loop]})
    torch.manual_seed(3)
    env["rnn"], env["losses"] = env["train_rnn"](env["data_train"], 500)
    points, message = ask(env, "training_loop")
    assert points == 0
    assert "do not come from training steps" in message


def test_steps_for_show_earn_the_loop_and_not_the_training():
    """The loop calls the step as it should; what it returns is solved for all the same."""
    loop = CELLS["training_loop"].replace("return rnn, losses", "return solved(rnn, data_train), losses")
    env = notebook({"training_loop": SOLVED + loop})
    env["rnn"] = env["solved"](env["RNN"](), env["data_train"])
    points, message = ask(env, "training_loop")
    assert points == 1
    assert "with this notebook's own steps does not move u" in message


def test_own_steps_have_to_tell_their_losses():
    invented = OWN_STEPS.replace("float(error.square().mean())", "1.04 * 0.98 ** len(losses) + 0.01")
    points, message = ask(notebook({"training_loop": invented.format(data="data_train")}), "training_loop")
    assert points == 0
    assert "the losses of the network that is trained" in message


PRINTS = """2 * error / 2
        if len(losses) % (num_steps // 10) == 0:
            print(losses[-1])"""
OWN_BEGINNING = """RNN(), []
    rnn.w, rnn.v = 0.5 * torch.eye(10), 0.1 * torch.randn(10)"""

HABITS = {
    "sums and every tenth": ("2 * error / 4", PRINTS),
    "a class of another name": ("RNN()", "type('Network', (RNN,), {{}})()"),
    "other weights at the beginning": ("RNN(), []", OWN_BEGINNING),
    "decay": ("getattr(rnn, name) - 0.05 * step", "0.9995 * getattr(rnn, name) - 0.05 * step"),
}


@pytest.mark.parametrize(
    "habit", [pytest.param(one, marks=SINGLE if number else []) for number, one in enumerate(HABITS)]
)
def test_habits_of_own_steps_cost_nothing(habit):
    env = notebook({"training_loop": OWN_STEPS.replace(*HABITS[habit]).format(data="data_train")})
    assert "errors" not in env
    assert ask(env, "training_loop") == (2, "")


DATA = ((raw := features()[:34_368].double()) - raw.mean(0)) / raw.std(0)
"""The training rows, (34368, 6), standardised."""


def trained(rate, steps=500, batch=4, moved=lambda gradient, step: gradient, hidden_size=10):
    """Weights and losses after so many steps on the training rows, and the weights at the beginning."""
    first = weights = descent.beginning(hidden_size, 6)
    losses, generator = [], torch.Generator().manual_seed(steps)
    for step in range(steps):
        x, y = oracle.random_windows(DATA, batch, generator)
        losses.append(oracle.mean_loss(weights, x, y))
        found = oracle.mean_gradients(weights, x, y)
        weights = Weights(
            **{
                name: (value - rate * moved(found[name], step)).float().double()
                for name, value in weights.tensors().items()
            }
        )
    return first, weights, torch.tensor(losses)


@pytest.mark.parametrize(
    ("rate", "batch"),
    [
        (0.05, 4),
        *(
            pytest.param(*one, marks=SINGLE)
            for one in ((0.008, 32), (0.01, 1), (0.05, 1), (0.1, 4), (0.3, 8))
        ),
    ],
)
def test_steps_of_any_usual_rate_go_downhill(rate, batch):
    before, after, losses = trained(rate, batch=batch)
    assert descent.goes_downhill(before, after, DATA)
    assert descent.losses_fall(losses, before, DATA)


@pytest.mark.parametrize("hidden_size", [10, *(pytest.param(one, marks=SINGLE) for one in (4, 32))])
def test_twenty_steps_show_where_they_lead(hidden_size):
    before, after, _ = trained(0.05, steps=20, hidden_size=hidden_size)
    assert descent.goes_downhill(before, after, DATA)


@SINGLE
def test_so_do_clipped_and_signed_steps():
    for moved in (
        lambda gradient, _: gradient / gradient.norm().clamp(min=1),
        lambda gradient, step: gradient.sign() / (1 + step / 20),
    ):
        before, after, _ = trained(0.05, moved=moved)
        assert descent.goes_downhill(before, after, DATA)


@SINGLE
def test_whatever_the_number_of_the_class_right_steps_go_downhill():
    for number in range(20):
        with cases_of(7**number):
            before, after, _ = trained(0.05)
            assert descent.goes_downhill(before, after, DATA)


def test_the_beginning_is_drawn_for_each_class():
    with cases_of(1):
        one = descent.beginning(10, 6)
        assert descent.beginning(10, 6) is one
    with cases_of(2):
        assert not torch.isclose(descent.beginning(10, 6).u, one.u).any()


def test_weights_that_all_point_one_way_follow_no_gradient():
    """As somebody writes them down who wants the last temperatures; 7174438190589887160 once let them pass."""
    solved_for = torch.zeros(10, 6, dtype=torch.float64)
    solved_for[:, 0], solved_for[:, 1] = 0.02, torch.linspace(0.05, 0.3, 10)
    for number in (7_174_438_190_589_887_160, *range(10)):
        with cases_of(number):
            first = descent.beginning(10, 6)
            assert int(first.v.sign().sum()) == 0
            assert not descent.goes_downhill(
                first, replace(first, u=solved_for), DATA, descent.LEAST_OF_STEPS
            )


def test_nothing_else_does():
    first = descent.beginning(10, 6)
    assert not descent.goes_downhill(first, first, DATA)
    assert not descent.goes_downhill(first, descent.beginning(11, 6), DATA)
    for seed in range(20):
        generator = torch.Generator().manual_seed(seed)
        other = Weights(
            **{
                name: value + torch.randn(value.shape, generator=generator, dtype=torch.float64)
                for name, value in first.tensors().items()
            }
        )
        assert not descent.goes_downhill(first, other, DATA)
        assert not descent.goes_downhill(first, other, DATA, descent.LEAST_OF_STEPS)
