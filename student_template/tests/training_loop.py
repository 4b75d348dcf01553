# The public test cases of this question. Grading asks further ones.

import linecache
import re
from types import FunctionType
from typing import Any

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "training_loop"
points = None

BEYOND_BOUNDS = (
    "the weights grew without bound. Is the learning rate too high, does the step go against the gradient?"
)

OPEN = re.compile(r"(=|return|\() *\.\.\. *\)?$|^\.\.\.$")


def filled_in(env: Any, name: str) -> Any:
    """What the notebook has under a name.

    Raises:
        AssertionError: nothing, or it is still to be filled in; the student's own line is quoted.
    """
    value = env.get(name)
    assert value is not None, "{name} is not defined: fill in its TODO, or run its cell first.".format(
        name=name
    )
    still_open = value is ... or (isinstance(value, tuple) and not value)
    assert not still_open, "An open TODO: `{line}`. Fill it in, and run its cell again.".format(
        line=line_of(name)
    )
    return value


def line_of(name: str) -> str:
    """The newest line of the notebook that leaves a name open."""
    found = f"{name} = ..."
    for _size, _time, lines, file in [entry for entry in linecache.cache.values() if len(entry) == 4]:
        if file != __file__:
            for line in lines:
                code = line.partition("#")[0].strip()
                found = code if code.startswith(f"{name} ") and OPEN.search(code) else found
    return found


def called(function: Any, *arguments: Any) -> Any:
    """What a function of the notebook returns.

    Raises:
        AssertionError: it stopped at a line that is not filled in yet; else whatever it raises.
    """
    try:
        return function(*arguments)
    except NotImplementedError as error:
        text = str(getattr(error, "text", error))  # a grader's has the class in front of it
        told = "An open TODO: {text}".format(text=text.removeprefix("TODO: "))
        raise AssertionError(told) from None
    except Exception as error:
        if todo := open_todo(error):
            raise AssertionError(todo) from None
        raise


def open_todo(error: BaseException) -> str:
    """What is still to be filled in where code of the notebook stopped; empty where nothing is."""
    where = error.__traceback__
    found = ""
    while where is not None:
        code = where.tb_frame.f_code
        first, last = code.co_firstlineno, max((at for *_range, at in code.co_lines() if at), default=0)
        lines = [
            linecache.getline(code.co_filename, at).partition("#")[0].strip() for at in range(first, last + 1)
        ]
        todo = next((line for line in lines if OPEN.search(line)), "")
        if todo and code.co_filename != __file__:
            found = "An open TODO in {function}: `{line}`".format(function=code.co_name, line=todo)
        where = where.tb_next
    return found


@test_case(name="one loss per step, below 0.075 at the end", points=0, hidden=False)
def loss_at_the_end(env):
    losses = with_steps(filled_in(env, "losses"))
    assert len(losses) == 500, "losses has {count} entries, expected one for each of 500 steps.".format(
        count=len(losses)
    )
    mean = float(torch.mean(torch.tensor([float(loss) for loss in losses[-25:]])))
    assert mean == mean, "The losses end in nan: {why}".format(why=BEYOND_BOUNDS)
    assert mean < 0.075, "The mean of the last 25 losses is {mean:.4f}, it should be below 0.075.".format(
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
    assert len(result if isinstance(result, tuple | list) else ()) == 2, (
        "train_rnn does not return two values: it should end with `return rnn, losses`."
    )
    rnn, losses = result
    found = [float(loss) for loss in with_steps(losses)]
    assert len(found) == steps, (
        "train_rnn(data, {steps}) gives {count} losses: append one in each round, and return behind the loop."
    ).format(steps=steps, count=len(found))
    assert all(loss == loss for loss in found), "On equal hours there is nan in losses: {why}".format(
        why=BEYOND_BOUNDS
    )
    assert all(loss >= 0 for loss in found), "losses holds negative numbers: {least}.".format(
        least=min(found)
    )
    assert rnn is not ..., "An open TODO in train_rnn: it returns `...` in the place of the network."
    assert bool(torch.as_tensor(rnn.c).any()) or bool(torch.as_tensor(rnn.b).any()), (
        "The network that train_rnn returns has not been trained: b and c are still zero. Make one RNN() before the "
        "loop, call do_training_step with it in each round, and return it."
    )
    if torch.as_tensor(rnn.u).dtype != hours.dtype:
        return  # weights in another precision: whether the forward pass takes them is no matter of the loop
    untrained, trained = (error_on(one, hours) for one in (called(filled_in(env, "RNN")), rnn))
    if abs(found[0] - untrained) > 0.1 * untrained:
        return  # it begins with other weights, or looks at other data: nothing to compare with
    assert found[-1] < found[0], (
        "On equal hours the loss should fall with each step; it is {first:.4g} at the first step and {last:.4g} at "
        "step {steps}. Is RNN() created once, before the loop, and losses filled with what the step returns?"
    ).format(first=found[0], last=found[-1], steps=steps)
    # Less than the last loss it need not be: an average of the last networks is right as well.
    assert trained < 0.9 * untrained, (
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
    assert len(given) == 20, "train_rnn(data, 20) makes {count} training steps.".format(count=len(given))
    factor = found[0] / given[0] if found else 0.0
    assert torch.allclose(torch.tensor(found), factor * torch.tensor(given[: len(found)]), rtol=1e-3), (
        "Steps that return 1, 1/2, 1/3, … give losses that begin with {found}: losses.append(loss) with what "
        "do_training_step returns."
    ).format(found=[round(one, 4) for one in found[:3]])
    test = env.get("data_test")
    on_test_data = made.data is test or (
        isinstance(test, torch.Tensor) and getattr(made.data, "shape", 0) == test.shape
    )
    assert not on_test_data, (
        "The steps are given data_test: hand them what train_rnn is given, its argument data_train."
    )
    assert all(one is made.networks[0] for one in made.networks), (
        "The steps train another network each time: make one RNN() before the loop, and hand it to each step."
    )


def with_steps(losses):
    """The losses, which are numbers: in the template each is still ``...``."""
    assert not any(loss is ... for loss in ([...] if losses is ... else losses)), (
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
