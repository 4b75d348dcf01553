"""Automatic differentiation is off inside the block, whichever way it is asked for, and on again after it."""

from __future__ import annotations

import pytest
import torch

from autograder.kernel.guest.no_autograd import AutogradSwitchedOff, no_autograd

KEPT = torch.autograd.graph._engine_run_backward
X = torch.linspace(0.1, 0.9, 5)


def backward():
    x = X.clone().requires_grad_()
    (2 * x).sum().backward()  # saves nothing: only the engine can refuse
    return x.grad


def by_the_kept_function():
    x = X.clone().requires_grad_()
    return KEPT(
        (2 * x.sum(),),
        (torch.tensor(1.0),),
        False,
        False,
        (x,),
        allow_unreachable=True,
        accumulate_grad=False,
    )


def autograd_grad():
    x = X.clone().requires_grad_()
    return torch.autograd.grad(torch.tanh(x).sum(), x)


def recorded_only():
    return torch.tanh(X.clone().requires_grad_())


def forward_mode():
    with torch.autograd.forward_ad.dual_level():
        return torch.autograd.forward_ad.make_dual(X, torch.ones(5))


WAYS = {
    "backward": backward,
    "the function of the engine, kept": by_the_kept_function,
    "autograd.grad": autograd_grad,
    "recording": recorded_only,
    "forward mode": forward_mode,
    "func.grad": lambda: torch.func.grad(lambda x: x.tanh().sum())(X),
    "func.vjp": lambda: torch.func.vjp(torch.tanh, X)[1](X),
    "func.jvp": lambda: torch.func.jvp(torch.tanh, (X,), (X,)),
    "func.jacrev": lambda: torch.func.jacrev(torch.tanh)(X),
    "func.jacfwd": lambda: torch.func.jacfwd(torch.tanh)(X),
    "func.hessian": lambda: torch.func.hessian(lambda x: x.tanh().sum())(X),
    "autograd.functional": lambda: torch.autograd.functional.jacobian(torch.tanh, X),
    "checkpoint": lambda: torch.utils.checkpoint.checkpoint(
        torch.tanh, X.clone().requires_grad_(), use_reentrant=False
    ).sum().backward(),
}  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*torch.jit.script:DeprecationWarning")  # torch's own forward mode
@pytest.mark.filterwarnings("ignore:.*torch.jit.script:FutureWarning")  # the same from torch 2.15 on
@pytest.mark.parametrize("way", WAYS)
def test_refused_inside_and_possible_again_after_it(way):
    with no_autograd(), torch.enable_grad(), pytest.raises(AutogradSwitchedOff):
        WAYS[way]()
    WAYS[way]()


def test_numbers_are_computed_as_ever():
    parameter = torch.nn.Parameter(X.clone())
    with no_autograd():
        assert torch.equal(1 - torch.tanh(parameter) ** 2, 1 - torch.tanh(X) ** 2)
        parameter.data += 1
        assert not torch.tanh(parameter).requires_grad
