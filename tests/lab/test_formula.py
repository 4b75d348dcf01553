"""The formulas of the lab text against autograd, on states of a forward pass."""

from __future__ import annotations

import pytest
import torch

from reference import formula, oracle
from reference.cases import sequences


@pytest.mark.parametrize("case", sequences(), ids=lambda case: case.setting)
def test_every_formula_gives_what_autograd_gives(case):
    hidden, y_pred = oracle.forward(case.weights, case.x)
    factor = formula.residual(case.y_true, y_pred)
    grad_h = formula.grad_h(case.weights, hidden, factor)
    sums = formula.grad_sums(hidden, grad_h)
    found = {
        "h": grad_h,
        "c": factor,
        "b": formula.grad_b(sums),
        "v": formula.grad_v(hidden, factor),
        "w": formula.grad_w(sums, hidden),
        "u": formula.grad_u(sums, case.x),
    }
    assert found.keys() == vars(case.gradients).keys()
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, vars(case.gradients)[name], rtol=1e-10, atol=1e-13)
    torch.testing.assert_close(formula.output(case.weights, hidden[-1]), y_pred, rtol=1e-10, atol=1e-13)
