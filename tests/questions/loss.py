"""The squared error of one prediction."""

import torch
from otter.test_files import test_case

from reference.language import lab as _
from reference.language import later
from reference.open_todos import called, filled_in

OK_FORMAT = False
name = "loss"
points = None


@test_case(name="worked example", points=0, hidden=False)
def worked_by_hand(env):
    mse_loss_func = filled_in(env, "mse_loss_func")
    for y_true, y_pred, right in ((1.0, 1.5, 0.25), (2.0, -1.5, 12.25), (-1.0, 49.0, 2500.0)):
        given = torch.tensor([y_true]), torch.tensor([y_pred])
        loss = called(mse_loss_func, *given)
        assert not isinstance(loss, type(None) | type(...)), _(
            "The loss is {loss}: is the TODO filled in and returned?"
        ).format(loss=loss)
        assert abs(float(loss) - right) < 1e-5 * right, _(
            "For y_true = {y_true:g} and y_pred = {y_pred:g} the loss is {loss:.6g}, by hand "
            "({y_pred:g} − {y_true:g})² = {right:g}. In a cell of its own:\n\n"
            "mse_loss_func(torch.tensor([{y_true}]), torch.tensor([{y_pred}]))"
        ).format(y_true=y_true, y_pred=y_pred, loss=float(loss), right=right)
        assert [float(one) for one in given] == [y_true, y_pred], _(
            "mse_loss_func changes what it is given, and the gradients need that as before: `a -= b` writes to a, "
            "`a - b` does not."
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
    from reference.repeats import of_the_loss, shown_again
    from reference.results import Result, explain
    from reference.student_network import defined

    mse_loss_func = defined(env.get("mse_loss_func"), "mse_loss_func")
    results = []
    for y_true, y_pred in pairs():
        answer = mse_loss_func(torch.tensor([y_true]), torch.tensor([y_pred]))
        loss = checks.shape(answer, later("the loss"), (), (1,)).reshape(())
        right = torch.tensor(
            (torch.tensor(y_pred) - torch.tensor(y_true)).double().item() ** 2, dtype=torch.float64
        )
        results.append(
            Result(loss, right, squared_error(y_true, y_pred), f"y_true = {y_true}, y_pred = {y_pred}")
        )
    with shown_again(env, lambda: of_the_loss(mse_loss_func)):
        explain(results, _("the loss"), "L = (ŷ − y)².")
    require_nothing_spoiled(env, "loss")
