"""Five hundred steps that really train the network."""

from itertools import combinations
from types import FunctionType

import torch
from otter.test_files import test_case

from reference.language import lab as _
from reference.language import later
from reference.open_todos import called, filled_in
from reference.settings import settings

OK_FORMAT = False
name = "training_loop"
points = None


BEYOND_BOUNDS = later(
    "the weights grew without bound. Is the learning rate too high, does the step go against the gradient?"
)


@test_case(name="one loss per step, below 0.075 at the end", points=0, hidden=False)
def loss_at_the_end(env):
    losses = with_steps(filled_in(env, "losses"))
    assert len(losses) == 500, _("losses has {count} entries, expected one for each of 500 steps.").format(
        count=len(losses)
    )
    mean = float(torch.mean(torch.tensor([float(loss) for loss in losses[-25:]])))
    assert mean == mean, _("The losses end in nan: {why}").format(why=_(BEYOND_BOUNDS))
    assert mean < 0.075, _("The mean of the last 25 losses is {mean:.4f}, it should be below 0.075.").format(
        mean=mean
    )


EQUAL_HOURS = torch.tensor([[0.2, 0.5, -0.3, 0.4, -0.1, 0.3]] * 1_200)  # some keep 5 % for validation


@test_case(name="a short training", points=0, hidden=False)
def short_training(env):
    """On equal hours every window is the same, so each step makes the loss of the network that it trains smaller."""
    train_rnn, steps = filled_in(env, "train_rnn"), 20
    own = env.get("data_train")
    hours = EQUAL_HOURS.to(own.dtype) if isinstance(own, torch.Tensor) else EQUAL_HOURS
    result = called(train_rnn, hours, steps)
    assert len(result if isinstance(result, tuple | list) else ()) == 2, _(
        "train_rnn does not return two values: it should end with `return rnn, losses`."
    )
    rnn, losses = result
    found = [float(loss) for loss in with_steps(losses)]
    assert len(found) == steps, _(
        "train_rnn(data, {steps}) gives {count} losses: append one in each round, and return behind the loop."
    ).format(steps=steps, count=len(found))
    assert all(loss == loss for loss in found), _("On equal hours there is nan in losses: {why}").format(
        why=_(BEYOND_BOUNDS)
    )
    assert all(loss >= 0 for loss in found), _("losses holds negative numbers: {least}.").format(
        least=min(found)
    )
    assert rnn is not ..., _("An open TODO in train_rnn: it returns `...` in the place of the network.")
    assert bool(torch.as_tensor(rnn.c).any()) or bool(torch.as_tensor(rnn.b).any()), _(
        "The network that train_rnn returns has not been trained: b and c are still zero. Make one RNN() before the "
        "loop, call do_training_step with it in each round, and return it."
    )
    if torch.as_tensor(rnn.u).dtype != hours.dtype:
        return  # weights in another precision: whether the forward pass takes them is no matter of the loop
    untrained, trained = (error_on(one, hours) for one in (called(filled_in(env, "RNN")), rnn))
    if abs(found[0] - untrained) > 0.1 * untrained:
        return  # it begins with other weights, or looks at other data: nothing to compare with
    assert found[-1] < found[0], _(
        "On equal hours the loss should fall with each step; it is {first:.4g} at the first step and {last:.4g} at "
        "step {steps}. Is RNN() created once, before the loop, and losses filled with what the step returns?"
    ).format(first=found[0], last=found[-1], steps=steps)
    # Less than the last loss it need not be: an average of the last networks is right as well.
    assert trained < 0.9 * untrained, _(
        "The last loss is {last:.4g}, but the network that train_rnn returns has {trained:.4g} there, an untrained "
        "one {untrained:.4g}: return the network that the steps have trained."
    ).format(last=found[-1], trained=trained, untrained=untrained)


