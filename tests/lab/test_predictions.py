"""What the feedback says about the test days: computed from the trained weights, and no mark depends on it."""

from __future__ import annotations

import runpy

import pytest
import torch

from autograder.grading import checks
from autograder.grading.namespace import PlainNamespace
from autograder.grading.pictures import collected_pictures
from reference import oracle
from reference.dataset import features
from reference.stand_ins import small_weights
from tests.conftest import ROOT

QUESTION = runpy.run_path(str(ROOT / "tests" / "questions" / "training_loop.py"))


@pytest.fixture(scope="module")
def weights():
    """A network that knows the training rows standardised with their own statistics."""
    generator = torch.Generator().manual_seed(5)
    found, data = small_weights(10, 6, generator), QUESTION["training_data"](whole=False)
    for _ in range(300):
        found, _ = oracle.sgd_step(found, *oracle.random_windows(data, 16, generator), 0.1)
    return found


class Network:
    def __init__(self, weights):
        self.__dict__.update(weights.tensors())


def shown(env):
    with checks.collected_notes() as notes, collected_pictures() as found:
        QUESTION["show_test_days"](PlainNamespace(env))
    return notes, found.pictures


def test_the_error_is_that_of_the_standardised_windows_in_degrees(weights):
    raw = features().double()
    mean, std = raw[:34_368].mean(0), raw[:34_368].std(0)
    losses = oracle.window_losses(weights, (raw[34_368:] - mean) / std)
    error, true, predicted = QUESTION["test_days"](weights, whole=False)
    assert error == pytest.approx(float(losses.mean().sqrt() * std[1]), rel=1e-9)
    assert len(true) == len(predicted) == len(raw) - 34_368 - 24
    assert torch.equal(true, raw[34_368 + 24 :, 1])
    assert 0.5 < error < 5  # degrees: the next hour is much like this one


def test_every_student_is_told_and_shown(weights):
    notes, pictures = shown({"rnn": Network(weights)})
    assert len(notes) == len(pictures) == 1
    assert "°C" in notes[0]
    low, high = pictures[0].x_range
    assert -30 < low < 0 < 30 < high < 50


def test_a_large_network_costs_no_more_than_a_small_one():
    assert QUESTION["stride"](small_weights(10, 6, torch.Generator())) == 1
    assert QUESTION["stride"](small_weights(512, 6, torch.Generator())) == 64


@pytest.mark.parametrize("rnn", [None, 3, "text", object()])
def test_nothing_is_said_about_what_is_no_network(rnn):
    assert shown({"rnn": rnn}) == ([], [])


def test_weights_that_are_no_numbers_make_no_picture(weights):
    spoilt = {name: torch.full_like(value, float("nan")) for name, value in weights.tensors().items()}
    _, pictures = shown({"rnn": Network(oracle.Weights(**spoilt))})
    assert pictures == []
