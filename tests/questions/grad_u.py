"""The sum over time of (1 − h[t]²) ∇h[t] x[t]ᵀ."""

from otter.test_files import test_case

from reference.example_numbers import BY_HAND, TWO_STATES
from reference.language import lab as _
from reference.public_mistakes import GRAD_U
from reference.worked_examples import at_lab_sizes, naming, worked_example

OK_FORMAT = False
name = "grad_u"
points = None


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return known("grad_u")


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    with naming(env, GRAD_U, "_compute_grad_u"):
        worked_example(env, BY_HAND, "grad_u", "_compute_grad_u")


@test_case(name="two states, three steps", points=0, hidden=False)
def two_states(env):
    with naming(env, GRAD_U, "_compute_grad_u"):
        worked_example(env, TWO_STATES, "grad_u", "_compute_grad_u")


@test_case(name="the lab’s sizes", points=0, hidden=False)
def lab_sizes(env):
    with naming(env, GRAD_U, "_compute_grad_u"):
        at_lab_sizes(env, "grad_u", "_compute_grad_u")


@test_case(name="random numbers", points=2, hidden=True)
def random_numbers(env):
    from reference.judging import judge_gradient

    judge_gradient(env, "grad_u", _("∇U = Σ diag(1 − h[t]²) ∇h[t] x[t]ᵀ, summed over all time steps."))