@test_case(name="the losses of the steps", points=0, hidden=False)
def losses_of_the_steps(env):
    """With a step in the place of the notebook's own that trains nothing and returns 1, 1/2, 1/3, …"""
    train_rnn = filled_in(env, "train_rnn")
    if not isinstance(train_rnn, FunctionType):
        return  # while grading it runs elsewhere, and hidden cases see more than this one could
    failure = None
    for wrap in (float, torch.tensor):  # some loops expect a tensor
        made = StandInStep(wrap)
        try:
            result = made.called_by(train_rnn, 20)
            break
        except (AttributeError, TypeError) as error:
            failure = failure or error  # of the first one, which is as the notebook's own step
            if wrap is torch.tensor:
                raise failure from None
    if not made.networks:
        with_steps(result[1])
        return  # it makes its steps itself
    found = [float(loss) for loss in result[1]]
    given = [1 / (1 + number) for number in range(len(made.networks))]
    assert len(given) == 20, _("train_rnn(data, 20) makes {count} training steps.").format(count=len(given))
    factor = found[0] / given[0] if found else 0.0
    assert torch.allclose(torch.tensor(found), factor * torch.tensor(given[: len(found)]), rtol=1e-3), _(
        "Steps that return 1, 1/2, 1/3, … give losses that begin with {found}: losses.append(loss) with what "
        "do_training_step returns."
    ).format(found=[round(one, 4) for one in found[:3]])
    test = env.get("data_test")
    on_test_data = made.data is test or (
        isinstance(test, torch.Tensor) and getattr(made.data, "shape", 0) == test.shape
    )
    assert not on_test_data, _(
        "The steps are given data_test: hand them what train_rnn is given, its argument data_train."
    )
    assert all(one is made.networks[0] for one in made.networks), _(
        "The steps train another network each time: make one RNN() before the loop, and hand it to each step."
    )


def with_steps(losses):
    """The losses, which are numbers: in the template each is still ``...``."""
    assert not any(loss is ... for loss in ([...] if losses is ... else losses)), _(
        "An open TODO in train_rnn: losses holds `...`. Fill it in, run its cell, and the one that calls it."
    )
    return losses


class StandInStep:
    """Takes the place of do_training_step, trains nothing, and remembers which networks it was given."""

    def __init__(self, wrap):
        self.networks, self.wrap, self.data = [], wrap, None

    def __call__(self, rnn, *arguments, **keywords):
        self.networks.append(rnn)
        self.data = keywords.get("data_train", *arguments[:1])
        return self.wrap(1 / len(self.networks))

    def called_by(self, train_rnn, steps):
        """What train_rnn returns when its step is this one."""
        names = train_rnn.__globals__
        before = {name: names[name] for name in ("do_training_step",) if name in names}
        names["do_training_step"] = self
        try:
            return called(train_rnn, EQUAL_HOURS, steps)
        finally:
            del names["do_training_step"]
            names.update(before)


def error_on(rnn, data):
    """Squared error of a network on the first window of ``data`` (N, 6)."""
    _states, y = called(rnn.forward, data[:24])
    return float((torch.as_tensor(y).detach() - data[24, 1]).square())


MISTAKES = {
    "number_of_losses": later("losses has {} entries, expected one for each of {} steps."),
    "not_trained_enough": later("The mean of the last {} losses is not below {}."),
    "losses_of_another_network": later(
        "The losses are low, but the weights of rnn do not predict the temperature."
    ),
    "negative_losses": later("losses holds negative numbers, which a squared error never is."),
    "no_pair": later("train_rnn does not return two values."),
    "returned_the_other_way_round": later(
        "train_rnn returns the losses first: the network comes before them."
    ),
    "losses_hold_objects": later("losses holds objects of the notebook where numbers belong."),
    "losses_returned": later("train_rnn(data_train, {}) gives {} losses."),
    "steps_made": later("train_rnn(data_train, {}) makes {} training steps."),
    "not_what_the_step_returned": later("losses does not hold what do_training_step returned."),
    "not_the_losses_of_the_steps": later("losses does not hold the losses of the steps."),
    "network_not_trained": later("train_rnn does not train the network that it returns."),
    "not_trained_by_steps": later("The weights that train_rnn returns do not come from training steps."),
    "not_the_losses_of_the_network": later("losses does not hold the losses of the network that is trained."),
    "not_trained_by_own_steps": later(
        "Called again, train_rnn with this notebook's own steps does not move u against its gradient."
    ),
    "trained_on_test_rows": later("The network is trained on data_test, not on data_train."),
}
"""The sentences by code; what was found goes into the braces."""


def named(code, *found):
    """The mistake of this code."""
    from autograder.grading.checks import Mistake

    return Mistake(code, _(MISTAKES[code]).format(*found))


def mistakes():
    """The mistakes that this question can name."""
    return [named(code, "…", "…") for code in MISTAKES]


