"""One plain SGD step on a minibatch, for all five parameters."""

import torch
from otter.test_files import test_case

from reference.example_numbers import LAB_SIZES
from reference.language import lab as _
from reference.language import later
from reference.open_todos import called, filled_in
from reference.worked_examples import network, set_parameters, weighted_sum

OK_FORMAT = False
name = "training_step"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    """All weights are zero and every temperature is 1: ŷ = 0, the loss is 1, ∇c = −2, the others are zero."""
    step, rnn = filled_in(env, "do_training_step"), called(filled_in(env, "RNN"), 10, 6)
    set_parameters(rnn, {parameter: torch.zeros(size) for parameter, size in SIZES.items()})
    loss = called(step, rnn, torch.ones(27, 6), 1, 0.1)
    assert loss is not None, _("do_training_step returns nothing: is there a `return`?")
    assert abs(float(loss) - 1) < 1e-4, _("The loss is {loss:.4g}, by hand (0 − 1)² = 1.").format(
        loss=float(loss)
    )
    c = float(rnn.c)
    assert abs(c - 0.2) < 1e-4, _(
        "After one step with lr = 0.1, c is {c:.4g}; by hand 0 − 0.1 · (−2) = 0.2."
    ).format(c=c)
    assert float(torch.as_tensor(rnn.u).detach().abs().max()) < 1e-6, _(
        "u changed although its gradient is zero."
    )


ONE_WRONG = later(
    "With batch_size={size} and lr=0.1, one step does not lead where it should: {names} is wrong. Do the checks of the "
    "gradients pass? Then look at the update, and at what get_gradients hands to each method."
)
SOME_WRONG = later(
    "With batch_size={size} and lr=0.1, one step does not lead where it should: {names} are wrong. Do the checks of the "
    "gradients pass? Then look at the update, and at what get_gradients hands to each method."
)


@test_case(name="the same hour again and again", points=0, hidden=False)
def one_hour(env):
    """All rows are equal, so every window is, and the numbers do not depend on what is drawn."""
    step = filled_in(env, "do_training_step")
    row = [0.2, 0.5, -0.3, 0.4, -0.1, 0.3]
    for batch_size in (1, 4):
        rnn = network(env, LAB_SIZES)
        loss = called(step, rnn, torch.tensor([row] * 60), batch_size, 0.1)
        assert loss is not None, _("do_training_step returns nothing: is there a `return`?")
        assert abs(float(loss) - 7.2063) < 0.01, _(
            "With batch_size={size} the loss is {loss:.4g}, expected 7.2063: the mean over the minibatch."
        ).format(size=batch_size, loss=float(loss))
        # Four gradients may be summed instead of averaged; then lr is meant for the sum.
        ways = (AFTER_A_STEP, AFTER_A_STEP_OF_FOUR) if batch_size == 4 else (AFTER_A_STEP,)
        found = [[name for name in way if not came_to(getattr(rnn, name), way[name])] for way in ways]
        wrong = min(found, key=len)
        told = ONE_WRONG if len(wrong) == 1 else SOME_WRONG
        assert not wrong, _(told).format(size=batch_size, names=", ".join(wrong))


@test_case(name="a large step", points=0, hidden=False)
def large_step(env):
    """Twenty times the learning rate leads twenty times as far, in the same direction."""
    row = [0.2, 0.5, -0.3, 0.4, -0.1, 0.3]
    rnn = network(env, LAB_SIZES)
    before = {name: weighted_sum(torch.tensor(value)) for name, value in LAB_SIZES["weights"].items()}
    called(filled_in(env, "do_training_step"), rnn, torch.tensor([row] * 60), 1, 20 * 0.1)
    for parameter, start in before.items():
        right = start + 20 * (AFTER_A_STEP[parameter] - start)
        found = weighted_sum(torch.as_tensor(getattr(rnn, parameter)).detach())
        assert abs(found - right) < 0.04, _(
            "With lr=2, one step of {parameter} is not twenty times that with lr=0.1: its entries, each with its own "
            "weight, come to {found:.4g}, expected {right:.4g}. Is lr used, and nothing cut off?"
        ).format(parameter=parameter, found=found, right=right)


