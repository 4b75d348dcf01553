"""The sum over time of (1 − h[t]²) ∇h[t] h[t−1]ᵀ, with h[0] = 0."""

import torch
from otter.test_files import test_case

from reference.worked_examples import GRAD_H, HIDDEN, compare_by_hand, network_after_forward

OK_FORMAT = False
name = "grad_w"
points = None


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return known("grad_w")


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    rnn = network_after_forward(env)
    result = rnn._compute_grad_w(torch.tensor(HIDDEN), torch.tensor(GRAD_H))
    compare_by_hand(result, [[0.432]], "grad_w")  # 0.36 · 2 · 0.6; h[0] is zero


@test_case(name="random numbers", points=3, hidden=True)
def random_numbers(env):
    from reference import misconceptions
    from reference.cases import given
    from reference.in_place import require_nothing_spoiled
    from reference.judging import judge

    judge(
        env,
        env.get("RNN"),
        "grad_w",
        ask=lambda rnn, case: rnn._compute_grad_w(given(case.hidden), given(case.gradients.h)),
        expected=lambda case: case.gradients.w,
        mistakes=misconceptions.grad_w,
        help="∇W = Σ diag(1 − h[t]²) ∇h[t] h[t−1]ᵀ with h[0] = 0; row t of hidden is h[t+1].",
    )
    require_nothing_spoiled(env, "grad_w")