TRAINING_ROWS = 34_368
# The steps are ours and bring their own data; little of it is sent faster, and some keep 5 % of it for validation.
FEW_ROWS = 1_200
FEW = 5  # steps that show how train_rnn goes about it: by chance so many losses are hardly in order
EARLY = (1, 20, 100)  # steps; "print every tenth of num_steps" divides by zero when there is one
SOME = (20, 1, 100)  # own steps that show where they lead; the first number is enough for nearly everybody
# Deadlines of one call, in seconds. An endless loop costs each of them once.
FEW_STEPS_SECONDS = 10.0  # a few steps, ours or the student's
RIGHT_STEPS_SECONDS = (
    90.0  # 500 of our steps: about two seconds, ten times that on a machine with too much to do
)
OWN_STEPS_SECONDS = 120.0  # 500 of the student's steps: up to twenty seconds with a large batch
HOPELESS = 0.3  # unlucky honest runs end below, untrained networks above; predicting the mean gives 1
USUAL_RATES = (0.008, 0.3)  # of learning: training at another one has to show that it comes to something
WHICH_POINT = later(
    "One point is for the loop, judged with right functions in the other places. The other one, which your notebook has "
    "not earned, is for its own training, in which all of your functions work together."
)
LEARNT_SOMETHING = 0.5  # no network that ignores its data gets here


def training_data(whole):
    """The training rows, (34368, 6) float64, standardised with their own statistics or those of the whole data set."""
    from reference.dataset import features

    raw = features().double()
    source = raw if whole else raw[:TRAINING_ROWS]
    return (raw[:TRAINING_ROWS] - source.mean(0)) / source.std(0)


def opposite_data():
    """The training rows with every second one negated, (34368, 6) float64.

    As easy to learn as the rows themselves, for a network with -W and -V does on them what one with W and V
    does on the others. But what predicts the weather is wrong by twice the value here.
    """
    rows = training_data(whole=False)
    rows[1::2] *= -1
    return rows


def error_of(rnn, data):
    """Mean squared error of a network of the notebook on the windows of ``data`` (N, 6), in its units squared.

    Raises:
        CheckFailed: the network has no usable weights.
    """
    from autograder.grading import checks
    from reference import oracle
    from reference.student_network import weights_of

    weights = weights_of(rnn)
    checks.require(weights.sizes[1] == 6, _("rnn.u has the wrong shape."), evidence="expected: (H, 6)")
    return float(oracle.window_losses(weights, data, stride(weights)).mean())