@test_case(name="the whole minibatch", points=0, hidden=False)
def whole_minibatch(env):
    """With zero weights c moves by 0.2 times the mean of the drawn temperatures: of one window hardly ever."""
    step, draw = filled_in(env, "do_training_step"), filled_in(env, "get_random_day")
    data = torch.zeros(24 * 4 + 1, 6)
    data[:, 1] = 1 + torch.arange(len(data)).sqrt()  # no mean of several is one of them
    drawn = {round(float(called(draw, data)[1]), 3) for _time in range(20)}
    moved = []
    for _time in range(5):
        rnn = called(filled_in(env, "RNN"), 10, 6)
        set_parameters(rnn, {parameter: torch.zeros(size) for parameter, size in SIZES.items()})
        called(step, rnn, data, 8, 0.1)
        moved.append(float(rnn.c) / 0.2)
    one_window = [min(abs(one - value) for value in (data[24:, 1]).tolist()) < 1e-3 for one in moved]
    assert len(drawn) < 2 or not all(one_window), _(
        "With batch_size=8 the step is that of a single window each time: draw a window in each of the batch_size "
        "rounds, and use the gradients of all of them."
    )


SIZES = {"u": (10, 6), "w": (10, 10), "v": (10,), "b": (10,), "c": (1,)}
AFTER_A_STEP = {"u": 0.238, "w": 0.5047, "v": 2.6413, "b": 0.2116, "c": -0.0529}
"""Of each parameter the weighted sum of its entries after one step with lr = 0.1 from ``LAB_SIZES``."""
AFTER_A_STEP_OF_FOUR = {"u": -0.1048, "w": 0.6186, "v": 2.2038, "b": -3.3017, "c": -1.5365}


def came_to(parameter, after):
    """Whether a parameter has this weighted sum."""
    return abs(weighted_sum(torch.as_tensor(parameter).detach()) - after) < 2e-3


BATCH = 8
HIDDEN_UNITS = 10  # of the lab
OTHER_HIDDEN_UNITS = 4
OWN_ROWS = 27  # three windows
LR = 0.037  # not a value that somebody writes into the function
LARGE_LR = (
    41.3  # of steps on one window, larger than any for training: steps and weights that are cut off show
)
PARAMETERS = ("u", "w", "v", "b", "c")
AXES = {"B": BATCH, "T": 24, "H": HIDDEN_UNITS, "F": 6}
SIZES_OF_AXES = "B=batch_size=8, T=24, H=10, F=6"


MISTAKES = {
    "other_data": later("do_training_step draws from other data than it is given."),
    "batch_ignored": later("The update does not depend on the whole minibatch."),
    "weights_unchanged": later("do_training_step does not change the weights."),
    "parameters_not_updated": later("do_training_step does not update {}."),
    "number_of_windows": later("do_training_step draws {} of batch_size={} windows."),
    "parameters_updated_wrongly": later("The update of {} is wrong, that of the others is right."),
    "wrong_length": later("The step has the right direction and the wrong length."),
    "divided_twice": later("The gradients are divided by batch_size twice."),
    "uphill": later("The step goes uphill: subtract lr · gradient."),
    "swapped_arguments": later(
        "The gradients are asked with y and ŷ in each other's place, so the step goes uphill."
    ),
    "only_the_last_window": later("Only the last window's gradient is used."),
    "only_the_first_window": later("Only the first window's gradient is used."),
    "rate_missing": later("The learning rate lr is not used."),
    "overwritten": later("The weights are overwritten by the step instead of changed by it."),
    "window_by_window": later(
        "The weights change after each window: collect all gradients first, then update once."
    ),
    "last_window_left_out": later("The last window is left out."),
    "loss_summed": later("The returned loss is the sum over the minibatch, not its mean."),
    "loss_divided_twice": later("The returned loss is divided by batch_size twice."),
    "loss_overwritten": later(
        "The returned loss is the last window's share alone: each window adds its own."
    ),
    "loss_wrong": later("The returned loss is not the mean loss of the minibatch."),
}
"""The sentences by code; what a submission did goes into the braces."""


