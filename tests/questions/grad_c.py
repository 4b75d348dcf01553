"""The derivative of (ŷ − y)² with ŷ = V·h[T] + c."""

from otter.test_files import test_case

from reference.example_numbers import BY_HAND, TWO_STATES
from reference.language import lab as _
from reference.public_mistakes import GRAD_C
from reference.worked_examples import at_lab_sizes, naming, worked_example

OK_FORMAT = False
name = "grad_c"
points = None


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return known("grad_c")


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    with naming(env, GRAD_C, "_compute_grad_c"):
        worked_example(env, BY_HAND, "grad_c", "_compute_grad_c")


@test_case(name="two states, three steps", points=0, hidden=False)
def two_states(env):
    with naming(env, GRAD_C, "_compute_grad_c"):
        worked_example(env, TWO_STATES, "grad_c", "_compute_grad_c")


@test_case(name="the lab’s sizes", points=0, hidden=False)
def lab_sizes(env):
    with naming(env, GRAD_C, "_compute_grad_c"):
        at_lab_sizes(env, "grad_c", "_compute_grad_c")


@test_case(name="random numbers", points=1, hidden=True)
def random_numbers(env):
    from reference.judging import judge_gradient

    judge_gradient(env, "grad_c", _("∇c = 2(ŷ − y), shape (1,)."))