def stride(weights):
    """Distance of the windows that are looked at: all for the lab's H = 10, as many as cost the same for more."""
    return max(1, (weights.sizes[0] // 64) ** 2)


def check_trained(rnn, losses):
    """Check that these losses are low and belong to a network trained on the training rows.

    Either way to standardise them is accepted, so it may know either.

    Raises:
        CheckFailed: they are not, or do not.
    """
    from autograder.grading import checks

    limits = settings()
    checks.require(rnn is not None and losses is not None, _("rnn or losses is not defined."))
    values = one_number_each(losses)
    checks.require(
        len(values) == limits.num_steps,
        named("number_of_losses", len(values), limits.num_steps),
    )
    require_no_negative(values)
    last = float(values[-limits.loss_window :].mean())
    checks.require(
        last < limits.loss_threshold,
        named("not_trained_enough", limits.loss_window, limits.loss_threshold),
        help=_(
            "Is RNN() created once, before the loop? Is the batch large enough, and the learning "
            "rate neither too small nor too large?"
        ),
        evidence=_("yours: {last:.4g}").format(last=last),
    )
    for whole in (False, True):
        mse = error_of(rnn, training_data(whole))
        if mse < limits.mse_limit:
            return
    checks.fail(
        named("losses_of_another_network"),
        help=_("rnn and losses must come from the same call of train_rnn."),
        evidence=_("mean squared error of rnn on all training windows: {mse:.4g}, limit {mse_limit}").format(
            mse=mse, mse_limit=limits.mse_limit
        ),
    )


def one_number_each(losses):
    """The losses as a vector, (N,) float64.

    Raises:
        CheckFailed: they are no numbers.
    """
    from autograder.grading import checks
    from autograder.grading.namespace import is_proxy

    is_filled = isinstance(losses, list) and bool(losses)
    checks.require(
        not (is_filled and is_proxy(losses[0])),
        named("losses_hold_objects"),
        help=_("losses.append(loss) with the loss of this step."),
    )
    checks.require(
        not (is_filled and losses[0] is Ellipsis),
        _("train_rnn makes no training steps yet: in its loop, `loss` is still `...`."),
        help=_(
            "Call do_training_step there, with a batch size and a learning rate of your choice, "
            "and keep the loss that it returns."
        ),
    )
    return checks.as_tensor(losses, "losses").reshape(-1)


def require_no_negative(losses):
    """Check that no loss (N,) is negative.

    Raises:
        CheckFailed: one is.
    """
    from autograder.grading import checks

    checks.require(
        not bool((losses < 0).any()),
        named("negative_losses"),
        help=_("losses.append(loss) with the loss of this step."),
    )


MADE_OF_A_TENSOR = "(item 0 is 'Tensor')"
"""In what torch says where ``RNN(x)`` takes a window for a number of hidden units."""

CLASS_FOR_NETWORK = later(
    "A network is made with a tensor for its size: is `rnn = RNN` the class itself? RNN() with brackets makes a network."
)


def train(env, steps, data, seconds):
    """Call the student's train_rnn with ``data`` (N, 6); its network and losses.

    Args:
        seconds: deadline of the call.

    Raises:
        CheckFailed: there is no train_rnn, or it does not return two values.
        StudentCodeError: it fails, or does not end in time.
    """
    from autograder.gradients.precision import given
    from autograder.grading import checks
    from autograder.grading.namespace import namespace_of, student_errors
    from reference.student_network import defined

    train_rnn = defined(env.get("train_rnn"), "train_rnn")
    try:
        with namespace_of(env).time_limit(seconds):
            result = train_rnn(given(data), steps)
    except student_errors(env) as failure:
        if MADE_OF_A_TENSOR in str(failure):
            failure.add_note(_(CLASS_FOR_NETWORK))
        raise
    checks.require(
        isinstance(result, tuple | list) and len(result) == 2,
        named("no_pair"),
        help=_("It should end with `return rnn, losses`."),
    )
    checks.require(
        not isinstance(result[0], list) or isinstance(result[1], list | torch.Tensor),
        named("returned_the_other_way_round"),
        help=_("It should end with `return rnn, losses`."),
    )
    return result


def train_with_own_steps(env, seed, data, steps=None, **others):
    """Call train_rnn as it is on data (N, 6); network and losses. Raises what train raises.

    Args:
        steps: how many; all unless given.
        others: what else of the notebook is replaced meanwhile, by name.
    """
    from autograder.gradients.precision import given
    from autograder.grading.namespace import namespace_of, replaced

    namespace_of(env).seed(seed)
    with replaced(
        env, data_train=given(data), **others
    ):  # some loops look there instead of at their argument
        return train(env, steps or settings().num_steps, data, OWN_STEPS_SECONDS)


def train_with_right_steps(env, steps, seed, seconds, data=None, **others):
    """Call train_rnn with do_training_step replaced; network, losses, and the record of the steps made.

    The record holds no losses where train_rnn does not call do_training_step. Raises what train raises.

    Args:
        data: (N, 6) that the steps draw from; the training rows unless given.
        seconds: deadline of the call.
        others: what else of the notebook is replaced meanwhile, by name.
    """
    from autograder.errors import RequestTimedOut
    from autograder.grading.namespace import namespace_of, replaced, student_errors
    from reference.stand_ins import TrainingSteps, can_be_built, small_weights, stand_in

    data = training_data(whole=False) if data is None else data
    generator = torch.Generator().manual_seed(seed)
    if not can_be_built(env, env.get("RNN")):
        others["RNN"] = lambda *sizes, **named: stand_in(env, small_weights(10, 6, generator))
    failure = None
    for wrap in (float, torch.tensor):  # the lab's step returns a float; some loops expect a tensor
        made = TrainingSteps(data, seed, wrap)
        namespace_of(env).seed(seed)
        try:
            with replaced(env, do_training_step=made.do_training_step, **others):
                rnn, losses = train(env, steps, data[:FEW_ROWS], seconds)
        except RequestTimedOut:
            raise
        except student_errors(env) as error:
            if not made.losses:
                # It does not call the step as the lab does; with a step of its own that may be right.
                return None, [], made
            failure = failure or error
            if wrap is torch.tensor or len(made.losses) != 1:
                raise failure from None
            continue  # it stumbled right after its first step
        return rnn, losses, made
    raise AssertionError("the last round returns or raises")


def probe(env):
    """A short training with right steps: number of steps, network, losses, record of the steps made.

    Where that fails, a whole one: "print every tenth of num_steps" divides by zero when there are three.
    """
    from autograder.errors import RequestTimedOut
    from autograder.grading.namespace import student_errors

    try:
        found = train_with_right_steps(env, FEW, 0, FEW_STEPS_SECONDS)
    except RequestTimedOut:
        raise
    except student_errors(env):
        found = (None, [], None)
    if found[0] is not None:
        return FEW, *found
    steps = settings().num_steps
    return steps, *train_with_right_steps(env, steps, 0, RIGHT_STEPS_SECONDS)


@test_case(name="runs all steps and collects one loss per step", points=1, hidden=True)
def one_loss_per_step(env):
    from autograder.grading import checks

    steps, _network, losses, record = probe(env)
    made = record.losses
    if not made:
        seconds = FEW_STEPS_SECONDS if steps == FEW else OWN_STEPS_SECONDS
        _network, losses = train(env, steps, training_data(whole=False), seconds)
    values = one_number_each(losses)
    checks.require(
        len(values) == steps,
        named("losses_returned", steps, len(values)),
        help=_("Append the loss inside the loop over num_steps, and return after the loop.")
        if len(values) < steps
        else _("The loop makes num_steps rounds, `for _ in range(num_steps)`, and appends one loss in each."),
    )
    checks.require(
        len(made) in (0, steps),
        named("steps_made", steps, len(made)),
        help=_("One call of do_training_step for each of num_steps."),
    )
    if made:  # up to a factor: some divide by batch_size here
        expected = torch.tensor(made, dtype=torch.float64)
        factor = values[0] / expected[0]
        checks.require(
            bool(factor > 0) and checks.agrees(values, factor * expected),
            named("not_what_the_step_returned"),
            help=_("losses.append(loss) with the loss of this step."),
        )
    checks.require(
        bool(torch.isfinite(values).all())
        and len(set(values.tolist())) > 0.9 * steps,  # two may agree by chance
        named("not_the_losses_of_the_steps"),
        help=_("losses.append(loss) with the loss of this step."),
        evidence=_("losses of {steps} steps begin with {yours}").format(
            steps=steps, yours=values[:5].tolist()
        ),
    )
    require_no_negative(values)
    if not made:  # a loop that does not call do_training_step: it has to show by itself that it trains
        check_that_it_learns(env, LEARNT_SOMETHING, own_steps=True)
    if settings().follow_through == "none":
        check_training(env, trained_by_themselves)


@test_case(name="the loss falls below the threshold, with weights that fit it", points=1, hidden=True)
def really_trained(env):
    from reference.own_pieces import tell_what_differs

    show_losses(env)
    tell_what_differs(env)
    own = check_training(env, trained_again if settings().follow_through == "full" else trained_by_themselves)
    if require_training_rows(env) and own:
        show_test_days(env)


def require_training_rows(env):
    """Check that the cell that trains does not train on the test rows; some of them beside others earn a remark.

    Returns:
        Whether it was not seen to train on any of them.

    Raises:
        CheckFailed: it trains on nothing else.
    """
    from autograder.grading import checks
    from reference.training_rows import TEST_ROWS, TEST_ROWS_TOO, which_test_rows

    found = which_test_rows(env)
    if found == TEST_ROWS and settings().follow_through == "half":
        checks.note(_(WHICH_POINT))
    checks.require(
        found != TEST_ROWS,
        named(TEST_ROWS),
        help=_(
            "The cell that trains calls train_rnn(data_train, num_steps=500), and train_rnn hands its argument "
            "data_train to each step. On rows that it was trained on, nothing can be tested."
        ),
    )
    if found == TEST_ROWS_TOO:
        checks.note(
            _(
                "The network is trained on rows of data_test, too: on these nothing can be tested. Call "
                "train_rnn with data_train alone."
            )
        )
    return not found


def show_losses(env):
    """Show how the notebook's own losses fell; no mark depends on it."""
    from autograder.grading import checks, pictures
    from autograder.grading.namespace import student_errors

    limits = settings()
    try:
        losses = one_number_each(env.get("losses"))
    except (checks.CheckFailed, *student_errors(env)):
        return
    pictures.curve(
        _("The losses of your own training. At the end they have to lie below the dashed line."),
        losses,
        _("training step"),
        _("loss"),
        (
            limits.loss_threshold,
            _("{threshold:g}, for the mean of the last {count}").format(
                threshold=limits.loss_threshold, count=limits.loss_window
            ),
        ),
    )


def check_training(env, otherwise):
    """Check that the training of the notebook reaches the threshold, or else what ``otherwise`` checks.

    Args:
        otherwise: called with env and the reason why what the notebook's cells left does not count.

    Returns:
        Whether it is what these cells left that counts.

    Raises:
        CheckFailed: neither does.
    """
    from autograder.grading import checks
    from autograder.grading.namespace import student_errors

    try:
        check_trained(env.get("rnn"), env.get("losses"))
    except (checks.CheckFailed, *student_errors(env)) as failure:
        try:
            otherwise(env, failure)
        except (checks.CheckFailed, *student_errors(env)):
            if settings().follow_through == "half":
                checks.note(_(WHICH_POINT))
            raise
    else:
        # First: right steps that this check has handed out could be kept and called in the place of own ones.
        if settings().follow_through != "full":
            check_own_steps(env)
        check_that_it_trains(env)
        return True
    return False


def check_own_steps(env):
    """Check that train_rnn trains with the notebook's own functions, too: with right ones any loop does.

    Raises:
        CheckFailed: it does not.
        StudentCodeError: it fails.
    """
    from autograder.gradients.precision import in_either_precision
    from autograder.grading.namespace import namespace_of

    # What is differentiated automatically has cost the gradients or the step already; here it only has to train.
    with namespace_of(env).autograd_allowed():
        in_either_precision(env, lambda: require_own_steps(env))


def require_own_steps(env):
    """As check_own_steps, in the precision that is handed out now."""
    from autograder.grading import checks

    found = own_steps_go_downhill(env)
    if found is None:  # nothing can be seen: its class cannot be replaced, for example
        found = error_on_the_opposite(env, settings().mse_limit, own_steps=True) < settings().mse_limit
    if not found and settings().follow_through == "half":
        checks.note(_(WHICH_POINT))
    checks.require(
        found,
        named("not_trained_by_own_steps"),
        help=_(
            "So rnn and losses are not what these steps give. A wrong gradient or step shows here too: mend that "
            "first. If all others are right: the cell that trains calls train_rnn, which calls do_training_step, "
            "which uses your own RNN."
        ),
    )


def own_steps_go_downhill(env):
    """Whether some of the notebook's own steps move u against its gradient.

    Only u, without which no network gets below the threshold: one wrong gradient is lost elsewhere already.

    Returns:
        None where that cannot be seen.
    """
    from autograder.grading import checks
    from autograder.grading.namespace import student_errors
    from reference import descent
    from reference.student_network import weights_of

    begun, data = descent.Begun(env.get("RNN")), training_data(whole=False)
    found = {}  # by the number of steps that led there; one step shows little of its direction
    for steps in SOME:
        try:
            after = weights_of(train_with_own_steps(env, 0, data, steps, RNN=begun.make)[0])
        except (checks.CheckFailed, *student_errors(env)):
            continue
        if not bool(after.u.isfinite().all()):
            continue
        # From what RNN() gave, or, where train_rnn begins with other weights, from those of early steps.
        found |= {steps: after} | ({0: begun.weights} if begun.weights else {})
        pairs = [(found[one], found[other]) for one, other in combinations(sorted(found), 2) if other > 1]
        if any(descent.goes_downhill(one, other, data, descent.LEAST_OF_STEPS) for one, other in pairs):
            return True
    return False if found and begun.weights else None


def show_test_days(env):
    """Tell and show what the trained network says about the test days; no mark depends on it."""
    from autograder.grading import checks, pictures
    from autograder.grading.namespace import student_errors
    from reference.student_network import weights_of

    try:
        weights = weights_of(env.get("rnn"))
    except (checks.CheckFailed, *student_errors(env)):
        return
    # The network knows one of the two ways to standardise; with the other one it is off.
    error, true, predicted = min(
        (test_days(weights, whole) for whole in (False, True)), key=lambda found: found[0]
    )
    checks.note(
        _(
            "On the test days, which it has never seen, your network misses the next hour's "
            "temperature by {error:.1f} °C (root of the mean squared error)."
        ).format(error=error)
    )
    pictures.against_each_other(
        _("Your network on the test days"),
        true,
        predicted,
        _("true temperature, °C"),
        _("predicted temperature, °C"),
    )


def test_days(weights, whole):
    """What a network says about the windows of the test days.

    Args:
        whole: whether the data are standardised with the statistics of the whole data set.

    Returns:
        root mean squared error, true and predicted temperatures (N,), all in degrees Celsius.
    """
    from reference import oracle
    from reference.dataset import features

    raw = features().double()
    source = raw if whole else raw[:TRAINING_ROWS]
    mean, std = source.mean(0), source.std(0)
    rows = raw[TRAINING_ROWS:]
    every = stride(weights)
    windows = ((rows - mean) / std).unfold(0, oracle.WINDOW, 1)[:-1:every].transpose(1, 2)
    predicted = torch.cat([oracle.forward(weights, part)[1] for part in windows.split(512)])
    predicted = predicted * std[oracle.TEMPERATURE] + mean[oracle.TEMPERATURE]
    true = rows[oracle.WINDOW :: every, oracle.TEMPERATURE]
    return float((predicted - true).square().mean().sqrt()), true, predicted


def check_that_it_trains(env):
    """Check that train_rnn trains what it returns: rnn and losses could have come from anywhere.

    Raises:
        CheckFailed: it does not.
    """
    _steps, rnn, _losses, made = probe(env)
    usual = all(USUAL_RATES[0] <= rate <= USUAL_RATES[1] for rate in made.rates)
    if not made.losses or not usual or not comes_from_steps(rnn, made):
        check_that_it_learns(env, settings().mse_limit, own_steps=not made.losses)


def comes_from_steps(rnn, made):
    """Whether these are the weights after one of the steps, and of a network that knew nothing before."""
    from reference.student_network import weights_of

    first = made.first_loss(weights_of(rnn))
    return first is not None and not first < HOPELESS


def check_that_it_learns(env, limit, own_steps):
    """Check that train_rnn learns data on which weights that were not trained on them are wrong.

    Args:
        limit: mean squared error there that the trained network has to stay below.
        own_steps: whether train_rnn does the steps itself instead of calling do_training_step.

    Raises:
        CheckFailed: it does not.
    """
    from autograder.grading import checks

    # With right steps first: a mistake in the notebook's own costs nothing here. But its learning rate may
    # be made for its own, which may sum up the gradients of a minibatch.
    for own in (True,) if own_steps else (False, True):
        error = error_on_the_opposite(env, limit, own)
        if error < limit:
            check_that_steps_train(env, own)
            return
    checks.fail(
        named("network_not_trained"),
        help=_("Make one RNN() before the loop, call do_training_step with it in the loop, and return it."),
        evidence=_(
            "mean squared error after {num_steps} steps on other data: {error:.4g}; without training about 1"
        ).format(num_steps=settings().num_steps, error=error),
    )


def check_that_steps_train(env, own_steps):
    """Check that what train_rnn does to a network is training, and not another way to weights that predict well.

    Args:
        own_steps: whether it is called as it is; else do_training_step is replaced.

    Raises:
        CheckFailed: its network did not go downhill, or with own steps, the losses are not those of a network
            that does.
        StudentCodeError: it fails.
    """
    from autograder.errors import RequestTimedOut
    from autograder.grading import checks
    from autograder.grading.namespace import student_errors
    from reference import descent
    from reference.student_network import set_weights, weights_of

    begun, data, whole = descent.Begun(env.get("RNN")), training_data(whole=False), settings().num_steps
    try:
        rnn, losses = train_on(data, env, own_steps, whole, RNN=begun.make)
    except RequestTimedOut:
        raise
    except student_errors(env):  # it needs its class for something else than for making a network
        begun.weights = None
        rnn, losses = train_on(data, env, own_steps, whole)
    after, before = weights_of(rnn), begun.weights
    if before is None:  # it may train a network that is there already
        before = descent.beginning(*after.sizes)
        set_weights(rnn, before)
        rnn, losses = train_on(data, env, own_steps, whole)
        after = weights_of(rnn)
    follows = descent.goes_downhill(before, after, data)
    if not follows:  # it may begin with others than RNN() gives it, which know nothing either
        before = early_weights(data, env, own_steps, begun)
        untrained = before is not None and not descent.first_loss(before, data) < HOPELESS
        least = descent.LEAST_FROM_OWN_BEGINNING
        follows = untrained and descent.goes_downhill(before, after, data, least)
    checks.require(
        follows,
        named("not_trained_by_steps"),
        help=_("Change the weights in the loop only, by steps against the gradient."),
        evidence=_(
            "from a network that begins far off, the weights move elsewhere than against the gradient"
        ),
    )
    checks.require(
        begun.weights is None or not trained_at_once(data, env, own_steps, begun),
        named("not_trained_by_steps"),
        help=_("Change the weights in the loop only, by steps against the gradient."),
        evidence=_("train_rnn(data_train, 1) gives a trained network, which one step cannot"),
    )
    checks.require(
        not own_steps or descent.losses_fall(one_number_each(losses), before, data),
        named("not_the_losses_of_the_network"),
        help=_("losses.append(loss) with the loss of this step."),
    )


def train_on(data, env, own_steps, steps, **others):
    """Call train_rnn on data (N, 6), with own steps or right ones; network and losses. Raises what train raises."""
    if own_steps:
        return train_with_own_steps(env, 0, data, steps, **others)
    return train_with_right_steps(env, steps, 0, RIGHT_STEPS_SECONDS, data, **others)[:2]


def trained_at_once(data, env, own_steps, begun):
    """Whether the network predicts data (N, 6) after one step already; no, where that cannot be tried."""
    from autograder.grading import checks
    from autograder.grading.namespace import student_errors
    from reference import descent
    from reference.student_network import weights_of

    try:
        after = weights_of(train_on(data, env, own_steps, 1, RNN=begun.make)[0])
    except (checks.CheckFailed, *student_errors(env)):
        return False
    return descent.first_loss(after, data) < HOPELESS


def early_weights(data, env, own_steps, begun):
    """The weights after a step on data (N, 6), or after a few where one is not enough for it; None if that fails."""
    from autograder.grading import checks
    from autograder.grading.namespace import student_errors
    from reference.student_network import weights_of

    others = {} if begun.weights is None else {"RNN": begun.make}
    for steps in EARLY:
        try:
            return weights_of(train_on(data, env, own_steps, steps, **others)[0])
        except (checks.CheckFailed, *student_errors(env)):
            continue
    return None


def error_on_the_opposite(env, limit, own_steps):
    """What the network that train_rnn returns for the opposite data loses there; the seeds are for bad luck."""
    steps, data = settings().num_steps, opposite_data()
    for seed in (0, *settings().rerun_seeds):
        if own_steps:
            rnn, _losses = train_with_own_steps(env, seed, data)
        else:
            rnn, _losses, _made = train_with_right_steps(env, steps, seed, RIGHT_STEPS_SECONDS, data)
        error = error_of(rnn, data)
        if error < limit or not error < HOPELESS:
            break
    return error


def trained_again(env, own):
    """Bad luck, or a mistake in another function: train again, with right steps where that is possible.

    Args:
        own: why the notebook's own training does not count.

    Raises:
        CheckFailed: no training comes to enough; ``own``, or what the last one lacked.
    """
    from autograder.grading import checks

    limits = settings()
    *_others, made = probe(env)
    if not made.losses:
        trained_by_themselves(env, own)
        return
    for seed in limits.rerun_seeds:
        rnn, losses, made = train_with_right_steps(env, limits.num_steps, seed, RIGHT_STEPS_SECONDS)
        try:
            check_trained(rnn, losses)
        except checks.CheckFailed as failure:
            own = failure
            if not bool(one_number_each(losses)[-limits.loss_window :].mean() < HOPELESS):
                break
            continue
        if not comes_from_steps(rnn, made):
            check_that_it_learns(env, limits.mse_limit, own_steps=False)
        return
    raise own


def trained_by_themselves(env, own):
    """Bad luck: run the notebook's training as it is, with all of its own functions, with other seeds.

    Raises:
        CheckFailed: no training comes to enough; ``own``, or what the last one lacked.
        StudentCodeError: it fails, or does not end in time.
    """
    from autograder.grading import checks

    failure, losses = own, env.get("losses")
    for seed in settings().rerun_seeds:
        if hopeless(losses):
            break
        rnn, losses = train_with_own_steps(env, seed, training_data(whole=False))
        try:
            check_trained(rnn, losses)
        except checks.CheckFailed as reason:
            failure = reason
        else:
            check_own_steps(env)  # first, as above
            check_that_it_trains(env)
            return
    raise failure


def hopeless(losses):
    """Whether these are the losses of a whole training that has come to nothing, which is no bad luck."""
    from autograder.grading import checks

    limits = settings()
    try:
        values = one_number_each(losses)
    except checks.CheckFailed:
        return False
    return len(values) == limits.num_steps and not bool(values[-limits.loss_window :].mean() < HOPELESS)
