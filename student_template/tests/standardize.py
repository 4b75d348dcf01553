# The public test cases of this question. Grading asks further ones.

import linecache
import re
from typing import Any

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "standardize"
points = None

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


@test_case(name="shapes, and roughly mean 0 and std 1", points=0, hidden=False)
def roughly_standard(env):
    for what in ("means", "stds"):
        value = filled_in(env, what)
        assert torch.as_tensor(value).numel() == 6, (
            "{what} should hold one number per column, six in all."
        ).format(what=what)
    train = filled_in(env, "data_train")
    assert isinstance(train, torch.Tensor), "data_train is not a tensor."
    # Statistics of the whole data set are off by up to 0.05 here.
    means, stds = train.double().mean(dim=0), train.double().std(dim=0)
    assert bool((means.abs() < 0.1).all()), (
        "The columns of data_train do not have mean 0: it is {means}."
    ).format(means=rounded(means))
    assert bool(((stds - 1).abs() < 0.1).all()), (
        "The columns of data_train do not have std 1: it is {stds}."
    ).format(stds=rounded(stds))
    test = filled_in(env, "data_test")
    assert isinstance(test, torch.Tensor), "data_test is not a tensor."
    # Without test rows, which is a mistake of the split, there is nothing to see.
    if len(test):
        whole = env.get("dataset")
        of_the_other = isinstance(whole, torch.Tensor) and len(test) == len(train) > len(whole) - len(train)
        assert not of_the_other, (
            "data_test has {count} rows, as many as data_train: make it of the rows of data_test."
        ).format(count=len(test))
        assert test.double().abs().mean() < 3, "data_test is not standardised yet."
        assert bool((test.double().mean(dim=0).abs() > 1e-3).any()), (
            "The columns of data_test have mean 0 themselves: scale it with means and stds of the training data."
        )


def rounded(values):
    """A vector as a list, rounded to three decimals for a message."""
    return [round(value, 3) for value in values.tolist()]
