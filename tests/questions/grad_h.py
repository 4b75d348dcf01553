"""Gradient of every hidden state: the last one, and the recursion back in time."""

from otter.test_files import test_case

from reference.example_numbers import BY_HAND, TWO_STATES
from reference.language import lab as _  # noqa: F401  for the names of the cases
from reference.language import later
from reference.public_mistakes import GRAD_H
from reference.worked_examples import at_lab_sizes, naming, worked_example

OK_FORMAT = False
name = "grad_h"
points = None


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return known("last_state", "recursion")


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    with naming(env, GRAD_H, "_compute_grad_h"):
        worked_example(env, BY_HAND, "grad_h", "_compute_grad_h")


@test_case(name="two states, three steps", points=0, hidden=False)
def two_states(env):
    with naming(env, GRAD_H, "_compute_grad_h"):
        worked_example(env, TWO_STATES, "grad_h", "_compute_grad_h")


@test_case(name="the lab’s sizes", points=0, hidden=False)
def lab_sizes(env):
    with naming(env, GRAD_H, "_compute_grad_h"):
        at_lab_sizes(env, "grad_h", "_compute_grad_h")


@test_case(name="∇h of the last hidden state", points=1, hidden=True)
def last_row(env):
    from autograder.grading import checks
    from reference import misconceptions
    from reference.in_place import nothing_spoiled
    from reference.judging import ask_for, judge

    with nothing_spoiled(env, "grad_h"):
        judge(
            env,
            env.get("RNN"),
            later("the last row of grad_h"),
            ask=ask_for("grad_h"),
            select=lambda answer, case: checks.shape(answer, "grad_h", case.hidden.shape)[-1],
            expected=lambda case: case.gradients.h[-1],
            mistakes=misconceptions.last_state,
            help="∇h[T] = 2(ŷ − y) V.",
        )


@test_case(name="the recursion", points=2, hidden=True)
def recursion(env):
    from reference.in_place import nothing_spoiled
    from reference.judging import ask_for, judge_recursion

    with nothing_spoiled(env, "grad_h"):
        judge_recursion(env, env.get("RNN"), ask_for("grad_h"))