def named(code, *found):
    """The mistake of this code, with what was found in its sentence."""
    from autograder.grading.checks import Mistake

    return Mistake(code, _(MISTAKES[code]).format(*found))


def mistakes():
    """The mistakes that this question can name."""
    return [named(code, "…", "…") for code in MISTAKES]


def flat(tensors):
    """All P numbers of the parameters, by name in ``tensors``, as one vector (P,)."""
    return torch.cat([tensors[parameter].reshape(-1) for parameter in PARAMETERS])


def window_gradients(weights, windows):
    """(N, P) float64: the flat gradient of the loss (ŷ − y)² of each window, by the oracle."""
    from reference import oracle

    found = [oracle.gradients(weights, x, y) for x, y in windows]
    return torch.stack([flat({"u": g.u, "w": g.w, "v": g.v, "b": g.b, "c": g.c}) for g in found])


def agree(weights, moved, expected):
    """Whether each parameter moved as expected: 2e-3 relative, above the rounding of float32 weights.

    Args:
        weights: before the step.
        moved: the weights after it.
        expected: the flat difference, (P,).
    """
    from autograder.grading import checks

    actual, sizes = (
        flat(moved.tensors()) - flat(weights.tensors()),
        [t.numel() for t in weights.tensors().values()],
    )
    pairs = zip(actual.split(sizes), expected.split(sizes), strict=True)
    return all(checks.agrees(one, other, rtol=2e-3, floor=1e-4) for one, other in pairs)


class Attempt:
    """One call of do_training_step: windows used, weights after it, loss.

    ``windows`` has one entry per window of the batch that was drawn, in order; None when they are unknown.
    """

    def __init__(self, batch, size, moved, loss, served=None):
        self.batch, self.size, self.moved, self.loss = batch, size, moved, loss
        self.lr = rate_for(size)
        self.windows = None if served is None else served.drawn
        self.losses = [] if served is None else served.losses
        self.swapped = served is not None and served.swapped
        self.losses_at_once = served is not None and served.several_at_once
        self.elsewhere = served is not None and served.elsewhere

    @property
    def drew_as_asked(self):
        """Whether get_random_day gave windows, and no more of them than the minibatch has."""
        return bool(self.windows) and len(self.windows) <= self.size


def prepare():
    """Draw the data sets before the first submission."""
    for rows, size, hidden_units in (
        (24 + BATCH, BATCH, HIDDEN_UNITS),
        (24 + BATCH, 1, HIDDEN_UNITS),
        (OWN_ROWS, BATCH, HIDDEN_UNITS),
        (OWN_ROWS, 1, HIDDEN_UNITS),
        (24 + BATCH, 1, OTHER_HIDDEN_UNITS),
    ):
        data_for(rows, size, hidden_units)


def rate_for(size):
    """The learning rate of a step on so many windows."""
    return LR if size == BATCH else LARGE_LR


def data_for(rows, size, hidden_units):
    """The data and weights for a step on so many windows: for a single one c has the other sign."""
    from reference.cases import another_minibatch, minibatch

    return (minibatch if size == BATCH else another_minibatch)(rows, hidden_units)


def with_everything_replaced(env, size, make, hidden_units):
    """Call the student's step with right functions around it, on known windows.

    ``make`` gives the object that stands for the network of so many hidden units; its forward pass tells what
    it predicts.

    Raises:
        CheckFailed: the network lost its weights.
        StudentCodeError: the step fails.
    """
    from autograder.gradients.precision import given
    from autograder.grading.namespace import replaced
    from reference.stand_ins import Served
    from reference.student_network import set_weights, weights_of

    batch = data_for(24 + BATCH, size, hidden_units)
    served = Served(batch)
    with replaced(env, get_random_day=served.get_random_day, mse_loss_func=served.mse_loss_func):
        rnn = make(batch.weights, served)
        step = env.get("do_training_step")
        step(rnn, given(batch.data), size, rate_for(size))
        # The second step from the same weights is judged: momentum would show in it.
        set_weights(rnn, batch.weights)
        served.begin_again()
        loss = step(rnn, given(batch.data), size, rate_for(size))
        moved = weights_of(rnn)
    return Attempt(batch, size, moved, loss, served)


