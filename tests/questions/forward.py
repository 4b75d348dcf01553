"""All hidden states and the output, without memory of earlier calls."""

import torch
from otter.test_files import test_case

from reference.example_numbers import BY_HAND, TWO_STATES
from reference.language import lab as _
from reference.language import later
from reference.public_mistakes import HIDDEN
from reference.worked_examples import forward_at_lab_sizes, naming, worked_forward

OK_FORMAT = False
name = "forward"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    """U = 1, W = 0.5, V = 2, b = 0, c = −0.1: the states are tanh(ln 2) = 0.6 and tanh(ln 3) = 0.8."""
    with naming(env, HIDDEN, "forward"):
        worked_forward(env, BY_HAND)


@test_case(name="two states, three steps", points=0, hidden=False)
def two_states(env):
    with naming(env, HIDDEN, "forward"):
        worked_forward(env, TWO_STATES)


@test_case(name="the lab’s sizes", points=0, hidden=False)
def lab_sizes(env):
    with naming(env, HIDDEN, "forward"):
        forward_at_lab_sizes(env)


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return {keeps_initial_state(), swapped(), other_states_each_time(), *known("hidden_states", "output")}


def swapped():
    """The mistake of returning y before the states."""
    from autograder.grading.checks import Mistake

    return Mistake("returned_the_other_way_round", _("forward returns y first: the states come before it."))


def keeps_initial_state():
    """The mistake of returning T + 1 states."""
    from autograder.grading.checks import Mistake

    return Mistake("initial_state_kept", _("hidden contains h[0]."))


def other_states_each_time():
    """The mistake of beginning with random numbers."""
    from autograder.grading.checks import Mistake

    return Mistake(
        "other_states_each_time",
        _("The same x and the same weights give other states each time: h[0] is random instead of zero."),
    )


def prepare():
    """Draw the cases before the first submission."""
    from reference.cases import ONE_OTHER_SIZE, sequences, without

    sequences()
    for size in ONE_OTHER_SIZE:
        without(size)


def both(result):
    """hidden and y of what forward returned.

    Raises:
        CheckFailed: it returned something else than two values.
    """
    from autograder.grading import checks

    checks.require(
        isinstance(result, tuple | list) and len(result) == 2,
        _("forward does not return two values."),
        help=_("It should end with `return h[1:], y`; are the TODOs filled in?"),
    )
    shapes = [tuple(one.shape) if isinstance(one, torch.Tensor) else () for one in result]
    checks.require(
        shapes[0] != (1,) or len(shapes[1]) != 2,
        swapped(),
        help=_("It should end with `return h[1:], y`."),
    )
    return result


def states(hidden, case):
    """The student's hidden states, (T, H) float64.

    Raises:
        CheckFailed: they are no tensor of that shape.
    """
    from autograder.grading import checks

    size = case.weights.sizes[0]
    tensor = checks.as_tensor(hidden, "hidden")
    one_too_many = tuple(tensor.shape) == (case.steps + 1, size)
    checks.require(
        not one_too_many or bool(tensor[0].any()),
        keeps_initial_state(),
        help=_("Return h[1:]: the states of the T time steps, without the initial one."),
        evidence=case.setting,
    )
    return checks.shape(tensor, "hidden", (case.steps, size))


def with_one_entry(y):
    """The student's output, (1,) float64.

    Raises:
        CheckFailed: it is no tensor of that shape.
    """
    from autograder.grading import checks

    y = checks.as_tensor(y, "y")
    checks.require(
        tuple(y.shape) == (1,),
        _("y has the wrong shape."),
        help=_("c has the shape (1,), and so has the number V·h[T] (self.v @ h[-1]) plus c."),
        evidence=_("yours: {yours}, expected: (1,)").format(yours=tuple(y.shape)),
    )
    return y


@test_case(name="hidden states, no memory of earlier calls", points=2, hidden=True)
def hidden_states(env):
    from autograder.gradients.precision import in_either_precision
    from reference.in_place import nothing_spoiled

    with nothing_spoiled(env, "forward"):
        in_either_precision(env, lambda: check_hidden_states(env))


