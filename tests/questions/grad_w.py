"""The sum over time of (1 − h[t]²) ∇h[t] h[t−1]ᵀ, with h[0] = 0."""

from otter.test_files import test_case

from reference.example_numbers import BY_HAND, TWO_STATES
from reference.language import lab as _
from reference.public_mistakes import GRAD_W
from reference.worked_examples import at_lab_sizes, naming, worked_example

OK_FORMAT = False
name = "grad_w"
points = None


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return known("grad_w")


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    with naming(env, GRAD_W, "_compute_grad_w"):
        worked_example(env, BY_HAND, "grad_w", "_compute_grad_w")


@test_case(name="two states, three steps", points=0, hidden=False)
def two_states(env):
    with naming(env, GRAD_W, "_compute_grad_w"):
        worked_example(env, TWO_STATES, "grad_w", "_compute_grad_w")


@test_case(name="the lab’s sizes", points=0, hidden=False)
def lab_sizes(env):
    with naming(env, GRAD_W, "_compute_grad_w"):
        at_lab_sizes(env, "grad_w", "_compute_grad_w")


@test_case(name="random numbers", points=3, hidden=True)
def random_numbers(env):
    from reference.judging import judge_gradient

    judge_gradient(
        env, "grad_w", _("∇W = Σ diag(1 − h[t]²) ∇h[t] h[t−1]ᵀ with h[0] = 0; row t of hidden is h[t+1].")
    )