def with_their_network(env, size, hidden_units=HIDDEN_UNITS):
    """An attempt with the student's own class, whose forward pass and gradients are right ones."""

    def make(weights, served):
        from reference.stand_ins import equip
        from reference.student_network import network

        rnn = network(env.get("RNN"), weights)
        equip(rnn, weights.sizes, served)
        return rnn

    return with_everything_replaced(env, size, make, hidden_units)


def with_their_gradients(env, size, hidden_units=HIDDEN_UNITS):
    """An attempt with the student's own class as it is, for steps that call it by names of their own."""

    def make(weights, served):
        from reference.student_network import network

        return network(env.get("RNN"), weights)

    return with_everything_replaced(env, size, make, hidden_units)


def with_stand_in(env, size, hidden_units=HIDDEN_UNITS):
    """An attempt with an object of ours in the place of the student's network."""

    def make(weights, served):
        from reference.stand_ins import equip, stand_in

        rnn = stand_in(env, weights, served)
        equip(rnn, weights.sizes, served)
        return rnn

    return with_everything_replaced(env, size, make, hidden_units)


def with_their_own(env, size, hidden_units=HIDDEN_UNITS):
    """An attempt with the student's own functions, on a data set of three windows.

    Raises:
        CheckFailed: the class is missing, or the network lost its weights.
        StudentCodeError: the step fails.
    """
    from autograder.gradients.precision import given
    from reference.student_network import network, set_weights, weights_of

    batch = data_for(OWN_ROWS, size, hidden_units)
    rnn = network(env.get("RNN"), batch.weights)
    step = env.get("do_training_step")
    step(rnn, given(batch.data), size, rate_for(size))
    set_weights(rnn, batch.weights)  # the second step is judged, as above
    loss = step(rnn, given(batch.data), size, rate_for(size))
    return Attempt(batch, size, weights_of(rnn), loss)


def shares(size, windows):
    """Every way to draw ``size`` times from ``windows`` windows: how often each was drawn."""
    if windows == 1:
        return [(size,)]
    return [(first, *rest) for first in range(size + 1) for rest in shares(size - first, windows - 1)]


def drawn_in(attempt):
    """The draws that explain the update (mean or sum of the gradients), or None."""
    weights = attempt.batch.weights
    gradients = window_gradients(weights, attempt.batch.windows())
    if attempt.windows is not None:
        counted = [tuple(attempt.windows.count(number) for number in range(len(gradients)))]
        counted = counted if len(attempt.windows) == attempt.size else []
    else:
        counted = shares(attempt.size, len(gradients))
    for counts in counted:
        total = torch.tensor(counts, dtype=torch.float64) @ gradients
        if any(agree(weights, attempt.moved, -attempt.lr * step) for step in (total / attempt.size, total)):
            return counts
    return None


def updates_right(env, call):
    """Check that the steps of ``call`` are right for a minibatch and for a single window.

    Raises:
        CheckFailed: one is not.
    """
    from autograder.grading import checks

    counts = None
    for _time in range(5):  # a batch that is one window eight times says nothing about batches: draw again
        attempt = call(env, BATCH)
        counts = drawn_in(attempt)
        if counts is None or max(counts) < BATCH:
            break
    if counts is None:
        explain_update(attempt)
    checks.require(
        counts is not None and max(counts) < BATCH,
        named("batch_ignored"),
        help=_("Each of the batch_size rounds draws its own window with get_random_day."),
    )
    single = call(env, 1)
    if drawn_in(single) is None:
        explain_update(single)
    checks.require(
        not (attempt.elsewhere or single.elsewhere),
        named("other_data"),
        help=_("Hand its own argument to get_random_day: x, y = get_random_day(data_train)."),
    )


