"""The derivative of (ŷ − y)² with ŷ = V·h[T] + c."""

import torch
from otter.test_files import test_case

from reference.worked_examples import Y_PRED, Y_TRUE, compare_by_hand, network_after_forward

OK_FORMAT = False
name = "grad_c"
points = None


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return known("grad_c")


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    rnn = network_after_forward(env)
    result = rnn._compute_grad_c(torch.tensor(Y_TRUE), torch.tensor(Y_PRED))
    compare_by_hand(result, [1.0], "grad_c")  # 2(ŷ − y) = 2 · (1.5 − 1)


@test_case(name="random numbers", points=1, hidden=True)
def random_numbers(env):
    from reference import misconceptions
    from reference.cases import given
    from reference.in_place import require_nothing_spoiled
    from reference.judging import judge

    judge(
        env,
        env.get("RNN"),
        "grad_c",
        ask=lambda rnn, case: rnn._compute_grad_c(given(case.y_true), given(case.y_pred)),
        expected=lambda case: case.gradients.c,
        mistakes=misconceptions.grad_c,
        help="∇c = 2(ŷ − y), shape (1,).",
    )
    require_nothing_spoiled(env, "grad_c")
