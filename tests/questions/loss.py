"""The squared error of one prediction."""

import torch
from otter.test_files import test_case

OK_FORMAT = False
name = "loss"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    mse_loss_func = env.get("mse_loss_func")
    assert mse_loss_func not in (None, ...), "mse_loss_func is not defined: run its cell first."
    loss = mse_loss_func(torch.tensor([1.0]), torch.tensor([1.5]))
    assert not isinstance(loss, type(None) | type(...)), (
        f"The loss is {loss}: is the TODO filled in and returned?"
    )
    assert abs(float(loss) - 0.25) < 1e-6, f"The loss is {float(loss):.4g}, by hand (1.5 − 1)² = 0.25."
    loss = mse_loss_func(torch.tensor([2.0]), torch.tensor([-1.5]))
    assert abs(float(loss) - 12.25) < 1e-4, (
        f"For y_true = 2 and y_pred = −1.5 the loss is {float(loss):.4g}, by hand (−3.5)² = 12.25."
    )


def mistakes():
    """The mistakes that this question can name."""
    from reference.misconceptions import known

    return known("squared_error")


# Amounts of ŷ − y. None is near 1 or 2, where the square is the amount itself or twice the amount. The largest is
# beyond those of a training: some losses are squares for small errors only.
ERRORS = ((0.3, 0.8), (2.3, 3.5), (0.05, 0.2), (40.0, 60.0))


def pairs():
    """y_true and y_pred of each prediction: errors of all sizes in both directions, none, and a target of zero."""
    import random

    from autograder.grading.case_number import derived_seed

    numbers = random.Random(derived_seed("loss"))
    found = [(same := round(numbers.uniform(-2, 2), 3), same), (0.0, -round(numbers.uniform(2.3, 3.5), 3))]
    for least, most in ERRORS:
        for sign in (1, -1):
            y_true, error = numbers.uniform(-2, 2), numbers.uniform(least, most)
            found.append((round(y_true, 3), round(y_true + sign * error, 3)))
    return found


@test_case(name="several predictions, both signs", points=1, hidden=True)
def many_pairs(env):
    from autograder.grading import checks
    from reference.in_place import require_nothing_spoiled
    from reference.misconceptions import squared_error
    from reference.results import Result, explain
    from reference.student_network import defined

    mse_loss_func = defined(env.get("mse_loss_func"), "mse_loss_func")
    results = []
    for y_true, y_pred in pairs():
        answer = mse_loss_func(torch.tensor([y_true]), torch.tensor([y_pred]))
        loss = checks.shape(answer, "the loss", (), (1,)).reshape(())
        right = torch.tensor(
            (torch.tensor(y_pred) - torch.tensor(y_true)).double().item() ** 2, dtype=torch.float64
        )
        results.append(
            Result(loss, right, squared_error(y_true, y_pred), f"y_true = {y_true}, y_pred = {y_pred}")
        )
    explain(results, "the loss", "L = (ŷ − y)².")
    require_nothing_spoiled(env, "loss")