def explain_update(attempt):
    """Say that the update is wrong, with the mistake that explains it where one does.

    Raises:
        CheckFailed: always.
    """
    from autograder.grading import checks

    weights, setting = attempt.batch.weights, f"batch_size={attempt.size}, lr={attempt.lr}"
    help = _("Each parameter becomes itself − lr · (mean of its gradients over the minibatch).")
    still = [
        parameter
        for parameter, value in weights.tensors().items()
        if bool((attempt.moved.tensors()[parameter] - value).abs().max() < 1e-7)
    ]
    if len(still) == len(PARAMETERS):
        own_network = _("Change the network that is handed over as rnn, and make no RNN() of its own.")
        checks.fail(named("weights_unchanged"), help=f"{help} {own_network}", evidence=setting)
    if still:
        checks.fail(named("parameters_not_updated", ", ".join(still)), help=help, evidence=setting)
    if attempt.windows is not None and len(attempt.windows) != attempt.size:
        checks.fail(
            named("number_of_windows", len(attempt.windows), attempt.size),
            help=_(
                "Each of the batch_size rounds draws one window, x, y = get_random_day(data_train), and `return` "
                "stands behind the loop."
            ),
        )
    for code, expected in step_mistakes(attempt):
        if not agree(weights, attempt.moved, expected):
            continue
        if code == "uphill" and attempt.swapped:
            code, help = (
                "swapped_arguments",
                _("Compare the order of the arguments with that of the parameters."),
            )
        checks.fail(named(code), help=help, evidence=setting)
    explain_parts(attempt, help, setting)
    wrong = wrong_updates(attempt)
    which = ", ".join(wrong) or _("the weights")
    checks.fail(
        _("The update of {which} is wrong.").format(which=which), help=help, evidence=how_far(setting, wrong)
    )


def how_far(setting, wrong):
    """How far entries moved in one step and how far they should have, a line each, of :func:`wrong_updates`."""
    text = _("{place} moves by {moved:.4g}, expected {step:.4g}")
    moves = [text.format(place=place, moved=moved, step=step) for place, moved, step in wrong.values()]
    return "\n".join([setting, *moves])


def wrong_updates(attempt):
    """The parameters that moved as no drawn windows explain.

    Returns:
        By the parameter's name, the entry that has to move most, how far it moved, and how far it should.
    """
    from autograder.grading import checks

    weights, lr = attempt.batch.weights, attempt.lr
    if attempt.windows is None:  # their own draws: any that three windows allow
        counted = torch.tensor(shares(attempt.size, len(attempt.batch.losses)), dtype=torch.float64)
        means = counted @ window_gradients(weights, attempt.batch.windows()) / attempt.size
    else:
        windows = [attempt.batch.window(number) for number in attempt.windows]
        means = window_gradients(weights, windows).mean(0)[None]
    actual = flat(attempt.moved.tensors()) - flat(weights.tensors())
    sizes = [weights.tensors()[parameter].numel() for parameter in PARAMETERS]
    found = {}
    for parameter, moved, steps in zip(
        PARAMETERS, actual.split(sizes), (-lr * means).split(sizes, dim=1), strict=True
    ):
        if not any(
            checks.agrees(moved, factor * step, rtol=2e-3, floor=1e-4)
            for factor in (1, attempt.size)
            for step in steps
        ):
            step = steps[(steps - moved).abs().sum(1).argmin()]
            entry = int(step.abs().argmax())
            place = torch.unravel_index(torch.tensor(entry), weights.tensors()[parameter].shape)
            called = f"{parameter}[{', '.join(str(int(index)) for index in place)}]"
            found[parameter] = called, float(moved[entry]), float(step[entry])
    return found


