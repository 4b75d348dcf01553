"""The oracle against a backward pass written by hand, in float64, and what the cases promise."""

from __future__ import annotations

import pytest
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.config.lab_values import LabValues
from autograder.config.load import load
from autograder.errors import ConfigurationError
from autograder.grading import checks
from reference import cases, misconceptions, oracle, stand_ins, student_network
from reference import settings as lab_settings
from reference.oracle import Gradients, Weights


def bptt(weights: Weights, x: torch.Tensor, y_true: torch.Tensor) -> Gradients:
    """Back-propagation through time, one element at a time, straight from the lab text."""
    steps, size, features = len(x), *weights.sizes
    h = [[0.0] * size]
    for t in range(steps):
        a = [
            float(weights.b[i])
            + sum(float(weights.w[i, j]) * h[t][j] for j in range(size))
            + sum(float(weights.u[i, k]) * float(x[t, k]) for k in range(features))
            for i in range(size)
        ]
        h.append([float(torch.tanh(torch.tensor(one, dtype=torch.float64))) for one in a])
    y = sum(float(weights.v[i]) * h[steps][i] for i in range(size)) + float(weights.c)
    d = 2 * (y - float(y_true))
    grad = [[0.0] * size for _ in range(steps + 1)]
    grad[steps] = [d * float(weights.v[i]) for i in range(size)]
    for t in range(steps - 1, 0, -1):
        for j in range(size):
            grad[t][j] = sum(
                float(weights.w[i, j]) * (1 - h[t + 1][i] ** 2) * grad[t + 1][i] for i in range(size)
            )
    delta = [[(1 - h[t][i] ** 2) * grad[t][i] for i in range(size)] for t in range(1, steps + 1)]

    def tensor(rows):
        return torch.tensor(rows, dtype=torch.float64)

    return Gradients(
        h=tensor(grad[1:]),
        c=tensor([d]),
        b=tensor([sum(row[i] for row in delta) for i in range(size)]),
        v=tensor([d * h[steps][i] for i in range(size)]),
        w=tensor(
            [[sum(delta[t][i] * h[t][j] for t in range(steps)) for j in range(size)] for i in range(size)]
        ),
        u=tensor(
            [
                [sum(delta[t][i] * float(x[t, k]) for t in range(steps)) for k in range(features)]
                for i in range(size)
            ]
        ),
    )


@settings(max_examples=40, deadline=None)
@given(
    steps=st.integers(1, 6),
    size=st.integers(1, 4),
    features=st.integers(1, 4),
    seed=st.integers(0, 2**31),
    scale=st.sampled_from([0.1, 1.0, 3.0]),
)
def test_autograd_agrees_with_a_backward_pass_by_hand(steps, size, features, seed, scale):
    generator = torch.Generator().manual_seed(seed)

    def draw(*shape):
        return scale * torch.randn(*shape, generator=generator, dtype=torch.float64)

    weights = Weights(draw(size, features), draw(size, size), draw(size), draw(size), draw(1))
    x, y_true = draw(steps, features), draw(1)
    found, wanted = oracle.gradients(weights, x, y_true), bptt(weights, x, y_true)
    for name in ("h", "c", "b", "v", "w", "u"):
        torch.testing.assert_close(vars(found)[name], vars(wanted)[name], rtol=1e-9, atol=1e-12)


def test_one_step_has_no_gradient_through_w():
    case = cases.sequences()[0]
    assert case.steps == 1
    assert not case.gradients.w.any()


@pytest.mark.parametrize("case", cases.sequences(), ids=lambda case: case.setting)
def test_one_percent_in_any_entry_shows_and_float32_does_not(case):
    tensors = [case.hidden, case.gradients.b, case.gradients.v, case.gradients.u, *case.gradients.h]
    tensors += [case.gradients.w] if case.steps > 1 else []
    for right in tensors:
        assert checks.agrees(right.float().double() * (1 + 2e-6), right)
        for place in range(right.numel()):
            wrong = right.clone()
            wrong.view(-1)[place] *= 1.01
            assert not checks.agrees(wrong, right)


OF_ONE_SIGN = {"amount_of_the_difference"}
"""Codes of mistakes that are right where ŷ is too large."""