def check_hidden_states(env):
    """Judge h[t] = tanh(W h[t−1] + U x[t] + b), (T, H), in a first and in a later call.

    Raises:
        CheckFailed: the class is missing, or states are wrong.
    """
    from autograder.gradients.precision import given
    from autograder.grading import checks
    from reference import misconceptions
    from reference.results import Result
    from reference.sizes import at_all_sizes
    from reference.student_network import network

    def first_call(case):
        rnn = network(env.get("RNN"), case.weights)
        hidden = states(both(rnn.forward(given(case.x)))[0], case)
        return [Result(hidden, case.hidden, misconceptions.hidden_states(case), case.setting)]

    same_x = _("{setting}, same x after a call with another one")

    def later_call(case):
        rnn = network(env.get("RNN"), case.weights)
        for x in (case.x, case.x.flip(0)):
            rnn.forward(given(x))
        hidden = states(both(rnn.forward(given(case.x)))[0], case)
        return [Result(hidden, case.hidden, {}, same_x.format(setting=case.setting))]

    help = _("h[t] = tanh(W h[t−1] + U x[t] + b) with h[0] = 0.")
    try:
        at_all_sizes(env, "forward", "hidden", help, first_call)
    except checks.CheckFailed as failure:
        if failure.mistake or not other_each_time(env):
            raise
        checks.fail(
            other_states_each_time(),
            help=_("h = torch.zeros(h_dims): not rand, randn or empty."),
            evidence=help,
        )
    help = _("Each call starts with h[0] = 0: keep no state in between.")
    at_all_sizes(env, "forward", later("hidden of a second call"), help, later_call)


def other_each_time(env):
    """Whether two networks of the same weights give different states for the same x."""
    from autograder.gradients.precision import given
    from autograder.grading import checks
    from autograder.grading.namespace import student_errors
    from reference.cases import of_the_lab
    from reference.student_network import network

    case = of_the_lab()[0]
    try:
        one, other = (
            states(both(network(env.get("RNN"), case.weights).forward(given(case.x)))[0], case)
            for _time in "ab"
        )
    except (checks.CheckFailed, *student_errors(env)):
        return False
    return not torch.equal(one, other) and bool((one.isfinite() & other.isfinite()).all())


@test_case(name="output y of each call", points=1, hidden=True)
def output(env):
    from autograder.gradients.precision import in_either_precision
    from reference.in_place import nothing_spoiled

    # That it keeps a state costs the states; y is judged by the states of its own call.
    with nothing_spoiled(env, "forward", again=False):
        in_either_precision(env, lambda: check_output(env))
    in_either_precision(env, lambda: check_output(env, AGAIN))
    in_either_precision(env, lambda: check_output(env, FAR))


AGAIN, FAR = later("y of a second call"), later("y with a large c")
"""The output of a call after one with another x; that of a network whose c is larger than after any training, with
the other sign."""


def check_output(env, result="y"):
    """Judge y = V·h[T] + c, (1,), by the student's own last state h[T].

    Args:
        result: what is judged, ``y``, :data:`AGAIN` or :data:`FAR`.

    Raises:
        CheckFailed: the class is missing, no output can follow from that state, or y is wrong.
    """
    from autograder.gradients.precision import given
    from autograder.grading import checks
    from reference import formula, misconceptions
    from reference.foreign_states import with_large_bias
    from reference.results import Result
    from reference.sizes import at_all_sizes
    from reference.student_network import network

    def look(case):
        case = with_large_bias(case) if result == FAR else case
        rnn = network(env.get("RNN"), case.weights)
        if result == AGAIN:
            rnn.forward(given(case.x.flip(0)))
        hidden, y = both(rnn.forward(given(case.x)))
        # The student's own last state: a mistake in the states costs nothing here.
        own = checks.as_tensor(hidden, "hidden")
        size = case.weights.sizes[0]
        checks.require(
            own.dim() == 2 and own.shape[0] > 0 and own.shape[1] == size,
            _("hidden has the wrong shape, so y cannot be judged."),
            evidence=_("yours: {yours}, expected: {expected}").format(
                yours=tuple(own.shape), expected=(case.steps, size)
            ),
        )
        last = own[-1]
        checks.require(
            bool(torch.isfinite(last).all()) and float(last.abs().min()) > 1e-6,
            _("The last hidden state is zero or not finite, so y cannot be judged."),
            help=_("Compute the hidden states first."),
            evidence=case.setting,
        )
        y = with_one_entry(y)
        right = formula.output(case.weights, last)
        return [Result(y, right, misconceptions.output(case, own), case.setting)]

    at_all_sizes(
        env, "forward", result, _("y = V·h[T] + c with the last hidden state of the same call."), look
    )