def explain_parts(attempt, help, setting):
    """Say where only some parameters are wrong, or only the length of the step.

    Raises:
        CheckFailed: it is so.
    """
    from autograder.grading import checks

    if attempt.windows is None:
        return
    weights = attempt.batch.weights
    found = what_each_did(attempt)
    right = max(RIGHT_WAYS, key=[*found.values()].count)
    wrong = {parameter: code for parameter, code in found.items() if code != right}
    if 0 < len(wrong) < len(PARAMETERS):
        words = [
            f"{parameter}: {_(MISTAKES[code] if code in MISTAKES else OTHER_WAYS[code])}"
            for parameter, code in wrong.items()
            if code
        ]
        checks.fail(
            named("parameters_updated_wrongly", ", ".join(wrong)),
            help=" ".join(words) or _("Does it use the gradient of this parameter?"),
            evidence=largest_difference(attempt, setting, wrong),
        )
    mean = mean_step(attempt) / attempt.lr
    actual = flat(attempt.moved.tensors()) - flat(weights.tensors())
    factor = float(actual @ mean / (mean @ mean))
    if agree(weights, attempt.moved, factor * mean):
        checks.fail(
            named("wrong_length"),
            help=help,
            evidence=_("{setting}: yours is {factor:.4g} times the mean gradient").format(
                setting=setting, factor=factor
            ),
        )


RIGHT_WAYS = ("mean", "sum")
OTHER_WAYS = {
    "mean": later("It takes the mean of its gradients, the others the sum."),
    "sum": later("It takes the sum of its gradients, the others the mean."),
    "doubled": later("It takes the step twice."),
    "unchanged": later("It does not change."),
    "same_for_all": later(
        "All its entries move by the same number: the mean goes over the windows alone, mean(dim=0)."
    ),
    "of_another": later("It moves by the gradient of another parameter."),
}
"""What a parameter may do besides the mistakes of whole steps, by code."""


def mean_step(attempt):
    """What one right step changes, (P,): minus lr times the mean of the gradients of its windows."""
    windows = [attempt.batch.window(number) for number in attempt.windows]
    return -attempt.lr * window_gradients(attempt.batch.weights, windows).mean(0)


def what_each_did(attempt):
    """For each parameter the code of what explains its step: of a right way, of a mistake, or empty."""
    weights, mean = attempt.batch.weights, mean_step(attempt)
    ways = [("mean", mean), ("sum", attempt.size * mean), ("doubled", 2 * mean), ("unchanged", 0 * mean)]
    sizes = [tensor.numel() for tensor in weights.tensors().values()]
    moved = (flat(attempt.moved.tensors()) - flat(weights.tensors())).split(sizes)
    found = dict.fromkeys(PARAMETERS, "")
    for code, step in (*ways, *step_mistakes(attempt)):
        for parameter, actual, expected in zip(PARAMETERS, moved, step.split(sizes), strict=True):
            if not found[parameter] and same_move(actual, expected):
                found[parameter] = code
    steps = dict(zip(PARAMETERS, mean.split(sizes), strict=True))
    for parameter, actual in zip(PARAMETERS, moved, strict=True):
        others = [
            step for other, step in steps.items() if other != parameter and len(step) in (1, len(actual))
        ]
        if found[parameter] or len(actual) == 1:
            continue
        if any(same_move(actual, share * step) for step in others for share in (1, attempt.size)):
            found[parameter] = "of_another"
        elif same_move(actual, actual.mean().expand_as(actual)):
            found[parameter] = "same_for_all"
    return found


def same_move(actual, expected):
    """Whether a parameter moved by so much, both (N,): 2e-3 relative, above the rounding of float32 weights."""
    from autograder.grading import checks

    return checks.agrees(actual, expected.expand_as(actual), rtol=2e-3, floor=1e-4)


