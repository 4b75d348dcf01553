# The public test cases of this question. Grading asks further ones.

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "standardize"
points = None


@test_case(name="shapes, and roughly mean 0 and std 1", points=0, hidden=False)
def roughly_standard(env):
    for what in ("means", "stds"):
        value = env.get(what)
        assert not isinstance(value, type(None) | type(...)), f"{what} is {value}: is the TODO filled in?"
        assert torch.as_tensor(value).numel() == 6, f"{what} should hold one number per column, six in all."
    train = env.get("data_train")
    assert isinstance(train, torch.Tensor), "data_train is not a tensor: is the TODO filled in?"
    # Statistics of the whole data set are off by up to 0.05 here.
    assert bool((train.double().mean(dim=0).abs() < 0.1).all()), (
        "The columns of data_train do not have mean 0."
    )
    assert bool(((train.double().std(dim=0) - 1).abs() < 0.1).all()), (
        "The columns of data_train do not have std 1."
    )
    test = env.get("data_test")
    assert isinstance(test, torch.Tensor), "data_test is not a tensor: is the TODO filled in?"
    # Without test rows, which is a mistake of the split, there is nothing to see.
    if len(test):
        assert test.double().abs().mean() < 3, "data_test is not standardised yet."
        assert bool((test.double().mean(dim=0).abs() > 1e-3).any()), (
            "The columns of data_test have mean 0 themselves: scale it with means and stds of the training data."
        )
