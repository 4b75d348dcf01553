"""2(ŷ − y) times the last hidden state."""

import torch
from otter.test_files import test_case

from reference.worked_examples import HIDDEN, Y_PRED, Y_TRUE, compare_by_hand, network_after_forward

OK_FORMAT = False
name = "grad_v"
points = None


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return known("grad_v")


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    rnn = network_after_forward(env)
    result = rnn._compute_grad_v(torch.tensor(Y_TRUE), torch.tensor(Y_PRED), torch.tensor(HIDDEN))
    compare_by_hand(result, [0.8], "grad_v")  # 1 · 0.8


@test_case(name="random numbers", points=1, hidden=True)
def random_numbers(env):
    from reference import misconceptions
    from reference.cases import given
    from reference.in_place import require_nothing_spoiled
    from reference.judging import judge

    judge(
        env,
        env.get("RNN"),
        "grad_v",
        ask=lambda rnn, case: rnn._compute_grad_v(given(case.y_true), given(case.y_pred), given(case.hidden)),
        expected=lambda case: case.gradients.v,
        mistakes=misconceptions.grad_v,
        help="∇V = 2(ŷ − y) h[T], shape (H,).",
    )
    require_nothing_spoiled(env, "grad_v")