def largest_difference(attempt, setting, among=PARAMETERS):
    """The entry of these parameters that is farthest from where a right step leads, as evidence."""
    if attempt.windows is None:
        return setting
    weights, sizes = attempt.batch.weights.tensors(), []
    steps = mean_step(attempt).split([tensor.numel() for tensor in weights.values()])
    for parameter, step in zip(PARAMETERS, steps, strict=True):
        expected = weights[parameter] + step.reshape(weights[parameter].shape)
        difference = (attempt.moved.tensors()[parameter] - expected).abs() / step.abs().max()
        if parameter in among:
            place = divmod(int(difference.nan_to_num(nan=torch.inf).argmax()), difference.shape[-1])
            place = place if difference.dim() == 2 else place[1:]
            sizes.append((float(difference[place]), parameter, place, float(expected[place])))
    _difference, parameter, place, expected = max(sizes)
    return _(
        "{setting}: rnn.{entry} was {before:.6g} and is {after:.6g} after the step, expected {expected:.6g}"
    ).format(
        setting=setting,
        entry=f"{parameter}[{', '.join(map(str, place))}]",
        before=float(weights[parameter][place]),
        after=float(attempt.moved.tensors()[parameter][place]),
        expected=expected,
    )


def step_mistakes(attempt):
    """Codes of known mistakes with what each changes, a flat vector (P,), for windows that are known."""
    from reference import oracle

    if attempt.windows is None:
        return []
    weights, windows = attempt.batch.weights, [attempt.batch.window(number) for number in attempt.windows]
    gradients = window_gradients(weights, windows)
    total, size, start = gradients.sum(0), attempt.size, flat(weights.tensors())
    lr = attempt.lr
    one_by_one = {}
    for rate in (lr, lr / size):
        moving = weights
        for x, y in windows:
            moving, _loss = oracle.sgd_step(moving, x[None], y, rate)
        one_by_one[rate] = flat(moving.tensors()) - start
    expected = {
        "divided_twice": [-lr * total / size**2],
        "uphill": [lr * total / size, lr * total],
        "only_the_last_window": [-lr * gradients[-1], -lr * gradients[-1] / size],
        "only_the_first_window": [-lr * gradients[0]],
        "rate_missing": [-total / size, -total],
        "overwritten": [sign * lr * total / share - start for sign in (-1, 1) for share in (size, 1)],
        "window_by_window": [one_by_one[lr], one_by_one[lr / size]],
        "last_window_left_out": [-lr * gradients[:-1].sum(0) / size],
    }
    return [(code, step) for code, steps in expected.items() for step in steps]


def accepted_losses(attempt):
    """What the step may return, each (), the likeliest first: the mean over the minibatch, or the last window's."""
    table = attempt.batch.losses
    if attempt.windows is None:  # their own draws: any that three windows allow
        counted = torch.tensor(shares(attempt.size, len(table)), dtype=torch.float64)
        return [*(counted @ table / attempt.size), *table]
    losses = [table[attempt.windows]]
    # Losses as they were computed: changing the weights too early costs the update, not this.
    if sorted(number for number, _loss in attempt.losses) == sorted(attempt.windows):
        losses.insert(0, torch.tensor([loss for _number, loss in attempt.losses], dtype=torch.float64))
    return [one for each in losses for one in (each.mean(), each[-1])]


def returned_number(attempt):
    """The loss that the step returned, () float64.

    Raises:
        CheckFailed: it is not one number.
    """
    from autograder.grading import checks

    value = checks.as_tensor(attempt.loss, _("The loss that do_training_step returns"))
    checks.require(value.numel() == 1, _("The loss that do_training_step returns is not one number."))
    return value.reshape(())


def same_loss(value, expected):
    """Whether two losses are the same up to the rounding of float32, 1e-4 relative."""
    from autograder.grading import checks

    return checks.agrees(value, expected, rtol=1e-4)