@pytest.mark.parametrize("case", [c for c in cases.sequences() if c.steps > 1], ids=lambda case: case.setting)
def test_no_misconception_is_right_where_its_size_can_tell(case):
    if case.weights.sizes[0] == 1:
        pytest.skip("W and its transpose are the same number")
    found = case.gradients
    for name, right in {"b": found.b, "v": found.v, "w": found.w, "u": found.u, "c": found.c}.items():
        for sentence, wrong in vars(misconceptions)[f"grad_{name}"](case).single().items():
            shown = sentence.code not in OF_ONE_SIGN or case.y_pred < case.y_true
            assert not shown or not checks.agrees(wrong.reshape(-1), right.reshape(-1)), sentence
    for sentence, wrong in misconceptions.recursion(case, found.h[-1]).single().items():
        assert not checks.agrees(wrong, found.h), sentence
    for sentence, wrong in misconceptions.last_state(case).single().items():
        shown = sentence.code not in OF_ONE_SIGN or case.y_pred < case.y_true
        assert not shown or not checks.agrees(wrong, found.h[-1]), sentence
    for sentence, wrong in misconceptions.hidden_states(case).single().items():
        assert not checks.agrees(wrong, case.hidden), sentence


def test_all_windows_at_once_are_the_windows_one_by_one():
    batch = cases.minibatch(32)
    one_by_one = [(oracle.forward(batch.weights, x)[1] - y).square() for x, y in batch.windows()]
    torch.testing.assert_close(oracle.window_losses(batch.weights, batch.data), torch.cat(one_by_one))
    some = oracle.window_losses(batch.weights, batch.data, every=3)
    torch.testing.assert_close(some, torch.cat(one_by_one)[::3])


@pytest.mark.parametrize("case", cases.sequences(), ids=lambda case: case.setting)
def test_what_replaces_a_network_agrees_with_autograd(case):
    class Network:
        pass

    rnn = Network()
    student_network.set_weights(rnn, case.weights)
    stand_ins.equip(rnn, case.weights.sizes)
    hidden, y = rnn.forward(cases.given(case.x))
    found = rnn.get_gradients(cases.given(case.x), cases.given(case.y_true), y, hidden)
    wanted = {f"grad_{name}": vars(case.gradients)[name] for name in "cbvwu"}
    assert found.keys() == wanted.keys()
    for name, gradient in found.items():
        torch.testing.assert_close(gradient.double(), wanted[name], rtol=1e-4, atol=1e-5)
    grad_h = rnn._compute_grad_h(cases.given(case.y_true), y, hidden)
    torch.testing.assert_close(grad_h.double(), case.gradients.h, rtol=1e-4, atol=1e-5)


def test_an_sgd_step_follows_the_mean_gradient():
    batch = cases.minibatch(27)
    windows = list(batch.windows())
    x, y = torch.stack([one for one, _ in windows]), torch.stack([one for _, one in windows])
    moved, loss = oracle.sgd_step(batch.weights, x, y, 0.1)
    mean = torch.stack([oracle.gradients(batch.weights, *window).w for window in windows]).mean(0)
    torch.testing.assert_close(moved.w, batch.weights.w - 0.1 * mean)
    assert loss == pytest.approx(float(batch.losses.mean()))


def test_random_windows_stay_inside_the_data():
    data = torch.arange(26 * 6, dtype=torch.float64).reshape(26, 6)
    x, y = oracle.random_windows(data, 50, torch.Generator().manual_seed(0))
    assert set(x[:, 0, 0].tolist()) == {0.0, 6.0}
    assert torch.equal(y[:, 0], x[:, -1, 1] + 6)


def test_the_lab_has_its_settings():
    found = lab_settings.settings()
    assert (found.loss_threshold, found.num_steps, found.tolerance.rtol) == (0.075, 500, 1e-3)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("loss_threshold: 0", "lab.loss_threshold: expected greater than 0; found 0"),
        ("num_steps: 1.5", "lab.num_steps: expected a valid integer; found 1.5"),
        ("num_steps: 0", "lab.num_steps: expected greater than or equal to 1; found 0"),
        ("rerun_seeds: 3", "lab.rerun_seeds: expected a list; found 3"),
        ("surprise: 1", "lab.surprise: unknown field; allowed: loss_threshold, loss_window, "),
        ("tolerance: {rtol: 1, floor: 0}", "lab.tolerance.floor: expected greater than 0; found 0"),
    ],
)
def test_a_wrong_value_is_named(tmp_path, value, says):
    config = yaml.safe_load(lab_settings.CONFIG.read_text("utf-8"))
    lab = yaml.safe_load(value)
    file = tmp_path / "grading_config.yml"
    file.write_text(yaml.safe_dump({**config, "lab": config["lab"] | lab}, sort_keys=False))
    with pytest.raises(ConfigurationError) as caught:
        LabValues(load(file)).of(lab_settings.Settings)
    line = next(
        number
        for number, text in enumerate(file.read_text().splitlines(), 1)
        if text.startswith(f"  {next(iter(lab))}:")
    )
    inner = line + 1 + list(lab["tolerance"]).index("floor") if "tolerance" in lab else line
    assert str(caught.value).startswith(f"{file}:{inner}: {says}")
