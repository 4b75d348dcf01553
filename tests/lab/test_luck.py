"""The trainings that tell how often honest work misses the threshold by bad luck."""

from __future__ import annotations

import pytest

from tests.corpus.luck import SETTINGS, trained


@pytest.mark.parametrize("setting", ["batch 4, lr 0.05", "batch 32, lr 0.1"])
def test_a_minibatch_computed_at_once_trains_as_the_solution_does(setting):
    assert setting in SETTINGS
    assert trained(setting, 7, 12) == pytest.approx(trained(setting, 7, 12, at_once=False), rel=1e-5)
    assert trained(setting, 7, 12) != pytest.approx(trained(setting, 8, 12), rel=1e-5)