def loss_right(env, call):
    """Check the returned loss of ``call``: the mean over the minibatch, or the last window's.

    Raises:
        CheckFailed: it is another number.
    """
    from autograder.grading import checks

    for size in (BATCH, 1):
        attempt = call(env, size)
        if attempt.windows is not None and len(attempt.windows) != size:
            attempt = with_their_own(env, size)  # it does not draw with get_random_day, or not once a round
        if attempt.losses_at_once and not is_accepted(attempt):
            attempt = with_their_own(env, size)  # it may count on what its own mse_loss_func does then
        if is_accepted(attempt):
            continue
        value, expected = returned_number(attempt), accepted_losses(attempt)[0]
        known = attempt.windows is not None and size > 1
        checks.fail(
            named("loss_summed")
            if known and same_loss(value, expected * size)
            else named("loss_divided_twice")
            if known and same_loss(value, expected / size)
            else named("loss_overwritten")
            if known and any(same_loss(value, one / size) for one in accepted_losses(attempt))
            else named("loss_wrong"),
            help=_("total_loss += float(loss) / batch_size, once for each window."),
            evidence=_("batch_size={size}: yours {yours:.6g}, expected {expected:.6g}").format(
                size=size, yours=float(value), expected=float(expected)
            ),
        )


def is_accepted(attempt):
    """Whether the step returned one of the losses that it may return.

    Raises:
        CheckFailed: it is not one number.
    """
    value = returned_number(attempt)
    return any(same_loss(value, one) for one in accepted_losses(attempt))


def first_success(env, check, conclusive):
    """Run ``check`` in each setting until one succeeds, and else raise what the first one said.

    Args:
        conclusive: whether a wrong answer with right functions around the step decides; an exception
            never does.

    Raises:
        CheckFailed, StudentCodeError: none succeeds; or there is no step.
    """
    from functools import partial

    from autograder.errors import RequestTimedOut
    from autograder.gradients.shapes import told_by_an_error
    from autograder.grading import checks
    from autograder.grading.namespace import student_errors
    from reference.stand_ins import can_be_built
    from reference.student_network import defined

    defined(env.get("do_training_step"), "do_training_step")
    settings = [with_their_network] if can_be_built(env, env.get("RNN")) else []
    first = None
    for call in (*settings, with_stand_in, *([with_their_gradients, with_their_own] if settings else [])):
        made = []
        try:
            check(env, partial(recorded, call, made))
        except RequestTimedOut:
            raise  # a loop without end: other settings only cost time
        except checks.CheckFailed as failure:
            first = first or failure
            # A class whose __call__ does not use forward shows the student's own forward pass until then.
            if conclusive and call is with_stand_in:
                break
            # With three windows of its own, half a minibatch taken twice could be a whole one.
            if call is with_their_gradients and made and made[-1].drew_as_asked:
                break
        except student_errors(env) as failure:
            if told := told_by_an_error(str(failure), "do_training_step", AXES, SIZES_OF_AXES):
                failure.add_note(told)
            first = first or failure
        else:
            return
    raise first


def recorded(call, made, *arguments):
    """The attempt that ``call`` gives, which is appended to ``made``."""
    made.append(call(*arguments))
    return made[-1]


def other_size(env, call):
    """Check that a step of ``call`` on one window is right for a network of another size.

    Raises:
        CheckFailed: it is not.
    """
    attempt = call(env, 1, OTHER_HIDDEN_UNITS)
    if drawn_in(attempt) is None:
        explain_update(attempt)


@test_case(name="all five parameters take one step on the whole minibatch", points=2, hidden=True)
def one_step(env):
    from autograder.gradients.precision import in_either_precision
    from autograder.grading import checks
    from autograder.grading.namespace import student_errors
    from reference.repeats import of_the_step, shown_again
    from reference.settings import settings
    from reference.sizes import only_for

    with shown_again(env, lambda: of_the_step(env)):
        in_either_precision(env, lambda: first_success(env, updates_right, conclusive=False))
    try:
        in_either_precision(env, lambda: first_success(env, other_size, conclusive=False))
    except (checks.CheckFailed, *student_errors(env)):
        if settings().any_size:
            raise
        checks.note(only_for("do_training_step", [_("{count} hidden units").format(count=HIDDEN_UNITS)]))


@test_case(name="returns the loss of the minibatch", points=1, hidden=True)
def returned_loss(env):
    from autograder.gradients.precision import in_either_precision
    from reference.repeats import of_the_step, shown_again

    with shown_again(env, lambda: of_the_step(env, returned=True)):
        in_either_precision(env, lambda: first_success(env, loss_right, conclusive=True))
