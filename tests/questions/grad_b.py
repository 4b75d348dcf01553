"""The sum over time of (1 − h[t]²) ∇h[t]."""

import torch
from otter.test_files import test_case

from reference.worked_examples import GRAD_H, HIDDEN, compare_by_hand, network_after_forward

OK_FORMAT = False
name = "grad_b"
points = None


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return known("grad_b")


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    rnn = network_after_forward(env)
    result = rnn._compute_grad_b(torch.tensor(HIDDEN), torch.tensor(GRAD_H))
    compare_by_hand(result, [0.9504], "grad_b")  # 0.64 · 0.36 + 0.36 · 2


@test_case(name="random numbers", points=2, hidden=True)
def random_numbers(env):
    from reference import misconceptions
    from reference.cases import given
    from reference.in_place import require_nothing_spoiled
    from reference.judging import judge

    judge(
        env,
        env.get("RNN"),
        "grad_b",
        ask=lambda rnn, case: rnn._compute_grad_b(given(case.hidden), given(case.gradients.h)),
        expected=lambda case: case.gradients.b,
        mistakes=misconceptions.grad_b,
        help="∇b = Σ diag(1 − h[t]²) ∇h[t], summed over all time steps.",
    )
    require_nothing_spoiled(env, "grad_b")
